"""Every table has a contract that refuses what breaks it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base import tables
from inksift.curation.base.errors import SchemaError
from inksift.curation.base.tables import Table
from inksift.curation.store.parquet import read_parquet, to_parquet

TOY = Table("toys", {"name": "str", "size": "float64", "count": "int64"}, key=("name",))
CONTRACTS = [value for value in vars(tables).values() if isinstance(value, Table)]


def toy(**changes: object) -> pd.DataFrame:
    return pd.DataFrame({"name": ["a", "b"], "size": [1.0, 2.0], "count": [1, 2]} | changes)


def test_columns_come_in_order_and_extra_ones_go() -> None:
    assert list(TOY.check(toy(more=[1, 2])[["more", "count", "size", "name"]])) == [
        "name",
        "size",
        "count",
    ]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (toy().drop(columns="size"), r"toys: missing column\(s\) size"),
        (toy(count=[1.0, 2.0]), "toys.count: expected int64, got float64"),
        (toy(size=[1.0, np.nan]), r"toys.size: 1 value\(s\) missing"),
        (toy(size=[1.0, np.inf]), "toys.size: not every value is finite"),
        (toy(name=["a", "a"]), "toys: rows repeat the key name"),
    ],
)
def test_a_broken_contract_is_named(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        TOY.check(frame)


@pytest.mark.parametrize("table", CONTRACTS, ids=lambda table: table.name)
def test_an_empty_table_meets_its_contract_before_and_after_storage(table: Table, tmp_path) -> None:
    (tmp_path / "t.parquet").write_bytes(to_parquet(table.frame([])))
    assert table.check(read_parquet(tmp_path / "t.parquet")).empty


def test_arrays_in_cells_survive_storage(tmp_path) -> None:
    vectors = [np.arange(4, dtype=np.float16), np.ones(4, dtype=np.float16)]
    rows = [
        {"image_id": str(i), "embedder": "toy", "status": "ok", "vector": v, "texture": v[:0]}
        for i, v in enumerate(vectors)
    ]
    frame = tables.EMBEDDINGS.frame(rows)
    (tmp_path / "t.parquet").write_bytes(to_parquet(frame))
    back = tables.EMBEDDINGS.check(read_parquet(tmp_path / "t.parquet"))
    assert back["vector"][0].dtype == np.float16
    np.testing.assert_array_equal(np.stack(back["vector"]), np.stack(vectors))


def test_a_missing_probability_stays_missing(tmp_path) -> None:
    row = dict.fromkeys(tables.DECISIONS.columns, "") | {"p_photo": float("nan")}
    (tmp_path / "t.parquet").write_bytes(to_parquet(tables.DECISIONS.frame([row])))
    assert tables.DECISIONS.check(read_parquet(tmp_path / "t.parquet"))["p_photo"].isna().all()
