"""Five convolutions with batch normalisation, for pictures as small as 32 x 32: the network for
quick experiments."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from inksift.curation.training.networks.base import Classifier, in_turn, standardised

_FEATURES = 512
"""Units of the dense layer. By eye."""


class BnSmall(Classifier):
    """Any even side."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_convolution(3, 64, normalised=True),
            *_convolution(64, 64),
            *_pooling(),
            *_convolution(64, 128, normalised=True),
            *_convolution(128, 128),
            *_pooling(),
            *_convolution(128, 256, normalised=True),
            *_pooling(),
        )
        self.dense = nn.Sequential(nn.Linear(256, _FEATURES), nn.ReLU(inplace=True))
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(_FEATURES, classes))

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        every = zip(self.layers, in_turn(self.layers, standardised(pictures)), strict=True)
        return [features for layer, features in every if isinstance(layer, nn.Dropout)]

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        features: torch.Tensor = self.dense(maps[-1].mean((2, 3)))
        return features


def _convolution(narrow: int, wide: int, *, normalised: bool = False) -> list[nn.Module]:
    """3 x 3 with bias."""
    normalisation = [nn.BatchNorm2d(wide)] if normalised else []
    return [nn.Conv2d(narrow, wide, 3, padding=1), *normalisation, nn.ReLU(inplace=True)]


def _pooling() -> list[nn.Module]:
    return [nn.MaxPool2d(2, ceil_mode=True), nn.Dropout(0.2)]
