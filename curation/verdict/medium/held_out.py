"""What held-out answers say of a refitted head: how far to trust its numbers, and where this
folder's answers should change.

Shipped thresholds are those of the calibration set. A person's answers make the head another one,
for this folder, so they move the thresholds too: each lies where one further picture of its class
is expected beyond it as rarely as promised (a prediction limit; Hahn and Meeker 1991)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from curation.verdict.medium.fit import fit_votes
from curation.verdict.medium.thresholds import Promises, Thresholds
from curation.verdict.medium.votes import Bools, Floats


@dataclass(frozen=True)
class HeldOutSettings:
    """How far held-out answers are trusted. Set in simulated folders of publishers that the head
    never saw (`benchmarks/audit_answers.py`)."""

    fewest: int = 5
    """Photographs, and illustrations, among the answers below which nothing moves."""

    scale_strength: float = 1.0
    """Precision of the prior around leaving log-odds as they are, in units of one answer."""

    shared_spread: float = 3.0
    """Answers that the spread of both classes together counts for in the spread of one."""


_HELD_OUT = HeldOutSettings()


class Suited(NamedTuple):
    """How evidence (log-odds without the folder's share) becomes what held-out answers bear out."""

    gain: float
    """What every vote is multiplied by."""

    offset: float
    """Log-odds added to the base."""

    thresholds: Thresholds
    """Where the answers change, for evidence so scaled."""


def say_enough(photo: Bools) -> bool:
    """Whether there are answers enough of both classes."""
    return min(int(photo.sum()), int((~photo).sum())) >= _HELD_OUT.fewest


def suited(evidence: Floats, photo: Bools, promised: Promises) -> Suited:
    """From the evidence of n pictures by heads that did not know their answers, and the answers;
    there must be enough of them (`say_enough`)."""
    gain, offset = _scale(evidence, photo)
    scaled = gain * evidence + offset
    spread = _shared_spread(scaled, photo)
    reject = _limit(scaled[~photo], promised.illustrations_rejected, spread)
    keep = -_limit(-scaled[photo], promised.photos_kept, spread)
    # both promises hold anywhere between them, and even odds are wrong least often
    middle = float(np.clip(0.0, reject, keep)) if reject < keep else None
    if middle is not None:
        reject = keep = middle
    return Suited(gain, offset, Thresholds(reject, keep))


def _scale(evidence: Floats, photo: Bools) -> tuple[float, float]:
    """The gain and the offset under which evidence is log-odds at equal shares (Platt 1999)."""
    weight = np.where(photo, 0.5 / photo.mean(), 0.5 / (~photo).mean())
    gain, offset = fit_votes(
        evidence[:, None],
        photo,
        weight,
        prior_weights=np.ones(1),
        prior_base=0.0,
        strength=_HELD_OUT.scale_strength,
        signs=[1],
    )
    return float(gain[0]), offset


def _shared_spread(scaled: Floats, photo: Bools) -> float:
    """Variance within the classes."""
    squares = sum(((own - own.mean()) ** 2).sum() for own in (scaled[photo], scaled[~photo]))
    return float(squares / len(scaled))


def _limit(values: Floats, share: float, spread: float) -> float:
    """What one further value lies above with a chance of `share`, if all are of one normal
    distribution; `spread` is the variance that is expected of it."""
    borrowed = _HELD_OUT.shared_spread
    freedom = len(values) - 1 + borrowed
    variance = (((values - values.mean()) ** 2).sum() + borrowed * spread) / freedom
    reach = float(student.ppf(1 - share, freedom)) * np.sqrt(variance * (1 + 1 / len(values)))
    return float(values.mean() + reach)
