#!/usr/bin/env bash
# Find: OpenCV's corner measures of a picture and of its float copy differ by 255 squared and more.
# Guess (75%): like Sobel, cornerMinEigenVal and cornerHarris give the same numbers for 8-bit levels and
#   for the same levels as float32.
# Seen: Sobel does; cornerMinEigenVal is 65025 times larger on floats, cornerHarris 65025 squared times.
#   goodFeaturesToTrack hides it, as its quality level is a share of the best corner.
# With: opencv-python-headless 5.0.0.93, NumPy 2.4.6.
# Source: modules/imgproc/src/corner.cpp, cornerEigenValsVecs: gradients of 8-bit pictures are divided by
#   255, those of floats are not; the manual does not say so.
# For inksift: a bound on the smaller eigenvalue holds for one depth only.
# Output seen:
#   Sobel 1, cornerMinEigenVal 65025, cornerHarris 4228250625, same corners: True
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import cv2
import numpy as np

noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
bytes_ = cv2.GaussianBlur(noise, (0, 0), 2)
floats = bytes_.astype(np.float32)
measures = {
    "Sobel": lambda picture: cv2.Sobel(picture, cv2.CV_32F, 1, 0),
    "cornerMinEigenVal": lambda picture: cv2.cornerMinEigenVal(picture, 5),
    "cornerHarris": lambda picture: cv2.cornerHarris(picture, 5, 3, 0.04),
}
ratios = {}
for name, measure in measures.items():
    one, other = measure(bytes_), measure(floats)
    best = one.argmax()
    ratios[name] = float(other.ravel()[best] / one.ravel()[best])
same = np.array_equal(*(cv2.goodFeaturesToTrack(picture, 50, 0.01, 3) for picture in (bytes_, floats)))
expected = {"Sobel": 1, "cornerMinEigenVal": 255**2, "cornerHarris": 255**4}
for name, ratio in ratios.items():
    assert abs(ratio / expected[name] - 1) < 1e-3, f"changed: {name} {ratio}"
assert same, "changed"
print(", ".join(f"{name} {expected[name]}" for name in ratios) + f", same corners: {same}")
PY
