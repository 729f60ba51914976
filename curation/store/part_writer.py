"""Rows stored as parts, by whatever process made them: a part is named by its bytes, so that the
same rows stored twice are one part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import Compression, to_parquet
from inksift.curation.store.row_files import in_files


@dataclass(frozen=True)
class PartWriter:
    """Stores rows as parts in one folder, their vectors in files beside them. Any process may do so
    beside others."""

    folder: Path

    def write(
        self,
        rows: pd.DataFrame,
        *,
        rows_per_group: int | None = None,
        compression: Compression = "zstd",
    ) -> Path:
        """Store one batch of rows as a part, durably, and give its file; few `rows_per_group` make
        single rows quick to read."""
        kept = in_files(rows, self.folder)
        data = to_parquet(kept, rows_per_group=rows_per_group, compression=compression)
        part = self.folder / f"{hashlib.sha256(data).hexdigest()}.parquet"
        write_atomically(part, data)
        return part


@dataclass(frozen=True)
class StoringTask:
    """A function that makes rows of pictures or pairs, as a task that stores them and answers with
    the part."""

    function: Callable[[Sequence[str]], pd.DataFrame]
    writer: PartWriter

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[str]], Path]]:
        """Nothing is loaded but what the function holds."""
        yield lambda items: self.writer.write(self.function(items))
