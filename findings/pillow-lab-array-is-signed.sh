#!/usr/bin/env bash
# Find: NumPy gets a* and b* of a Pillow LAB picture as signed bytes, getpixel() as offset bytes.
# Guess (70%): np.asarray(image) holds what getpixel() says, that is a* + 128, as OpenCV expects.
# Seen: the array has a* and b* modulo 256, so cv2.COLOR_LAB2RGB turns red into blue.
# With: Pillow 13.0.0, opencv-python-headless 5.0.0.93, tifffile 2026.3.3, NumPy 2.4.6.
# Source: libImaging/Pack.c, ImagingPackLAB (flips the top bit of both on the way out); the same trap
#   the other way round is in psd-tools/psd-tools#759.
# For inksift: a decoder that hands np.asarray(LAB image) to cv2.COLOR_LAB2RGB swaps hues; merge the
#   bands of image.split() instead.
# Output seen:
#   L*a*b* of pure red: getpixel (136, 208, 195), array [136, 80, 67]
#   to RGB: array as it is [0, 153, 232], array of split() [255, 2, 1], littleCMS (250, 3, 11)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pillow==13.0.0 opencv-python-headless==5.0.0.93 tifffile==2026.3.3 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms

red = np.full((16, 16, 3), (136, 80, 67), np.uint8)  # CIELab TIFF: a* and b* are signed
tifffile.imwrite("lab.tif", red, photometric="cielab")
image = Image.open("lab.tif")
assert image.mode == "LAB"
array, bands = np.asarray(image), np.dstack([np.asarray(band) for band in image.split()])
print(f"L*a*b* of pure red: getpixel {image.getpixel((0, 0))}, array {array[0, 0].tolist()}")
direct, split = (cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0].tolist() for lab in (array, bands))
profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
managed = ImageCms.profileToProfile(image, *profiles, outputMode="RGB").getpixel((0, 0))
print(f"to RGB: array as it is {direct}, array of split() {split}, littleCMS {managed}")
assert image.getpixel((0, 0)) == (136, 208, 195) and array[0, 0].tolist() == [136, 80, 67], "changed"
assert direct[2] > 200 > 50 > direct[0], "changed"
assert split[0] > 240 and managed[0] > 240 and max(split[1:]) < 20, "changed"
PY
