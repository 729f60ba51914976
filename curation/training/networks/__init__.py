"""The networks that can be trained, by name. A new one is a module, and a line with what is to be
known of it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple

from inksift.curation.base.errors import ParamError

if TYPE_CHECKING:
    from torch import nn

NetworkName = Literal["custom", "residual_inception", "depth_stack", "bn_small", "transfer"]


class Network(NamedTuple):
    """A network that can be trained. `build(classes, **settings)` gives it untrained.

    `settings` are the settings that it reads, with their defaults; one that reads `image_side_px`
    takes pictures of that side only, any other takes every even side from `smallest_px` on.
    `side_px` is the side that it is made for, `crop_share` the share of it that training sees, and
    `drops_out` tells whether its head has dropout. Raise `version` when the same settings should
    give another network."""

    name: str
    build: Callable[..., nn.Module]
    side_px: int
    version: int = 1
    crop_share: float = 0.75
    smallest_px: int = 16
    drops_out: bool = True
    settings: Mapping[str, int] = {}


def _built_by(module: str, name: str) -> Callable[..., nn.Module]:
    """A class of a module of this folder, imported when a network is built: it brings torch with
    it, which costs seconds, and settings are read without."""

    def build(classes: int, **settings: int) -> nn.Module:
        built: nn.Module = getattr(import_module(f"{__name__}.{module}"), name)(classes, **settings)
        return built

    return build


_NETWORKS = (
    Network("custom", _built_by("custom", "Custom"), side_px=128),
    Network(
        "residual_inception", _built_by("residual_inception", "ResidualInception"), side_px=256
    ),
    Network(
        "depth_stack",
        _built_by("depth_stack", "DepthStack"),
        side_px=172,
        crop_share=1.0,
        drops_out=False,
        settings={"depth": 5, "width": 32, "image_side_px": 172},
    ),
    Network("bn_small", _built_by("bn_small", "BnSmall"), side_px=32),
    Network(
        "transfer",
        _built_by("transfer", "Transfer"),
        side_px=224,
        smallest_px=32,
        settings={"fine_tune": False},
    ),
)


@cache
def every_network() -> dict[str, Network]:
    """What is known of the networks, by name."""
    return {network.name: network for network in _NETWORKS}


def build_network(name: str, classes: int, settings: Mapping[str, int] | None = None) -> nn.Module:
    """The network of this name, untrained (but for what it has learned from ImageNet), laid out
    channels last.

    What `settings` leaves out is as in its `settings`. ParamError when there is no such network, or
    it reads no such setting."""
    import torch

    network = network_called(name)
    unknown = sorted(set(settings or {}) - set(network.settings))
    if unknown:
        there_are = ", ".join(network.settings) or "none"
        raise ParamError(f"the network {name} has no setting {unknown[0]}; it has: {there_are}")
    built = network.build(classes, **{**network.settings, **(settings or {})})
    return built.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def network_called(name: str) -> Network:
    """What is known of the network of this name; ParamError when there is none."""
    known = every_network()
    if name not in known:
        raise ParamError(f"no network called {name!r}; there are: {', '.join(known)}")
    return known[name]
