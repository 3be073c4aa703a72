#!/bin/sh
# Installs what is missing on Debian or Ubuntu, and nothing that is there:
#   install.sh run     to build the program and play the demo
#   install.sh test    to run the tests too
#   install.sh fuzz    to run the fuzzers too
#   install.sh package to pack what is installed on other computers
#   install.sh windows, windows-test   to build the Windows installer, and to try it under Wine
# It needs the network only when something is missing, and may be run again at any time.
set -eu

# Bundled SQLite and the TLS library are C; the window stands on the system's web view.
build='gcc libc6-dev pkg-config libwebkit2gtk-4.1-dev'
# The tests talk to a real keyring in a session of their own, and fill and spoil a disk of their own.
session='dbus gnome-keyring e2fsprogs'
# They look at the real window on a display of their own, and at its pages in a browser.
display='xvfb xauth webkit2gtk-driver chromium xdotool imagemagick wmctrl openbox dbus-x11 at-spi2-core fonts-dejavu-core'
# A package for Debian is made with Debian's own tools, and read by the desktop's.
package='dpkg-dev binutils desktop-file-utils libglib2.0-bin help2man'

windows='rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix nsis'

rust_needed='1.95'
node_needed='20.19'

case "${1:-run}" in
    run) wanted="$build" ;;
    test) wanted="$build $session $display $package" ;;
    # libFuzzer is built from its source.
    fuzz) wanted="$build g++" ;;
    package) wanted="$build $package" ;;
    # Debian's Rust with the library's source, and mingw: scripts/windows.sh says why.
    windows) wanted="$windows" ;;
    windows-test) wanted="$windows wine wine64 xvfb curl" ;;
    *)
        echo "usage: scripts/install.sh [run|test|fuzz|package|windows|windows-test]" >&2
        exit 2
        ;;
esac

fail() {
    echo "$*" >&2
    exit 1
}

is_installed() {
    dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

check_rust() {
    command -v cargo >/dev/null 2>&1 && command -v rustc >/dev/null 2>&1 ||
        fail "Rust is not installed. Get it from https://rustup.rs, open a new terminal, and try again."
    found=$(rustc --version | cut -d ' ' -f 2 | cut -d - -f 1)
    oldest=$(printf '%s\n%s\n' "$rust_needed" "$found" | sort -V | head -n 1)
    [ "$oldest" = "$rust_needed" ] ||
        fail "Rust $found is too old: $rust_needed or newer is needed. Run: rustup update stable"
}

# The UI is built with Node; Debian's own may be too old, so it is not installed from here.
check_node() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
        fail "Node.js with npm is not installed. Get version $node_needed or newer from https://nodejs.org, open a new terminal, and try again."
    found=$(node --version | sed 's/^v//')
    oldest=$(printf '%s\n%s\n' "$node_needed" "$found" | sort -V | head -n 1)
    [ "$oldest" = "$node_needed" ] ||
        fail "Node.js $found is too old: $node_needed or newer is needed. Get it from https://nodejs.org."
}

install() {
    missing=''
    for package in $wanted; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    command -v apt-get >/dev/null 2>&1 ||
        fail "apt-get is not here. Install what matches these Debian packages:$missing"
    as_root=''
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "Run as root: apt-get install -y --no-install-recommends$missing"
        as_root='sudo'
    fi
    echo "Installing:$missing"
    # A failing third-party source is no reason to stop; a missing package is, and then apt says so.
    $as_root apt-get update -qq || echo "The list of packages could not be brought up to date; trying all the same." >&2
    # shellcheck disable=SC2086 # one word a package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

if command -v dpkg-query >/dev/null 2>&1; then
    install
else
    command -v cc >/dev/null 2>&1 || fail "A C compiler is missing. Install one, and what matches: $wanted"
    echo "This is no Debian or Ubuntu; taking it that these are there: $wanted"
fi
check_rust
check_node
echo "Everything that is needed is installed."
