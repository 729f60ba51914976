#!/usr/bin/env bash
# Find: OpenCV 5 warps drawings to other pixels than 4; resizes and colour conversions stay the same.
# Guess (55%, noted after the run): bilinear warpAffine of 8-bit pictures agrees between 4.13 and 5.0 to one level.
# Seen: at the hard edges of flat art they are up to 6 levels apart. 4 rounds positions to 1/32 of a
#   pixel and is 6 levels from exact bilinear; 5 is within rounding. Nine resizes and others are equal.
# With: opencv-python-headless 5.0.0.93 against 4.13.0.92, NumPy 2.4.6.
# Source: opencv/opencv#25984 (new kernels), #5819 (the old fixed point).
# For inksift: residuals after alignment tuned under 4 are smaller under 5; cached ones do not compare.
# Output seen:
#   4.13.0 from exact bilinear: most 5.7, off by more than a level 1.7%
#   5.0.0 from exact bilinear: most 0.5, off by more than a level 0.0%
#   5 against 4: warp most 6, the nine others equal
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > warp.py <<'PY'
import sys
import cv2
import numpy as np

rng, art = np.random.default_rng(0), np.full((300, 400), 255, np.uint8)
for _ in range(25):
    cv2.fillPoly(art, [rng.integers(0, 400, (3, 2)).astype(np.int32)], int(rng.integers(0, 256)))
turn = cv2.getRotationMatrix2D((200, 150), 17, 0.9)
back, (y, x) = cv2.invertAffineTransform(turn), np.mgrid[:300, :400]
u, v = (row[0] * x + row[1] * y + row[2] + 2 for row in back)  # in a picture with a black border of 2
edged = np.pad(art.astype(float), 2)
left, top = (np.clip(np.floor(at).astype(int), 0, size - 2) for at, size in ((u, 404), (v, 304)))
across, down = np.clip(u - left, 0, 1), np.clip(v - top, 0, 1)
rows = [edged[top + i, left] * (1 - across) + edged[top + i, left + 1] * across for i in (0, 1)]
warped = cv2.warpAffine(art, turn, (400, 300))
off = abs(warped - (rows[0] * (1 - down) + rows[1] * down))
print(f"{cv2.__version__} from exact bilinear: most {off.max():.1f}, off by more than a level {(off > 1).mean():.1%}")
colour = np.dstack([art, art[::-1], art[:, ::-1]])
others = [cv2.resize(art, (133, 97), interpolation=how) for how in (0, 1, 2, 3, 4)]
others += [cv2.cvtColor(colour, how).ravel() for how in (cv2.COLOR_RGB2GRAY, cv2.COLOR_RGB2LAB, cv2.COLOR_RGB2HSV)]
others.append(cv2.GaussianBlur(art, (0, 0), 2.3))
np.savez(sys.argv[1], warped=warped, others=np.concatenate([each.ravel() for each in others]), most=off.max())
PY
python3.11 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check numpy==2.4.6
for version in 4.13.0.92 5.0.0.93; do
    venv/bin/pip install -q --no-compile --disable-pip-version-check --no-deps --target "$version" \
        "opencv-python-headless==$version"
    PYTHONPATH="$version" venv/bin/python warp.py "$version.npz"
done
venv/bin/python - <<'PY'
import numpy as np
old, new = np.load("4.13.0.92.npz"), np.load("5.0.0.93.npz")
apart, equal = abs(new["warped"].astype(int) - old["warped"]).max(), (new["others"] == old["others"]).all()
print(f"5 against 4: warp most {apart}, the nine others {'equal' if equal else 'differ'}")
assert apart >= 3 and equal and old["most"] > 3 and new["most"] < 1, "changed"
PY
