"""A subject in its surroundings: what a style then paints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np

from inksift.curation.sample.animals import cat, fish
from inksift.curation.sample.made import boat, house, robot
from inksift.curation.sample.plants import flower, mushroom, tree
from inksift.curation.sample.shapes import Colour, Part, Rng, arc, box, ellipse, hsv, moved, points

SUBJECTS: Mapping[str, Callable[[Rng], list[Part]]] = {
    "cat": cat,
    "fish": fish,
    "tree": tree,
    "house": house,
    "boat": boat,
    "flower": flower,
    "robot": robot,
    "mushroom": mushroom,
}
"""The classes, the most frequent first."""

TURNS = {"cat": 0.12, "fish": 0.5, "flower": 0.2, "mushroom": 0.15, "robot": 0.12}
"""How far a subject may lean, in radians; the others stand upright within `_TURN`."""

_TURN = 0.05
"""Radians by which most subjects lean at most."""


class Scene(NamedTuple):
    """`width` x `height` in units of the shorter side; the ground runs from `above` to `below`;
    `parts` back to front.

    The first `behind` parts are scenery.
    """

    width: float
    height: float
    above: Colour
    below: Colour
    parts: list[Part]
    behind: int


def draw_scene(label: str, width: float, height: float, rng: Rng) -> Scene:
    """One subject of class `label`, now and then with a smaller companion of its kind, before some
    scenery."""
    above, below = _ground(rng)
    scenery = _scenery(rng, width, height, below)
    parts = list(scenery)
    if rng.uniform() < 0.12:
        parts += _placed(label, rng, width, height, rng.uniform(0.3, 0.4))
    parts += _placed(label, rng, width, height, rng.uniform(0.75, 0.98))
    return Scene(width, height, above, below, parts, len(scenery))


def _placed(label: str, rng: Rng, width: float, height: float, scale: float) -> list[Part]:
    room = 1.08 - scale
    middle = (
        width / 2 + rng.uniform(-0.5, 0.5) * (room + width - 1),
        height / 2 + rng.uniform(-0.5, 0.5) * (room + height - 1),
    )
    turn = rng.uniform(-1, 1) * TURNS.get(label, _TURN)
    stretch = np.array([rng.uniform(0.88, 1.12), 1.0])
    parts = moved(
        SUBJECTS[label](rng), turn=turn, scale=scale, mirror=rng.uniform() < 0.5, to=middle
    )
    return [
        Part((part.points - middle) * stretch + middle, part.colour, part.line) for part in parts
    ]


def _ground(rng: Rng) -> tuple[Colour, Colour]:
    hue = rng.uniform()
    if rng.uniform() < 0.3:
        white = hsv(hue, rng.uniform(0, 0.06), rng.uniform(0.95, 1.0))
        return white, white
    dark = rng.uniform() < 0.15
    saturation = rng.uniform(0.1, 0.5)
    value = rng.uniform(0.25, 0.45) if dark else rng.uniform(0.75, 0.98)
    other = hue + rng.normal(0, 0.08)
    return hsv(hue, saturation, value), hsv(
        other, saturation * rng.uniform(0.3, 1), value * rng.uniform(0.85, 1.05)
    )


def _scenery(rng: Rng, width: float, height: float, below: Colour) -> list[Part]:
    kind = rng.choice(
        ["none", "hills", "room", "dots", "clouds", "disc"], p=[0.4, 0.2, 0.1, 0.08, 0.12, 0.1]
    )
    makers = {
        "none": _nothing,
        "hills": _hills,
        "room": _room,
        "dots": _dots,
        "clouds": _clouds,
        "disc": _disc,
    }
    return makers[str(kind)](rng, width, height, _darker(below, rng.uniform(0.75, 0.92)))


def _nothing(_rng: Rng, _width: float, _height: float, _tone: Colour) -> list[Part]:
    return []


def _hills(rng: Rng, width: float, height: float, tone: Colour) -> list[Part]:
    sun = (width * rng.uniform(0.1, 0.9), height * rng.uniform(0.1, 0.25))
    parts = [Part(ellipse(*sun, 0.09, 0.09), hsv(rng.uniform(0.08, 0.16), 0.5, 1.0))]
    for i, level in enumerate((0.62, 0.76)):
        xs = np.linspace(-0.05, width + 0.05, 40)
        ridge = height * level + 0.06 * np.sin(xs * rng.uniform(3, 7) + rng.uniform(0, 6))
        ridge_line = np.stack([xs, ridge], axis=1)
        corners = points((width + 0.05, height + 0.05), (-0.05, height + 0.05))
        parts.append(Part(np.vstack([ridge_line, corners]), _darker(tone, 1 - 0.12 * i)))
    return parts


def _room(rng: Rng, width: float, height: float, tone: Colour) -> list[Part]:
    floor = height * rng.uniform(0.68, 0.85)
    parts = [Part(box(-0.05, floor, width + 0.05, height + 0.05), tone)]
    if rng.uniform() < 0.5:
        step = rng.uniform(0.12, 0.25)
        stripes = np.arange(step, width, step)
        parts += [Part(points((x, 0.0), (x, floor)), tone, 0.012) for x in stripes]
    return parts


def _dots(rng: Rng, width: float, height: float, tone: Colour) -> list[Part]:
    step, size = rng.uniform(0.14, 0.24), rng.uniform(0.01, 0.035)
    grid = product(np.arange(step / 2, width, step), np.arange(step / 2, height, step))
    return [Part(ellipse(x, y, size, size), tone) for x, y in grid]


def _clouds(rng: Rng, width: float, height: float, tone: Colour) -> list[Part]:
    parts = []
    for _ in range(rng.integers(2, 5)):
        x, y = rng.uniform(0, width), rng.uniform(0.05, 0.4) * height
        size = rng.uniform(0.06, 0.1)
        spans = ((-1.1, 0.9, 3.0, 4.9), (0.0, 1.3, 3.7, 5.7), (1.2, 0.8, 4.4, 6.4))
        humps = [
            arc(x + dx * size, y - 0.2 * r * size, r * size, r * size, *angles)
            for dx, r, *angles in spans
        ]
        parts.append(Part(np.vstack(humps), (252, 252, 252) if rng.uniform() < 0.6 else tone))
    return parts


def _disc(rng: Rng, width: float, height: float, tone: Colour) -> list[Part]:
    size = rng.uniform(0.36, 0.47)
    return [Part(ellipse(width / 2, height / 2, size, size), tone)]


def _darker(colour: Colour, share: float) -> Colour:
    return round(colour[0] * share), round(colour[1] * share), round(colour[2] * share)
