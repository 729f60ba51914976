"""Which pictures of a folder to ask a person about.

Pictures are drawn from strata of log-odds. Half of the draws follow the sizes of the strata, so
that no answer ever weighs much more than another and the rare gross error is found; half go where
most is left to review. Within a stratum the pictures that look alike share their draws: one answer
stands for its neighbours (see `medium.alike`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Set

import numpy as np
import pandas as pd

from inksift.curation.base.media import UNSURE
from inksift.curation.base.tables import Table
from inksift.curation.verdict.medium.strata import STRATA, Counts, strata_of
from inksift.curation.verdict.medium.votes import Floats

QUESTIONS = Table(
    "questions", {"image_id": "str", "stratum": "str", "chance": "float64"}, key=("image_id",)
)
"""One row per picture to ask about, by `image_id`: the stratum it was drawn from and the chance of
its being drawn."""


def propose(
    votes: pd.DataFrame, answered: Set[str], *, queue: Set[str], count: int = 50, seed: int = 0
) -> pd.DataFrame:
    """QUESTIONS on `count` pictures of a VOTES frame, or on all that are not `answered` if there
    are fewer; `queue` are those left to review.

    The same whatever the order of the rows; every stratum that has a picture has a question, where
    `count` allows."""
    free = votes.loc[~votes["image_id"].isin(answered), ["image_id", "alike", "log_odds"]]
    strata, lots = strata_of(free["log_odds"].to_numpy()), free["image_id"].map(lot(seed))
    rows = free.assign(stratum=strata, lot=lots).sort_values(["stratum", "alike"])
    waiting = rows.loc[rows["image_id"].isin(queue), "stratum"]
    part = _parts(rows["stratum"], _draws(_sizes(rows["stratum"]), _sizes(waiting), count))
    in_part = rows.assign(part=part)[part >= 0]
    chance = 1 / in_part.groupby("part")["part"].transform("size")
    chosen = in_part.assign(chance=chance).sort_values("lot").drop_duplicates("part")
    names = pd.Series([STRATA[place] for place in chosen["stratum"]], chosen.index, dtype="str")
    return QUESTIONS.check(chosen.assign(stratum=names).sort_values("image_id"))


def left_to_review(decisions: pd.DataFrame) -> set[str]:
    """The pictures of a DECISIONS frame whose medium is unsure."""
    return set(decisions.loc[decisions["medium"] == UNSURE, "image_id"])


def lot(seed: int) -> Callable[[str], str]:
    """A fixed order that is as good as random: what to sort image_ids by."""
    return lambda image_id: hashlib.sha256(f"{seed} {image_id}".encode()).hexdigest()


def _sizes(strata: pd.Series) -> Counts:
    return np.bincount(strata, minlength=len(STRATA))


def _parts(strata: pd.Series, draws: Counts) -> Counts:
    """Which part each picture is in, one part for each draw, all of a stratum about as large; -1
    where its stratum has no draw. The pictures come by stratum, alike beside alike."""
    stratum, sizes = strata.to_numpy(), _sizes(strata)
    place = strata.groupby(stratum).cumcount().to_numpy()
    part = place * draws[stratum] // sizes[stratum]
    first = np.cumsum(draws) - draws
    return np.where(draws[stratum] > 0, first[stratum] + part, -1)


def _draws(sizes: Counts, waiting: Counts, count: int) -> Counts:
    """How many pictures to draw from each stratum, one by one from whichever is furthest from its
    due; `waiting` are those left to review."""
    # where nothing waits, every stratum has the same attention
    by_queue = _shares(waiting if waiting.any() else (sizes > 0).astype(np.int64))
    due = count * (_shares(sizes) + by_queue) / 2
    draws = np.zeros(len(sizes), dtype=np.int64)
    for _ in range(min(count, int(sizes.sum()))):
        # a stratum without a draw comes before any other: its pictures would weigh nothing
        lacking = np.where(draws == 0, due + count, due - draws)
        available = np.where(draws < sizes, lacking, -np.inf)
        draws[np.argmax(available)] += 1
    return draws


def _shares(parts: Counts) -> Floats:
    return parts / max(int(parts.sum()), 1)
