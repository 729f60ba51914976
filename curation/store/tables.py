"""Tables that an earlier step stored: read, checked, and refused in one wording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from inksift.curation.base.errors import SchemaError, StoreError
from inksift.curation.base.tables import Table
from inksift.curation.store.parquet import BROKEN_TABLE, parquet_batches, read_parquet, rows_where
from inksift.curation.store.row_files import vector_columns, vector_files
from inksift.curation.store.soundness import demand_sound

RUN_AGAIN = "run `inksift run` again; it measures only what is missing"


def read_table(place: Path, contract: Table | None, *, remedy: str = RUN_AGAIN) -> pd.DataFrame:
    """The table in a Parquet file by its contract, or as it is where none is known.

    StoreError, with what to do, when there is no such file, when it is damaged, and when another
    version of inksift wrote it.
    """
    try:
        frame = _whole(read_parquet(place), place)
        return contract.check(frame) if contract else frame
    except SchemaError as error:
        what = f"{place} is of another version of inksift ({error})"
        raise StoreError(f"{what}: {remedy}") from error
    except BROKEN_TABLE as error:
        raise unusable(place, error, remedy) from error


def read_later_table(place: Path, contract: Table) -> pd.DataFrame:
    """As `read_table`, but no rows where there is no such file: earlier versions of inksift did not
    write it yet."""
    return read_table(place, contract) if place.exists() else contract.frame([])


def read_columns(place: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of a Parquet file, unchecked; StoreError, with what to do, as `read_table`."""
    try:
        return _whole(read_parquet(place, columns), place)
    except BROKEN_TABLE as error:
        raise unusable(place, error) from error


def column_batches(place: Path, columns: Sequence[str], *, rows: int) -> Iterator[pd.DataFrame]:
    """The same, at most so many rows at a time."""
    try:
        for number, frame in enumerate(parquet_batches(place, columns, rows=rows)):
            yield frame if number else _whole(frame, place)
    except BROKEN_TABLE as error:
        raise unusable(place, error) from error


def columns_where(place: Path, columns: Sequence[str], name: str, value: str) -> pd.DataFrame:
    """The same of the rows alone whose column `name` has a value."""
    try:
        return _whole(rows_where(place, columns, name, value), place)
    except BROKEN_TABLE as error:
        raise unusable(place, error) from error


def vectors_told_of(tables: Iterable[Path]) -> set[Path]:
    """The files of vectors that these Parquet files tell of; StoreError where one cannot be read,
    as it may tell of any."""
    told: set[Path] = set()
    for place in tables:
        try:
            told |= vector_files(place)
        except BROKEN_TABLE as error:
            raise unusable(place, error) from error
    return told


def _whole(frame: pd.DataFrame, place: Path) -> pd.DataFrame:
    """Rows of a table, whose vectors lie in files that are there and as they were written."""
    if vector_columns(frame):
        demand_sound(vector_files(place))
    return frame


def unusable(place: Path, error: Exception, remedy: str = RUN_AGAIN) -> StoreError:
    """What to raise for a stored file that is not what it should be."""
    return StoreError(f"{place} cannot be used ({error_line(error)}): {remedy}")


def error_line(error: BaseException | None) -> str:
    """An error with its type, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())
