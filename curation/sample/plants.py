"""Drawn plants: tree, flower and mushroom, each in several kinds."""

from __future__ import annotations

import numpy as np

from inksift.curation.sample.shapes import (
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


def tree(rng: Rng) -> list[Part]:
    """A tree with a round crown, a fir, a poplar or a palm."""
    colours = palette(rng, (0.28, 0.33, 0.22, 0.1))
    bark = palette(rng, (0.07,)).second
    kind = rng.choice(["round", "fir", "poplar", "palm"], p=[0.45, 0.25, 0.15, 0.15])
    lean = rng.uniform(-0.05, 0.05)
    wide = rng.uniform(0.07, 0.13)
    trunk = tube(curve((0.5, 0.96), (0.5 + lean, 0.75), (0.5 + lean, 0.5)), wide * 1.3, wide * 0.6)
    parts = [Part(trunk, bark)]
    if kind == "palm":
        return parts + _fronds(rng, colours, 0.5 + lean, 0.48)
    if kind == "poplar":
        crown = ellipse(0.5 + lean, 0.42, rng.uniform(0.13, 0.18), 0.38)
        return [
            *parts,
            Part(crown, colours.body),
            Part(crown * 0.5 + np.array([0.24 + lean / 2, 0.18]), colours.second),
        ]
    return parts + (_fir(rng, colours) if kind == "fir" else _crown(rng, colours, 0.5 + lean))


def _fir(rng: Rng, colours: Palette) -> list[Part]:
    tiers = int(rng.integers(3, 6))
    wide = rng.uniform(0.24, 0.36)
    tops = np.linspace(0.55, 0.06, tiers)
    return [
        Part(
            points(
                (0.5, top),
                (0.5 + wide * (1 - 0.15 * i), top + 0.3),
                (0.5 - wide * (1 - 0.15 * i), top + 0.3),
            ),
            colours.body if i % 2 else colours.second,
        )
        for i, top in enumerate(tops)
    ]


def _crown(rng: Rng, colours: Palette, x: float) -> list[Part]:
    branches = [
        Part(
            tube(curve((x, 0.68), (x + 0.6 * reach, 0.56), (x + reach, 0.45)), 0.045, 0.02),
            colours.second,
        )
        for reach in (-0.16, 0.15)
    ]
    bumps, size = int(rng.integers(7, 11)), rng.uniform(0.22, 0.29)
    angles = np.linspace(0, 2 * np.pi, bumps, endpoint=False) + rng.uniform()
    ring = [(x + size * np.cos(a), 0.36 + size * 0.78 * np.sin(a)) for a in angles]
    leaves = np.vstack(
        [arc(*centre, 0.12, 0.11, a - 1.3, a + 1.3) for centre, a in zip(ring, angles, strict=True)]
    )
    parts = [*branches, Part(leaves, colours.body)]
    for _ in range(rng.integers(3, 9)):
        spot = (x + rng.uniform(-0.2, 0.2), 0.36 + rng.uniform(-0.18, 0.2))
        fruit = rng.uniform() < 0.5
        parts.append(
            Part(ellipse(*spot, 0.025, 0.025), colours.accent)
            if fruit
            else _leaf_mark(spot, colours)
        )
    return parts


def _leaf_mark(spot: tuple[float, float], colours: Palette) -> Part:
    return Part(arc(*spot, 0.05, 0.04, 0.3, 2.8), colours.second, 0.018)


def _fronds(rng: Rng, colours: Palette, x: float, y: float) -> list[Part]:
    parts = []
    for angle in np.linspace(-3.3, 0.2, int(rng.integers(6, 9))):
        reach = rng.uniform(0.3, 0.4)
        tip = (x + reach * np.cos(angle), y + reach * np.sin(angle) * 0.8 + 0.1)
        middle = (x + reach * 0.55 * np.cos(angle), y + reach * 0.65 * np.sin(angle) - 0.06)
        spine = curve((x, y), middle, tip)
        parts.append(
            Part(tube(spine, 0.1, 0.005), colours.body if rng.uniform() < 0.6 else colours.second)
        )
    nuts = [Part(ellipse(x + dx, y + 0.04, 0.035, 0.035), colours.dark) for dx in (-0.04, 0.03)]
    return parts + nuts


def flower(rng: Rng) -> list[Part]:
    """A flower with open petals on a stem, or a tulip from the side."""
    colours = palette(rng, (0.95, 0.13, 0.78, 0.0))
    green = palette(rng, (0.3, 0.36)).body
    x, y = 0.5 + rng.uniform(-0.08, 0.08), rng.uniform(0.3, 0.36)
    stem = curve((0.5, 0.98), (0.5 + rng.uniform(-0.07, 0.07), 0.7), (x, y))
    parts = [Part(tube(stem, 0.04, 0.03), green)]
    for side in (-1, 1)[: rng.integers(1, 3)]:
        leaf = rng.uniform(0.66, 0.82)
        tip = (0.5 + side * rng.uniform(0.2, 0.3), leaf - 0.12)
        parts.append(
            Part(
                smooth(
                    (0.5, leaf + 0.05),
                    (0.5 + side * 0.12, leaf - 0.08),
                    tip,
                    (0.5 + side * 0.15, leaf + 0.02),
                ),
                green,
            )
        )
    return parts + (
        _tulip(rng, colours, x, y) if rng.uniform() < 0.3 else _petals(rng, colours, x, y)
    )


def _petals(rng: Rng, colours: Palette, x: float, y: float) -> list[Part]:
    count, reach = int(rng.integers(5, 13)), rng.uniform(0.15, 0.19)
    width = min(0.11, 2.4 * reach / count) * rng.uniform(0.8, 1.1)
    squash = rng.uniform(0.65, 1.0)
    start = rng.uniform(0, 6)
    parts = []
    for angle in start + np.linspace(0, 2 * np.pi, count, endpoint=False):
        petal = ellipse(reach * 0.95, 0, reach * 0.75, width) @ np.array(
            [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        )
        parts.append(Part(petal * (1, squash) + (x, y), colours.body))
    heart = rng.uniform(0.07, 0.1)
    parts.append(Part(ellipse(x, y, heart, heart * squash), colours.accent))
    parts.append(Part(ellipse(x, y, heart * 0.5, heart * 0.5 * squash), colours.second))
    return parts


def _tulip(rng: Rng, colours: Palette, x: float, y: float) -> list[Part]:
    wide, high = rng.uniform(0.13, 0.18), rng.uniform(0.15, 0.19)
    parts = [
        Part(
            smooth((x, y - high * 1.2), (x + wide * 0.5, y), (x, y + high), (x - wide * 0.5, y)),
            colours.accent,
        )
    ]
    for side in (-1, 1):
        petal = smooth(
            (x + side * wide, y - high),
            (x + side * wide * 1.05, y + high * 0.3),
            (x, y + high),
            (x - side * wide * 0.1, y),
        )
        parts.append(Part(petal, colours.body if side < 0 else colours.second))
    return parts


def mushroom(rng: Rng) -> list[Part]:
    """A mushroom with a dome, a cone or a flat cap, sometimes with a small one beside it."""
    colours = palette(rng, (0.0, 0.07, 0.1, 0.02))
    parts = _one_mushroom(rng, colours, 0.5, 0.95, 1.0)
    for side in (-1, 1)[: rng.integers(0, 3)]:
        small = _one_mushroom(
            rng, colours, 0.5 + side * rng.uniform(0.22, 0.28), 0.95, rng.uniform(0.4, 0.55)
        )
        parts = small + parts if rng.uniform() < 0.5 else parts + small
    return parts


def _one_mushroom(rng: Rng, colours: Palette, x: float, foot: float, size: float) -> list[Part]:
    wide, high = size * rng.uniform(0.26, 0.36), size * rng.uniform(0.2, 0.42)
    rim = foot - size * rng.uniform(0.36, 0.46)
    thick = size * rng.uniform(0.07, 0.11)
    stem = smooth(
        (x - thick, rim), (x - thick * 1.0, (rim + foot) / 2), (x - thick * 1.5, foot),
        (x + thick * 1.5, foot),
        (x + thick * 1.0, (rim + foot) / 2), (x + thick, rim),
    )  # fmt: skip
    parts = [
        Part(stem, colours.light),
        Part(ellipse(x, rim, wide * 0.93, size * 0.06), colours.second),
    ]
    skirt = smooth(
        (x - thick, rim + size * 0.1),
        (x + thick, rim + size * 0.1),
        (x + thick * 1.5, rim + size * 0.18),
        (x - thick * 1.5, rim + size * 0.18),
    )
    if rng.uniform() < 0.5:
        parts.append(Part(skirt, colours.light))
    dome = np.vstack(
        [arc(x, rim, wide, high, np.pi, 2 * np.pi), arc(x, rim, wide, size * 0.05, 0, np.pi)]
    )
    parts.append(Part(dome, colours.body))
    for _ in range(rng.integers(3, 9)):
        angle, out = rng.uniform(np.pi * 1.1, np.pi * 1.9), rng.uniform(0.25, 0.8)
        spot = (x + wide * out * np.cos(angle), rim + high * out * np.sin(angle))
        dot = size * rng.uniform(0.02, 0.05)
        parts.append(Part(ellipse(*spot, dot, dot * 0.8), colours.light))
    return parts
