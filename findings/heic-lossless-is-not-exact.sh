#!/usr/bin/env bash
# Find: a HEIC that pillow-heif writes as lossless without chroma subsampling does not hold the pixels it was given.
# Guess (70%): quality=-1 with chroma=444 is exact, as lossless WebP, AVIF's identity matrix and JPEG XL are.
# Seen: three in ten pixels of a flat drawing are a level off; with matrix_coefficients=0 (RGB as it is) none is.
# With: pillow-heif 1.8.1, Pillow 13.0.0.
# Source: pillow_heif/options.py (QUALITY: "Set -1 for lossless"; "also ... chroma=444") and heif.py, save:
#   matrix_coefficients, default 6 (BT.601), so the samples that are stored without loss are rounded YCbCr.
# For inksift: digests of pixels do not join a PNG and its lossless HEIC; the comparison of pictures has to.
# Output seen:
#   default: most levels off 1, share of pixels that differ 0.3
#   matrix 0: most levels off 0, share of pixels that differ 0.0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 pillow-heif==1.8.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
from io import BytesIO

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw

picture = Image.new("RGB", (256, 192), (243, 236, 220))
draw = ImageDraw.Draw(picture)
rng = np.random.default_rng(1)
for _ in range(40):
    x, y, size = (int(value) for value in rng.integers(0, 180, 3))
    colour = tuple(int(value) for value in rng.integers(0, 256, 3))
    draw.ellipse((x, y, x + size // 3, y + size // 4), colour, "black")
facts = {}
for name, more in {"default": {}, "matrix 0": {"matrix_coefficients": 0, "full_range_flag": 1}}.items():
    buffer = BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, quality=-1, chroma=444, **more)
    heif = pillow_heif.open_heif(buffer)
    read = np.asarray(heif.to_pillow().convert("RGB")).astype(int)
    apart = np.abs(read - np.asarray(picture).astype(int))
    facts[name] = int(apart.max()), round(float((apart.max(axis=2) > 0).mean()), 2)
    print(f"{name}: most levels off {facts[name][0]}, share of pixels that differ {facts[name][1]}")
assert facts["default"][0] >= 1 and facts["matrix 0"][0] == 0, "changed"
PY
