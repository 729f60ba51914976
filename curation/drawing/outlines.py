"""Changed places of a picture as boxes to draw around, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class OutlineLimits:
    """How boxes are drawn. Lengths are in thousandths of a side of the picture."""

    margin: int = 8
    """Room between a changed place and the line around it."""

    smallest: int = 50
    """Side below which a box is drawn larger than its place, so that it is seen on a small
    picture."""


_LIMITS = OutlineLimits()
_SIDE = 1000
"""Thousandths in a side."""


@dataclass(frozen=True)
class Outline:
    """A box in thousandths of the upright picture, from its left and its top."""

    left: float
    top: float
    width: float
    height: float


def outlines(places: str) -> list[Outline]:
    """A box around each of the `places` of PAIRS, within the picture; ValueError for places that
    are no such text.

    >>> outlines("500 0 502 300")
    [Outline(left=476.0, top=0.0, width=50.0, height=308.0)]
    """
    return [_box(place) for place in _split(places)]


def changed_in_words(places: str) -> str:
    """How much changed, in words; "" where nobody knows.

    >>> changed_in_words("1 1 9 9; 20 20 30 30"), changed_in_words("1 1 9 9"), changed_in_words("")
    ('changed: 2 places', 'changed: 1 place', '')
    """
    count = len(_split(places))
    return f"changed: {count} {'place' if count == 1 else 'places'}" if count else ""


def _split(places: str) -> Sequence[str]:
    return [place for place in places.split("; ") if place]


def _box(place: str) -> Outline:
    left, top, right, bottom = map(float, place.split())
    x, width = _side(left, right)
    y, height = _side(top, bottom)
    return Outline(x, y, width, height)


def _side(low: float, high: float) -> tuple[float, float]:
    """Start and length of a side with its margin, at least the smallest, and within the picture."""
    middle = (low + high) / 2
    reach = max((high - low) / 2 + _LIMITS.margin, _LIMITS.smallest / 2)
    start, end = max(0.0, middle - reach), min(float(_SIDE), middle + reach)
    return start, end - start
