#!/usr/bin/env bash
# Find: a categorical column loses its categories in Parquet and Feather when no row is left.
# Guess (made after a first sight of it): the schema carries the categories, as it carries their type and their order: those that
#   no row has survive, and an all-missing column keeps them.
# Seen: those two hold, but of zero rows the categories come back as [], still "ordered", for a table
#   written empty and for one that a filter empties while reading.
# With: pandas 3.1.1, pyarrow 26.0.1.
# Source: Arrow columnar format, "Dictionary-encoded layout": the values are data of a batch, not of the
#   schema; Parquet holds a dictionary page per column chunk, and zero rows have none.
# For inksift: an empty partition or verdict forgets the class list, and concat then gives plain objects.
# Output seen:
#   unused kept: ['z', 'a', 'b']; all missing: ['z', 'a', 'b']; no rows: Parquet [], Feather [], filtered []
#   concat of the empty and the full table: category before, object after
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1
cd "$dir"
venv/bin/python - <<'PY'
import pandas as pd

full = pd.DataFrame({"label": pd.Categorical(["a", "b"], ["z", "a", "b"], ordered=True), "n": [1, 2]})
missing = full.assign(label=full["label"].where(full["n"] > 9))
full.to_parquet("full.parquet")
missing.to_parquet("missing.parquet")
full[:0].to_parquet("empty.parquet")
full[:0].to_feather("empty.feather")
back = {
    "unused": pd.read_parquet("full.parquet"),
    "missing": pd.read_parquet("missing.parquet"),
    "Parquet": pd.read_parquet("empty.parquet"),
    "Feather": pd.read_feather("empty.feather"),
    "filtered": pd.read_parquet("full.parquet", filters=[("n", ">", 9)]),
}
kept = {name: list(table["label"].cat.categories) for name, table in back.items()}
print(f"unused kept: {kept['unused']}; all missing: {kept['missing']}; no rows:", end=" ")
print(", ".join(f"{name} {kept[name]}" for name in ("Parquet", "Feather", "filtered")))
before, after = (pd.concat([part, full])["label"].dtype for part in (full[:0], back["Parquet"]))
print(f"concat of the empty and the full table: {before.name} before, {after} after")
assert kept["unused"] == kept["missing"] == ["z", "a", "b"] and back["Parquet"]["label"].cat.ordered, "changed"
assert kept["Parquet"] == kept["Feather"] == kept["filtered"] == [], "changed"
assert before == "category" != after, "changed"
PY
