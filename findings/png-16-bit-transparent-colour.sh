#!/usr/bin/env bash
# Find: the transparent colour of a 16-bit PNG without alpha channel is lost.
# Guess (75%): convert("RGBA") makes the pixels of the tRNS colour clear, as with 8 bits.
# Seen: with 16 bits Pillow notes the colour in info and leaves every pixel opaque, of RGB and of
#   grey. OpenCV clears it in RGB and loses it in grey; it compares all 16 bits.
# With: Pillow 13.0.0, opencv-python-headless 5.0.0.93, NumPy 2.4.6.
# Source: PNG specification, chunk tRNS (the whole 16-bit sample counts); PIL/PngImagePlugin.py,
#   chunk_tRNS. The sibling for 1 bit is python-pillow/Pillow#9281.
# For inksift: "transparent over white" paints the hidden key colour as background.
# Output seen:
#   8-bit RGB: alpha of (key, other) by Pillow [0, 255], by OpenCV [0, 255]
#   16-bit RGB: alpha of (key, other) by Pillow [255, 255], by OpenCV [0, 65535]
#   16-bit grey: alpha of (key, other) by Pillow [255, 255], by OpenCV none
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image


def png(depth, colour_type, key, other):
    """One row of two pixels, the first of which has the transparent colour."""
    sample = ">%dH" if depth == 16 else ">%dB"
    row = b"\0" + struct.pack(sample % (2 * len(key)), *key, *other)
    head = struct.pack(">IIBBBBB", 2, 1, depth, colour_type, 0, 0, 0)
    parts = ((b"IHDR", head), (b"tRNS", struct.pack(">%dH" % len(key), *key)), (b"IDAT", zlib.compress(row)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


for name, data, seen in (
    ("8-bit RGB", png(8, 2, (18, 86, 154), (19, 86, 154)), ([0, 255], [0, 255])),
    ("16-bit RGB", png(16, 2, (0x1234, 0x5678, 0x9ABC), (0x1299, 0x5678, 0x9ABC)), ([255, 255], [0, 65535])),
    ("16-bit grey", png(16, 0, (0x1234,), (0x1299,)), ([255, 255], "none")),
):
    pillow = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))[0, :, 3].tolist()
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    opencv = array[0, :, 3].tolist() if array.ndim == 3 else "none"
    print(f"{name}: alpha of (key, other) by Pillow {pillow}, by OpenCV {opencv}")
    assert (pillow, opencv) == seen, "changed"
PY
