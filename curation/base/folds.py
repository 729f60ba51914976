"""Folds of a cross-validation: which part of the answers is held out together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import Integers


def stratified_folds(classes: npt.NDArray[np.generic], number: int) -> Integers:
    """A fold from 0 to `number` - 1 for each row, dealt out in turn within each of `classes`.

    So the sizes of a class differ by at most one from fold to fold, and no random number is drawn:
    rows must come in an order that says nothing about them.

    >>> stratified_folds(np.array(["a", "b", "b", "a", "b"]), 2).tolist()
    [0, 0, 1, 1, 0]
    """
    turn = pd.Series(classes).groupby(classes).cumcount()
    return np.asarray(turn % number, dtype=np.int64)
