"""What every network is: pictures to features, features to logits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import nn

_MEAN, _DEVIATION = 0.67, 0.31  # of pixels of storybook pictures


class Classifier(nn.Module):
    """n x 3 x side x side pictures, float, 0 to 1, to n x classes logits, in three steps: `maps`,
    what is `pooled` of them, and the head."""

    head: nn.Module

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """One n x channels x height x width feature map at the end of every layer, from early to
        late."""
        raise NotImplementedError

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        """n x dimension: what the head sees of `maps`; it may leave out some of them."""
        raise NotImplementedError

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        """n x dimension: the penultimate features."""
        return self.pooled(self.maps(pictures))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.features(pictures))
        return logits


class ParameterCounts(NamedTuple):
    """Numbers that a checkpoint holds: `all` counts weights and running statistics, `trainable`
    what learns."""

    all: int
    trainable: int


def parameter_counts(network: nn.Module) -> ParameterCounts:
    """How large a network is.

    >>> parameter_counts(nn.BatchNorm2d(8))
    ParameterCounts(all=32, trainable=16)
    """
    weights = list(network.parameters())
    statistics = sum(buffer.numel() for buffer in network.buffers() if buffer.is_floating_point())
    trainable = sum(weight.numel() for weight in weights if weight.requires_grad)
    return ParameterCounts(sum(weight.numel() for weight in weights) + statistics, trainable)


def set_dropout(network: nn.Module, share: float | None) -> None:
    """Let the network's head drop this share of its features in training; none: as it was built."""
    head = getattr(network, "head", nn.Identity())
    for module in head.modules():
        if isinstance(module, nn.Dropout) and share is not None:
            module.p = share


def standardised(pictures: torch.Tensor) -> torch.Tensor:
    """About mean 0 and deviation 1, laid out channels last (several times as fast on a CPU)."""
    return ((pictures - _MEAN) / _DEVIATION).contiguous(memory_format=torch.channels_last)


def in_turn(layers: Iterable[nn.Module], features: torch.Tensor) -> Iterator[torch.Tensor]:
    """What each of the layers makes of what the one before it gave."""
    for layer in layers:
        features = layer(features)
        yield features


def mean_and_deviation(features: torch.Tensor) -> torch.Tensor:
    """n x 2c: mean and deviation over the picture of n x c x height x width features; finite
    gradient when flat."""
    variance, mean = torch.var_mean(features, dim=(2, 3), correction=0)
    return torch.cat([mean, (variance + 1e-5).sqrt()], dim=1)


def convolution(narrow: int, wide: int, side: int = 3, stride: int = 1) -> nn.Module:
    """A square convolution that keeps the size (or divides it by the stride), batch normalisation
    and ReLU."""
    return nn.Sequential(
        nn.Conv2d(narrow, wide, side, stride, padding=side // 2, bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions beside a direct path."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            convolution(channels, channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.relu(features + self.inner(features))
