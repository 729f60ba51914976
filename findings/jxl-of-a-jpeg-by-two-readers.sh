#!/usr/bin/env bash
# Find: two readers of one JPEG XL file that wraps a JPEG differ; one gives the JPEG's exact pixels.
# Guess (75%): every reader decodes the coefficients as JPEG XL does, near the JPEG but not equal.
# Seen: Pillow's plugin rebuilds the JPEG and hands it to libjpeg: not one value differs. imagecodecs
#   decodes by libjxl: up to 12 levels away at hard colour edges with 4:2:0.
# With: pillow-jxl-plugin 1.3.8, imagecodecs 2026.3.6, Pillow 13.0.0, NumPy 2.4.6.
# Source: pillow_jxl/JpegXLImagePlugin.py, `if self.jpeg`; libjxl's JxlDecoderSetJPEGBuffer.
# For inksift: a .jxl and the .jpg it was made of are exact copies by the plugin, near copies else.
# Output seen:
#   plugin: most 0, mean 0.000; imagecodecs: most 12, mean 0.340
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 pillow-jxl-plugin==1.3.8 imagecodecs==2026.3.6 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import imagecodecs
import numpy as np
import pillow_jxl  # noqa: F401
from PIL import Image, ImageDraw

rng, drawing = np.random.default_rng(0), Image.new("RGB", (256, 256), "white")
for _ in range(12):
    corners = [tuple(map(int, rng.integers(0, 256, 2))) for _ in range(3)]
    ImageDraw.Draw(drawing).polygon(corners, fill=tuple(map(int, rng.integers(0, 256, 3))))
drawing.save("drawing.jpg", quality=90, subsampling=2)
with Image.open("drawing.jpg") as image:
    image.save("drawing.jxl", lossless_jpeg=True)
jpeg = np.asarray(Image.open("drawing.jpg")).astype(int)
plugin = abs(np.asarray(Image.open("drawing.jxl")) - jpeg)
with open("drawing.jxl", "rb") as file:
    library = abs(imagecodecs.jpegxl_decode(file.read()) - jpeg)
print(f"plugin: most {plugin.max()}, mean {plugin.mean():.3f}; imagecodecs: most {library.max()}, mean {library.mean():.3f}")
assert plugin.max() == 0 and library.max() >= 5, "changed"
PY
