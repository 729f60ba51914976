"""What turns gradients into steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from torch import nn

OptimiserName = Literal["adamw", "adam", "sgd"]
_MOMENTUM = 0.9
"""Share of its last step that SGD repeats: the usual value."""


def optimiser_of(
    weights: Iterable[nn.Parameter], name: OptimiserName, *, rate: float, decay: float
) -> torch.optim.Optimizer:
    """The optimiser of those of the `weights` that learn.

    AdamW shrinks weights by `decay` apart from the gradient (Loshchilov & Hutter 2019); Adam and
    SGD, which has Nesterov's momentum, add the decay to the gradient."""
    import torch

    learning = [weight for weight in weights if weight.requires_grad]
    if name == "sgd":
        return torch.optim.SGD(
            learning, lr=rate, momentum=_MOMENTUM, weight_decay=decay, nesterov=True
        )
    kind = torch.optim.AdamW if name == "adamw" else torch.optim.Adam
    return kind(learning, lr=rate, weight_decay=decay)
