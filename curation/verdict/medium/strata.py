"""Strata of log-odds: what an audit draws from, and what an answer is weighted by.

The weights are those of a stratified sample: a stratum's pictures over its answers (Horvitz and
Thompson 1952, with the answers there are in place of the design)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from inksift.curation.verdict.medium.prior import logit
from inksift.curation.verdict.medium.votes import Floats

Counts = npt.NDArray[np.int64]

EDGES = (0.01, 0.1, 0.3, 0.7, 0.9, 0.99)
"""Probabilities of a photograph between which the strata lie; thresholds lie among them, whatever
the promise."""

STRATA = (
    f"below {EDGES[0]}",
    *(f"{low} to {high}" for low, high in pairwise(EDGES)),
    f"from {EDGES[-1]}",
)
"""The strata in words, in rising order of log-odds."""


def strata_of(log_odds: Floats) -> Counts:
    """The place in STRATA of each log-odds.

    >>> strata_of(np.array([-9.0, 0.0, 9.0])).tolist()
    [0, 3, 6]
    """
    edges = [logit(edge) for edge in EDGES]
    return np.digitize(log_odds, edges).astype(np.int64)


def sample_weight(log_odds: Floats, asked: npt.NDArray[np.bool_]) -> Floats:
    """The sample weight of each of the pictures asked about: how many pictures of the folder, in
    its stratum of log-odds, there are for each answer.

    The pictures of a stratum without answers count with the nearest one that has some.

    >>> asked = np.array([True, False, False, True])
    >>> sample_weight(np.array([-9.0, -9.0, 0.0, 9.0]), asked).tolist()
    [3.0, 1.0]
    """
    strata = strata_of(log_odds)
    answers = np.bincount(strata[asked], minlength=len(STRATA))
    answered = np.flatnonzero(answers)
    pictures = np.zeros(len(STRATA))
    if len(answered):
        for stratum, size in enumerate(np.bincount(strata, minlength=len(STRATA))):
            nearest = answered[np.argmin(np.abs(answered - stratum))]
            pictures[nearest] += size
    weight_of_stratum = pictures / np.maximum(answers, 1)
    weights: Floats = weight_of_stratum[strata[asked]]
    return weights
