#!/bin/sh
# Runs a command on a display of its own, with a window manager on it, so that windows have a
# place, a focus and a cross to be closed by. Nobody's own screen is touched.
#
#   scripts/with-display.sh cargo test --workspace --test window
#
# Ends with the command's exit code.
set -eu

[ "$#" -gt 0 ] || {
    echo "usage: scripts/with-display.sh COMMAND…" >&2
    exit 2
}
for tool in xvfb-run openbox wmctrl WebKitWebDriver; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "$tool is missing. Run: scripts/install.sh test" >&2
        exit 1
    }
done

# What the user's own desktop is must not matter.
unset WAYLAND_DISPLAY GDK_BACKEND GTK_THEME GDK_SCALE

# shellcheck disable=SC2016 # expanded on the display
on_display='
    openbox --sm-disable >/dev/null 2>&1 &
    manager=$!
    trap "kill $manager 2>/dev/null; wait $manager 2>/dev/null" EXIT
    trap "exit 143" TERM
    tries=100
    until wmctrl -m >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || {
            echo "the window manager of the display does not start" >&2
            exit 1
        }
        sleep 0.1
    done
    "$@"
'

status=0
xvfb-run -a -s '-screen 0 1280x800x24 -nolisten tcp' sh -c "$on_display" display "$@" || status=$?
exit "$status"
