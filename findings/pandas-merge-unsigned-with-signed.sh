#!/usr/bin/env bash
# Find: pandas's merge joins different 64-bit numbers where one side is unsigned and one is signed, but
#   not when the right side ascends; join and isin do not.
# Guess (70%): all three compare exactly, or all refuse.
# Seen: merge compares as floats, so 2**53 matches 2**53 + 1, with no warning; if the right side's
#   keys ascend it is exact, so that a sorted or one-row test passes. join on the index, isin, polars
#   and DuckDB are exact.
# With: pandas 3.1.1, polars 2.1.0, duckdb 2.0.1, NumPy 2.4.6.
# Source: pandas-dev/pandas#56367 (open since 2023; its one-row example is exact in 3.1) and #61688.
# For inksift: hashes are uint64 in tables and int64 in SQLite; a merge of both makes copies up.
# Output seen:
#   of 2 hashes, matches of one: merge 2, merge with sorted 1, join 1, isin 1, polars 1, duckdb 1
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import duckdb
import numpy as np
import pandas as pd
import polars as pl

ours = pd.DataFrame({"phash": np.array([2**53, 2**53 + 1], np.uint64)})
theirs = pd.DataFrame({"phash": np.array([2**53 + 1, 7], np.int64), "answer": "copy"})
matches = {
    "merge": len(ours.merge(theirs, on="phash")),
    "merge with sorted": len(ours.merge(theirs.sort_values("phash"), on="phash")),
    "join": len(ours.set_index("phash").join(theirs.set_index("phash"), how="inner")),
    "isin": int(ours["phash"].isin(theirs["phash"]).sum()),
    "polars": pl.DataFrame({"phash": ours["phash"].to_numpy()})
    .join(pl.DataFrame({"phash": theirs["phash"].to_numpy()}), on="phash")
    .height,
    "duckdb": duckdb.sql(
        "select count(*) from (values (9007199254740992::UBIGINT), (9007199254740993)) a(h)"
        " join (values (9007199254740993::BIGINT), (7)) b(h) on a.h = b.h"
    ).fetchall()[0][0],
}
print("of 2 hashes, matches of one:", ", ".join(f"{name} {number}" for name, number in matches.items()))
assert list(matches.values()) == [2, 1, 1, 1, 1, 1], "changed"
PY
