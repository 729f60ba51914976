"""A last layer learned anew on features of every class, each class with the same weight: classifier
re-training (cRT) of Kang et al. 2020.

There class-balanced batches teach it by gradient steps; here all features are there at once, and
what those steps approach, the class-balanced logistic regression, is a convex problem that is
solved outright."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Floats64
from inksift.curation.training.rebalance.last_layer import LastLayer

_STEPS = 300
"""Steps of the solver at most. By eye."""


def relearned(
    features: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], decay: float
) -> LastLayer:
    """The layer with the least class-balanced cross-entropy plus decay / 2 * (sum of squared
    weights).

    `features` is n x dimension, and `targets` has two or more classes 0, 1, ..., none of which is
    missing.

    The weights in the sum are those for features of mean 0 and deviation 1; one that is the same
    everywhere gets 0."""
    sizes = np.bincount(targets)
    weights = 1 / (sizes[targets] * len(sizes))
    mean, scale = _mean_and_scale(features.astype(np.float64), weights)
    # For two classes scikit-learn decays the difference of their weights.
    doubled = 2 if len(sizes) == 2 else 1
    model = LogisticRegression(C=doubled / decay, max_iter=_STEPS)
    inputs = ((features - mean) / scale).astype(np.float32)
    # Over several threads sums differ in the last bits.
    with threadpool_limits(1), warnings.catch_warnings():
        # After so many steps little is left to gain.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(inputs, targets, sample_weight=weights)
    return _unscaled(_of_all_classes(model), mean, scale)


def _mean_and_scale(features: Floats64, weights: Floats64) -> tuple[Floats64, Floats64]:
    """Weighted mean and deviation of every feature; infinity for the deviation of one that is the
    same everywhere."""
    mean = weights @ features
    deviation = np.sqrt(weights @ (features - mean) ** 2)
    return mean, np.where(deviation > 1e-6 * (1 + np.abs(mean)), deviation, np.inf)


def _of_all_classes(model: LogisticRegression) -> LastLayer:
    """Of two classes scikit-learn keeps the difference, half of which is for each."""
    weights, biases = model.coef_.astype(np.float64), model.intercept_.astype(np.float64)
    if len(weights) > 1:
        return LastLayer(weights, biases)
    halves = np.array([[-0.5], [0.5]])
    return LastLayer(halves * weights, halves[:, 0] * biases)


def _unscaled(layer: LastLayer, mean: Floats64, scale: Floats64) -> LastLayer:
    """The layer that makes of features as they are what `layer` makes of scaled ones."""
    weights = layer.weights / scale
    return LastLayer(weights, layer.biases - weights @ mean)
