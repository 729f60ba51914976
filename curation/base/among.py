"""Which cells of a column of text are among many others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def is_among(column: pd.Series, others: Iterable[Hashable]) -> pd.Series:
    """What `column.isin(others)` says of text without missing cells, where there are many others:
    pandas makes an object of each of those, as of version 3.

    >>> is_among(pd.Series(["fox", "owl"]), ["owl"]).tolist()
    [False, True]
    """
    values = others if isinstance(others, pd.Series) else list(others)
    known = pa.array(values, pa.large_string())
    found = pc.is_in(pa.array(column, pa.large_string()), value_set=known)
    return pd.Series(found.to_numpy(zero_copy_only=False), column.index, name=column.name)
