"""Small networks whose answers are known, and test pictures to explain them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from torch import nn

from inksift.curation.base.tables import PREDICTIONS
from inksift.curation.training.explain.examined import Examined
from inksift.curation.training.explain.networks import Networks
from inksift.curation.training.networks import build_network, every_network
from inksift.curation.training.networks.base import Classifier

SMALL: dict[str, Mapping[str, int]] = {name: {} for name in every_network()} | {
    "depth_stack": {"depth": 3, "width": 8, "image_side_px": 32}
}
"""The settings with which every network takes pictures of 32 x 32."""


class Looking(Classifier):
    """Its one map is the mean colour where a mask lets it through; the head sees the mean of it,
    times `weights`."""

    def __init__(self, mask: torch.Tensor, weights: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mask", mask)
        self.head = nn.Linear(1, len(weights), bias=False)
        self.head.weight = nn.Parameter(torch.tensor(weights)[:, None])

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        return [pictures.mean(1, keepdim=True) * self.mask]

    def pooled(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        return maps[-1].mean((2, 3))


def small_network(name: str, classes: int = 3) -> Classifier:
    """Untrained, the same in every test; for pictures of 32 x 32."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build_network(name, classes, SMALL[name])
    assert isinstance(network, Classifier)
    return network.eval()


def noise(count: int, side_px: int = 32) -> np.ndarray:
    """Coarse blots of colour."""
    coarse = np.random.default_rng(0).integers(
        0, 256, (count, side_px // 8, side_px // 8, 3), dtype=np.uint8
    )
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


def examined(labels: Sequence[str], predicted: Sequence[str], side_px: int = 32) -> Examined:
    """One picture per label, the first predicted with the highest confidence, each with a path."""
    rows = [
        {
            "image_id": str(place),
            "label": label,
            "predicted": guess,
            "confidence": 0.9 / (1 + place / 10),
        }
        for place, (label, guess) in enumerate(zip(labels, predicted, strict=True))
    ]
    paths = [
        {"image_id": str(place), "label": label, "path": f"{label}/{place}.png"}
        for place, label in enumerate(labels)
    ]
    places = pd.DataFrame(paths, columns=["image_id", "label", "path"])
    return Examined.of(PREDICTIONS.frame(rows), places, noise(len(rows), side_px))


def small_networks(classes: Sequence[str]) -> Networks:
    """`bn_small` as before, and with every weight doubled as after its training."""
    before, after = small_network("bn_small", len(classes)), small_network("bn_small", len(classes))
    with torch.no_grad():
        for weight in after.parameters():
            weight.mul_(2)
    return Networks(before, after, list(classes))
