"""Stored tables: what is read back, and how a file that cannot be used is refused."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

from inksift.curation.base.errors import SchemaError, StoreError
from inksift.curation.base.tables import Table
from inksift.curation.store.parquet import Serialised, to_parquet
from inksift.curation.store.tables import (
    RUN_AGAIN,
    column_batches,
    columns_where,
    read_columns,
    read_table,
)

COUNTS = Table("counts", {"label": "str", "files": "int64"}, key=("label",))
READS_ANYTHING = {
    "parquet.py",
    "tables.py",
    "measurements.py",
    "part_index.py",
    "last_result.py",
    "thumbnails.py",
}
"""Modules of the store, which read parts of measurements too."""


def stored(place: Path, frame: pd.DataFrame) -> Path:
    place.write_bytes(to_parquet(frame))
    return place


def test_a_table_comes_back_by_its_contract_or_as_it_is(tmp_path: Path) -> None:
    frame = pd.DataFrame({"more": [1], "files": [2], "label": ["cat"]})
    place = stored(tmp_path / "counts.parquet", frame)
    assert read_table(place, COUNTS).columns.tolist() == ["label", "files"]
    pd.testing.assert_frame_equal(read_table(place, None), frame)


@pytest.mark.parametrize("damage", [None, b"", b"PAR1 torn", b"\0" * 400])
def test_an_absent_or_damaged_table_is_one_line_with_a_remedy(
    tmp_path: Path, damage: bytes | None
) -> None:
    place = tmp_path / "counts.parquet"
    if damage is not None:
        place.write_bytes(damage)
    with pytest.raises(StoreError) as raised:
        read_table(place, COUNTS)
    told = str(raised.value)
    assert told.startswith(f"{place} cannot be used (")
    assert told.endswith(f": {RUN_AGAIN}")
    assert "\n" not in told


def test_a_table_of_another_version_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    place = stored(tmp_path / "counts.parquet", pd.DataFrame({"label": ["cat"]}))
    with pytest.raises(StoreError, match=r"another version of inksift .*: do this") as raised:
        read_table(place, COUNTS, remedy="do this")
    assert isinstance(raised.value.__cause__, SchemaError)


def test_some_columns_of_a_damaged_table_are_refused_alike(tmp_path: Path) -> None:
    place = stored(tmp_path / "counts.parquet", pd.DataFrame({"label": ["cat"], "count": [1]}))
    assert list(read_columns(place, ["label"])) == ["label"]
    assert [len(part) for part in column_batches(place, ["label"], rows=9)] == [1]
    assert columns_where(place, ["label"], "label", "dog").empty
    place.write_bytes(place.read_bytes()[:-9])
    readers = (
        lambda: read_columns(place, ["label"]),
        lambda: list(column_batches(place, ["label"], rows=9)),
        lambda: columns_where(place, ["label"], "label", "cat"),
    )
    for read in readers:
        with pytest.raises(
            StoreError, match=r"counts\.parquet cannot be used .*: run `inksift run`"
        ):
            read()


RAW_READERS = ("read_parquet", "parquet_batches", "rows_where", "BROKEN_TABLE")


def test_only_the_store_reads_parquet() -> None:
    """Whoever reads a table elsewhere would refuse a damaged one in words of its own."""
    root = Path(__file__).parents[2]
    readers = {
        str(path.relative_to(root))
        for package in ("curation", "assets", "pipelines")
        for path in (root / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name)
        and node.id in ("read_parquet", "parquet_batches", "rows_where", "BROKEN_TABLE")
    }
    assert readers == {f"curation/store/{name}" for name in READS_ANYTHING}


def test_what_is_digested_and_then_written_is_made_into_bytes_once() -> None:
    made, frame = Serialised(), pd.DataFrame({"number": [1]})
    assert made.of(frame) is made.of(frame)
    frame.loc[0, "number"] = 2
    assert made.of(frame) == to_parquet(frame)
    assert made.of(frame.copy()) == to_parquet(frame)
