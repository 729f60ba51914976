"""A head on EfficientNet-Lite0, which has learned from ImageNet: frozen, or learning on with the
head.

As in the default network, the head sees the mean and the deviation of every channel of the last
map. The weights come with a package, so nothing is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from torch import nn

from inksift.curation.evidence.models.efficientnet import LITE0, VARIANTS, backbone, feature_maps
from inksift.curation.evidence.models.weights import find_weights
from inksift.curation.training.networks.base import Classifier, mean_and_deviation


class Transfer(Classifier):
    """Any even side from 32 on, below which the last kernels do not fit. Frozen, the running
    statistics hold still too, so that a picture has the same features throughout."""

    def __init__(self, classes: int, *, fine_tune: bool) -> None:
        super().__init__()
        dimension = 2 * VARIANTS[LITE0].channels
        self.backbone = backbone(LITE0, find_weights(LITE0)).requires_grad_(fine_tune)
        self.head = nn.Sequential(
            nn.BatchNorm1d(dimension), nn.Dropout(0.2), nn.Linear(dimension, classes)
        )
        self._fine_tune = fine_tune

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        variant = VARIANTS[LITE0]
        pixels = (pictures * 255 - variant.mean[0]) / variant.deviation[0]
        return feature_maps(self.backbone, pixels.contiguous(memory_format=torch.channels_last))

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        return mean_and_deviation(maps[-1])

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        self.backbone.train(mode and self._fine_tune)
        return self
