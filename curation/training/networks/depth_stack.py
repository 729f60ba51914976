"""A plain stack of 5 x 5 convolutions, for asking how deep and how wide a network should be."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from inksift.curation.training.networks.base import Classifier, in_turn, standardised

_DOUBLED_AT = (3, 5, 7)
"""Convolutions, counted from 1, from which on there are twice as many channels."""


class DepthStack(Classifier):
    """One side only, since the one dense layer sees the last map whole; every convolution keeps the
    size of its map, and the pooling after it halves the map, rounding up."""

    def __init__(self, classes: int, *, depth: int, width: int, image_side_px: int) -> None:
        super().__init__()
        channels = [3, *widths(depth, width)]
        layers = (
            nn.Sequential(
                nn.Conv2d(narrow, wide, 5, padding=2),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(2, ceil_mode=True),
            )
            for narrow, wide in pairwise(channels)
        )
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.head = nn.Linear(channels[-1] * map_side(image_side_px, depth) ** 2, classes)

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        *layers, _ = self.layers
        return list(in_turn(layers, standardised(pictures)))

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        features: torch.Tensor = self.layers[-1](maps[-1])
        return features


def widths(depth: int, width: int) -> list[int]:
    """Channels of every convolution.

    >>> widths(7, 32)
    [32, 32, 64, 64, 128, 128, 256]
    """
    doublings = [bisect_right(_DOUBLED_AT, layer) for layer in range(1, depth + 1)]
    return [width * 2**times for times in doublings]


def map_side(side_px: int, depth: int) -> int:
    """Side of the last map.

    >>> [map_side(172, depth) for depth in (1, 2, 3, 7)]
    [86, 43, 22, 2]
    """
    return -(-side_px // (1 << depth))
