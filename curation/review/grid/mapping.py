"""The map of the embeddings: where every picture lies, and what it may be coloured by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.drawing.words import reason_of_one
from inksift.curation.review.looks.looks import Looks
from inksift.curation.review.state import State

MAP_STEPS = 4095
"""Whole numbers that an axis of the map has: finer than any window."""


def map_told(state: State, looks: Looks | None) -> dict[str, Any]:
    """The `files` that have a place, theirs as `x` and `y` from 0 to 4095, and for every colouring
    (`class`, `outcome`, `reason`) its `names`, the most frequent first, and of every file which it
    is."""
    placed = np.zeros(len(state.run), np.bool_) if looks is None else looks.placed
    files = np.flatnonzero(placed)
    points = np.zeros((0, 2)) if looks is None else looks.points[files]
    x, y = np.rint(points * MAP_STEPS).astype(np.int64).T
    rows = state.decisions.iloc[files]
    reasons = rows["reason"].map(lambda reason: reason_of_one(reason) if reason else "kept")
    return {
        "run": state.run.name,
        "prepared": looks is not None,
        "files": files.tolist(),
        "x": x.tolist(),
        "y": y.tolist(),
        "class": _coded(rows["label"]),
        "outcome": _coded(rows["outcome"]),
        "reason": _coded(reasons),
    }


def _coded(values: pd.Series) -> dict[str, Any]:
    names = values.value_counts().index
    return {"names": list(map(str, names)), "of": names.get_indexer(pd.Index(values)).tolist()}
