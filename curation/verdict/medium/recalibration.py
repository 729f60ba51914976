"""What held-out answers say of a refitted head: how far to trust its numbers, and where this
folder's answers should change.

Shipped thresholds are those of the calibration set. A person's answers make the head another one,
for this folder, so they move the thresholds too: each lies where one further picture of its class
is expected beyond it as rarely as promised (a prediction limit; Hahn and Meeker 1991), and beyond
what was answered. A few answers cannot tell of drawings unlike those that were asked about, so none
is rejected below the threshold of the calibration set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inksift.curation.verdict.medium.fit import fit_votes
from inksift.curation.verdict.medium.quality import effective_size
from inksift.curation.verdict.medium.thresholds import Promises, Thresholds
from inksift.curation.verdict.medium.votes import Bools, Floats


@dataclass(frozen=True)
class RecalibrationSettings:
    """How far held-out answers are trusted. Set in simulated folders of publishers that the head
    never saw (`benchmarks/audit_answers.py`)."""

    fewest: int = 5
    """Photographs, and illustrations, among the answers below which nothing moves."""

    scale_strength: float = 1.0
    """Precision of the prior around leaving log-odds as they are, in units of one answer."""

    least_gain: float = 0.1
    """A gain below this says that held-out answers and the head disagree on the ranking: then
    nothing moves."""

    shared_spread: float = 3.0
    """Answers that the spread of both classes together counts for in the spread of one."""

    least_spread: float = 1e-9
    """A variance, in squared log-odds, below which answers do not differ."""


_RECALIBRATION = RecalibrationSettings()


class HeldOut(NamedTuple):
    """n answered pictures, each seen by a head that did not know its answer."""

    evidence: Floats
    """Log-odds without the folder's share."""

    photo: Bools
    """The answers."""

    weight: Floats
    """Sample weights."""


class Recalibration(NamedTuple):
    """How evidence becomes what held-out answers bear out."""

    gain: float
    """What every vote is multiplied by."""

    offset: float
    """Log-odds added to the base."""

    thresholds: Thresholds
    """Where the answers change, for evidence so scaled."""


def has_enough_answers(photo: Bools) -> bool:
    """Whether there are answers enough of both classes."""
    return min(int(photo.sum()), int((~photo).sum())) >= _RECALIBRATION.fewest


def recalibrated(held_out: HeldOut, own: Thresholds, promised: Promises) -> Recalibration:
    """What held-out answers make of the head's `own` thresholds; nothing where they are too few
    (`has_enough_answers`) or do not bear out its ranking."""
    unmoved = Recalibration(1.0, 0.0, own)
    if not has_enough_answers(held_out.photo):
        return unmoved
    gain, offset = _scale(held_out)
    scaled = held_out._replace(evidence=gain * held_out.evidence + offset)
    spread = _shared_spread(scaled)
    if gain < _RECALIBRATION.least_gain or spread < _RECALIBRATION.least_spread:
        return unmoved
    illustrations, photos = _side(scaled, photo=False), _side(scaled, photo=True)
    limit = _limit(illustrations, promised.illustrations_rejected, spread)
    reject = max(own.reject, float(np.nextafter(limit, np.inf)))
    keep = -_limit(photos._replace(evidence=-photos.evidence), promised.photos_kept, spread)
    return Recalibration(gain, offset, Thresholds(reject, min(keep, reject)))


def _scale(held_out: HeldOut) -> tuple[float, float]:
    """The gain and the offset under which evidence is log-odds at equal shares (Platt 1999)."""
    evidence, photo, weight = held_out
    shares = np.where(photo, weight[photo].sum(), weight[~photo].sum())
    gain, offset = fit_votes(
        evidence[:, None],
        photo,
        weight / shares * (len(weight) / 2),
        prior_weights=np.ones(1),
        prior_base=0.0,
        strength=_RECALIBRATION.scale_strength,
        signs=[1],
    )
    return float(gain[0]), offset


def _side(held_out: HeldOut, *, photo: bool) -> HeldOut:
    """The answers of one class."""
    rows = held_out.photo == photo
    return HeldOut(*(column[rows] for column in held_out))


def _shared_spread(held_out: HeldOut) -> float:
    """Variance within the classes."""
    sides = [_side(held_out, photo=photo) for photo in (True, False)]
    squares = sum(_variance(side) * side.weight.sum() for side in sides)
    return float(squares / held_out.weight.sum())


def _variance(side: HeldOut) -> float:
    mean = np.average(side.evidence, weights=side.weight)
    return float(np.average((side.evidence - mean) ** 2, weights=side.weight))


def _limit(side: HeldOut, share: float, spread: float) -> float:
    """What a further picture of the class lies above with a chance of `share` at most: by one
    normal distribution, of which `spread` is the variance expected, and by what was answered."""
    from scipy.stats import t as student

    answers, borrowed = effective_size(side.weight), _RECALIBRATION.shared_spread
    freedom = answers - 1 + borrowed
    variance = (answers * _variance(side) + borrowed * spread) / freedom
    reach = student.ppf(1 - share, freedom) * np.sqrt(variance * (1 + 1 / answers))
    expected = np.average(side.evidence, weights=side.weight) + reach
    # a class in two heaps is not normal: no more than the share may lie beyond in the answers
    seen = float(np.quantile(side.evidence, 1 - share, method="higher"))
    return float(max(expected, seen))
