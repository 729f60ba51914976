"""What the layers of a network give for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from inksift.curation.base.arrays import Floats32, Pixels
from inksift.curation.base.errors import ParamError
from inksift.curation.base.vectors import blocks_of
from inksift.curation.training.fit.forward import scaled
from inksift.curation.training.networks.base import Classifier, mean_and_deviation

_BATCH = 32
"""Pictures that go through a network at a time, when the maps of all its layers are kept. By
eye."""


class Layers(NamedTuple):
    """What n pictures are to a network."""

    maps: list[Floats32]
    """n x 2c per layer: the mean of every channel over the picture, then its deviation."""

    features: Floats32
    """n x dimension: what the head sees."""

    sizes: list[tuple[int, int]]
    """Channels and side of every map."""

    def place(self, number: int | None, setting: str) -> int:
        """Where the layer of that number, counted from 1 (none: the last), stands in `maps`.

        ParamError names `setting` when there is no such layer.
        """
        count = len(self.maps)
        if number is not None and number > count:
            raise ParamError(
                f"explanations.{setting}: expected 1 to {count}, the layers of the network, got "
                f"{number}"
            )
        return (number or count) - 1

    def named(self, place: int) -> str:
        """The layer there in words."""
        channels, side = self.sizes[place]
        return f"layer {place + 1} of {len(self.maps)}: {channels} channels of {side} x {side}"


@contextmanager
def at_rest(network: nn.Module) -> Iterator[None]:
    """The network in evaluation mode; after the block, every part of it is in the mode that it was
    in."""
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def as_tensor(pixels: Pixels) -> torch.Tensor:
    """n x 3 x side x side, float, 0 to 1: what a network takes."""
    return scaled(np.array(pixels)).permute(0, 3, 1, 2)


def batches_of(count: int) -> list[slice]:
    """Consecutive parts of so many pictures, small enough to hold what all layers make of one."""
    return list(blocks_of(count, _BATCH))


def layers_of(network: Classifier, pixels: Pixels) -> Layers:
    """The layers of at least one picture."""
    with at_rest(network), torch.no_grad():
        parts = [_of_batch(network, pixels[part]) for part in batches_of(len(pixels))]
    by_layer = zip(*[part.maps for part in parts], strict=True)
    maps = [np.concatenate(of_layer) for of_layer in by_layer]
    return Layers(maps, np.concatenate([part.features for part in parts]), parts[0].sizes)


def _of_batch(network: Classifier, pixels: Pixels) -> Layers:
    maps = network.maps(as_tensor(pixels))
    pooled = [mean_and_deviation(one).numpy() for one in maps]
    return Layers(
        pooled, network.pooled(maps).numpy(), [(one.shape[1], one.shape[2]) for one in maps]
    )
