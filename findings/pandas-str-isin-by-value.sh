#!/usr/bin/env bash
# Find: in pandas 3 `isin` on a column of text costs ten microseconds for each value asked about, 30 times what an
#   object column takes; of two columns of 50,000 paths that is half a second, and a chain asks dozens of times.
# Guess (75%): `isin` on the new str dtype is as quick as on object columns or quicker, as Arrow looks values up in C++.
# Seen: each value becomes a pyarrow scalar in Python first, and a Python object again, before Arrow looks. Of 50,000
#   values in 50,000 cells it takes more than 8 times as long as on an object column and 8 times as long as Arrow itself;
#   with two values asked about it is as quick as one would think, so that small trials show nothing.
# With: pandas 3.1.1, pyarrow 26.0.1, NumPy 2.4.6.
# Source: pandas/core/arrays/string_arrow.py, ArrowStringArray.isin: a list comprehension over the values.
# For inksift: `is_among` asks Arrow directly (curation/base/among.py); a run in which 100 of 50,000 pictures were new
#   spent a tenth of its time on this.
# Output seen (the numbers are times, and differ):
#   50,000 values: str is 69 times object, 65 times pyarrow; two values: str is 0.5 times object
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import time

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NUMBER = 50_000
paths = pd.Series([f"class_{k % 20:02}/{k:07}.png" for k in range(NUMBER)], dtype="str")
objects = paths.astype(object)


def seconds(ask):
    times = []
    for _ in range(3):
        began = time.process_time()
        ask()
        times.append(time.process_time() - began)
    return min(times)


text = seconds(lambda: paths.isin(paths))
plain = seconds(lambda: objects.isin(objects))
arrow = seconds(lambda: pc.is_in(pa.array(paths), value_set=pa.array(paths)))
few = seconds(lambda: paths.isin(["a", "b"])) / seconds(lambda: objects.isin(["a", "b"]))
print(
    f"{NUMBER:,} values: str is {text / plain:.0f} times object, {text / arrow:.0f} times pyarrow;"
    f" two values: str is {few:.1f} times object"
)
assert text > 8 * plain and text > 8 * arrow and few < 5, "changed"
PY
