#!/usr/bin/env bash
# Find: pyarrow cannot filter a Parquet column of unsigned 64-bit hashes by a plain Python number.
# Guess (75%): filters=[("phash", ">", 100)] works, the number being cast to the column's type.
# Seen: the number is taken for int64 and then the column is cast to int64: it raises as soon as one
#   value is above 2**63, whatever the number. pa.scalar(100, pa.uint64()) works; so do DuckDB and
#   polars with the plain number.
# With: pyarrow 26.0.1, duckdb 2.0.1, polars 2.1.0.
# Source: apache/arrow#30652 has the message and was closed in 2026 as fixed; Arrow
#   documentation, Compute Functions, "common numeric type" of uint64 and int64.
# For inksift: whoever reads its tables by `filters` needs typed scalars, for hashes.
# Output seen:
#   plain 100: ArrowInvalid; plain 2**63: OverflowError; typed 100: 1; DuckDB 1; polars 1
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0
cd "$dir"
venv/bin/python - <<'PY'
import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

pq.write_table(pa.table({"phash": pa.array([1, 2**63 + 5], pa.uint64())}), "hashes.parquet")


def rows(number):
    """How many are above the number, or the error's name."""
    try:
        return pq.read_table("hashes.parquet", filters=pc.field("phash") > number).num_rows
    except (pa.ArrowInvalid, OverflowError) as error:
        return type(error).__name__


plain, large, typed = rows(100), rows(2**63), rows(pa.scalar(100, pa.uint64()))
duck = duckdb.sql("select count(*) from 'hashes.parquet' where phash > 100").fetchall()[0][0]
bear = pl.scan_parquet("hashes.parquet").filter(pl.col("phash") > 100).collect().height
print(f"plain 100: {plain}; plain 2**63: {large}; typed 100: {typed}; DuckDB {duck}; polars {bear}")
assert (plain, large, typed, duck, bear) == ("ArrowInvalid", "OverflowError", 1, 1, 1), "changed"
PY
