"""Which pictures of a folder to ask a person about.

Pictures are drawn from strata of log-odds. Half of the draws follow the sizes of the strata, so
that no answer ever weighs much more than another; half go to strata by how much an answer there may
change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Set

import numpy as np
import pandas as pd

from curation.base.tables import Table
from curation.verdict.medium.strata import STRATA, Counts, strata_of
from curation.verdict.medium.votes import Floats

ATTENTION = np.array([1, 2, 3, 3, 3, 2, 1])
"""How many draws a picture of each of STRATA is due beside the others. Near the thresholds an
answer changes decisions; at the ends it finds the rare gross error."""

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
    strata, lots = strata_of(free["log_odds"].to_numpy()), free["image_id"].map(lot(seed))
    drawn_by_lot = free.assign(stratum=strata, lot=lots)
    rows = drawn_by_lot.sort_values(["stratum", "lot"], ignore_index=True)
    sizes = np.bincount(rows["stratum"], minlength=len(STRATA))
    draws = _draws(sizes, count)
    place_in_stratum = rows.groupby("stratum").cumcount().to_numpy()
    drawn = place_in_stratum < draws[rows["stratum"]]
    chosen = rows[drawn].sort_values("image_id")
    stratum = chosen["stratum"].to_numpy()
    names = pd.Series([STRATA[place] for place in stratum], index=chosen.index, dtype="str")
    return QUESTIONS.check(chosen.assign(stratum=names, chance=draws[stratum] / sizes[stratum]))


def lot(seed: int) -> Callable[[str], str]:
    """A fixed order that is as good as random: what to sort image_ids by."""
    return lambda image_id: hashlib.sha256(f"{seed} {image_id}".encode()).hexdigest()


def _draws(sizes: Counts, count: int) -> Counts:
    """How many pictures to draw from each stratum, one by one from whichever is furthest from its
    due."""
    by_size, by_attention = _shares(sizes), _shares(ATTENTION * (sizes > 0))
    due = count * (by_size + by_attention) / 2
    draws = np.zeros(len(sizes), dtype=np.int64)
    for _ in range(min(count, int(sizes.sum()))):
        # a stratum without a draw comes before any other: its pictures would weigh nothing
        lacking = np.where(draws == 0, due + count, due - draws)
        available = np.where(draws < sizes, lacking, -np.inf)
        draws[np.argmax(available)] += 1
    return draws


def _shares(parts: Counts) -> Floats:
    return parts / max(int(parts.sum()), 1)
