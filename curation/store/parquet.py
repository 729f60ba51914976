"""Tables as Parquet bytes and back, with arrays of numbers in cells."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inksift.curation.store.row_files import (
    from_references,
    holds_halves,
    holds_references,
    to_references,
)

BROKEN_TABLE = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError)
"""What reading a file raises that is absent, damaged, or no table."""

Compression = Literal["zstd", "none"]
"""How the columns of a file are packed; "none" for cells that are packed already."""


def to_parquet(
    frame: pd.DataFrame, *, rows_per_group: int | None = None, compression: Compression = "zstd"
) -> bytes:
    """The frame as a Parquet file; NaN becomes null. Few `rows_per_group` make single rows quick to
    read."""
    buffer = BytesIO()
    table = to_references(frame)
    pq.write_table(
        table,
        buffer,
        compression=compression,
        row_group_size=rows_per_group,
        # of cells packed already, both would be copies that nothing reads
        use_dictionary=compression != "none",
        write_statistics=True if compression != "none" else _texts(table.schema),
    )
    return buffer.getvalue()


class Serialised:
    """The last frame made into bytes, so that what is digested and then written is made once."""

    def __init__(self) -> None:
        self._frame: weakref.ref[pd.DataFrame] | None = None
        self._data = b""

    def of(self, frame: pd.DataFrame) -> bytes:
        """As `to_parquet`; kept until they are asked for again, for a frame that nobody changes
        meanwhile."""
        if self._frame is not None and self._frame() is frame:
            data, self._data, self._frame = self._data, b"", None
            return data
        self._data, self._frame = to_parquet(frame), weakref.ref(frame)
        return self._data


SERIALISED = Serialised()
"""Of the step that runs: one at a time in a process."""


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The frame in a Parquet file, or some of its columns."""
    return from_references(_arrow(path, columns), path)


def _arrow(path: Path, columns: Sequence[str] | None) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=list(columns) if columns is not None else None)


def read_parts(parts: Sequence[Path], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of several files, one after the other; a column that some of them lack is empty
    there."""
    tables = [_arrow(part, columns) for part in parts]
    if not any(holds_references(table) for table in tables):
        whole = pa.concat_tables(tables, promote_options="permissive")
        return from_references(whole, parts[0])
    opened = [from_references(table, part) for table, part in zip(tables, parts, strict=True)]
    return pd.concat(opened, ignore_index=True)


def parquet_rows(data: bytes) -> pd.DataFrame:
    """The frame that `to_parquet` gave these bytes for, which has no vectors."""
    frame: pd.DataFrame = pq.read_table(BytesIO(data)).to_pandas()
    return frame


def count_rows(path: Path) -> int:
    """The rows of a file, by its end alone."""
    return int(pq.read_metadata(path).num_rows)


def holds_vectors(path: Path) -> bool:
    """Whether vectors are in the file itself, and not in files of their own."""
    return any(holds_halves(field.type) for field in pq.read_schema(path))


def parquet_batches(path: Path, columns: Sequence[str], *, rows: int) -> Iterator[pd.DataFrame]:
    """Some columns of a Parquet file, at most so many rows at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(rows, columns=list(columns)):
            yield from_references(pa.Table.from_batches([batch]), path)


def rows_where(path: Path, columns: Sequence[str], name: str, value: str) -> pd.DataFrame:
    """Some columns of the rows of a Parquet file whose column `name` has a value."""
    table = pq.read_table(path, columns=list(columns), filters=[(name, "=", value)])
    return from_references(table, path)


def read_value(path: Path, column: str, *, where: str, equals: str) -> Any:
    """The cell of `column` in the first row whose `where` is `equals`, of which only that row's
    group is read.

    ValueError when there is no such row.
    """
    with pq.ParquetFile(path, pre_buffer=False) as file:
        group = _group_of(file, where, equals)
        cells = file.read_row_group(group, [where, column], use_threads=False)
        return cells[column][cells[where].to_pylist().index(equals)].as_py()


def _texts(schema: pa.Schema) -> list[str]:
    """The columns of text, by which rows are found."""
    kinds = (pa.string(), pa.large_string())
    return [field.name for field in schema if field.type in kinds]


def _group_of(file: pq.ParquetFile, where: str, equals: str) -> int:
    """The first row group with that value, by the least and the largest of each: of groups of one
    row they are the value. Where those are not told, or tell of several, the column is read."""
    place = file.schema_arrow.get_field_index(where)
    metadata = file.metadata
    for group in range(file.num_row_groups):
        told = metadata.row_group(group).column(place).statistics
        if told is None or not told.has_min_max or told.min != told.max:
            break
        if told.min == equals:
            return group
    row = file.read([where], use_threads=False)[where].to_pylist().index(equals)
    ends = accumulate(metadata.row_group(group).num_rows for group in range(file.num_row_groups))
    return next(group for group, end in enumerate(ends) if row < end)
