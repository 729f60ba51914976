"""Vectors in files of their own, read when they are asked for: a stored table only says in which
file the vectors of a column are, and in which row.

The files lie in the workspace and are found from its root, so that a workspace may be moved. They
are read and not mapped: mapped pages count as memory of the process, and a mapping holds a file
open."""

from __future__ import annotations

import hashlib
import io
import json
import os
from itertools import chain, compress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inksift.curation.base.arrays import Integers
from inksift.curation.base.errors import StoreError
from inksift.curation.base.vectors import (
    NO_ROW,
    StoredMatrix,
    VectorArray,
    VectorDtype,
    VectorMatrix,
)
from inksift.curation.store.files import write_atomically
from inksift.curation.store.mark import WORKSPACE_MARK

_KEY = b"inksift.vectors"
"""The metadata of a table that names the files of every column of vectors."""

VECTOR_ENDING = ".npy"
"""Of a file of vectors, which is named by the SHA-256 of its bytes."""


def in_files(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The same frame, with every column of vectors that is in memory written into `folder`."""
    columns = {name: _in_file(frame[name].array, folder) for name in vector_columns(frame)}
    return frame.assign(**columns)


def is_in_memory(frame: pd.DataFrame) -> bool:
    """Whether vectors of a frame are in no file."""
    columns = [frame[name].array.used()[0] for name in vector_columns(frame)]
    return not all(one.file for one in chain.from_iterable(columns))


def vector_files(part: Path) -> set[Path]:
    """The files that hold vectors of a stored table."""
    told = json.loads((pq.read_schema(part).metadata or {}).get(_KEY, b"{}"))
    root = workspace_of(part)
    return {root / name for name, _ in chain.from_iterable(told.values())}


def vector_columns(frame: pd.DataFrame) -> list[str]:
    """The names of the columns of vectors."""
    return [str(name) for name, dtype in frame.dtypes.items() if isinstance(dtype, VectorDtype)]


def to_references(frame: pd.DataFrame) -> pa.Table:
    """A table in which columns of vectors that are in files are the numbers of their rows, and the
    metadata name the files."""
    files: dict[str, list[tuple[str, int]]] = {}
    columns: dict[str, Any] = {}
    for name in vector_columns(frame):
        used, rows = frame[name].array.used()
        if used and all(one.file for one in used):
            columns[name] = rows
            files[name] = [(_told(Path(one.file)), len(one.numbers)) for one in used]
    table = pa.Table.from_pandas(frame.assign(**columns), preserve_index=False)
    return _with_files(table, files) if files else table


def from_references(table: pa.Table, place: Path) -> pd.DataFrame:
    """The frame that `to_references` was given, of a table at that place; a vector whose file is
    gone is missing."""
    files = json.loads((table.schema.metadata or {}).get(_KEY, b"{}"))
    lists = [field.name for field in table.schema if holds_halves(field.type)]
    columns = {name: VectorDtype().__from_arrow__(table[name]) for name in lists}
    frame: pd.DataFrame = table.drop_columns(lists).to_pandas()
    for name in files.keys() & set(frame):
        columns[name] = _opened(frame[name].to_numpy(), files[name], workspace_of(place))
    whole: pd.DataFrame = frame.assign(**columns)[table.column_names]
    return whole


def without_lost_vectors(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of which every vector is there."""
    lost = [frame[name].isna().to_numpy() for name in vector_columns(frame)]
    if not np.any(lost):
        return frame
    kept: pd.DataFrame = frame[~np.logical_or.reduce(lost)].reset_index(drop=True)
    return kept


def holds_halves(kind: pa.DataType) -> bool:
    """Whether cells are lists as vectors are stored that are in no file: so earlier versions of
    inksift stored all of them."""
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return bool(lists and pa.types.is_float16(kind.value_type))


def holds_references(table: pa.Table) -> bool:
    """Whether vectors of the table lie in files."""
    return _KEY in (table.schema.metadata or {})


def _in_file(column: VectorArray, folder: Path) -> VectorArray:
    if all(one.file for one in column.used()[0]):
        return column
    numbers = column.matrix(column.kind)
    buffer = io.BytesIO()
    np.save(buffer, numbers)
    data = buffer.getvalue()
    file = folder / f"{hashlib.sha256(data).hexdigest()}{VECTOR_ENDING}"
    if not file.exists():
        write_atomically(file, data)
    return VectorArray.of([_rows_of(file)])


class RowFile:
    """A matrix in a file of NumPy's format, of which the rows that are asked for are read."""

    def __init__(self, file: Path) -> None:
        """StoreError where it is none."""
        self.file = str(file)
        try:
            with file.open("rb") as opened:
                np.lib.format.read_magic(opened)
                shape, _, self.dtype = np.lib.format.read_array_header_1_0(opened)
                self._start = opened.tell()
        except (OSError, ValueError) as error:
            raise _unreadable(self.file, error) from error
        self.shape = (shape[0], shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> VectorMatrix:
        """A row, or the rows at ascending positions; StoreError where they cannot be read."""
        places = np.atleast_1d(rows)
        found = np.empty((len(places), self.shape[1]), self.dtype)
        if found.size:
            try:
                with open(self.file, "rb", buffering=0) as opened:
                    self._read(opened.fileno(), places, found)
            except (OSError, EOFError) as error:
                raise _unreadable(self.file, error) from error
        return found if np.ndim(rows) else found[0]

    def _read(self, handle: int, places: Integers, found: VectorMatrix) -> None:
        width = found[:1].nbytes
        if (np.diff(places) == 1).all():
            _fill(handle, found, self._start + int(places[0]) * width)
            return
        for row, place in zip(found, places.tolist(), strict=True):
            _fill(handle, row, self._start + place * width)


def _rows_of(file: Path) -> StoredMatrix:
    return StoredMatrix(RowFile(file), str(file))


def _unreadable(file: str, error: Exception) -> StoreError:
    return StoreError(f"cannot read {file} ({error}): run `inksift run` again")


def _fill(handle: int, numbers: VectorMatrix, start: int) -> None:
    """Read numbers from where they start, however few bytes come at a time; EOFError where the file
    ends before."""
    left = numbers.data.cast("B")
    while left:
        came = os.preadv(handle, [left], start)
        if not came:
            raise EOFError("it is cut short")
        left, start = left[came:], start + came


def _opened(rows: Integers, told: list[tuple[str, int]], root: Path) -> VectorArray:
    """A column of rows that count through files of so many rows, some of which may be gone; files
    without any of these rows are not opened."""
    lengths = np.array([length for _, length in told])
    place = np.searchsorted(np.cumsum(lengths), rows, "right")
    there = np.zeros(len(told), bool)
    for held in np.unique(place[rows != NO_ROW]):
        there[held] = (root / told[held][0]).exists()
    left_out_before = np.cumsum(np.where(there, 0, lengths))
    kept = np.append(there, [True])[place] & (rows != NO_ROW)
    left = np.where(kept, rows - np.append(left_out_before, [0])[place], NO_ROW)
    return VectorArray([_rows_of(root / name) for name, _ in compress(told, there)], left)


def _with_files(table: pa.Table, files: dict[str, list[tuple[str, int]]]) -> pa.Table:
    metadata = (table.schema.metadata or {}) | {_KEY: json.dumps(files).encode()}
    return table.replace_schema_metadata(metadata)


def _told(file: Path) -> str:
    """A file by its way from the root of the workspace."""
    return file.relative_to(workspace_of(file)).as_posix()


def workspace_of(place: Path) -> Path:
    """The workspace that a file lies in, or else its folder."""
    return next((one for one in place.parents if (one / WORKSPACE_MARK).exists()), place.parent)
