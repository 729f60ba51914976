#!/usr/bin/env bash
# Find: OpenCV 5 drops the middle axis of some point lists and keeps it in others.
# Guess (60%): the one-dimensional arrays of OpenCV 5 leave (n, 1, 2) lists of points alone, or change
#   all of them.
# Seen: calcHist, findNonZero and HoughLinesP lose the axis; findContours, convexHull,
#   goodFeaturesToTrack and the mask of findHomography keep it. The numbers are the same.
# With: opencv-python-headless 5.0.0.93, NumPy 2.4.6.
# Source: opencv/opencv#29637 (HoughLinesP; called intended), OpenCV 5 migration guide, "1D and 0D
#   array semantics": what fills a std::vector is 1D now, what fills a Mat is not.
# For inksift: `points[:, 0]` still runs where the axis is gone, and then takes all x for points; use
#   reshape(-1, 2).
# Output seen:
#   gone: calcHist (256,), findNonZero (342, 2), HoughLinesP (8, 4)
#   kept: contour (4, 1, 2), hull (4, 1, 2), corners (10, 1, 2), homography mask (5, 1)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import cv2
import numpy as np

drawn = cv2.line(np.zeros((64, 64), np.uint8), (5, 5), (60, 50), 255, 2)
cv2.rectangle(drawn, (10, 30), (30, 60), 255, 1)
contour = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0][0]
square = np.float32([[0, 0], [1, 0], [1, 1], [0, 1], [2, 3]])
gone = {
    "calcHist": cv2.calcHist([drawn], [0], None, [256], [0, 256]),
    "findNonZero": cv2.findNonZero(drawn),
    "HoughLinesP": cv2.HoughLinesP(drawn, 1, np.pi / 180, 10, None, 10, 2),
}
kept = {
    "contour": contour,
    "hull": cv2.convexHull(contour),
    "corners": cv2.goodFeaturesToTrack(drawn, 10, 0.01, 3),
    "homography mask": cv2.findHomography(square, square * 2, cv2.RANSAC)[1],
}
for name, arrays in (("gone", gone), ("kept", kept)):
    print(f"{name}:", ", ".join(f"{key} {array.shape}" for key, array in arrays.items()))
assert [array.ndim for array in gone.values()] == [1, 2, 2], "changed"
assert [array.ndim for array in kept.values()] == [3, 3, 3, 2], "changed"
assert all(array.shape[1] == 1 for array in kept.values()), "changed"
PY
