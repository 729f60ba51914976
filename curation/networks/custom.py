"""The default network: a stem and three residual stages of 3 x 3 convolutions, 2 million weights, trained from nothing.

A style shows in strokes and colours more than in what is drawn, so the head sees the mean and the deviation of every
feature over the picture, after every stage: such statistics tell textures apart, fine ones and coarse ones. In a
prototype, on one split of 1,220 storybook pictures by 25 illustrators, the mean alone gave macro F1 0.48 and mean with
deviation 0.63.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

VERSION = 1
_WIDTHS = (32, 64, 128, 256)
_MEAN, _DEVIATION = 0.67, 0.31  # of pixels of storybook pictures


def build(classes: int) -> nn.Module:
    """An untrained network for this many classes, laid out channels last (several times as fast on a CPU)."""
    return Custom(classes).to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


class Custom(nn.Module):
    """n x 3 x side x side pictures, 0 to 1, to n x classes logits."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        pooled = 2 * sum(_WIDTHS[1:])
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), _convolution(12, _WIDTHS[0]))
        self.stages = nn.ModuleList(_stage(narrow, wide) for narrow, wide in pairwise(_WIDTHS))
        self.head = nn.Sequential(nn.BatchNorm1d(pooled), nn.Dropout(0.2), nn.Linear(pooled, classes))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        standard = (pictures - _MEAN) / _DEVIATION
        features = self.stem(standard.contiguous(memory_format=torch.channels_last))
        pooled = []
        for stage in self.stages:
            features = stage(features)
            pooled.append(mean_and_deviation(features))
        logits: torch.Tensor = self.head(torch.cat(pooled, dim=1))
        return logits


class Residual(nn.Module):
    """Two convolutions beside a direct path."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            _convolution(channels, channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.relu(features + self.inner(features))


def mean_and_deviation(features: torch.Tensor) -> torch.Tensor:
    """n x 2c: mean and deviation over the picture of n x c x height x width features; finite gradient when flat."""
    variance, mean = torch.var_mean(features, dim=(2, 3), correction=0)
    return torch.cat([mean, (variance + 1e-5).sqrt()], dim=1)


def _stage(narrow: int, wide: int) -> nn.Module:
    return nn.Sequential(_convolution(narrow, wide, stride=2), Residual(wide))


def _convolution(narrow: int, wide: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(narrow, wide, 3, stride, padding=1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(inplace=True)
    )
