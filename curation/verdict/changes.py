"""Decisions of which some are changed, row by row, while all others stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.arrays import Flags
from inksift.curation.base.tables import DECISIONS
from inksift.curation.base.vectors import blocks_of

DecisionRow = dict[Any, Any]
"""A row of DECISIONS."""

_BLOCK = 10_000
"""Rows that are taken out of their columns at a time: bounds the memory."""


def changed_rows(
    decisions: pd.DataFrame, chosen: pd.Series | Flags, change: Callable[[DecisionRow], DecisionRow]
) -> pd.DataFrame:
    """DECISIONS in the order given, with what `change` makes of each chosen row in its place."""
    places = np.flatnonzero(chosen)
    decisions = decisions.reset_index(drop=True)
    if not len(places):
        return decisions
    blocks = blocks_of(len(places), _BLOCK)
    changed = pd.concat([_changed(decisions.iloc[places[block]], change) for block in blocks])
    others = decisions.drop(index=decisions.index[places])
    return DECISIONS.check(pd.concat([others, changed]).sort_index())


def _changed(rows: pd.DataFrame, change: Callable[[DecisionRow], DecisionRow]) -> pd.DataFrame:
    changed = DECISIONS.frame([change(row) for row in rows.to_dict("records")])
    return changed.set_axis(rows.index)
