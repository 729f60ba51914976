"""An audit of the verdict: what a person's answers to `questions` show of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.base.folds import stratified_folds
from curation.verdict.audit.questions import Counts, lot, sample_weight
from curation.verdict.medium import quality
from curation.verdict.medium.fit import probability
from curation.verdict.medium.quality import Interval
from curation.verdict.medium.votes import Floats

FOLDS = 5
"""Parts of the answers that are held out in turn: ten answers each in a usual audit."""

BINS = 5
"""Bins of the calibration error: ten answers each in a usual audit."""

Judge = Callable[[pd.Series], pd.DataFrame]
"""From answers (True for a photograph, by image_id) to a folder as heads that heed them see it:
`image_id`, `log_odds` and `medium`, the answer of the machine."""


class Figures(NamedTuple):
    """How good a verdict is, estimated for the whole folder: ranking, calibration error, share of
    illustrations rejected as photographs, share of photographs kept as illustrations, share of
    wrong answers among those given, share of pictures left to review."""

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
    """Figures on the answered pictures of a folder: by the shipped head, and refitted by
    cross-validation.

    An answer stands for the pictures of its stratum of shipped log-odds, by how many of them were
    answered. For a first audit that is one over its chance of being drawn; answers from elsewhere
    are brought to the folder's proportions. It cannot mend answers that were chosen by what the
    pictures show."""
    shipped = judge(answers.iloc[:0]).set_index("image_id").sort_index()
    known = answers[answers.index.isin(shipped.index)].sort_index()
    folds = _folds(known)
    parts = [
        judge(known[folds != number]).set_index("image_id").loc[known.index[folds == number]]
        for number in set(folds)
    ]
    refitted = pd.concat(parts).loc[known.index] if parts else shipped.iloc[:0]
    photo = known.to_numpy(dtype=np.bool_)
    weight = sample_weight(shipped["log_odds"].to_numpy(), shipped.index.isin(known.index))
    figures = [_figures(judged, photo, weight) for judged in (shipped.loc[known.index], refitted)]
    return Assessment(int(photo.sum()), int((~photo).sum()), *figures)


def _folds(answers: pd.Series) -> Counts:
    """A fold for each answer, as good as random, each class dealt out evenly."""
    lots = pd.DataFrame({"photo": answers, "lot": answers.index.map(lot(0))}).sort_values("lot")
    dealt = pd.Series(stratified_folds(lots["photo"].to_numpy(), FOLDS), index=lots.index)
    return dealt.reindex(answers.index).to_numpy()


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
    return quality.rate_interval(
        float(chosen[hit[among]].sum() / max(chosen.sum(), 1e-12)) * trials, trials
    )
