"""Small changes of whole batches during training, cheap enough to draw anew for every picture of
every epoch."""

from __future__ import annotations

import torch


def jittered(
    pictures: torch.Tensor,
    side_px: int,
    generator: torch.Generator,
    *,
    amount: float,
    mirrored: float = 0.5,
) -> torch.Tensor:
    """n x 3 x side_px x side_px cuts at random places of n x side x side x 3 pictures (0 to 1), a
    share mirrored.

    Ink becomes fainter or stronger by up to `amount`, and each channel by up to half of it more;
    white stays white."""
    cut = _cut(pictures, side_px, mirrored, generator)
    strength = 1 + amount * _between(-1, 1, (len(cut), 1, 1, 1), generator)
    tint = 1 + amount / 2 * _between(-1, 1, (len(cut), 1, 1, 3), generator)
    return (1 - (1 - cut) * strength * tint).clamp(0, 1).permute(0, 3, 1, 2)


def _cut(
    pictures: torch.Tensor, side_px: int, mirrored: float, generator: torch.Generator
) -> torch.Tensor:
    count, room = len(pictures), pictures.shape[1] - side_px + 1
    down = torch.randint(room, (count, 1), generator=generator) + torch.arange(side_px)
    across = torch.randint(room, (count, 1), generator=generator) + torch.arange(side_px)
    turned = torch.rand(count, 1, generator=generator) < mirrored
    across = torch.where(turned, across.flip(1), across)
    return pictures[torch.arange(count)[:, None, None], down[:, :, None], across[:, None, :]]


def _between(
    low: float, high: float, shape: tuple[int, ...], generator: torch.Generator
) -> torch.Tensor:
    return low + (high - low) * torch.rand(shape, generator=generator)
