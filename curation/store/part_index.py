"""Which part holds the row of a picture: noted beside the parts, so that only parts that came since
are read for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import BROKEN_TABLE, parquet_rows, read_parts, to_parquet

_NAME = ".parts.index"
_DIGEST_BYTES = 32
"""A SHA-256, which stands before the table that it is of."""

_WORTH_NOTING = 8
"""New parts from which the index is written again."""


class PartIndex:
    """The index of a folder of parts. What it says of parts that are not asked for is left out, so
    that it may be old or gone."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _NAME
        self._rows: pd.DataFrame | None = None

    def parts_of(self, image_ids: Sequence[str], parts: Sequence[Path]) -> list[Path | None]:
        """Which of these parts holds each picture, None for none of them."""
        rows = self._brought_up_to(parts)
        places = pd.Index(rows["image_id"]).get_indexer(pd.Index(list(image_ids), dtype="str"))
        by_name = {part.name: part for part in parts}
        names = rows["part"].to_numpy()
        return [by_name[names[place]] if place >= 0 else None for place in places]

    def _brought_up_to(self, parts: Sequence[Path]) -> pd.DataFrame:
        noted = self._noted() if self._rows is None else self._rows
        known = set(noted["part"].unique())
        new = [part for part in parts if part.name not in known]
        rows = noted[noted["part"].isin([part.name for part in parts])]
        if new:
            rows = pd.concat([rows, *map(_named, new)], ignore_index=True)
        rows = rows.drop_duplicates("image_id", ignore_index=True)
        if len(new) >= _WORTH_NOTING:
            self._note(rows)
        self._rows = rows
        return rows

    def _noted(self) -> pd.DataFrame:
        """What was noted; nothing where that is gone or damaged."""
        with suppress(*BROKEN_TABLE):
            return _noted_in(self._file)
        return pd.DataFrame({"image_id": [], "part": []}, dtype="str")

    def _note(self, rows: pd.DataFrame) -> None:
        data = to_parquet(rows)
        with suppress(StoreError):  # what cannot be noted is read again
            write_atomically(self._file, hashlib.sha256(data).digest() + data)


def damaged_indexes(folder: Path) -> list[Path]:
    """The indexes below a folder that cannot be read. Nothing is lost with one."""
    return [file for file in sorted(folder.rglob(_NAME)) if _is_damaged(file)]


def _is_damaged(file: Path) -> bool:
    try:
        _noted_in(file)
    except BROKEN_TABLE:
        return True
    return False


def _noted_in(file: Path) -> pd.DataFrame:
    data = file.read_bytes()
    digest, table = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(table).digest() != digest:
        raise ValueError(f"{file} is not as it was written")
    return parquet_rows(table)


def _named(part: Path) -> pd.DataFrame:
    ids = read_parts([part], ["image_id"])["image_id"]
    return pd.DataFrame({"image_id": ids, "part": pd.Series(part.name, ids.index, dtype="str")})
