"""An audit of the verdict: which pictures to ask a person about, and what the answers show.

Pictures are drawn from strata of log-odds. Half of the draws follow the sizes of the strata, so that no answer ever
stands for many more pictures than another; half go to strata by how much an answer there may change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Set
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.medium import quality
from curation.medium.fit import probability
from curation.medium.prior import logit
from curation.medium.quality import Interval
from curation.medium.votes import Floats
from curation.tables import Table

Counts = npt.NDArray[np.int64]

EDGES = (0.01, 0.1, 0.3, 0.7, 0.9, 0.99)
"""Probabilities of a photograph between which the strata lie; cut points lie among them, whatever the promise."""

STRATA = (
    f"below {EDGES[0]}",
    *(f"{low} to {high}" for low, high in pairwise(EDGES)),
    f"from {EDGES[-1]}",
)
ATTENTION = np.array([1, 2, 3, 3, 3, 2, 1])
"""Near the cut points an answer changes decisions; at the ends it finds the rare gross error."""

FOLDS = 5
BINS = 5
"""Bins of the calibration error: ten answers each in a usual audit."""

QUESTIONS = Table("questions", {"image_id": "str", "stratum": "str", "chance": "float64"}, key=("image_id",))
"""One row per picture to ask about, by `image_id`: the stratum it was drawn from and the chance of its being drawn."""

Judge = Callable[[pd.Series], pd.DataFrame]
"""From answers (True for a photograph, by image_id) to a folder as heads that heed them see it: `image_id`, `log_odds`
and `medium`, the answer of the machine."""


def propose(votes: pd.DataFrame, answered: Set[str], *, count: int = 50, seed: int = 0) -> pd.DataFrame:
    """QUESTIONS on `count` pictures of a VOTES frame, or on all that are not `answered` if there are fewer.

    The same whatever the order of the rows; every stratum that has a picture has a question, where `count` allows.
    """
    free = votes.loc[~votes["image_id"].isin(answered), ["image_id", "log_odds"]]
    drawn_by_lot = free.assign(stratum=_strata(free["log_odds"].to_numpy()), lot=free["image_id"].map(_lot(seed)))
    rows = drawn_by_lot.sort_values(["stratum", "lot"], ignore_index=True)
    sizes = np.bincount(rows["stratum"], minlength=len(STRATA))
    draws = _draws(sizes, count)
    chosen = rows[rows.groupby("stratum").cumcount().to_numpy() < draws[rows["stratum"]]].sort_values("image_id")
    stratum = chosen["stratum"].to_numpy()
    names = pd.Series([STRATA[place] for place in stratum], index=chosen.index, dtype="str")
    return QUESTIONS.check(chosen.assign(stratum=names, chance=draws[stratum] / sizes[stratum]))


def stands_for(log_odds: Floats, asked: npt.NDArray[np.bool_]) -> Floats:
    """How many pictures of a folder, by the strata of their log-odds, each of those asked about stands for.

    A stratum without answers counts with the nearest one that has some.

    >>> stands_for(np.array([-9.0, -9.0, 0.0, 9.0]), np.array([True, False, False, True])).tolist()
    [3.0, 1.0]
    """
    strata = _strata(log_odds)
    answers = np.bincount(strata[asked], minlength=len(STRATA))
    filled, pictures = np.flatnonzero(answers), np.zeros(len(STRATA))
    for stratum, size in enumerate(np.bincount(strata, minlength=len(STRATA)) if len(filled) else ()):
        pictures[filled[np.argmin(np.abs(filled - stratum))]] += size
    stands: Floats = (pictures / np.maximum(answers, 1))[strata[asked]]
    return stands


class Figures(NamedTuple):
    """How good a verdict is, estimated for the whole folder: ranking, calibration error, share of illustrations
    rejected as photographs, share of photographs kept as illustrations, share of wrong answers among those given, share
    of pictures left to review."""

    auroc: Interval
    ece: Interval
    illustrations_rejected: Interval
    photos_kept: Interval
    wrong: Interval
    unsure: Interval


class Assessment(NamedTuple):
    """What answers show of the shipped head, and of heads refitted on answers to other pictures."""

    photos: int
    illustrations: int
    shipped: Figures
    refitted: Figures


def assess(judge: Judge, answers: pd.Series) -> Assessment:
    """Figures on the answered pictures of a folder: by the shipped head, and refitted by cross-validation.

    An answer stands for the pictures of its stratum of shipped log-odds, by how many of them were answered. For a first
    audit that is one over its chance of being drawn; answers from elsewhere are brought to the folder's proportions. It
    cannot mend answers that were chosen by what the pictures show.
    """
    shipped = judge(answers.iloc[:0]).set_index("image_id").sort_index()
    known = answers[answers.index.isin(shipped.index)].sort_index()
    folds = _folds(known)
    parts = [
        judge(known[folds != number]).set_index("image_id").loc[known.index[folds == number]] for number in set(folds)
    ]
    refitted = pd.concat(parts).loc[known.index] if parts else shipped.iloc[:0]
    photo = known.to_numpy(dtype=np.bool_)
    weight = stands_for(shipped["log_odds"].to_numpy(), shipped.index.isin(known.index))
    figures = [_figures(judged, photo, weight) for judged in (shipped.loc[known.index], refitted)]
    return Assessment(int(photo.sum()), int((~photo).sum()), *figures)


def _strata(log_odds: Floats) -> Counts:
    return np.digitize(log_odds, [logit(edge) for edge in EDGES]).astype(np.int64)


def _lot(seed: int) -> Callable[[str], str]:
    return lambda image_id: hashlib.sha256(f"{seed} {image_id}".encode()).hexdigest()


def _draws(sizes: Counts, count: int) -> Counts:
    """How many pictures to draw from each stratum, one by one from whichever is furthest from its due."""
    due = count * (sizes / max(sizes.sum(), 1) + _shares(ATTENTION * (sizes > 0))) / 2
    draws = np.zeros(len(sizes), dtype=np.int64)
    for _ in range(min(count, int(sizes.sum()))):
        lacking = np.where(draws == 0, due + count, due - draws)
        draws[np.argmax(np.where(draws < sizes, lacking, -np.inf))] += 1
    return draws


def _shares(parts: Counts) -> Floats:
    return parts / max(int(parts.sum()), 1)


def _folds(answers: pd.Series) -> Counts:
    """A fold for each answer, as good as random, each class dealt out evenly."""
    lots = pd.DataFrame({"photo": answers, "lot": answers.index.map(_lot(0))}).sort_values("lot")
    return np.asarray(lots.groupby("photo").cumcount().reindex(answers.index) % FOLDS, dtype=np.int64)


def _figures(judged: pd.DataFrame, photo: npt.NDArray[np.bool_], weight: Floats) -> Figures:
    log_odds, medium = judged["log_odds"].to_numpy(), judged["medium"].to_numpy()
    said_photo, unsure = medium == "photo", medium == "unsure"
    return Figures(
        auroc=quality.auroc_interval(log_odds, photo, weight),
        ece=quality.ece_interval(probability(log_odds), photo, weight, BINS),
        illustrations_rejected=_rate(said_photo, weight, among=~photo),
        photos_kept=_rate(medium == "illustration", weight, among=photo),
        wrong=_rate(said_photo != photo, weight, among=~unsure),
        unsure=_rate(unsure, weight, among=np.ones_like(photo)),
    )


def _rate(hit: npt.NDArray[np.bool_], weight: Floats, *, among: npt.NDArray[np.bool_]) -> Interval:
    """The weighted share of hits, with the interval of as many equally weighted pictures."""
    chosen = weight[among]
    trials = quality.effective_size(chosen)
    return quality.rate_interval(float(chosen[hit[among]].sum() / max(chosen.sum(), 1e-12)) * trials, trials)
