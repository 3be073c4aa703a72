#!/bin/sh
# Runs a command in a session of its own: a private home, a private session bus,
# and a real, unlocked keyring in them. Nothing of it is left afterwards, and
# nothing of the user's own keyring or settings is seen.
#
#   scripts/with-keyring.sh cargo test --workspace
#
# Ends with the command's exit code.
set -eu

[ "$#" -gt 0 ] || {
    echo "usage: scripts/with-keyring.sh COMMAND…" >&2
    exit 2
}
for tool in dbus-run-session gnome-keyring-daemon; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "$tool is missing. Run: scripts/install.sh test" >&2
        exit 1
    }
done

# The toolchain stays where it is.
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}"
export RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"

private=$(mktemp -d "${TMPDIR:-/tmp}/booking-monitor-session.XXXXXX")
trap 'rm -rf "$private"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export HOME="$private/home"
export XDG_CONFIG_HOME="$HOME/.config"
export XDG_DATA_HOME="$HOME/.local/share"
export XDG_STATE_HOME="$HOME/.local/state"
export XDG_CACHE_HOME="$HOME/.cache"
export XDG_RUNTIME_DIR="$private/run"
mkdir -p "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$XDG_CACHE_HOME" "$XDG_RUNTIME_DIR"
chmod 700 "$HOME" "$XDG_RUNTIME_DIR"

# No bus, keyring, display or setting of the outer session reaches in.
unset DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL SSH_AUTH_SOCK DISPLAY WAYLAND_DISPLAY
unset BOOKING_MONITOR_DATA_DIR BOOKING_MONITOR_ENABLED BOOKING_MONITOR_INTERVAL BOOKING_NOTIFICATION_DELAY
# Scenarios that need the keyring fail without it instead of passing unseen.
export BOOKING_MONITOR_TEST_KEYRING=unlocked

status=0
# shellcheck disable=SC2016 # expanded inside the session
dbus-run-session -- sh -c '
    ready="$XDG_RUNTIME_DIR/keyring.log"
    printf "session" | gnome-keyring-daemon --unlock --components=secrets >"$ready" 2>&1 || {
        cat "$ready" >&2
        echo "the keyring of the test session could not be started" >&2
        exit 1
    }
    "$@"
' session "$@" || status=$?
exit "$status"
