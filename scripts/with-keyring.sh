#!/bin/sh
# Runs a command in a session of its own: a private home, a private session bus,
# and a real keyring in them. Nothing of it is left afterwards, and nothing of
# the user's own keyring or settings is seen.
#
#   scripts/with-keyring.sh cargo test --workspace
#   scripts/with-keyring.sh --locked COMMAND…    the keyring is there and locked
#
# Ends with the command's exit code.
set -eu

state=unlocked
if [ "${1:-}" = --locked ]; then
    state=locked
    shift
fi
[ "$#" -gt 0 ] || {
    echo "usage: scripts/with-keyring.sh [--locked] COMMAND…" >&2
    exit 2
}
for tool in dbus-run-session dbus-send gnome-keyring-daemon; do
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
mkdir -p "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$XDG_CACHE_HOME"
chmod 700 "$HOME"

# No bus, keyring, display or setting of the outer session reaches in.
unset DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL SSH_AUTH_SOCK DISPLAY WAYLAND_DISPLAY
unset BOOKING_MONITOR_DATA_DIR BOOKING_MONITOR_ENABLED BOOKING_MONITOR_INTERVAL BOOKING_NOTIFICATION_DELAY

# In a session: starts the keyring, unlocked with a password or without one, waits
# until it answers, runs the command, and ends the keyring. Each has a runtime
# directory of its own, or the second keyring would join the first one in a session that is gone.
# What the bus itself says of services that it does not find is nobody's concern; the command has
# the real standard error back.
# shellcheck disable=SC2016 # expanded inside the session
in_session='
    exec 2>&3 3>&-
    : >"$XDG_RUNTIME_DIR/began"
    case "$1" in
        unlocked) how=--unlock ;;
        locked) how= ;;
    esac
    shift
    log="$XDG_RUNTIME_DIR/keyring.log"
    printf session >"$XDG_RUNTIME_DIR/password"
    gnome-keyring-daemon --foreground $how --components=secrets <"$XDG_RUNTIME_DIR/password" >"$log" 2>&1 &
    keyring=$!
    trap "kill $keyring 2>/dev/null; wait $keyring 2>/dev/null" EXIT
    trap "exit 143" TERM

    tries=100
    until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q "boolean true"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || {
            cat "$log" >&2
            echo "the keyring of the session does not start" >&2
            exit 1
        }
        sleep 0.1
    done
    "$@"
'

# Only what has been unlocked once can be locked.
if [ "$state" = locked ]; then
    export XDG_RUNTIME_DIR="$private/before"
    mkdir -m 700 "$XDG_RUNTIME_DIR"
    dbus-run-session -- sh -c "$in_session" session unlocked true 3>&2 2>>"$private/bus.log"
fi
export XDG_RUNTIME_DIR="$private/run"
mkdir -m 700 "$XDG_RUNTIME_DIR"

# Tests that need a keyring in this state know it by this, and fail without it instead of passing unseen.
export BOOKING_MONITOR_TEST_KEYRING="$state"

status=0
dbus-run-session -- sh -c "$in_session" session "$state" "$@" 3>&2 2>>"$private/bus.log" || status=$?
[ -e "$XDG_RUNTIME_DIR/began" ] || cat "$private/bus.log" >&2
exit "$status"
