#!/usr/bin/env bash
# Find: a column of unsigned 64-bit hashes leaves pandas's text formats whole in some ways, not in others.
# Guess (60% and 60%): to_json(orient="table") reads back exactly, as it writes a schema; a blank cell
#   turns the column of a CSV into floats, as it does with signed ones.
# Seen: by orient="table" values above 2**63 come back negative, silently; by "records" exactly. One
#   blank cell of a CSV turns the column into text; the signed one becomes float.
# With: pandas 3.1.1, NumPy 2.4.6.
# Source: pandas/io/json/_table_schema.py (the schema knows "integer" alone, read as int64); pandas
#   documentation of read_csv, dtype_backend; dtype="UInt64" keeps both the numbers and the blank.
# For inksift: a perceptual hash of 64 bits is above 2**63 for half of all pictures.
# Output seen:
#   records: uint64 [18446744073709551615, 1]; table: int64 [-1, 1]
#   CSV with a blank: unsigned str, signed float64, dtype="UInt64" UInt64
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pandas==3.1.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io

import numpy as np
import pandas as pd

hashes = pd.DataFrame({"phash": np.array([2**64 - 1, 1], np.uint64)})
back = {
    orient: pd.read_json(io.StringIO(hashes.to_json(orient=orient)), orient=orient)["phash"]
    for orient in ("records", "table")
}
print("; ".join(f"{orient}: {column.dtype} {column.tolist()}" for orient, column in back.items()))
unsigned, signed = ("phash,n\n%d,1\n,2\n" % value for value in (2**64 - 1, 2**62))
blank = pd.read_csv(io.StringIO(unsigned))["phash"].dtype, pd.read_csv(io.StringIO(signed))["phash"].dtype
nullable = pd.read_csv(io.StringIO(unsigned), dtype={"phash": "UInt64"})["phash"]
print(f'CSV with a blank: unsigned {blank[0]}, signed {blank[1]}, dtype="UInt64" {nullable.dtype}')
assert back["records"].tolist() == [2**64 - 1, 1] and back["table"].tolist() == [-1, 1], "changed"
assert blank == ("str", "float64") and nullable[0] == 2**64 - 1, "changed"
PY
