#!/usr/bin/env bash
# Find: Pillow's JPEG XL plugin opens an animation as a still of one frame, and it is not the first one.
# Guess (80%): it shows the first frame, or offers seek as GIF, WebP, APNG and AVIF do.
# Seen: of three frames the last one is shown, n_frames is 1 and is_animated is not set.
# With: pillow-jxl-plugin 1.3.8, imagecodecs 2026.3.6, Pillow 13.0.0.
# Source: pillow_jxl/JpegXLImagePlugin.py: one call of the decoder, then `self.n_frames = 1` under a FIXME on animations.
# For inksift: an animated JPEG XL is refused by name, since what comes out is a frame that nobody chose.
# Output seen:
#   frames that imagecodecs reads back: 3
#   Pillow: frames 1 animated False
#   frame shown, from 0: 2
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 pillow-jxl-plugin==1.3.8 \
  imagecodecs==2026.3.6 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
from io import BytesIO

import imagecodecs
import numpy as np
import pillow_jxl  # noqa: F401
from PIL import Image

frames = np.zeros((3, 48, 64, 3), np.uint8)
for number, colour in enumerate(((220, 30, 30), (30, 220, 30), (30, 30, 220))):
    frames[number] = colour
data = imagecodecs.jpegxl_encode(frames, lossless=True)
again = imagecodecs.jpegxl_decode(data)
image = Image.open(BytesIO(data))
shown = np.asarray(image.convert("RGB"))[24, 32].tolist()
number = next((k for k in range(3) if np.abs(frames[k, 0, 0].astype(int) - shown).max() < 8), None)
print("frames that imagecodecs reads back:", again.shape[0])
print("Pillow: frames", getattr(image, "n_frames", 1), "animated", getattr(image, "is_animated", False))
print("frame shown, from 0:", number)
assert again.shape[0] == 3 and not getattr(image, "is_animated", False) and number == 2, "changed"
PY
