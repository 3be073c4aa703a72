#!/bin/sh
# Builds the Windows program on Debian, with Debian's own Rust (it carries the library's source) and mingw.
#
#   windows.sh cargo ARGUMENTS…   cargo, set up for Windows: `windows.sh cargo check -p booking-monitor`
#   windows.sh package [debug]    the installer: dist/booking-monitor-<version>-setup.exe
#
# It builds in target/windows, beside what is built for this computer (WINDOWS_TARGET_DIR for another place).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
triple=x86_64-pc-windows-gnu
export CARGO_TARGET_DIR="${WINDOWS_TARGET_DIR:-$root/target/windows}"
# Before any other toolchain.
export PATH="/usr/bin:$PATH"
unset RUSTUP_TOOLCHAIN
# Debian has no Windows library for Rust: it is built from its source.
export RUSTC_BOOTSTRAP=1
export CARGO_UNSTABLE_BUILD_STD=std,panic_unwind,panic_abort
export CARGO_BUILD_TARGET="$triple"
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc-posix
export CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc-posix
export CXX_x86_64_pc_windows_gnu=x86_64-w64-mingw32-g++-posix
export AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar

package() {
    profile="$1"
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
    set --
    [ "$profile" = debug ] || set -- --release
    # As for the other packages: it takes minutes more and makes less to install.
    export CARGO_PROFILE_RELEASE_LTO=fat
    cargo build --locked "$@" --package booking-monitor --package booking-monitor-window

    from="$CARGO_TARGET_DIR/$triple/$profile"
    # The web view's loader comes with its crate.
    loader=$(find "$from/build" -path '*webview2-com-sys-*/out/x64/WebView2Loader.dll' | head -n 1)
    [ -n "$loader" ] || {
        echo "WebView2Loader.dll was not found under $from/build" >&2
        exit 1
    }
    cp "$loader" "$from/WebView2Loader.dll"
    mkdir -p "$root/dist"
    out="$root/dist/booking-monitor-$version-setup.exe"
    installer "$from" "$version" "$out"
    ls -l "$out"
    sha256sum "$out"
}

# The installer of the executables in a directory. Also for tests, which make some of another version:
# `quick` presses less, for the best takes minutes with a debug build.
installer() {
    from="$1" version="$2" out="$3" how="${4:-}"
    set --
    [ "$how" != quick ] || set -- '-XSetCompressor /FINAL zlib'
    makensis -V2 "$@" -DVERSION="$version" -DFROM="$from" -DICON="$root/src-tauri/icons/icon.ico" -DOUT="$out" \
        "$root/packaging/windows/installer.nsi"
}

case "${1:-}" in
    cargo)
        shift
        cd "$root"
        exec cargo "$@"
        ;;
    package)
        cd "$root"
        package "${2:-release}"
        ;;
    installer) installer "$2" "$3" "$4" "${5:-}" ;;
    *)
        echo "usage: scripts/windows.sh cargo ARGUMENTS… | package [debug] | installer FROM VERSION OUT [quick]" >&2
        exit 2
        ;;
esac
