#!/usr/bin/env bash
# Find: to imagehash a 16-bit grey scan and the same picture in 8 bits are strangers.
# Guess (75%): they are within 4 of 64 bits, as a picture and its JPEG are.
# Seen: 21 to 27 bits by every hash. All of them begin with convert("L"), which takes 16-bit levels for
#   8-bit ones and cuts them at 255: whatever is not black becomes white. No warning.
# With: imagehash 4.3.2, Pillow 13.0.0, NumPy 2.4.6.
# Source: imagehash/__init__.py, convert("L") in each hash; Pillow's conversion of "I;16" clips.
# For inksift: hash what was scaled to 8 bits by its own depth, as the gate gives it, never the opened file.
# Output seen:
#   I;16: phash 24, dhash 27, average_hash 27, whash 21 of 64 bits
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check imagehash==4.3.2 pillow==13.0.0 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import imagehash
import numpy as np
from PIL import Image, ImageDraw

drawn = Image.new("L", (256, 256), 255)
pen = ImageDraw.Draw(drawn)
pen.ellipse((40, 40, 200, 180), outline=0, width=5)
pen.rectangle((100, 120, 230, 240), fill=90)
pen.line((0, 255, 255, 0), fill=40, width=6)
Image.fromarray(np.asarray(drawn).astype(np.uint16) * 257).save("16.png")
drawn.save("8.png")
eight, sixteen = Image.open("8.png"), Image.open("16.png")
bits = {}
for name in ("phash", "dhash", "average_hash", "whash"):
    hashed = getattr(imagehash, name)
    bits[name] = hashed(eight) - hashed(sixteen)
print(f"{sixteen.mode}: " + ", ".join(f"{name} {far}" for name, far in bits.items()) + " of 64 bits")
assert min(bits.values()) > 16, "changed"
PY
