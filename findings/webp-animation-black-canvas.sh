#!/usr/bin/env bash
# Find: an animated WebP of cut-out drawings can lose its transparency, and its canvas turns black.
# Guess (70%): what no frame covers is clear, so that the first frame opens as RGBA.
# Seen: where each frame's own rectangle is opaque, the file has no alpha flag: Pillow opens it as
#   RGB, OpenCV with 3 channels, both with black round the figure; not the background asked for. The
#   same first frame as a still WebP is clear there.
# With: Pillow 13.0.0, opencv-python-headless 5.0.0.93, NumPy 2.4.6.
# Source: RIFF container specification for WebP, VP8X flag L (alpha); libwebp's src/mux/anim_encode.c
#   crops a frame to its changed rectangle, and PIL/WebPImagePlugin.py takes the mode from the flag.
# For inksift: a sticker over white becomes a sticker over black: no copy of its still twin.
# Output seen:
#   still: RGBA corner (0, 0, 0, 0); animated: RGB corner (0, 0, 0), OpenCV [0, 0, 0]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io

import cv2
import numpy as np
from PIL import Image

figure, whole = Image.new("RGBA", (64, 64)), Image.new("RGBA", (64, 64), (0, 0, 255, 255))
figure.paste((255, 0, 0, 255), (0, 0, 20, 20))
still, animated = io.BytesIO(), io.BytesIO()
figure.save(still, "WEBP", lossless=True)
figure.save(
    animated, "WEBP", lossless=True, save_all=True, append_images=[whole], background=(0, 255, 0, 255)
)
one, first = Image.open(still), Image.open(animated)
assert first.n_frames == 2 and first.getpixel((5, 5))[:3] == (255, 0, 0)
opencv = cv2.imdecode(np.frombuffer(animated.getvalue(), np.uint8), cv2.IMREAD_UNCHANGED)[50, 50].tolist()
corners = [image.getpixel((50, 50)) for image in (one, first)]
print(f"still: {one.mode} corner {corners[0]}; animated: {first.mode} corner {corners[1]}, OpenCV {opencv}")
assert (one.mode, first.mode) == ("RGBA", "RGB"), "changed"
assert corners == [(0, 0, 0, 0), (0, 0, 0)] and opencv == [0, 0, 0], "changed"
PY
