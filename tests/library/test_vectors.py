"""Columns of vectors: rows of matrices that stay where they are, on disk too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import Table
from inksift.curation.base.vectors import VectorArray, matrix_of
from inksift.curation.store import row_files
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.tables import column_batches, read_columns, read_table
from inksift.curation.store.workspace import Workspace

TOY = Table("toy", {"image_id": "str", "vector": "vectors"}, key=("image_id",))


def rows(*numbers: int, width: int = 3) -> pd.DataFrame:
    cells = [np.full(width, number, np.float16) for number in numbers]
    return TOY.frame(
        [{"image_id": str(n), "vector": cell} for n, cell in zip(numbers, cells, strict=True)]
    )


def first_numbers(frame: pd.DataFrame) -> list[float]:
    return matrix_of(frame["vector"])[:, 0].tolist()


def test_rows_are_taken_filtered_and_joined() -> None:
    frame = pd.concat([rows(3, 1, 2), rows(5)], ignore_index=True)
    assert first_numbers(frame) == [3, 1, 2, 5]
    assert first_numbers(frame.sort_values("image_id")) == [1, 2, 3, 5]
    assert first_numbers(frame[frame["image_id"] != "1"]) == [3, 2, 5]
    assert first_numbers(frame.iloc[1:3]) == [1, 2]
    assert frame["vector"][3].dtype == np.float16
    assert [cell[0] for cell in frame["vector"].to_numpy()] == [3, 1, 2, 5]
    assert (frame["vector"].array == frame["vector"].array.copy()).all()


def test_no_rows_are_a_matrix_of_nothing() -> None:
    assert matrix_of(rows()["vector"]).shape == (0, 0)
    assert matrix_of(rows(1, 2, width=0)["vector"]).shape == (2, 0)


def test_a_missing_vector_is_told() -> None:
    frame = rows(1, 2).set_index("image_id").reindex(["2", "9"])
    assert frame["vector"].isna().tolist() == [False, True]
    assert frame["vector"].iloc[1] is None
    with pytest.raises(ValueError, match="a vector is missing"):
        matrix_of(frame["vector"])


@pytest.mark.parametrize("width", [3, 0])
def test_what_is_in_no_file_is_stored_with_its_numbers(tmp_path: Path, width: int) -> None:
    (tmp_path / "t.parquet").write_bytes(to_parquet(rows(4, 7, width=width)))
    back = TOY.check(read_parquet(tmp_path / "t.parquet"))
    expected = matrix_of(rows(4, 7, width=width)["vector"])
    assert matrix_of(back["vector"]).tolist() == expected.tolist()


def test_lists_of_earlier_versions_are_vectors(tmp_path: Path) -> None:
    old = pd.DataFrame({"image_id": pd.Series(["a", "b"], dtype="str")})
    old["vector"] = [np.arange(3, dtype=np.float16), np.ones(3, np.float16)]
    old.to_parquet(tmp_path / "t.parquet", index=False)
    back = TOY.check(read_parquet(tmp_path / "t.parquet"))
    assert matrix_of(back["vector"]).tolist() == [[0, 1, 2], [1, 1, 1]]


def test_stored_vectors_are_rows_of_files_in_the_workspace(tmp_path: Path) -> None:
    stored = Workspace(tmp_path / "w").measurements("toy", "1")
    for some in ((1, 2), (3, 4)):
        stored.add(rows(*some))
    frame = stored.frame()
    assert sorted(first_numbers(frame)) == [1, 2, 3, 4]
    handed_on = tmp_path / "w" / "tables" / "toy.parquet"
    handed_on.parent.mkdir()
    handed_on.write_bytes(to_parquet(frame[frame["image_id"] != "2"].iloc[::-1]))
    (tmp_path / "w").rename(tmp_path / "moved")
    back = read_parquet(tmp_path / "moved" / "tables" / "toy.parquet")
    assert first_numbers(back) == [float(name) for name in back["image_id"]]
    column = back["vector"].array
    assert isinstance(column, VectorArray)
    assert all(one.file.startswith(str(tmp_path / "moved")) for one in column.matrices)
    assert len(list((tmp_path / "moved" / "measurements" / "toy" / "1").glob("*.npy"))) == 2


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_table_whose_vectors_are_lost_names_their_file(tmp_path: Path, damage: str) -> None:
    workspace = Workspace(tmp_path)
    part = workspace.measurements("toy", "1").add(rows(1, 2))
    place = workspace.table("toy")
    write_atomically(place, to_parquet(workspace.measurements("toy", "1").frame()))
    assert first_numbers(read_table(place, TOY)) == [1, 2]
    (file,) = part.parent.glob("*.npy")
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    readers = (
        lambda: read_table(place, TOY),
        lambda: read_columns(place, ["vector"]),
        lambda: list(column_batches(place, ["vector"], rows=1)),
    )
    for read in readers:
        with pytest.raises(StoreError, match=rf"{file.name}.*: run `inksift run` again"):
            read()
    assert read_columns(place, ["image_id"])["image_id"].tolist() == ["1", "2"]


def test_vectors_that_come_a_few_bytes_at_a_time_are_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = Workspace(tmp_path).measurements("toy", "1")
    stored.add(rows(1, 2, 3))
    whole = os.preadv

    def few(handle: int, buffers: Sequence[memoryview], start: int) -> int:
        return whole(handle, [buffers[0][:5]], start)

    monkeypatch.setattr(os, "preadv", few)
    assert matrix_of(stored.frame()["vector"]).tolist() == [[1] * 3, [2] * 3, [3] * 3]


def test_a_file_of_vectors_that_is_cut_short_is_named(tmp_path: Path) -> None:
    stored = Workspace(tmp_path).measurements("toy", "1")
    stored.add(rows(1, 2, 3))
    column = stored.frame()["vector"]
    (file,) = tmp_path.rglob("*.npy")
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(StoreError, match=rf"{file.name} \(it is cut short\): run `inksift run`"):
        matrix_of(column)


def test_a_batch_of_a_table_opens_the_files_of_its_own_rows_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = Workspace(tmp_path).measurements("toy", "1")
    for first in range(1, 12, 3):
        stored.add(rows(first, first + 1, first + 2))
    place = Workspace(tmp_path).table("toy")
    write_atomically(place, to_parquet(stored.frame()))
    opened: list[str] = []
    one_file = row_files.RowFile

    def counted(file: Path) -> row_files.RowFile:
        opened.append(file.name)
        return one_file(file)

    monkeypatch.setattr(row_files, "RowFile", counted)
    batches = list(column_batches(place, ["image_id", "vector"], rows=3))
    whole = pd.concat(batches, ignore_index=True)
    assert first_numbers(whole) == whole["image_id"].astype(int).tolist()
    assert sorted(first_numbers(whole)) == list(range(1, 13))
    assert len(opened) == len(set(opened)) == 4
