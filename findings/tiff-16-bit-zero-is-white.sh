#!/usr/bin/env bash
# Find: a 16-bit TIFF whose zero is white opens as its own negative.
# Guess (80%): as with 8 bits, Pillow and OpenCV both turn PhotometricInterpretation 0 round.
# Seen: with 8 bits both do; with 16 bits neither does, and nothing says so.
# With: Pillow 13.0.0, opencv-python-headless 5.0.0.93, tifffile 2026.3.3, NumPy 2.4.6.
# Source: PIL/TiffImagePlugin.py, OPEN_INFO: (II, 0, (1,), 1, (16,), ()) has the plain raw mode
#   "I;16", while 8 bits have "L;I". Writing alone was taken up in python-pillow/Pillow#4804.
# For inksift: scanned line art comes in white on black, and is no copy of its 8-bit twin.
# Output seen:
#   uint8 stored 64 of 255: Pillow 191, OpenCV 191, right 191
#   uint16 stored 16384 of 65535: Pillow 16384, OpenCV 16384, right 49151
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 opencv-python-headless==5.0.0.93 tifffile==2026.3.3 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import cv2
import numpy as np
import tifffile
from PIL import Image

for dtype, stored, inverted in ((np.uint8, 64, True), (np.uint16, 16384, False)):
    white = np.iinfo(dtype).max
    tifffile.imwrite("zero-is-white.tif", np.full((16, 16), stored, dtype), photometric="miniswhite")
    pillow = int(np.asarray(Image.open("zero-is-white.tif"))[0, 0])
    opencv = int(cv2.imread("zero-is-white.tif", cv2.IMREAD_UNCHANGED)[0, 0])
    print(f"{dtype.__name__} stored {stored} of {white}: Pillow {pillow}, OpenCV {opencv}, right {white - stored}")
    seen = white - stored if inverted else stored
    assert pillow == opencv == seen, "changed"
PY
