"""Weights of every class divided by a power of their length, since large classes grow long ones
(Kang et al. 2020)."""

from __future__ import annotations

import numpy as np

from inksift.curation.training.rebalance.last_layer import LastLayer

TAUS = tuple(step / 10 for step in range(0, 21))


def tau_normalised(layer: LastLayer, tau: float) -> LastLayer:
    """The layer with each class's weights divided by their norm to the power `tau`, and without
    biases, as published.

    0 leaves the weights as they are, 1 makes all norms 1.
    """
    norms = np.linalg.norm(layer.weights, axis=1, keepdims=True)
    lengths = np.where(norms > 0, norms, 1.0) ** tau
    return LastLayer(layer.weights / lengths, np.zeros_like(layer.biases))
