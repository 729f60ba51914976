#!/usr/bin/env bash
# Find: a folder of pictures with a caption beside each loads as texts, without a picture or a word.
# Guess (75%): load_dataset(folder) of as many .png as .txt is an imagefolder, or refuses.
# Seen: the commonest ending decides, and of equal ones the last in the alphabet, so .txt wins over
#   .png and .jpg, and .webp over .txt. Every part of a name after a dot counts as an ending: a split
#   of one picture x.tar.png is one of tar archives. With
#   load_dataset("imagefolder", data_dir=folder) the pictures are there, unless one has a sidecar
#   task.toml: that is taken for the only file of a test split, which then has no picture.
# With: datasets 5.2.0, Pillow 13.0.0.
# Source: datasets/load.py, infer_module_for_data_files_list; datasets/data_files.py,
#   DEFAULT_PATTERNS_HARBOR.
# For inksift: the card of an export names the pictures' endings as data files, so that the folder
#   alone is enough, and names like task.toml are mended.
# Output seen:
#   png and txt: ['text'], webp and txt: ['image', 'label'], x.tar.png: refused
#   as imagefolder: ['image', 'label'], with task.toml: refused
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check datasets==5.2.0 pillow==13.0.0
cd "$dir"
venv/bin/python - <<'PY'
import os
from pathlib import Path

os.environ.update(HF_HOME="cache", HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
import datasets  # noqa: E402
from PIL import Image  # noqa: E402


def folder(name, ending, captions):
    for label in ("cat", "fox"):
        place = Path(name, label)
        place.mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(place / f"x.{ending}")
        if captions:
            (place / f"x.{ending}").with_suffix(".txt").write_text("a drawing\n")


def columns(*given, **named):
    try:
        found = datasets.load_dataset(*given, **named)
    except Exception:
        return "refused"
    return next(iter(found.values())).column_names


folder("png", "png", True)
folder("webp", "webp", True)
folder("tar", "tar.png", False)
png, webp, tar = (columns(name) for name in ("png", "webp", "tar"))
print(f"png and txt: {png}, webp and txt: {webp}, x.tar.png: {tar}")
plain = columns("imagefolder", data_dir="png")
Path("png/cat/task.toml").write_text("")
suite = columns("imagefolder", data_dir="png")
print(f"as imagefolder: {plain}, with task.toml: {suite}")
assert png == ["text"] and "image" in webp and tar == "refused", "changed"
assert "image" in plain and suite == "refused", "changed"
PY
