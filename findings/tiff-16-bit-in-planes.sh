#!/usr/bin/env bash
# Find: Pillow reads an uncompressed 16-bit RGB TIFF that is stored in planes as noise, without an error.
# Guess (75%): it refuses the file, or shows it: 16 bits in chunky order and 8 bits in planes both open.
# Seen: 8 bits in planes, 16 bits pixel by pixel, and 16 bits in planes deflated (libtiff reads those) are right;
#   16 bits in planes without compression opens as RGB whose samples are cut apart at the wrong places.
# With: Pillow 13.0.0, tifffile 2026.3.3.
# Source: Pillow's TiffImagePlugin.py, `_setup`: a plane gets `rawmode[layer]`, one letter of "RGB;16L", which means
#   8 bits; only deflated planes go to libtiff.
# For inksift: such pages are read sample by sample, and what cannot be is refused by name.
# Output seen:
#   8 bits, separate, plain: levels off 0.0
#   16 bits, contig, plain: levels off 0.0
#   16 bits, separate, plain: levels off 60.2
#   16 bits, separate, zlib: levels off 0.0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import numpy as np
import tifffile
from PIL import Image, UnidentifiedImageError

y, x = np.mgrid[:64, :96]
deep = np.dstack([x * 600, y * 900, (x + y) * 300]).astype(np.uint16)
facts = {}
for bits, layout, packed in ((8, "separate", None), (16, "contig", None), (16, "separate", None), (16, "separate", "zlib")):
    samples = deep if bits == 16 else (deep >> 8).astype(np.uint8)
    stored = samples.transpose(2, 0, 1) if layout == "separate" else samples
    tifffile.imwrite("page.tif", stored, photometric="rgb", planarconfig=layout, compression=packed)
    name = f"{bits} bits, {layout}, {packed or 'plain'}"
    try:
        with Image.open("page.tif") as image:
            read = np.asarray(image.convert("RGB")).astype(int)
        facts[name] = round(float(np.abs(read - (deep >> 8)).mean()), 1)
    except (UnidentifiedImageError, OSError, KeyError) as error:
        facts[name] = type(error).__name__
    print(f"{name}: levels off {facts[name]}")
assert facts["8 bits, separate, plain"] == 0 and facts["16 bits, contig, plain"] <= 1, "changed"
assert isinstance(facts["16 bits, separate, plain"], float) and facts["16 bits, separate, plain"] > 20, "changed"
PY
