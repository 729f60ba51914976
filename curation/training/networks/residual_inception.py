"""Residual and inception blocks in turn, at 256 x 256: one of the two kinds of network that the
original team trained.

An inception block looks at several scales at once (1 x 1, 3 x 3, two 3 x 3 in a row, a maximum of 3
x 3) and lays the answers side by side (Szegedy et al. 2015, 2016); a residual block adds to what it
is given (He et al. 2016). The team's own layers are not known, so this is a network of that kind,
not theirs."""

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
    standardised,
)

_WIDTHS = (32, 64, 128, 256)
"""Channels of the stem and of each stage. By eye."""


class ResidualInception(Classifier):
    """Any even side; a stem, three stages, each on half the side of the one before, then the mean
    of the last map."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            convolution(3, _WIDTHS[0], stride=2), nn.MaxPool2d(2, ceil_mode=True)
        )
        self.stages = nn.Sequential(*(_stage(narrow, wide) for narrow, wide in pairwise(_WIDTHS)))
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(_WIDTHS[-1], classes))

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        return list(in_turn([self.stem, *self.stages], standardised(pictures)))

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        return maps[-1].mean((2, 3))


class Inception(nn.Module):
    """narrow channels to wide, a quarter of them from each of four branches."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        part = wide // 4
        self.branches = nn.ModuleList(
            (
                convolution(narrow, part, side=1),
                nn.Sequential(convolution(narrow, part, side=1), convolution(part, part)),
                nn.Sequential(
                    convolution(narrow, part, side=1),
                    convolution(part, part),
                    convolution(part, part),
                ),
                nn.Sequential(
                    nn.MaxPool2d(3, stride=1, padding=1), convolution(narrow, part, side=1)
                ),
            )
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(features) for branch in self.branches], dim=1)


def _stage(narrow: int, wide: int) -> nn.Module:
    return nn.Sequential(Inception(narrow, wide), Residual(wide), nn.MaxPool2d(2, ceil_mode=True))
