"""How well a score tells photographs from illustrations, with honest uncertainty: ranking,
calibration, rates.

Every interval holds at 95 %. Pictures may be weighted, as where a sample was drawn with unequal
chances; an interval then counts only as many pictures as equally weighted ones would tell as much:
(sum w)^2 / sum w^2 (Kish 1965)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.verdict.medium.votes import Bools, Floats

CHANCE = 0.5
"""The AUROC of a coin."""


@dataclass(frozen=True)
class IntervalSettings:
    """How sure an interval is, and how it is found."""

    upper: float = 0.975
    """The quantile of its high end: 95 % lie within."""

    draws: int = 1000
    """Redrawn samples behind the interval of a calibration error."""

    below_one: float = 1 - 1e-12
    """The largest true AUROC that is tried: at 1 itself there is no noise to speak of."""


_INTERVAL = IntervalSettings()


class Interval(NamedTuple):
    """An estimate and its 95 % interval."""

    value: float
    """The estimate; NaN where there is nothing to estimate from."""

    low: float
    """The low end."""

    high: float
    """The high end."""


UNKNOWN = Interval(float("nan"), 0.0, 1.0)
"""Where there is nothing to estimate from."""


def auroc(score: npt.ArrayLike, photo: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """The chance that a photograph scores above an illustration, ties counted half; pictures
    without score left out.

    NaN where either class is absent.

    >>> auroc([0.1, 0.4, 0.4, 0.9], [False, True, False, True])
    0.875
    """
    photos, illustrations = _weight_per_score(*_scored(score, photo, weight))
    total = photos.sum() * illustrations.sum()
    below = np.cumsum(illustrations) - illustrations / 2
    return float(photos @ below / total) if total > 0 else float("nan")


def auroc_interval(
    score: npt.ArrayLike, photo: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> Interval:
    """AUROC with the interval of Newcombe (2006, Statistics in Medicine 25:559-573, method 5).

    It asks which true values would make the observed one likely, so a perfect ranking of few
    pictures is not taken for certainty. Ties make it wider than need be. Where a class is absent
    nothing is known.

    >>> perfect = auroc_interval([1, 2, 3, 8, 9], [False, False, False, True, True])
    >>> perfect.value, round(perfect.low, 2), perfect.high
    (1.0, 0.44, 1.0)
    """
    scores, photos, weights = _scored(score, photo, weight)
    value = auroc(scores, photos, weights)
    if np.isnan(value):
        return UNKNOWN
    sizes = effective_size(weights[photos]), effective_size(weights[~photos])
    return Interval(value, _lower(value, *sizes), 1 - _lower(1 - value, *sizes))


def at_chance(interval: Interval) -> bool:
    """Whether an AUROC may be that of a coin.

    >>> at_chance(Interval(0.6, 0.48, 0.71)), at_chance(Interval(0.3, 0.2, 0.4)), at_chance(UNKNOWN)
    (True, False, True)
    """
    return interval.low <= CHANCE <= interval.high


def rate_interval(successes: float, trials: float) -> Interval:
    """successes / trials with Wilson's interval (1927); both may be effective counts of weighted
    pictures.

    >>> Interval(*(round(bound, 3) for bound in rate_interval(0, 20)))
    Interval(value=0.0, low=0.0, high=0.161)
    """
    if trials <= 0:
        return UNKNOWN
    share, extra = successes / trials, _z() ** 2 / trials
    centre = (share + extra / 2) / (1 + extra)
    half = np.sqrt(extra * (share * (1 - share) + extra / 4)) / (1 + extra)
    low = 0.0 if share == 0 else float(centre - half)
    return Interval(share, low, 1.0 if share == 1 else float(centre + half))


def ece(
    p: npt.ArrayLike, photo: npt.ArrayLike, weight: npt.ArrayLike | None = None, bins: int = 10
) -> float:
    """Expected calibration error: the mean distance between promised probability and share of
    photographs, over bins of equal mass. Pictures with one probability share a bin. NaN where there
    is no picture.

    >>> round(ece([0.2, 0.2, 0.2, 0.2, 0.9], [True, False, False, False, True], bins=2), 2)
    0.06
    """
    chances, photos, weights = _scored(p, photo, weight)
    order = np.argsort(chances, kind="stable")
    return _ece(chances[order], photos[order], weights[order], bins)


def ece_interval(
    p: npt.ArrayLike,
    photo: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bins: int = 10,
    *,
    seed: int = 0,
) -> Interval:
    """ECE, and how far 97.5 % of 1,000 redrawn samples stay below it, to either side.

    Noise alone makes an ECE larger, and that of a redrawn sample larger still: the distance covers
    both. A redrawn answer is turned round with a chance of 1 in n + 2, so that n equal answers are
    not taken for certainty. The low end is 0 where answers drawn with just these probabilities
    would often show as much."""
    chances, photos, weights = _scored(p, photo, weight)
    if not weights.sum() > 0:
        return UNKNOWN
    order = np.lexsort((weights, photos, chances))
    chances, photos, weights = chances[order], photos[order], weights[order]
    value = _ece(chances, photos, weights, bins)
    rng = np.random.default_rng(seed)
    draws = range(_INTERVAL.draws)
    redrawn = (_ece(*_redrawn(chances, photos, weights, rng), bins) for _ in draws)
    distance = max(0.0, _high_end(redrawn) - value)
    # answers drawn with just these probabilities: what noise alone shows
    calibrated = (_ece(chances, rng.random(len(order)) < chances, weights, bins) for _ in draws)
    explained = value <= _high_end(calibrated)
    low = 0.0 if explained else max(0.0, value - distance)
    return Interval(value, low, min(1.0, value + distance))


def effective_size(weights: Floats) -> float:
    """How many equally weighted pictures tell as much as these.

    >>> effective_size(np.array([2.0, 2.0])), effective_size(np.array([3.0, 1.0]))
    (2.0, 1.6)
    """
    squares = float(weights @ weights)
    return float(weights.sum() ** 2 / squares) if squares > 0 else 0.0


def _scored(
    score: npt.ArrayLike, photo: npt.ArrayLike, weight: npt.ArrayLike | None
) -> tuple[Floats, Bools, Floats]:
    """The pictures that have a score and a weight above 0."""
    scores, photos = np.asarray(score, dtype=np.float64), np.asarray(photo, dtype=np.bool_)
    weights = np.ones(len(scores)) if weight is None else np.asarray(weight, dtype=np.float64)
    known = ~np.isnan(scores) & (weights > 0)
    return scores[known], photos[known], weights[known]


def _weight_per_score(scores: Floats, photos: Bools, weights: Floats) -> tuple[Floats, Floats]:
    """The weight of photographs and of illustrations at every distinct score, in rising order."""
    distinct, place = np.unique(scores, return_inverse=True)
    in_photos = np.bincount(place, np.where(photos, weights, 0.0), minlength=len(distinct))
    in_illustrations = np.bincount(place, np.where(photos, 0.0, weights), minlength=len(distinct))
    return in_photos.astype(np.float64), in_illustrations.astype(np.float64)


@cache
def _z() -> float:
    """How many deviations from the mean a normal distribution has its quantile of the high end."""
    from scipy.special import ndtri

    return float(ndtri(_INTERVAL.upper))


def _lower(value: float, photos: float, illustrations: float) -> float:
    """The smallest true AUROC that `value` does not contradict."""
    from scipy.optimize import brentq

    if value <= 0:
        return 0.0
    excess = _contradiction(value, photos, illustrations)
    return float(brentq(excess, 0.0, min(value, _INTERVAL.below_one)))


def _contradiction(value: float, photos: float, illustrations: float) -> Callable[[float], float]:
    """By how much `value` lies further above a true AUROC than noise takes it."""
    surplus, pairs = (photos + illustrations) / 2 - 1, photos * illustrations

    def excess(true: float) -> float:
        dependence = 1 + surplus * ((1 - true) / (2 - true) + true / (1 + true))
        return value - true - _z() * float(np.sqrt(true * (1 - true) * dependence / pairs))

    return excess


def _ece(chances: Floats, photos: Bools, weights: Floats, bins: int) -> float:
    """ECE of pictures in the order of their `chances`; those of weight 0 count nothing."""
    total = weights.sum()
    if not total > 0:
        return float("nan")
    # equal probabilities share a place, so that their order cannot move one to another bin
    first = np.concatenate([[True], chances[1:] > chances[:-1]])
    place = np.cumsum(first) - 1
    mass = np.bincount(place, weights)
    middle = (np.cumsum(mass) - mass / 2) / total
    in_bin = np.minimum((middle * bins).astype(np.int64), bins - 1)[place]
    gaps = np.bincount(in_bin, weights * (photos - chances))
    return float(np.abs(gaps).sum() / total)


def _high_end(draws: Iterable[float]) -> float:
    return float(np.quantile(list(draws), _INTERVAL.upper))


def _redrawn(
    chances: Floats, photos: Bools, weights: Floats, rng: np.random.Generator
) -> tuple[Floats, Bools, Floats]:
    count = len(chances)
    drawn = np.sort(rng.integers(0, count, count))
    turned = rng.random(count) < 1 / (count + 2)  # Laplace's rule: n equal answers are no proof
    return chances[drawn], photos[drawn] ^ turned, weights[drawn]
