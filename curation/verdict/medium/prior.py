"""The share of photographs in a folder, estimated without labels."""

from __future__ import annotations

import numpy as np

from curation.verdict.medium.votes import Floats

EXPECTED_SHARE = 0.1
EXPECTED_WEIGHT = 10.0
"""Before it has seen a picture, the estimate stands at this share with the weight of so many
pictures: a crawl holds a few photographs, and a folder of one picture says nothing of shares."""

EVEN = 0.5
"""The share that says nothing: its log-odds are 0."""

LEAST, MOST = 0.01, 0.9
"""Whatever a folder looks like, a verdict never leans on its share further than this."""

_STEPS = 200
_SETTLED = 1e-7


def photo_share(log_odds: Floats) -> float:
    """The share of photographs among pictures with these log-odds (at equal shares), from 0.01 to
    0.9.

    Expectation maximisation (Saerens, Latinne and Decaestecker 2002) with a Beta prior around
    `EXPECTED_SHARE`."""
    likelihood_ratios = np.exp(np.clip(log_odds, -30, 30))
    share = EXPECTED_SHARE
    for _ in range(_STEPS):
        odds = likelihood_ratios * share / (1 - share)
        photos = float((odds / (1 + odds)).sum())
        before, share = (
            share,
            (photos + EXPECTED_SHARE * EXPECTED_WEIGHT) / (len(log_odds) + EXPECTED_WEIGHT),
        )
        if abs(share - before) < _SETTLED:
            break
    return float(np.clip(share, LEAST, MOST))


def logit(share: float) -> float:
    """Log-odds of a share between 0 and 1.

    >>> logit(0.5)
    0.0
    """
    return float(np.log(share / (1 - share)))
