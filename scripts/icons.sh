#!/bin/sh
# Draws the application's icons anew from the two SVG files beside them, in every size and
# container the systems ask for. Needed only after a change of the drawing; what it makes is kept
# in the repository. Needs rsvg-convert (or ImageMagick with its SVG delegate) and python3.
set -eu

cd "$(dirname "$0")/../src-tauri/icons"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

draw() {
    # $1 pixels, $2 file. The small drawing is made for the small sizes.
    if [ "$1" -le 24 ]; then source=booking-monitor-small.svg; else source=booking-monitor.svg; fi
    if command -v rsvg-convert >/dev/null 2>&1; then
        rsvg-convert --width "$1" --height "$1" --output "$2" "$source"
    else
        convert -background none -density $(($1 * 8)) "$source" -resize "$1x$1" -strip "PNG32:$2"
    fi
}

for size in 16 24 32 48 64 128 256 512; do
    draw "$size" "$work/$size.png"
done
for size in 16 24 32 48 64; do
    cp "$work/$size.png" "${size}x$size.png"
done
cp "$work/128.png" 128x128.png
cp "$work/256.png" 128x128@2x.png
cp "$work/512.png" icon.png

# Both containers take whole PNG files.
python3 - "$work" <<'PYTHON'
import pathlib, struct, sys

work = pathlib.Path(sys.argv[1])
png = lambda size: (work / f"{size}.png").read_bytes()

sizes = [16, 24, 32, 48, 64, 256]
offset = 6 + 16 * len(sizes)
head, body = struct.pack("<HHH", 0, 1, len(sizes)), b""
for size in sizes:
    data = png(size)
    head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset + len(body))
    body += data
pathlib.Path("icon.ico").write_bytes(head + body)

kinds = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}
blocks = b"".join(kind + struct.pack(">I", 8 + len(png(size))) + png(size) for kind, size in kinds.items())
pathlib.Path("icon.icns").write_bytes(b"icns" + struct.pack(">I", 8 + len(blocks)) + blocks)
PYTHON
echo "The icons are drawn."
