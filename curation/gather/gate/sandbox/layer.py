"""A layer of the sandbox, as it is in a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Layer(NamedTuple):
    """Whether a layer is in force, and the system's words where it is not."""

    name: str
    in_force: bool
    why_not: str = ""


def taken(name: str, take: Callable[[], None]) -> Layer:
    """The layer that `take` puts in force, or lacks with an OSError."""
    try:
        take()
    except OSError as error:
        return Layer(name, False, error.strerror or str(error))
    return Layer(name, True)


def demand_refusal(attempt: Callable[[], object]) -> None:
    """OSError where the system still does what a layer is there to stop, whatever it promised."""
    try:
        attempt()
    except OSError:
        return
    raise OSError("the system accepted it, and stops nothing")


def in_all(some: Sequence[Layer], others: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers of two workers, each as in the one that lacks it; `some` may be none yet."""
    pairs = zip(some or others, others, strict=True)
    return tuple(min(both, key=lambda layer: layer.in_force) for both in pairs)


def lacking(layers: Iterable[Layer]) -> list[str]:
    """The layers that are not in force, each with the reason.

    >>> lacking([Layer("seccomp", True), Layer("Landlock", False, "Function not implemented")])
    ['Landlock (Function not implemented)']
    """
    return [f"{layer.name} ({layer.why_not})" for layer in layers if not layer.in_force]
