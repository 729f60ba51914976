#!/usr/bin/env bash
# Find: 12-bit grey is scaled to 16 bits by the readers of every format but one: Pillow's TIFF.
# Guess (55%): an "I;16" image of Pillow always spans 0 to 65535, whatever the file's depth.
# Seen: middle grey of 12 bits is 2048 from a TIFF, and 32768 or so from JPEG 2000, JPEG XL, and from
#   the same TIFF by OpenCV. Nothing in the image says which.
# With: Pillow 13.0.0, pillow-jxl-plugin 1.3.8, opencv-python-headless 5.0.0.93, imagecodecs
#   2026.3.6, NumPy 2.4.6.
# Source: PIL/TiffImagePlugin.py, OPEN_INFO, raw mode "I;12"; libImaging/Jpeg2KDecode.c shifts up.
# For inksift: scaling "I;16" by 65535 turns such a scan nearly black.
# Output seen:
#   TIFF I;16 2048, JPEG 2000 I;16 32768, JPEG XL I;16 32776, TIFF by OpenCV 32768
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 pillow-jxl-plugin==1.3.8 opencv-python-headless==5.0.0.93 imagecodecs==2026.3.6 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io
import struct

import cv2
import imagecodecs
import numpy as np
import pillow_jxl  # noqa: F401
from PIL import Image

grey = np.full((16, 16), 2048, np.uint16)
pixels = bytes.fromhex("800800" * 128)  # two pixels of 12 bits in three bytes
tags = (256, 16), (257, 16), (258, 12), (259, 1), (262, 1), (273, 8), (277, 1), (278, 16), (279, len(pixels))
entries = b"".join(struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, value) for tag, value in tags)
tiff = b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + struct.pack("<H", len(tags)) + entries + bytes(4)
files = {
    "TIFF": tiff,
    "JPEG 2000": bytes(imagecodecs.jpeg2k_encode(grey, level=0, bitspersample=12, codecformat="jp2")),
    "JPEG XL": bytes(imagecodecs.jpegxl_encode(grey, lossless=True, bitspersample=12)),
}
images = {name: Image.open(io.BytesIO(data)) for name, data in files.items()}
values = {name: image.getpixel((3, 3)) for name, image in images.items()}
opencv = int(cv2.imdecode(np.frombuffer(tiff, np.uint8), cv2.IMREAD_UNCHANGED)[3, 3])
print(*(f"{name} {images[name].mode} {value}," for name, value in values.items()), "TIFF by OpenCV", opencv)
assert all(image.mode == "I;16" for image in images.values()), "changed"
assert values["TIFF"] == 2048 and opencv == 32768, "changed"
assert 32700 < min(values["JPEG 2000"], values["JPEG XL"]) and max(values.values()) < 32900, "changed"
PY
