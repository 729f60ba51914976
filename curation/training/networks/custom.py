"""The default network: a stem and three residual stages of 3 x 3 convolutions, 2 million weights,
trained from nothing.

A style shows in strokes and colours more than in what is drawn, so the head sees the mean and the
deviation of every feature over the picture, after every stage: such statistics tell textures apart,
fine ones and coarse ones. In a prototype, on one split of 1,220 storybook pictures by 25
illustrators, the mean alone gave macro F1 0.48 and mean with deviation 0.63."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from inksift.curation.training.networks.base import (
    Classifier,
    Residual,
    convolution,
    in_turn,
    mean_and_deviation,
    standardised,
)

_WIDTHS = (32, 64, 128, 256)
"""Channels of the stem and of each stage. By eye."""


class Custom(Classifier):
    """Any even side."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        pooled = 2 * sum(_WIDTHS[1:])
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), convolution(12, _WIDTHS[0]))
        self.stages = nn.ModuleList(
            nn.Sequential(convolution(narrow, wide, stride=2), Residual(wide))
            for narrow, wide in pairwise(_WIDTHS)
        )
        self.head = nn.Sequential(
            nn.BatchNorm1d(pooled), nn.Dropout(0.2), nn.Linear(pooled, classes)
        )

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        return list(in_turn([self.stem, *self.stages], standardised(pictures)))

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        return torch.cat([mean_and_deviation(features) for features in maps[1:]], dim=1)
