"""The last layer of a network, taken out, changed and put back into a copy."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inksift.curation.base.arrays import Floats64
from inksift.curation.base.errors import ParamError
from inksift.curation.training.networks.base import Classifier


class LastLayer(NamedTuple):
    """`weights` is classes x dimension, `biases` one number per class."""

    weights: Floats64
    biases: Floats64

    def logits(self, features: npt.NDArray[np.float32]) -> Floats64:
        """n x classes, of n x dimension features as the layer sees them."""
        logits: Floats64 = features @ self.weights.T + self.biases
        return logits


def last_layer(network: Classifier) -> LastLayer:
    """A copy of the numbers of the network's last layer; ParamError when that is not linear with a
    bias."""
    linear = _linear(network)
    return LastLayer(
        *(values.detach().numpy().astype(np.float64) for values in (linear.weight, linear.bias))
    )


def with_last_layer(network: Classifier, layer: LastLayer) -> Classifier:
    """A copy of the network with this last layer, ready to predict."""
    changed = copy.deepcopy(network).eval()
    linear = _linear(changed)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(layer.weights))
        linear.bias.copy_(torch.from_numpy(layer.biases))
    return changed


def before_last(network: Classifier, pictures: torch.Tensor) -> torch.Tensor:
    """n x dimension: what the last layer sees of the pictures."""
    features = network.features(pictures)
    earlier = list(network.head)[:-1] if isinstance(network.head, nn.Sequential) else []
    for module in earlier:
        features = module(features)
    return features


def _linear(network: Classifier) -> nn.Linear:
    last = network.head[-1] if isinstance(network.head, nn.Sequential) else network.head
    if not isinstance(last, nn.Linear) or last.bias is None:
        raise ParamError(
            f"the head of {type(network).__name__} ends in {type(last).__name__}: only a linear "
            "layer with a bias can "
            "be rebalanced, so set balanced_classifier.method=none"
        )
    return last
