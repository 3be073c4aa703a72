#!/bin/sh
# A release executable has no points to die or to panic at: the campaigns' variables are in debug builds alone.
# The debug executable must have them, or this looks for a name that is not used any more.
set -eu

target=${CARGO_TARGET_DIR:-target}

for name in BOOKING_MONITOR_DIE_AT BOOKING_MONITOR_PANIC_AT; do
    if [ -f "$target/debug/booking-monitor" ] && ! grep -q "$name" "$target/debug/booking-monitor"; then
        echo "the debug executable does not know $name: this check looks for nothing" >&2
        exit 1
    fi
    if grep -q "$name" "$target/release/booking-monitor"; then
        echo "the release executable knows $name: what a test planted is in the product" >&2
        exit 1
    fi
done
