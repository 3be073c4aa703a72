#!/bin/sh
# Packs the built executables for Debian and Ubuntu:
#   package.sh DIRECTORY OUTPUT [VERSION]
# takes booking-monitor and booking-monitor-window from DIRECTORY and writes
# OUTPUT/booking-monitor_VERSION_ARCHITECTURE.deb, of the workspace's version unless another is named.
# QUICK=1 strips and hardly compresses, for a test of a debug build. DEBFULLNAME and DEBEMAIL name the maintainer.
# The same executables, commit and maintainer give the same file, byte by byte.
set -eu

[ "$#" -ge 2 ] || {
    echo "usage: packaging/linux/package.sh DIRECTORY OUTPUT [VERSION]" >&2
    exit 2
}
built=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

for tool in dpkg-deb dpkg-shlibdeps strip gzip help2man; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "$tool is missing. Run: scripts/install.sh package" >&2
        exit 1
    }
done
for each in booking-monitor booking-monitor-window; do
    [ -x "$built/$each" ] || {
        echo "$built/$each is not built. Run: make package-linux" >&2
        exit 1
    }
done

# The first version of the file is the workspace's. 1.0.0-rc.1 comes before 1.0.0, which Debian writes with a tilde.
version=${3:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)}
version=$(echo "$version" | tr - '~')
architecture=$(dpkg --print-architecture)
# Every file is as old as the commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree="$work/tree"
put() {
    # $1 mode, $2 file, $3 its place
    mkdir -p "$tree/$(dirname "$3")"
    cp "$2" "$tree/$3"
    chmod "$1" "$tree/$3"
}

# Both executables in one directory: the program starts the window that lies beside it, and a link to
# it is looked through.
for each in booking-monitor booking-monitor-window; do
    put 755 "$built/$each" "usr/lib/booking-monitor/$each"
    strip --strip-unneeded "$tree/usr/lib/booking-monitor/$each"
done
mkdir -p "$tree/usr/bin"
ln -s ../lib/booking-monitor/booking-monitor "$tree/usr/bin/booking-monitor"

put 644 "$here/booking-monitor.desktop" usr/share/applications/booking-monitor.desktop
put 644 "$here/booking-monitor-training.desktop" usr/share/applications/booking-monitor-training.desktop
put 644 "$here/autostart.desktop" etc/xdg/autostart/booking-monitor.desktop
icons="$root/src-tauri/icons"
hicolor=usr/share/icons/hicolor
for size in 16 24 32 48 64 128; do
    put 644 "$icons/${size}x$size.png" "$hicolor/${size}x$size/apps/booking-monitor.png"
done
put 644 "$icons/128x128@2x.png" "$hicolor/256x256/apps/booking-monitor.png"
put 644 "$icons/icon.png" "$hicolor/512x512/apps/booking-monitor.png"
put 644 "$icons/booking-monitor.svg" "$hicolor/scalable/apps/booking-monitor.svg"

day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$day/" "$here/ru.booking_monitor.BookingMonitor.metainfo.xml" >"$work/metainfo"
put 644 "$work/metainfo" usr/share/metainfo/ru.booking_monitor.BookingMonitor.metainfo.xml

# The page of the manual says what the program says of itself, in its own order.
LC_ALL=C help2man --no-info --section 1 --include "$here/booking-monitor.h2m" \
    --version-string "booking-monitor $version" "$built/booking-monitor" >"$work/manual"
gzip -9 -n -c "$work/manual" >"$work/manual.gz"
put 644 "$work/manual.gz" usr/share/man/man1/booking-monitor.1.gz

# The licence's own words, as the format of copyright files wants them.
{ cat "$here/copyright.head"; sed -n '5,$p' "$root/LICENSE" | sed -e 's/^$/./' -e 's/^/ /'; } >"$work/copyright"
put 644 "$work/copyright" usr/share/doc/booking-monitor/copyright
maintainer="${DEBFULLNAME:-The Booking Monitor authors} <${DEBEMAIL:-booking-monitor@localhost}>"
cat >"$work/changelog" <<CHANGELOG
booking-monitor ($version) stable; urgency=medium

  * What changed is in CHANGELOG.md.gz beside this file.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGELOG
gzip -9 -n -c "$work/changelog" >"$work/changelog.gz"
put 644 "$work/changelog.gz" usr/share/doc/booking-monitor/changelog.gz
gzip -9 -n -c "$root/CHANGELOG.md" >"$work/CHANGELOG.md.gz"
put 644 "$work/CHANGELOG.md.gz" usr/share/doc/booking-monitor/CHANGELOG.md.gz

# What the executables are really linked to. The window's libraries are recommended, which every
# installer takes along: without them the tray, the queue by command line and the sending go on.
mkdir "$work/debian"
printf 'Source: booking-monitor\n\nPackage: booking-monitor\nArchitecture: any\n' >"$work/debian/control"
(
    cd "$work"
    place="$tree/usr/lib/booking-monitor"
    # It wonders that the executables lie in no package's directory yet.
    dpkg-shlibdeps -O -dDepends -e "$place/booking-monitor" -dRecommends -e "$place/booking-monitor-window" \
        2>"$work/remarks" || {
        cat "$work/remarks" >&2
        exit 1
    }
) >"$work/libraries"
depends=$(sed -n 's/^shlibs:Depends=//p' "$work/libraries")
recommends=$(sed -n 's/^shlibs:Recommends=//p' "$work/libraries")
[ -n "$depends" ] && [ -n "$recommends" ]

mkdir "$tree/DEBIAN"
chmod 755 "$tree/DEBIAN"
echo /etc/xdg/autostart/booking-monitor.desktop >"$tree/DEBIAN/conffiles"
(cd "$tree" && find etc usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
cp "$here/prerm" "$tree/DEBIAN/prerm"
chmod 755 "$tree/DEBIAN/prerm"
size=$(du -k -s --apparent-size "$tree/usr" "$tree/etc" | awk '{ sum += $1 } END { print sum }')
cat >"$tree/DEBIAN/control" <<CONTROL
Package: booking-monitor
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $size
Depends: $depends
Recommends: $recommends, gnome-keyring | kwalletmanager | keepassxc
Suggests: gnome-shell-extension-appindicator
Section: misc
Priority: optional
Description: confirms bookings from YClients on WhatsApp
 A booking that the staff of a barbershop makes in YClients becomes one
 confirmation on the client's WhatsApp. The program sits in the tray, shows each
 message for a while in which it can be edited, held or cancelled, looks at the
 booking one last time, sends, and follows the message until it is read.
 .
 Never the same message twice, never one lost silently, never one sent late
 without a person's word.
 .
 Tokens are kept in the keyring of the session. The window needs WebKitGTK; the
 rest of the program goes on without it.
CONTROL

find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -print0 | xargs -0 -r touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
if [ "${QUICK:-}" = 1 ]; then how='-Zgzip -z1'; else how='-Zxz -z9'; fi
package="$output/booking-monitor_${version}_$architecture.deb"
# shellcheck disable=SC2086 # two words
dpkg-deb --root-owner-group $how --build "$tree" "$package" >/dev/null
echo "$package"
