#!/usr/bin/env bash
# Find: class names and captions that look like dates come out of an imagefolder as datetimes.
# Guess (85%): JSON strings of metadata.jsonl stay strings, whatever they say.
# Seen: where every value of a column is like "2021-05-01" or "2021-05-01 10:00", the column is a
#   timestamp, and a class named by its day is a datetime. "2021-05" and "007" stay text. One value
#   that is no date keeps all of them text, so a split may have another type than the next one, and
#   then nothing loads.
# With: datasets 5.2.0, pyarrow 26.0.1, Pillow 13.0.0.
# Source: datasets/packaged_modules/folder_based_builder, _read_metadata: pyarrow.json infers types.
# For inksift: the export says so of such classes, and points to Parquet, where text is text.
# Output seen:
#   all dates: label timestamp[s], datetime(2021, 5, 1); month string; number string
#   one is none: label string
#   in another split: refused
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.1 pillow==13.0.0
cd "$dir"
venv/bin/python - <<'PY'
import datetime
import json
import os
from pathlib import Path

os.environ.update(HF_HOME="cache", HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
import datasets  # noqa: E402
from PIL import Image  # noqa: E402


def folder(name, labels):
    place = Path(name)
    place.mkdir(parents=True)
    rows = []
    for number, label in enumerate(labels):
        Image.new("RGB", (8, 8)).save(place / f"{number}.png")
        rows.append({"file_name": f"{number}.png", "label": label, "month": "2021-05", "number": "007"})
    (place / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def load(name):
    return datasets.load_dataset("imagefolder", data_dir=name)["train"]


folder("dates", ["2021-05-01", "2021-05-02"])
folder("mixed", ["2021-05-01", "fox"])
folder("divided/train", ["2021-05-01"])
folder("divided/test", ["fox"])
dates, mixed = load("dates"), load("mixed")
kinds = {name: dates.features[name].dtype for name in ("label", "month", "number")}
print(f"all dates: label {kinds['label']}, {dates[0]['label']!r}; month {kinds['month']}; number {kinds['number']}")
print(f"one is none: label {mixed.features['label'].dtype}")
try:
    load("divided")
    refused = False
except ValueError:
    refused = True
print(f"in another split: {'refused' if refused else 'loaded'}")
assert kinds == {"label": "timestamp[s]", "month": "string", "number": "string"}, "changed"
assert dates[0]["label"] == datetime.datetime(2021, 5, 1), "changed"
assert mixed.features["label"].dtype == "string" and refused, "changed"
PY
