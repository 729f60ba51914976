"""Tables as Parquet bytes and back, with arrays of numbers in cells."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def to_parquet(frame: pd.DataFrame) -> bytes:
    """The frame as a Parquet file; NaN becomes null."""
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer, compression="zstd")
    return buffer.getvalue()


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The frame in a Parquet file, or some of its columns."""
    table = pq.ParquetFile(path).read(columns=list(columns) if columns is not None else None)
    frame: pd.DataFrame = table.to_pandas()
    return frame
