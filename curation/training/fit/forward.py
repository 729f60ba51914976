"""Pictures through a network that does not learn: its logits, probabilities and features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inksift.curation.base.arrays import Integers, Pixels
from inksift.curation.training.networks.base import Classifier

_BATCH = 64
"""Pictures that go through the network at a time. By eye."""


def logits_of(network: nn.Module, pixels: Pixels, positions: Integers) -> torch.Tensor:
    """n x classes: logits of the pictures at these positions, each the mean over the picture and
    its mirror image.

    Leaves the network in evaluation mode.
    """
    return _each(
        network, lambda batch: (network(batch) + network(batch.flip(3))) / 2, pixels, positions
    )


def features_of(network: Classifier, pixels: Pixels, positions: Integers) -> torch.Tensor:
    """n x dimension: what the head sees of the pictures at these positions, as they are, not
    mirrored.

    Leaves the network in evaluation mode.
    """
    return _each(network, network.features, pixels, positions)


def probabilities(network: nn.Module, pixels: Pixels) -> npt.NDArray[np.float32]:
    """n x classes probabilities of n pictures, from `logits_of`."""
    answer: npt.NDArray[np.float32] = (
        logits_of(network, pixels, np.arange(len(pixels))).softmax(1).numpy()
    )
    return answer


def scaled(pixels: Pixels) -> torch.Tensor:
    """float, 0 to 1."""
    return torch.from_numpy(np.asarray(pixels)).float() / 255


def _each(
    network: nn.Module,
    answer: Callable[[torch.Tensor], torch.Tensor],
    pixels: Pixels,
    positions: Integers,
) -> torch.Tensor:
    network.eval()
    parts = np.array_split(positions, max(1, -(-len(positions) // _BATCH)))
    with torch.inference_mode():
        return torch.cat([answer(scaled(pixels[part]).permute(0, 3, 1, 2)) for part in parts])
