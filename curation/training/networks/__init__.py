"""The networks that can be trained, by name. A new one is a module with a `NETWORK`, and the name
of both here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, get_args

from inksift.curation.base.errors import ParamError

if TYPE_CHECKING:
    from torch import nn

    from inksift.curation.training.networks.base import Network

NetworkName = Literal["custom", "residual_inception", "depth_stack", "bn_small", "transfer"]


@cache
def every_network() -> dict[str, Network]:
    """What the networks say of themselves, by name. They bring torch with them, which costs
    seconds: settings are read without."""
    modules = (import_module(f"{__name__}.{name}") for name in get_args(NetworkName))
    return {module.NETWORK.name: module.NETWORK for module in modules}


def build_network(name: str, classes: int, settings: Mapping[str, int] | None = None) -> nn.Module:
    """The network of this name, untrained (but for what it has learned from ImageNet), laid out
    channels last.

    What `settings` leaves out is as in its NETWORK. ParamError when there is no such network, or it
    reads no such setting."""
    import torch

    network = network_called(name)
    unknown = sorted(set(settings or {}) - set(network.settings))
    if unknown:
        there_are = ", ".join(network.settings) or "none"
        raise ParamError(f"the network {name} has no setting {unknown[0]}; it has: {there_are}")
    built = network.build(classes, **{**network.settings, **(settings or {})})
    return built.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def network_called(name: str) -> Network:
    """What is said of the network of this name; ParamError when there is none."""
    known = every_network()
    if name not in known:
        raise ParamError(f"no network called {name!r}; there are: {', '.join(known)}")
    return known[name]
