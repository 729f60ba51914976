#!/usr/bin/env bash
# Find: resvg_py draws an SVG whose text finds no font without the text, and neither raises nor warns.
# Guess (65%): it raises, or draws boxes in place of letters, as browsers and CairoSVG do.
# Seen: not one dark pixel and no word about it; a square on the same page is drawn.
# With: resvg_py 0.5.0, Pillow 13.0.0.
# Source: resvg_py's `svg_to_bytes` (skip_system_fonts); usvg drops text for which it finds no face, with a log line
#   that the binding does not pass on.
# For inksift: a poster of words is a blank page on a machine without fonts, so text in an SVG is noted.
# Output seen:
#   a black square: dark pixels 400
#   text, no fonts loaded: dark pixels 0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 resvg_py==0.5.0 numpy==2.4.6
cd "$dir"
venv/bin/python -W error - <<'PY'
from io import BytesIO

import numpy as np
import resvg_py
from PIL import Image

PAGE = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60"><rect width="200" height="60" fill="#fff"/>{}</svg>'
TEXT = '<text x="10" y="40" font-family="{}" font-size="30">Chapter one</text>'


def ink(svg, **options):
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, **options))
    return int((np.asarray(Image.open(BytesIO(png)).convert("L")) < 128).sum())


facts = {
    "a black square": ink(PAGE.format('<rect width="20" height="20"/>'), skip_system_fonts=True),
    "text, no fonts loaded": ink(PAGE.format(TEXT.format("Serif")), skip_system_fonts=True),
}
for name, pixels in facts.items():
    print(f"{name}: dark pixels {pixels}")
assert facts["a black square"] == 400 and facts["text, no fonts loaded"] == 0, "changed"
PY
