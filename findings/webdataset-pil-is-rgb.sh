#!/usr/bin/env bash
# Find: webdataset's decode("pil") gives RGB whatever the file is, and paints hidden colours.
# Guess (75%): "pil" gives the picture in its file's own mode; "pilrgb" is the one that converts.
# Seen: both drop alpha without laying the picture over anything, so what was clear shows the colour
#   under it. "rgba8" and "pilrgba" keep alpha; without decode() the bytes stay as they are.
# With: webdataset 1.0.2, Pillow 13.0.0, NumPy 2.4.6.
# Source: webdataset/autodecode.py, imagespecs: "pil" stands for ("pil", None, "rgb").
# For inksift: a tar of exported drawings trains on red where the artist left nothing; export flattened
#   pictures, as what the tool itself saw.
# Output seen:
#   pil RGB (200, 10, 10), pilrgb RGB (200, 10, 10), rgba8 alpha 0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check webdataset==1.0.2 pillow==13.0.0 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io

import webdataset
from PIL import Image

file = io.BytesIO()
Image.new("RGBA", (4, 4), (200, 10, 10, 0)).save(file, "PNG")
with webdataset.TarWriter("one.tar") as tar:
    tar.write({"__key__": "clear", "png": file.getvalue()})
decoded = {
    name: next(iter(webdataset.WebDataset("one.tar", shardshuffle=False).decode(name)))["png"]
    for name in ("pil", "pilrgb", "rgba8")
}
pil, pilrgb = decoded["pil"], decoded["pilrgb"]
alpha = int(decoded["rgba8"][0, 0, 3])
print(f"pil {pil.mode} {pil.getpixel((0, 0))}, pilrgb {pilrgb.mode} {pilrgb.getpixel((0, 0))}, rgba8 alpha {alpha}")
assert pil.mode == pilrgb.mode == "RGB" and alpha == 0, "changed"
assert pil.getpixel((0, 0)) == pilrgb.getpixel((0, 0)) == (200, 10, 10), "changed"
PY
