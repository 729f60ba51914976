"""The geometry of drawn things: shapes in a unit square, x to the right, y down, before any
style."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

ShapePoints = npt.NDArray[np.float64]
"""n x 2 coordinates."""

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

Rng = np.random.Generator


@dataclass(frozen=True)
class Part:
    """One shape of a drawing: an area, or a pen stroke along `points` where `line` (its width) is
    above zero."""

    points: ShapePoints
    colour: Colour
    line: float = 0.0


class Palette(NamedTuple):
    """The colours of one drawing."""

    body: Colour
    second: Colour
    accent: Colour
    dark: Colour
    light: Colour


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A colour from hue, saturation and value, each 0 to 1 (hue wraps around).

    >>> hsv(0, 1, 1)
    (255, 0, 0)
    """
    red, green, blue = colorsys.hsv_to_rgb(
        hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1)
    )
    return round(255 * red), round(255 * green), round(255 * blue)


def palette(rng: Rng, hues: Sequence[float]) -> Palette:
    """Colours around one of the natural `hues` of a subject, or, one time in four, around any hue
    at all."""
    hue = rng.uniform() if rng.uniform() < 0.25 else rng.choice(hues) + rng.normal(0, 0.02)
    saturation, value = rng.uniform(0.35, 0.85), rng.uniform(0.55, 0.95)
    other = hue + rng.choice([0.08, 0.33, 0.5, 0.66]) + rng.normal(0, 0.02)
    return Palette(
        hsv(hue, saturation, value),
        hsv(hue + rng.normal(0, 0.03), saturation * 0.7, value * rng.uniform(0.65, 0.8)),
        hsv(other, rng.uniform(0.5, 0.9), rng.uniform(0.75, 1.0)),
        hsv(hue, 0.4, rng.uniform(0.1, 0.22)),
        hsv(hue, rng.uniform(0.03, 0.2), rng.uniform(0.92, 1.0)),
    )


def points(*corners: tuple[float, float]) -> ShapePoints:
    """A polygon, or an open line, through the corners."""
    return np.array(corners, dtype=np.float64)


def box(left: float, top: float, right: float, bottom: float) -> ShapePoints:
    """An upright rectangle."""
    return points((left, top), (right, top), (right, bottom), (left, bottom))


def ellipse(x: float, y: float, wide: float, high: float, turn: float = 0.0) -> ShapePoints:
    """An ellipse around (x, y) with half axes `wide` and `high`, turned by `turn` radians."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.stack([wide * np.cos(angles), high * np.sin(angles)], axis=1)
    return ring @ _turn(turn).T + (x, y)


def arc(x: float, y: float, wide: float, high: float, start: float, stop: float) -> ShapePoints:
    """Part of an upright ellipse, from one angle to the other (radians, clockwise from the
    right)."""
    angles = np.linspace(start, stop, 24)
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1)


def smooth(*corners: tuple[float, float]) -> ShapePoints:
    """A closed Catmull-Rom curve through the corners."""
    knots = points(*corners)
    return _catmull_rom(np.vstack([knots[-1:], knots, knots[:2]]))


def curve(*corners: tuple[float, float]) -> ShapePoints:
    """An open Catmull-Rom curve through the corners."""
    knots = points(*corners)
    return _catmull_rom(np.vstack([knots[:1], knots, knots[-1:]]))


def tube(spine: ShapePoints, start: float, stop: float) -> ShapePoints:
    """The outline of a limb along `spine`, its width running from `start` to `stop`, with a round
    end."""
    along = np.gradient(spine, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = along[:, ::-1] * (-1, 1) * np.linspace(start, stop, len(spine))[:, None] / 2
    heading = np.arctan2(along[-1, 1], along[-1, 0])
    cap = arc(
        spine[-1, 0], spine[-1, 1], stop / 2, stop / 2, heading + np.pi / 2, heading - np.pi / 2
    )
    return np.vstack([spine + across, cap, (spine - across)[::-1]])


def moved(
    parts: Iterable[Part],
    *,
    turn: float = 0.0,
    scale: float = 1.0,
    mirror: bool = False,
    to: tuple[float, float],
) -> list[Part]:
    """Parts mirrored, turned (radians) and scaled about the middle of the unit square, which goes
    to `to`."""
    matrix = _turn(turn) * scale * ((-1, 1) if mirror else (1, 1))
    return [
        replace(part, points=(part.points - 0.5) @ matrix.T + to, line=part.line * scale)
        for part in parts
    ]


def _turn(angle: float) -> ShapePoints:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _catmull_rom(knots: ShapePoints, steps: int = 10) -> ShapePoints:
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (knots[i : len(knots) - 3 + i, None, :] for i in range(4))
    bent = (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    result: ShapePoints = np.vstack([bent.reshape(-1, 2) / 2, knots[-2:-1]])
    return result
