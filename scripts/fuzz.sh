#!/bin/sh
# Runs every fuzz target for so many seconds, one after another:
#   fuzz.sh [SECONDS] [TARGET]
# New inputs are kept outside the repository; those of fuzz/corpus are where it begins.
set -eu

version='0.13.1'
seconds="${1:-600}"
cd "$(dirname "$0")/.."

sh scripts/install.sh fuzz
cargo fuzz --version 2>/dev/null | grep -qF "$version" || cargo install cargo-fuzz --version "$version" --locked

# The coverage that guides the fuzzer is an option that only nightly takes without this.
export RUSTC_BOOTSTRAP=1
kept="${FUZZ_CORPUS:-${CARGO_TARGET_DIR:-target}/fuzz-corpus}"
for target in ${2:-$(cargo fuzz list)}; do
    echo "— $target, $seconds seconds"
    mkdir -p "$kept/$target"
    # More than this much time or memory for one input is a find too.
    nice -n 10 cargo fuzz run --sanitizer none --release "$target" "$kept/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1
done
echo 'Nothing was found.'
