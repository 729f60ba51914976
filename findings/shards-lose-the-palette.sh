#!/usr/bin/env bash
# Find: litdata and MosaicML Streaming store a palette picture without its palette.
# Guess (85%): a Pillow picture comes back as it was given; a palette is part of it.
# Seen: both keep mode, size and raw pixels only: the picture comes back as mode "P" with an empty
#   palette, and so black all over. GIFs, pixel art and small PNGs are such pictures. No error, no warning.
# With: litdata 0.2.76, mosaicml-streaming 0.13.0, Pillow 13.0.0, NumPy 2.4.6, torch 2.13.0.
# Source: litdata/streaming/serializers.py, PILSerializer; streaming/base/format/mds/encodings.py, PIL.
# For inksift: give shards the file's bytes or RGB pixels, never the opened file.
# Output seen:
#   given P (200, 10, 10) on (255, 255, 255)
#   litdata P (0, 0, 0) on (0, 0, 0)
#   MDS P (0, 0, 0) on (0, 0, 0)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
pip="$dir/venv/bin/pip"
"$pip" install -q --no-compile --disable-pip-version-check litdata==0.2.76 pillow==13.0.0 numpy==2.4.6 torch==2.13.0
"$pip" download -q --no-deps --disable-pip-version-check -d "$dir" mosaicml-streaming==0.13.0
cd "$dir"
# the one module: the package around it brings in the clients of four clouds
unzip -q -p mosaicml_streaming-*.whl streaming/base/format/mds/encodings.py >mds_encodings.py
venv/bin/python -W ignore - <<'PY'
from litdata.streaming.serializers import PILSerializer
from mds_encodings import PIL
from PIL import Image

drawn = Image.new("P", (8, 8), 0)
drawn.putpalette([255, 255, 255, 200, 10, 10])
drawn.putpixel((3, 3), 1)


def colours(name, picture):
    seen = picture.convert("RGB")
    found = seen.getpixel((3, 3)), seen.getpixel((0, 0))
    print(f"{name} {picture.mode} {found[0]} on {found[1]}")
    return found


given = colours("given", drawn)
by_litdata = colours("litdata", PILSerializer.deserialize(PILSerializer().serialize(drawn)[0]))
by_mds = colours("MDS", PIL().decode(PIL().encode(drawn)))
assert given == ((200, 10, 10), (255, 255, 255)), "changed"
assert by_litdata == by_mds == ((0, 0, 0), (0, 0, 0)), "changed"
PY
