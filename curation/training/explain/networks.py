"""The network that is explained, after its training and before it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from inksift.curation.base.errors import TrainingError
from inksift.curation.training import networks
from inksift.curation.training.fit import checkpoints
from inksift.curation.training.fit.loop import load_trained
from inksift.curation.training.networks.base import Classifier


class Networks(NamedTuple):
    """The same network `before` its training and `after` it, and its classes in the order of its
    logits."""

    before: Classifier
    after: Classifier
    classes: list[str]

    def same_layers(self) -> bool:
        """Whether training left everything before the head as it was, as in a frozen `transfer`."""
        one, other = (network.state_dict() for network in (self.before, self.after))
        return all(
            torch.equal(one[name], other[name]) for name in one if not name.startswith("head.")
        )


def networks_of(checkpoint: Path, seed: int) -> Networks:
    """From a finished checkpoint, and the seed that its training began with; TrainingError when it
    is damaged."""
    with torch.random.fork_rng(devices=[]):
        after, classes = load_trained(checkpoint)
        return Networks(_untrained(checkpoint, seed), _classifier(after), classes)


def _untrained(checkpoint: Path, seed: int) -> Classifier:
    """As a training with this seed begins, but ready to predict."""
    state = checkpoints.load(checkpoint)
    if state is None:
        raise TrainingError(f"no usable checkpoint at {checkpoint}: train again")
    torch.manual_seed(seed)
    network = networks.build_network(state["network"], len(state["classes"]), state["settings"])
    return _classifier(network).eval()


def _classifier(network: nn.Module) -> Classifier:
    if not isinstance(network, Classifier):
        raise TypeError(
            f"{type(network).__name__} is no Classifier: it names no maps, so it cannot be "
            "explained"
        )
    return network
