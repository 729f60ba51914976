"""The share of photographs in a folder, estimated without labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inksift.curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class PriorSettings:
    """What is assumed of a folder's share of photographs."""

    expected_share: float = 0.1
    """The share before a picture was seen: a crawl holds a few photographs."""

    expected_weight: float = 10.0
    """How many pictures that expectation weighs: a folder of one picture says nothing of shares."""

    least: float = 0.01
    """A verdict never leans on a smaller share, whatever the folder looks like."""

    most: float = 0.9
    """Nor on a larger one."""

    most_steps: int = 200
    """Steps of expectation maximisation."""

    settled: float = 1e-7
    """A share that changes by less has converged."""


PRIOR = PriorSettings()

EVEN = 0.5
"""The share that says nothing: its log-odds are 0."""

_FURTHEST = 30.0
"""Log-odds beyond this are certain: their exponential would only lose digits."""


def photo_share(log_odds: Floats) -> float:
    """The share of photographs among pictures with these log-odds (at equal shares), between
    `PRIOR.least` and `PRIOR.most`.

    Expectation maximisation (Saerens, Latinne and Decaestecker 2002) with a Beta prior around
    `PRIOR.expected_share`."""
    likelihood_ratios = np.exp(np.clip(log_odds, -_FURTHEST, _FURTHEST))
    expected_photos = PRIOR.expected_share * PRIOR.expected_weight
    pictures = len(log_odds) + PRIOR.expected_weight
    share = PRIOR.expected_share
    for _ in range(PRIOR.most_steps):
        odds = likelihood_ratios * share / (1 - share)
        photos = float((odds / (1 + odds)).sum())
        before, share = share, (photos + expected_photos) / pictures
        if abs(share - before) < PRIOR.settled:
            break
    return float(np.clip(share, PRIOR.least, PRIOR.most))


def logit(share: float) -> float:
    """Log-odds of a share between 0 and 1.

    >>> logit(0.5)
    0.0
    """
    return float(np.log(share / (1 - share)))
