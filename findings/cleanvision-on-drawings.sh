#!/usr/bin/env bash
# Find: cleanvision calls every line drawing "low information" and smooth shading "blurry".
# Guess (60% and 65%): its thresholds spare clean drawings: lines on white may be "light", no more.
# Seen: all 12 line drawings are low_information, few are light; of 12 smooth gradients most are blurry,
#   none a near duplicate, though they differ by a level of blue. Flat discs pass.
# With: cleanvision 0.3.7, Pillow 13.0.0.
# Source: cleanvision's README, table of issues; issue_managers/image_property_issue_manager.py (scores
#   of entropy and sharpness with fixed thresholds: 0.3 and 0.29).
# For inksift: as a peer it removes exactly what an illustration set is for, unless its thresholds change.
# Output seen:
#   disc: none
#   line: low_information 12, light 2
#   soft: blurry 7
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check cleanvision==0.3.7 pillow==13.0.0 numpy==2.4.6
mkdir "$dir/drawings"
cd "$dir/drawings"
../venv/bin/python - <<'PY'
import contextlib
import numpy as np
from cleanvision import Imagelab
from PIL import Image, ImageDraw


def line(rng):
    image = Image.new("RGB", (512, 512), "white")
    for _ in range(8):
        ImageDraw.Draw(image).line([tuple(map(int, rng.integers(0, 512, 2))) for _ in range(5)], "black", 2)
    return image


def disc(rng):
    image = Image.new("RGB", (512, 512), (240, 220, 200))
    for _ in range(12):
        x, y = map(int, rng.integers(0, 400, 2))
        ImageDraw.Draw(image).ellipse((x, y, x + 150, y + 150), tuple(map(int, rng.integers(40, 230, 3))))
    return image


for number in range(12):
    line(np.random.default_rng(number)).save(f"line{number}.png")
    disc(np.random.default_rng(number)).save(f"disc{number}.png")
    slope = np.tile(np.linspace(40, 230, 512), (512, 1))
    soft = np.dstack([slope, slope.T, np.full((512, 512), 120 + number)])
    Image.fromarray(soft.astype(np.uint8)).save(f"soft{number}.png")
lab = Imagelab(data_path=".")
with open("log", "w") as log, contextlib.redirect_stderr(log):
    lab.find_issues(n_jobs=1, verbose=False)
flags = lab.issues.filter(regex="^is_")
counts = flags.groupby([path.rsplit("/", 1)[-1][:4] for path in flags.index]).sum()
for kind, row in counts.iterrows():
    print(f"{kind}:", ", ".join(f"{name[3:-6]} {number}" for name, number in row.items() if number) or "none")
assert counts.loc["line", "is_low_information_issue"] == 12 > counts.loc["line", "is_light_issue"], "changed"
assert counts.loc["soft", "is_blurry_issue"] > 0 and not counts.loc["disc"].any(), "changed"
assert counts["is_near_duplicates_issue"].sum() == 0, "changed"
PY
