"""The two networks of the GAN: one makes deviations of a class, one tells them from real ones."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

_WIDTH = 128
"""Units in the layers of both networks. By eye."""

_NOISE = 32
"""Numbers of noise beside the normal deviate, for what is not a shift of it. By eye."""


class Generator(nn.Module):
    """Noise and classes (n x classes, one-hot) to n x directions coordinates.

    What it gives is a normal deviate with the `spreads` (classes x directions) of its class, plus
    what the layers have learned, nothing at first."""

    spreads: torch.Tensor

    def __init__(self, spreads: torch.Tensor) -> None:
        super().__init__()
        classes, self.directions = spreads.shape
        self.register_buffer("spreads", spreads)
        self.layers = nn.Sequential(
            nn.Linear(self.directions + _NOISE + classes, _WIDTH),
            nn.ReLU(),
            nn.Linear(_WIDTH, _WIDTH),
            nn.ReLU(),
            nn.Linear(_WIDTH, self.directions),
        )
        for values in self.layers[-1].parameters():
            nn.init.zeros_(values)

    def forward(self, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        normal = torch.randn(len(kinds), self.directions, generator=generator) * (
            kinds @ self.spreads
        )
        noise = torch.randn(len(kinds), _NOISE, generator=generator)
        made: torch.Tensor = normal + self.layers(torch.cat([normal, noise, kinds], dim=1))
        return made


class Discriminator(nn.Module):
    """n coordinates and their classes to n scores, higher for what looks real in its class: a
    projection discriminator under spectral normalisation."""

    def __init__(self, directions: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            spectral_norm(nn.Linear(directions, _WIDTH)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Linear(_WIDTH, _WIDTH)),
            nn.LeakyReLU(0.2),
        )
        self.real = spectral_norm(nn.Linear(_WIDTH, 1))
        self.of_class = spectral_norm(nn.Linear(classes, _WIDTH, bias=False))

    def forward(self, coordinates: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        seen = self.layers(coordinates)
        scores: torch.Tensor = self.real(seen)[:, 0] + (seen * self.of_class(kinds)).sum(dim=1)
        return scores
