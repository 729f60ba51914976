"""Which pictures of a folder to ask a person about.

Pictures are drawn from strata of log-odds. Half of the draws follow the sizes of the strata, so
that no answer ever stands for many more pictures than another; half go to strata by how much an
answer there may change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Set
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.base.tables import Table
from curation.verdict.medium.prior import logit
from curation.verdict.medium.votes import Floats

Counts = npt.NDArray[np.int64]

EDGES = (0.01, 0.1, 0.3, 0.7, 0.9, 0.99)
"""Probabilities of a photograph between which the strata lie; thresholds lie among them, whatever
the promise."""

STRATA = (
    f"below {EDGES[0]}",
    *(f"{low} to {high}" for low, high in pairwise(EDGES)),
    f"from {EDGES[-1]}",
)
ATTENTION = np.array([1, 2, 3, 3, 3, 2, 1])
"""Near the thresholds an answer changes decisions; at the ends it finds the rare gross error."""

QUESTIONS = Table(
    "questions", {"image_id": "str", "stratum": "str", "chance": "float64"}, key=("image_id",)
)
"""One row per picture to ask about, by `image_id`: the stratum it was drawn from and the chance of
its being drawn."""


def propose(
    votes: pd.DataFrame, answered: Set[str], *, count: int = 50, seed: int = 0
) -> pd.DataFrame:
    """QUESTIONS on `count` pictures of a VOTES frame, or on all that are not `answered` if there
    are fewer.

    The same whatever the order of the rows; every stratum that has a picture has a question, where
    `count` allows."""
    free = votes.loc[~votes["image_id"].isin(answered), ["image_id", "log_odds"]]
    drawn_by_lot = free.assign(
        stratum=_strata(free["log_odds"].to_numpy()), lot=free["image_id"].map(lot(seed))
    )
    rows = drawn_by_lot.sort_values(["stratum", "lot"], ignore_index=True)
    sizes = np.bincount(rows["stratum"], minlength=len(STRATA))
    draws = _draws(sizes, count)
    chosen = rows[
        rows.groupby("stratum").cumcount().to_numpy() < draws[rows["stratum"]]
    ].sort_values("image_id")
    stratum = chosen["stratum"].to_numpy()
    names = pd.Series([STRATA[place] for place in stratum], index=chosen.index, dtype="str")
    return QUESTIONS.check(chosen.assign(stratum=names, chance=draws[stratum] / sizes[stratum]))


def sample_weight(log_odds: Floats, asked: npt.NDArray[np.bool_]) -> Floats:
    """How many pictures of a folder, by the strata of their log-odds, each of those asked about
    stands for.

    A stratum without answers counts with the nearest one that has some.

    >>> sample_weight(np.array([-9.0, -9.0, 0.0, 9.0]), np.array([True, False, False, True])).tolist()
    [3.0, 1.0]
    """
    strata = _strata(log_odds)
    answers = np.bincount(strata[asked], minlength=len(STRATA))
    filled, pictures = np.flatnonzero(answers), np.zeros(len(STRATA))
    for stratum, size in enumerate(
        np.bincount(strata, minlength=len(STRATA)) if len(filled) else ()
    ):
        pictures[filled[np.argmin(np.abs(filled - stratum))]] += size
    stands: Floats = (pictures / np.maximum(answers, 1))[strata[asked]]
    return stands


def _strata(log_odds: Floats) -> Counts:
    return np.digitize(log_odds, [logit(edge) for edge in EDGES]).astype(np.int64)


def lot(seed: int) -> Callable[[str], str]:
    """A fixed order that is as good as random: what to sort image_ids by."""
    return lambda image_id: hashlib.sha256(f"{seed} {image_id}".encode()).hexdigest()


def _draws(sizes: Counts, count: int) -> Counts:
    """How many pictures to draw from each stratum, one by one from whichever is furthest from its
    due."""
    due = count * (sizes / max(sizes.sum(), 1) + _shares(ATTENTION * (sizes > 0))) / 2
    draws = np.zeros(len(sizes), dtype=np.int64)
    for _ in range(min(count, int(sizes.sum()))):
        lacking = np.where(draws == 0, due + count, due - draws)
        draws[np.argmax(np.where(draws < sizes, lacking, -np.inf))] += 1
    return draws


def _shares(parts: Counts) -> Floats:
    return parts / max(int(parts.sum()), 1)
