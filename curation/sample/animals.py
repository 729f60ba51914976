"""Drawn animals: cat and fish, each from more than one side."""

from __future__ import annotations

from itertools import product

import numpy as np

from inksift.curation.sample.shapes import (
    Colour,
    Palette,
    Part,
    Rng,
    arc,
    curve,
    ellipse,
    palette,
    points,
    smooth,
    tube,
)

_WHITE: Colour = (250, 250, 248)
"""White of an eye, as red, green and blue."""


def cat(rng: Rng) -> list[Part]:
    """A cat that sits, walks or shows its face."""
    colours = palette(rng, (0.07, 0.09, 0.6, 0.05))
    pose = rng.choice(["sitting", "walking", "face"], p=[0.45, 0.35, 0.2])
    if pose == "face":
        return _cat_head(rng, colours, 0.5, 0.53, 0.36)
    return _sitting_cat(rng, colours) if pose == "sitting" else _walking_cat(rng, colours)


def _cat_head(rng: Rng, colours: Palette, x: float, y: float, size: float) -> list[Part]:
    wide = size * rng.uniform(0.95, 1.15)
    high = size * rng.uniform(0.75, 0.9)
    parts = []
    for side in (-1, 1):
        tip = (x + side * wide * rng.uniform(0.75, 0.95), y - high * rng.uniform(1.45, 1.75))
        outer, inner = (
            (x + side * wide * 0.97, y - high * 0.2),
            (x + side * wide * 0.2, y - high * 0.85),
        )
        parts.append(Part(points(inner, tip, outer), colours.body))
        middle = np.mean([inner, tip, outer], axis=0)
        parts.append(Part(middle + (points(inner, tip, outer) - middle) * 0.5, colours.accent))
    parts.append(Part(ellipse(x, y, wide, high), colours.body))
    parts.append(Part(ellipse(x, y + high * 0.42, wide * 0.45, high * 0.36), colours.light))
    look = rng.uniform(-0.25, 0.25)
    for side in (-1, 1):
        eye = (x + side * wide * 0.42, y - high * 0.12)
        parts.append(Part(ellipse(*eye, wide * 0.17, high * 0.2), _WHITE))
        parts.append(
            Part(
                ellipse(eye[0] + look * wide * 0.2, eye[1], wide * 0.07, high * 0.17), colours.dark
            )
        )
    nose_y = y + high * 0.24
    parts.append(
        Part(
            points((x - wide * 0.09, nose_y), (x + wide * 0.09, nose_y), (x, nose_y + high * 0.12)),
            colours.accent,
        )
    )
    for side in (-1, 1):
        parts.append(
            Part(
                arc(
                    x + side * wide * 0.11, nose_y + high * 0.14, wide * 0.11, high * 0.14, 0, np.pi
                ),
                colours.dark,
                size * 0.035,
            )
        )
        for slope in (-0.12, 0.06, 0.24):
            start = (x + side * wide * 0.35, y + high * 0.42)
            stop = (x + side * wide * 1.25, y + high * (0.42 + slope * 1.6))
            parts.append(Part(points(start, stop), colours.dark, size * 0.025))
    return parts


def _sitting_cat(rng: Rng, colours: Palette) -> list[Part]:
    lean, plump = rng.uniform(-0.04, 0.04), rng.uniform(0.17, 0.23)
    reach = rng.uniform(0.22, 0.36)
    tail = curve(
        (0.55, 0.88),
        (0.5 + reach, 0.9),
        (0.55 + reach, 0.72),
        (0.5 + reach, rng.uniform(0.45, 0.6)),
    )
    body = smooth(
        (0.5 + lean, 0.38), (0.5 + plump * 0.75, 0.55), (0.5 + plump * 1.1, 0.82), (0.5, 0.95),
        (0.5 - plump * 1.1, 0.82), (0.5 - plump * 0.75, 0.55),
    )  # fmt: skip
    parts = [Part(tube(tail, 0.08, 0.05), colours.second), Part(body, colours.body)]
    parts.append(Part(ellipse(0.5, 0.72, plump * 0.5, 0.15), colours.light))
    for side in (-1, 1):
        paw = curve((0.5 + side * 0.07, 0.66), (0.5 + side * 0.08, 0.8), (0.5 + side * 0.08, 0.93))
        parts.append(Part(tube(paw, 0.07, 0.08), colours.body))
    return parts + _cat_head(rng, colours, 0.5 + lean, 0.3, rng.uniform(0.17, 0.21))


def _walking_cat(rng: Rng, colours: Palette) -> list[Part]:
    back = rng.uniform(0.46, 0.52)
    tail = curve(
        (0.2, back + 0.06),
        (0.1, back - 0.02),
        (0.12, back - 0.2),
        (rng.uniform(0.02, 0.25), back - 0.3),
    )
    parts = [Part(tube(tail, 0.06, 0.045), colours.second)]
    for i, x in enumerate((0.26, 0.62, 0.34, 0.7)):
        foot = x + rng.uniform(-0.07, 0.07)
        leg = curve(
            (x, back + 0.1), ((x + foot) / 2, back + 0.22), (foot, 0.88), (foot + 0.02, 0.9)
        )
        parts.append(Part(tube(leg, 0.1, 0.06), colours.second if i < 2 else colours.body))
    body = smooth(
        (0.17, back + 0.08), (0.3, back - 0.04), (0.52, back - 0.01), (0.75, back - 0.06),
        (0.8, back + 0.08),
        (0.68, back + 0.2), (0.45, back + 0.19), (0.24, back + 0.21),
    )  # fmt: skip
    parts.append(Part(body, colours.body))
    for x in np.linspace(0.3, 0.6, rng.integers(0, 5)):
        parts.append(
            Part(
                curve((x, back - 0.01), (x + 0.02, back + 0.05), (x, back + 0.1)),
                colours.second,
                0.025,
            )
        )
    return parts + _cat_head(rng, colours, 0.8, back - 0.1, rng.uniform(0.13, 0.16))


def fish(rng: Rng) -> list[Part]:
    """A fish from the side, slim or round, plain, striped or spotted."""
    colours = palette(rng, (0.05, 0.55, 0.12, 0.48))
    high, length = rng.uniform(0.14, 0.3), rng.uniform(0.3, 0.36)
    tail = 0.5 - length
    spread = rng.uniform(0.14, 0.22)
    fork = rng.uniform(0.02, 0.1)
    body = smooth(
        (0.5 + length, 0.5), (0.62, 0.5 - high * 0.85), (0.45, 0.5 - high), (tail + 0.08, 0.46),
        (tail + 0.08, 0.54), (0.45, 0.5 + high), (0.62, 0.5 + high * 0.85),
    )  # fmt: skip
    top = smooth(
        (0.36, 0.5 - high * 0.8),
        (0.42, 0.42 - high * 1.15),
        (0.64, 0.46 - high),
        (0.62, 0.5 - high * 0.7),
    )
    under = smooth((0.4, 0.5 + high * 0.8), (0.34, 0.56 + high * 1.1), (0.52, 0.5 + high * 0.9))
    back = points(
        (tail + 0.12, 0.5),
        (tail - 0.13, 0.5 - spread),
        (tail - 0.13 + fork, 0.5),
        (tail - 0.13, 0.5 + spread),
    )
    parts = [
        Part(back, colours.accent),
        Part(top, colours.accent),
        Part(under, colours.accent),
        Part(body, colours.body),
    ]
    parts += _scales(rng, colours, high)
    eye = (0.5 + length * 0.66, 0.5 - high * 0.25)
    parts.append(Part(arc(0.62, 0.5, 0.05, high * 0.6, -1.2, 1.2), colours.second, 0.015))
    parts.append(
        Part(tube(curve((0.54, 0.54), (0.47, 0.58), (0.41, 0.6)), 0.05, 0.1), colours.accent)
    )
    parts.append(Part(ellipse(*eye, 0.045, 0.045), _WHITE))
    parts.append(Part(ellipse(eye[0] + 0.01, eye[1], 0.022, 0.024), colours.dark))
    mouth = arc(0.5 + length * 0.88, 0.5 + high * 0.12, 0.05, 0.05, 0.3, 2.2)
    parts.append(Part(mouth, colours.dark, 0.012))
    for i in range(rng.integers(0, 4)):
        size = rng.uniform(0.012, 0.03)
        parts.append(
            Part(ellipse(0.9 + rng.uniform(-0.03, 0.05), 0.4 - 0.1 * i, size, size), colours.light)
        )
    return parts


def _scales(rng: Rng, colours: Palette, high: float) -> list[Part]:
    kind = rng.choice(["plain", "stripes", "spots", "scales"])
    if kind == "stripes":
        return [
            Part(tube(arc(x, 0.5, 0.03, high * 0.8, -1.4, 1.4), 0.035, 0.035), colours.light)
            for x in (0.33, 0.43, 0.53)
        ]
    if kind == "spots":
        return [
            Part(ellipse(x, 0.5 + rng.uniform(-0.5, 0.3) * high, 0.025, 0.025), colours.second)
            for x in np.linspace(0.32, 0.56, 6)
        ]
    if kind == "scales":
        places = product((0.33, 0.41, 0.49), (-0.4, 0.0, 0.4))
        return [
            Part(arc(x, 0.5 + y * high, 0.03, 0.03, -1.5, 1.5), colours.second, 0.01)
            for x, y in places
        ]
    return []
