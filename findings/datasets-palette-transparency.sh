#!/usr/bin/env bash
# Find: a palette picture given to Hugging Face datasets as a Pillow image loses its transparency.
# Guess (70%): it is stored as PNG, as RGBA is, with the clear palette entry.
# Seen: every mode but 1, L, LA, RGB and RGBA is stored as TIFF, which has no clear palette entry: the
#   hidden palette colour becomes an opaque background. RGBA stays clear, and so does the same file
#   given as bytes. No warning.
# With: datasets 5.2.0, Pillow 13.0.0.
# Source: datasets/features/image.py, image_to_bytes (PNG for a list of modes, else TIFF).
# For inksift: export bytes, never re-encoded images, and convert "P" to RGBA first.
# Output seen:
#   corner of an RGBA image (200, 100, 50, 0) by PNG
#   corner of a P image (200, 100, 50, 255) by TIFF
#   corner of a P file's bytes (200, 100, 50, 0) by PNG
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check datasets==5.2.0 pillow==13.0.0
cd "$dir"
venv/bin/python - <<'PY'
import io
import os

os.environ.update(HF_HOME="cache", HF_HUB_OFFLINE="1")
from datasets import Dataset, Features, Image as ImageFeature  # noqa: E402
from PIL import Image  # noqa: E402

palette = Image.new("P", (8, 8), 1)
palette.putpalette([1, 2, 3, 200, 100, 50])
palette.info["transparency"] = 1
file = io.BytesIO()
palette.save(file, "PNG")
kinds = {
    "an RGBA image": palette.convert("RGBA"),
    "a P image": palette,
    "a P file's bytes": {"bytes": file.getvalue(), "path": None},
}
alpha = {}
for name, given in kinds.items():
    back = Dataset.from_dict({"image": [given]}, features=Features({"image": ImageFeature()}))[0]["image"]
    corner = back.convert("RGBA").getpixel((0, 0))
    alpha[name] = corner[3]
    print(f"corner of {name} {corner} by {back.format}")
assert list(alpha.values()) == [0, 255, 0], "changed"
PY
