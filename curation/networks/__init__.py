"""The networks that can be trained, by name. A new one is a module with `build`, and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from curation.errors import ParamError
from curation.networks import custom

if TYPE_CHECKING:
    from torch import nn

NETWORKS: dict[str, Callable[[int], nn.Module]] = {"custom": custom.build}
"""Builder by name: from a number of classes to an untrained network, which maps n x 3 x side x side pictures (float,
0 to 1, any side from 32 on) to n x classes logits."""


def build(name: str, classes: int) -> nn.Module:
    """The untrained network of this name; ParamError when there is none."""
    if name not in NETWORKS:
        raise ParamError(f"no network called {name!r}; there are: {', '.join(NETWORKS)}")
    return NETWORKS[name](classes)
