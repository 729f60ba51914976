#!/usr/bin/env bash
# Find: the JPEG of a soft drawing measures sharper than the lossless original it was made of.
# Guess (85%): lossy storage takes fine detail away and adds none, so that of two copies of one size the one
#   without loss never measures softer, least of all beside a JPEG of quality 95.
# Seen: the variance of the Laplacian, the usual measure of sharpness, rises by 65 % at quality 60, 34 % at 80
#   and still 3 % at 98; the power of the top octave of rows grows 96, 56 and 9 times.
# With: Pillow 13.0.0, opencv-python-headless 5.0.0.93, NumPy 2.4.6.
# Source: blocks of 8 x 8 are rounded apart from one another (ITU-T T.81); steps between them and rounded
#   cosines are detail that a soft picture has little of its own to hide behind.
# For inksift: "stored better and yet softer" does not say that a copy was filtered; the question was dropped.
# Output seen:
#   Laplacian variance: 60 +65 %, 80 +34 %, 90 +18 %, 95 +10 %, 98 +3 %
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

page = np.full((480, 640, 3), 244, np.uint8)
for place, colour in enumerate(((190, 60, 40), (40, 120, 180), (60, 150, 70))):
    for ink, width in ((colour, -1), ((30, 25, 20), 4)):
        cv2.circle(page, (140 + 180 * place, 240), 90, ink, width, cv2.LINE_AA)
soft = cv2.GaussianBlur(page, (0, 0), 2.0)


def sharpness(rgb: np.ndarray) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())


rises = {}
for quality in (60, 80, 90, 95, 98):
    file = io.BytesIO()
    Image.fromarray(soft).save(file, "JPEG", quality=quality)
    rises[quality] = sharpness(np.asarray(Image.open(file).convert("RGB"))) / sharpness(soft) - 1
print("Laplacian variance: " + ", ".join(f"{q} {rise:+.0%}".replace("%", " %") for q, rise in rises.items()))
assert rises[60] > 0.5, "changed"
assert rises[80] > 0.25, "changed"
assert all(rise > 0.02 for rise in rises.values()), "changed"
PY
