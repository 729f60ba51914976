"""An audit of the verdict: what a person's answers to `questions` show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.folds import stratified_folds
from inksift.curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from inksift.curation.verdict.audit.questions import lot
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.folder import Judge
from inksift.curation.verdict.medium.quality import Interval
from inksift.curation.verdict.medium.strata import Counts, sample_weight
from inksift.curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class AuditSettings:
    """How answers are used."""

    folds: int = 5
    """Parts of the answers, each of which is judged by heads that do not know it."""

    bins: int = 5
    """Bins of the calibration error: ten answers each in a usual audit."""

    tiny: float = 1e-12
    """A sum of weights below this is 0."""


_AUDIT = AuditSettings()


class Figures(NamedTuple):
    """How good a verdict is, estimated for the whole folder."""

    auroc: Interval
    """Ranking."""

    ece: Interval
    """Expected calibration error."""

    illustrations_rejected: Interval
    """Share of illustrations rejected as photographs."""

    photos_kept: Interval
    """Share of photographs kept as illustrations."""

    wrong: Interval
    """Share of wrong answers among those that the verdict gave."""

    unsure: Interval
    """Share of pictures left to review."""


class Assessment(NamedTuple):
    """What answers show."""

    photos: int
    """Answers that said photograph."""

    illustrations: int
    """Answers that said illustration."""

    shipped: Figures
    """Of the shipped head."""

    refitted: Figures
    """Of heads refitted on answers to other pictures."""


def assess(judge: Judge, answers: pd.Series, *, after: Judge | None = None) -> Assessment:
    """Figures on the answered pictures of a folder: by the shipped head, and refitted by
    cross-validation. `after` is a judge whose thresholds all of the answers moved, where `judge`
    would move them by those alone that it is given.

    An answer's sample weight is the number of pictures in its stratum of shipped log-odds for each
    answer there. For a first audit that is one over its chance of being drawn; answers from
    elsewhere are brought to the folder's proportions. It cannot mend answers that were chosen by
    what the pictures show."""
    shipped = judge(answers.iloc[:0]).set_index("image_id").sort_index()
    known = answers[answers.index.isin(shipped.index)].sort_index()
    refitted = _without_their_answer(after or judge, known, nothing=shipped.iloc[:0])
    photo = known.to_numpy(dtype=np.bool_)
    weight = sample_weight(shipped["log_odds"].to_numpy(), shipped.index.isin(known.index))
    return Assessment(
        photos=int(photo.sum()),
        illustrations=int((~photo).sum()),
        shipped=_figures(shipped.loc[known.index], photo, weight),
        refitted=_figures(refitted, photo, weight),
    )


def _without_their_answer(
    judge: Judge, answers: pd.Series, *, nothing: pd.DataFrame
) -> pd.DataFrame:
    """The answered pictures, each as a head that knows the other folds' answers sees it."""
    if answers.empty:
        return nothing
    fold = _folds(answers)
    parts = []
    for number in set(fold):
        judged = judge(answers[fold != number]).set_index("image_id")
        parts.append(judged.loc[answers.index[fold == number]])
    judged_once: pd.DataFrame = pd.concat(parts).loc[answers.index]
    return judged_once


def _folds(answers: pd.Series) -> Counts:
    """A fold for each answer, as good as random, each class dealt out evenly."""
    lots = pd.DataFrame({"answer": answers, "lot": answers.index.map(lot(0))}).sort_values("lot")
    dealt = pd.Series(stratified_folds(lots["answer"].to_numpy(), _AUDIT.folds), index=lots.index)
    return dealt.reindex(answers.index).to_numpy()


def _figures(judged: pd.DataFrame, photo: npt.NDArray[np.bool_], weight: Floats) -> Figures:
    log_odds, medium = judged["log_odds"].to_numpy(), judged["medium"].to_numpy()
    said_photo, unsure = medium == PHOTO, medium == UNSURE
    return Figures(
        auroc=quality.auroc_interval(log_odds, photo, weight),
        ece=quality.ece_interval(probability(log_odds), photo, weight, _AUDIT.bins),
        illustrations_rejected=_rate(said_photo, weight, among=~photo),
        photos_kept=_rate(medium == ILLUSTRATION, weight, among=photo),
        wrong=_rate(said_photo != photo, weight, among=~unsure),
        unsure=_rate(unsure, weight, among=np.ones_like(photo)),
    )


def _rate(hit: npt.NDArray[np.bool_], weight: Floats, *, among: npt.NDArray[np.bool_]) -> Interval:
    """The weighted share of hits, with the interval of as many equally weighted pictures."""
    chosen = weight[among]
    share = float(chosen[hit[among]].sum() / max(chosen.sum(), _AUDIT.tiny))
    trials = quality.effective_size(chosen)
    return quality.rate_interval(share * trials, trials)
