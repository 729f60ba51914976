"""Biases lowered by what a classifier that knows only the sizes of classes would say (Menon et al.
2021)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inksift.curation.training.fit.objective import prior_offsets
from inksift.curation.training.rebalance.last_layer import LastLayer

STRENGTHS = tuple(step / 10 for step in range(0, 21))


def adjusted(layer: LastLayer, log_priors: npt.NDArray[np.float64], strength: float) -> LastLayer:
    """The layer with biases lowered by strength * log prior; with equal priors it ranks classes as
    before."""
    return LastLayer(layer.weights, layer.biases - strength * log_priors)


def log_priors(
    targets: npt.NDArray[np.int64], weights: npt.NDArray[np.float64], corrected: float
) -> npt.NDArray[np.float64]:
    """What training taught of the sizes of classes: the log of each one's share of the weights of
    the examples, less what the loss took out of it, `corrected` times the same
    (`classifier.logit_adjustment`).

    >>> log_priors(np.array([0, 0, 0, 1]), np.ones(4), 0.0).round(2).tolist()
    [-0.29, -1.39]
    >>> log_priors(np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 1.0, 3.0]), 0.0).round(2).tolist()
    [-0.69, -0.69]
    """
    return prior_offsets(np.bincount(targets, weights).astype(np.float64), 1 - corrected)
