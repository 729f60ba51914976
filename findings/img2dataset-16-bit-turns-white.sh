#!/usr/bin/env bash
# Find: img2dataset stores a 16-bit PNG as a white JPEG.
# Guess (75%): its levels are scaled to 8 bits, and the JPEG shows what the PNG does.
# Seen: in every mode of resizing the JPEG is white from edge to edge, and the row says success. It reads
#   pictures unchanged and leaves the depth to the encoder, which cuts at 255.
# With: img2dataset 1.47.0, opencv-python-headless 4.14.0.94, Pillow 13.0.0, NumPy 2.4.6.
# Source: img2dataset/resizer.py, cv2.imdecode(..., IMREAD_UNCHANGED), then cv2.imencode of what came.
# For inksift: white pictures of a crawl are often scans lost on the way: the page of rejected blank
#   pictures should be looked at by publisher, and the crawl repeated with encode_format="png".
# Output seen:
#   border: mean 121 of 8 bits, 255 of 16
#   keep_ratio: mean 121 of 8 bits, 255 of 16
#   no: mean 121 of 8 bits, 255 of 16
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check img2dataset==1.47.0 \
  opencv-python-headless==4.14.0.94 pillow==13.0.0 numpy==2.4.6
cd "$dir"
NO_ALBUMENTATIONS_UPDATE=1 venv/bin/python -W ignore - <<'PY'
import io

import numpy as np
from img2dataset.resizer import Resizer
from PIL import Image


def png(levels):
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return io.BytesIO(file.getvalue())


drawn = np.full((300, 300), 90, np.uint8)
drawn[50:200, 50:250] = 200
drawn[100:150, 100:150] = 10
depths = (drawn, drawn.astype(np.uint16) * 257)
for mode in ("border", "keep_ratio", "no"):
    resize = Resizer(image_size=256, resize_mode=mode, resize_only_if_bigger=False)
    answers = [resize(png(levels)) for levels in depths]
    means = [round(np.asarray(Image.open(io.BytesIO(one[0]))).mean()) for one in answers]
    print(f"{mode}: mean {means[0]} of 8 bits, {means[1]} of 16")
    assert means[0] < 130 and means[1] == 255, "changed"
    assert [one[-1] for one in answers] == [None, None], "changed"
PY
