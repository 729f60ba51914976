#!/usr/bin/env bash
# Find: CairoSVG draws masks, clip rules and modern colours otherwise than resvg, and mostly in silence.
# Guess (70%): both draw masks and clips of SVG 1.1 alike; only blending and newer features differ.
# Seen: CairoSVG masks by opacity instead of brightness, fills the hole of an evenodd clip, paints hsl()
#   black and #rrggbbaa opaque. Shapes, group opacity, patterns and gradients agree.
# With: CairoSVG 2.9.1, resvg_py 0.5.0, Pillow 13.0.0, NumPy 2.4.6. Needs the cairo library.
# Source: Kozea/CairoSVG#149 (open since 2017); SVG 1.1, chapter 14 (clip-rule, luminance).
# For inksift: previews of one SVG by two renderers are not near copies: render by one, and say which.
# Output seen (share of pixels that differ by more than 40 levels):
#   group opacity 0.000, gradient 0.000, mask 0.176, evenodd clip 0.153, hsl 1.000, alpha hex 1.000
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check cairosvg==2.9.1 resvg_py==0.5.0 pillow==13.0.0 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io

import cairosvg
import numpy as np
import resvg_py
from PIL import Image

RECT = '<rect width="128" height="128" fill="#c33" %s/>'
CASES = {
    "group opacity": '<g opacity=".5">' + RECT % "" + '<rect x="40" width="60" height="90" fill="#36c"/></g>',
    "gradient": '<linearGradient id="g"><stop stop-color="#c33"/><stop offset="1" stop-color="#36c"/></linearGradient>'
    '<rect width="128" height="128" fill="url(#g)"/>',
    "mask": '<defs><mask id="m"><rect width="128" height="128" fill="#fff"/><circle cx="64" cy="64" r="30"/></mask></defs>'
    + RECT % 'mask="url(#m)"',
    "evenodd clip": '<clipPath id="c"><path clip-rule="evenodd" d="M10 10H118V118H10Z M40 40H90V90H40Z"/></clipPath>'
    + RECT % 'clip-path="url(#c)"',
    "hsl": '<rect width="128" height="128" fill="hsl(200,50%,50%)"/>',
    "alpha hex": '<rect width="128" height="128" fill="#c8643280"/>',
}
differ = {}
for name, body in CASES.items():
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128">{body}</svg>'
    files = cairosvg.svg2png(bytestring=svg.encode()), bytes(resvg_py.svg_to_bytes(svg_string=svg))
    one, other = (np.asarray(Image.open(io.BytesIO(file)).convert("RGBA").convert("RGBa"), int) for file in files)
    differ[name] = float((abs(one - other).max(axis=2) > 40).mean())
print(", ".join(f"{name} {share:.3f}" for name, share in differ.items()))
assert differ["group opacity"] < 0.01 and differ["gradient"] < 0.01, "changed"
assert min(differ["mask"], differ["evenodd clip"]) > 0.1 and differ["hsl"] == differ["alpha hex"] == 1, "changed"
PY
