"""Where in a picture a network finds what speaks for a class: Grad-CAM and HiResCAM.

Both weigh the feature maps that the head sees by the gradient of the class's logit and sum them
over the channels. Grad-CAM (Selvaraju et al. 2017) weighs each channel by its mean gradient over
the picture, HiResCAM (Draelos and Carin 2020) each place of it by the gradient there. Where the
head sees means only, they are the same. Of a deviation, which `custom` and `transfer` also show
their heads, the mean gradient is zero, so Grad-CAM is silent about it.

A head that sees several maps gets the sum of their heats, each through the head alone, so that a
later map's share is not counted again in an earlier one.

On 236 test pictures of a crawl, `custom` after 14 epochs (`benchmarks/heat.py`): with the hottest
fifth of a picture painted grey, the probability of its answer falls by 0.26 (Grad-CAM) and 0.31
(HiResCAM), by 0.15 with any other fifth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn.functional import interpolate

from inksift.curation.base.arrays import Floats32, Pixels
from inksift.curation.training.explain.layers import as_tensor, at_rest, batches_of
from inksift.curation.training.explain.params import HeatName
from inksift.curation.training.networks.base import Classifier

_TINY = torch.finfo(torch.float32).tiny


def heat_maps(
    network: Classifier, pixels: Pixels, targets: Sequence[int], method: HeatName = "grad_cam"
) -> Floats32:
    """n x side x side: how much each place of n pictures speaks for the class of that number, 1 for
    most in its picture; all zero where nothing does."""
    parts = [
        _heat(network, pixels[part], targets[part], method) for part in batches_of(len(pixels))
    ]
    return np.concatenate(parts) if parts else np.zeros(pixels.shape[:3], np.float32)


def _heat(
    network: Classifier, pixels: Pixels, targets: Sequence[int], method: HeatName
) -> Floats32:
    side = pixels.shape[1]
    with at_rest(network), torch.no_grad():
        maps = network.maps(as_tensor(pixels))
        heat = torch.zeros(len(pixels), side, side)
        for features, gradient in zip(maps, _gradients(network, maps, targets), strict=True):
            if gradient is not None:
                heat += _enlarged(_contribution(features, gradient, method), side)
        heat.clamp_(min=0)
        return (heat / heat.amax((1, 2), keepdim=True).clamp(min=_TINY)).numpy()


def _gradients(
    network: Classifier, maps: list[torch.Tensor], targets: Sequence[int]
) -> tuple[torch.Tensor | None, ...]:
    """Of the logit of each picture's class, by every map: through the head alone; none for a map it
    does not see."""
    with torch.enable_grad():
        seen = [one.detach().requires_grad_() for one in maps]
        logits = network.head(network.pooled(seen))
        chosen = logits[torch.arange(len(logits)), torch.as_tensor(targets)]
        return torch.autograd.grad(chosen.sum(), seen, allow_unused=True)


def _contribution(features: torch.Tensor, gradient: torch.Tensor, method: HeatName) -> torch.Tensor:
    """n x height x width: per share of the picture's area, so that maps of different sizes can be
    added."""
    if method == "grad_cam":
        gradient = gradient.mean((2, 3), keepdim=True)
    return (features * gradient).sum(1) * features[0, 0].numel()


def _enlarged(heat: torch.Tensor, side_px: int) -> torch.Tensor:
    return interpolate(heat[:, None], (side_px, side_px), mode="bilinear")[:, 0]
