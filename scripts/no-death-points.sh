#!/bin/sh
# A release executable has no points to die at: the crash campaign's variable is in debug builds alone.
# The debug executable must have it, or this looks for a name that is not used any more.
set -eu

target=${CARGO_TARGET_DIR:-target}
name=BOOKING_MONITOR_DIE_AT

if [ -f "$target/debug/booking-monitor" ] && ! grep -q "$name" "$target/debug/booking-monitor"; then
    echo "the debug executable does not know $name: this check looks for nothing" >&2
    exit 1
fi
if grep -q "$name" "$target/release/booking-monitor"; then
    echo "the release executable knows $name: a test's death is in the product" >&2
    exit 1
fi
