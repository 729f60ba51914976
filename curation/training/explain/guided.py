"""What in a picture a channel of a layer responds to: guided backpropagation (Springenberg et al.
2015).

The channel's own map, its positive part, is sent back to the pixels, and whatever a rectifier was
handed back that is negative is dropped: what is left of the picture is what excites the channel,
not what keeps it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that its documentation uses
from torch.overrides import TorchFunctionMode

from inksift.curation.base.arrays import Floats32, Pixels
from inksift.curation.training.explain.layers import as_tensor, at_rest, batches_of
from inksift.curation.training.networks.base import Classifier

RECTIFIERS = frozenset(
    {F.relu, torch.relu, torch.relu_, torch.Tensor.relu, F.hardtanh, F.relu6, F.silu}
)
"""Every way in which a network can call for one; `nn.ReLU6` is a hardtanh."""


class Guided(TorchFunctionMode):
    """In this block no rectifier hands back a negative gradient.

    Torch tells the mode of every function that is called in the block, by a module or not, and the
    mode leaves a hook on the tensor that a rectifier returns. So the network itself is never
    touched, and the hooks go with the tensors. What the rectifier passes on is still its own:
    nothing where it was at rest, nor where a ReLU6 is at its ceiling."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        answer = func(*args, **(kwargs or {}))
        if func in RECTIFIERS and answer.requires_grad:
            answer.register_hook(_positive)
        return answer


def saliency(network: Classifier, pixels: Pixels, *, layer: int, channel: int) -> Floats32:
    """n x side x side x 3: by how much more of each colour at each place of n pictures would excite
    this channel of `network.maps(...)[layer]`; zero where nothing would."""
    parts = [_saliency(network, pixels[part], layer, channel) for part in batches_of(len(pixels))]
    return np.concatenate(parts) if parts else np.zeros(pixels.shape, np.float32)


def _saliency(network: Classifier, pixels: Pixels, layer: int, channel: int) -> Floats32:
    with at_rest(network), torch.enable_grad():
        pictures = as_tensor(pixels).requires_grad_()
        with Guided():
            excited = network.maps(pictures)[layer][:, channel]
        (gradient,) = torch.autograd.grad(excited, pictures, _positive(excited.detach()))
    answer: Floats32 = gradient.permute(0, 2, 3, 1).numpy()
    return answer


def _positive(gradient: torch.Tensor) -> torch.Tensor:
    return gradient.clamp(min=0)
