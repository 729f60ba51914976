"""Drawn made things: house, boat, robot, each from more than one side."""

from __future__ import annotations

import numpy as np

from inksift.curation.sample.shapes import (
    Colour,
    Palette,
    Part,
    Rng,
    arc,
    box,
    curve,
    ellipse,
    palette,
    points,
    smooth,
    tube,
)

GLASS: Colour = (176, 214, 232)
"""Colour of panes, as red, green and blue."""

_WHITE: Colour = (250, 250, 248)
"""Colour of what is white, as red, green and blue."""


def house(rng: Rng) -> list[Part]:
    """A house from the front, from the corner, or as a tall narrow one."""
    colours = palette(rng, (0.04, 0.1, 0.13, 0.58))
    wide, top = rng.uniform(0.2, 0.34), rng.uniform(0.42, 0.56)
    peak = top - rng.uniform(0.18, 0.32)
    deep = rng.uniform(0.14, 0.22) if rng.uniform() < 0.45 else 0.0
    left, right = 0.5 - wide - deep / 2, 0.5 + wide - deep / 2
    middle = (left + right) / 2
    parts = [Part(box(middle + wide * 0.35, peak - 0.02, middle + wide * 0.6, top), colours.second)]
    if rng.uniform() < 0.5:
        parts += [
            Part(
                ellipse(
                    middle + wide * 0.5 + 0.03 * i,
                    peak - 0.06 - 0.05 * i,
                    0.03 + 0.01 * i,
                    0.025 + 0.008 * i,
                ),
                _WHITE,
            )
            for i in range(3)
        ]
    parts.append(Part(box(left, top, right, 0.94), colours.body))
    parts.append(Part(points((left, top), (middle, peak), (right, top)), colours.body))
    eaves = 0.05
    if deep:
        parts.append(
            Part(
                points(
                    (right, top), (right + deep, top - 0.06), (right + deep, 0.88), (right, 0.94)
                ),
                colours.second,
            )
        )
        roof = points(
            (middle, peak - 0.02),
            (middle + deep, peak - 0.07),
            (right + deep + eaves, top - 0.02),
            (right + eaves, top + 0.05),
        )
        parts.append(Part(roof, colours.accent))
        parts.append(Part(box(right + deep * 0.3, 0.62, right + deep * 0.7, 0.74), GLASS))
    slope = tube(points((left - eaves, top + 0.05), (middle, peak - 0.02)), 0.05, 0.05)
    other = tube(points((right + eaves, top + 0.05), (middle, peak - 0.02)), 0.05, 0.05)
    front = points((left - eaves, top + 0.03), (middle, peak - 0.03), (right + eaves, top + 0.03))
    parts += (
        [Part(front, colours.accent)]
        if not deep
        else [Part(slope, colours.accent), Part(other, colours.accent)]
    )
    return parts + _openings(rng, colours, (left, right), top)


def _openings(rng: Rng, colours: Palette, sides: tuple[float, float], top: float) -> list[Part]:
    left, right = sides
    width = right - left
    door = left + width * rng.choice([0.18, 0.4, 0.62])
    parts = [
        Part(
            box(door, 0.7, door + width * 0.22, 0.94),
            colours.dark if rng.uniform() < 0.5 else colours.accent,
        )
    ]
    parts.append(Part(ellipse(door + width * 0.18, 0.83, 0.01, 0.01), colours.light))
    for share in (0.1, 0.4, 0.7):
        x = left + width * share
        for y in (top + 0.06, 0.72):
            if abs(x - door) > width * 0.23 or y + 0.12 < 0.7:
                parts += _window(
                    colours, x, y, width * 0.2, min(0.12, 0.68 - y if y < 0.7 else 0.12)
                )
    return parts


def _window(colours: Palette, x: float, y: float, wide: float, high: float) -> list[Part]:
    if high < 0.05:
        return []
    cross = [
        points((x + wide / 2, y), (x + wide / 2, y + high)),
        points((x, y + high / 2), (x + wide, y + high / 2)),
    ]
    return [
        Part(box(x, y, x + wide, y + high), GLASS),
        *(Part(bar, colours.light, 0.01) for bar in cross),
    ]


def boat(rng: Rng) -> list[Part]:
    """A sailing boat, a steamer or a rowing boat on waves."""
    colours = palette(rng, (0.0, 0.58, 0.08, 0.45))
    wide, deck = rng.uniform(0.3, 0.4), rng.uniform(0.64, 0.7)
    keel = deck + rng.uniform(0.14, 0.2)
    rise = rng.uniform(0.0, 0.08)
    hull = np.vstack(
        [
            curve(
                (0.5 - wide, deck - rise), (0.5, deck + 0.02), (0.5 + wide * 1.1, deck - rise * 1.3)
            ),
            curve(
                (0.5 + wide * 0.85, deck + 0.08),
                (0.5 + wide * 0.55, keel),
                (0.5 - wide * 0.6, keel),
            ),
        ]
    )
    stripe = tube(
        curve(
            (0.5 - wide * 0.93, deck + 0.04), (0.5, deck + 0.07), (0.5 + wide * 0.95, deck + 0.03)
        ),
        0.025,
        0.025,
    )
    kind = rng.choice(["sail", "steam", "row"], p=[0.55, 0.3, 0.15])
    upper = {"sail": _sails, "steam": _steamer, "row": _rower}[kind](rng, colours, deck)
    return [*upper, Part(hull, colours.body), Part(stripe, colours.light), *_waves(rng, keel)]


def _waves(rng: Rng, keel: float) -> list[Part]:
    water = palette(rng, (0.55, 0.6)).body
    xs = np.linspace(0.0, 1.0, 41)
    crest = keel - 0.05 + 0.018 * np.sin(xs * rng.uniform(18, 30))
    top = np.stack([xs, crest], axis=1)
    bottom = top[::-1] + np.array([0, rng.uniform(0.08, 0.14)])
    return [Part(np.vstack([top, bottom]), water)]


def _sails(rng: Rng, colours: Palette, deck: float) -> list[Part]:
    mast, tip = 0.5 + rng.uniform(-0.06, 0.06), rng.uniform(0.08, 0.16)
    out, belly = rng.uniform(0.2, 0.3), rng.uniform(0.0, 0.08)
    main = np.vstack(
        [
            curve(
                (mast + 0.02, tip),
                (mast + out * 0.6 + belly, (tip + deck) / 2),
                (mast + out, deck - 0.08),
            ),
            points((mast + 0.02, deck - 0.06)),
        ]
    )
    jib = points(
        (mast - 0.02, tip + 0.06),
        (mast - 0.02, deck - 0.07),
        (mast - out * rng.uniform(0.6, 0.9), deck - 0.07),
    )
    flag = points((mast, tip - 0.05), (mast + 0.1, tip - 0.025), (mast, tip))
    parts = [
        Part(box(mast - 0.012, tip - 0.05, mast + 0.012, deck + 0.03), colours.dark),
        Part(main, colours.light),
    ]
    parts.append(Part(flag, colours.accent))
    return [*parts, Part(jib, colours.accent)] if rng.uniform() < 0.7 else parts


def _steamer(rng: Rng, colours: Palette, deck: float) -> list[Part]:
    left, right = 0.5 - rng.uniform(0.16, 0.22), 0.5 + rng.uniform(0.12, 0.2)
    parts = []
    for x in np.linspace(left + 0.06, right - 0.12, int(rng.integers(1, 4))):
        high = rng.uniform(0.26, 0.34)
        parts.append(Part(box(x, deck - high, x + 0.07, deck - 0.1), colours.accent))
        parts.append(Part(box(x, deck - high, x + 0.07, deck - high + 0.04), colours.dark))
        parts.append(Part(ellipse(x - 0.03, deck - high - 0.08, 0.06, 0.04), (222, 222, 226)))
    parts.append(Part(box(left, deck - 0.14, right, deck + 0.03), colours.light))
    portholes = np.linspace(left + 0.05, right - 0.05, 4)
    return parts + [Part(ellipse(x, deck - 0.06, 0.026, 0.026), GLASS) for x in portholes]


def _rower(rng: Rng, colours: Palette, deck: float) -> list[Part]:
    x = 0.5 + rng.uniform(-0.08, 0.08)
    skin = (224, 178, 140) if rng.uniform() < 0.5 else (128, 84, 58)
    body = smooth(
        (x, deck - 0.28),
        (x + 0.1, deck - 0.15),
        (x + 0.1, deck + 0.04),
        (x - 0.1, deck + 0.04),
        (x - 0.1, deck - 0.15),
    )
    oar = points((x + 0.05, deck - 0.16), (x + 0.34, deck + 0.16))
    hat = points((x - 0.13, deck - 0.37), (x, deck - 0.52), (x + 0.13, deck - 0.37))
    return [
        Part(body, colours.accent),
        Part(ellipse(x, deck - 0.34, 0.085, 0.09), skin),
        Part(hat, colours.second),
        Part(tube(oar, 0.02, 0.02), colours.dark),
        Part(ellipse(x + 0.34, deck + 0.15, 0.035, 0.08, -0.7), colours.second),
    ]


def robot(rng: Rng) -> list[Part]:
    """A robot with a box or a dome for a head, on legs or on wheels."""
    colours = palette(rng, (0.55, 0.6, 0.12, 0.45))
    wide, top, low = rng.uniform(0.15, 0.22), rng.uniform(0.4, 0.46), rng.uniform(0.68, 0.74)
    parts = _legs(rng, colours, wide, low) + _arms(rng, colours, wide, top)
    parts.append(Part(box(0.46, top - 0.06, 0.54, top + 0.04), colours.second))
    parts.append(Part(box(0.5 - wide, top, 0.5 + wide, low), colours.body))
    panel = box(0.5 - wide * 0.6, top + 0.06, 0.5 + wide * 0.6, low - 0.07)
    parts.append(Part(panel, colours.light))
    for i in range(rng.integers(2, 4)):
        parts.append(
            Part(ellipse(0.5 + wide * (0.36 * i - 0.36), top + 0.11, 0.022, 0.022), colours.accent)
        )
    gauge = curve(
        (0.5 - wide * 0.4, low - 0.1),
        (0.5, low - rng.uniform(0.1, 0.16)),
        (0.5 + wide * 0.4, low - 0.1),
    )
    parts.append(Part(gauge, colours.dark, 0.014))
    return parts + _robot_head(rng, colours, top - 0.04)


def _robot_head(rng: Rng, colours: Palette, chin: float) -> list[Part]:
    wide, high = rng.uniform(0.13, 0.19), rng.uniform(0.17, 0.22)
    top = chin - high
    round_head = rng.uniform() < 0.4
    skull = np.vstack(
        [
            arc(0.5, chin - high * 0.4, wide, high * 0.6, np.pi, 2 * np.pi),
            points((0.5 + wide, chin), (0.5 - wide, chin)),
        ]
    )
    antenna = 0.5 + rng.uniform(-0.05, 0.05)
    parts = [Part(points((0.5, top + 0.02), (antenna, top - 0.1)), colours.dark, 0.018)]
    parts.append(Part(ellipse(antenna, top - 0.1, 0.026, 0.026), colours.accent))
    for side in (-1, 1):
        ear = 0.5 + side * wide
        parts.append(
            Part(
                box(ear - 0.025, chin - high * 0.65, ear + 0.025, chin - high * 0.3), colours.accent
            )
        )
    parts.append(
        Part(skull if round_head else box(0.5 - wide, top, 0.5 + wide, chin), colours.second)
    )
    eye = rng.uniform(0.03, 0.045)
    for side in (-1, 1):
        centre = (0.5 + side * wide * 0.45, chin - high * 0.58)
        parts += [
            Part(ellipse(*centre, eye, eye), _WHITE),
            Part(ellipse(*centre, eye * 0.5, eye * 0.5), colours.dark),
        ]
    mouth = box(0.5 - wide * 0.5, chin - high * 0.26, 0.5 + wide * 0.5, chin - high * 0.12)
    teeth = [
        Part(points((x, chin - high * 0.26), (x, chin - high * 0.12)), colours.dark, 0.008)
        for x in 0.5 + wide * np.array([-0.25, 0.0, 0.25])
    ]
    return [*parts, Part(mouth, colours.light), *teeth]


def _arms(rng: Rng, colours: Palette, wide: float, top: float) -> list[Part]:
    parts = []
    for side in (-1, 1):
        shoulder = (0.5 + side * wide, top + 0.06)
        hand = (0.5 + side * (wide + rng.uniform(0.1, 0.18)), top + rng.uniform(-0.16, 0.3))
        elbow = (0.5 + side * (wide + 0.14), (shoulder[1] + hand[1]) / 2 + 0.04)
        parts.append(Part(tube(curve(shoulder, elbow, hand), 0.055, 0.05), colours.second))
        claw = arc(*hand, 0.05, 0.05, *((-0.9, 4.0) if hand[1] > top else (2.2, 7.1)))
        parts.append(Part(claw, colours.dark, 0.025))
    return parts


def _legs(rng: Rng, colours: Palette, wide: float, low: float) -> list[Part]:
    if rng.uniform() < 0.35:
        wheels = [ellipse(0.5 + wide * x, 0.88, 0.07, 0.07) for x in (-0.7, 0.0, 0.7)]
        base = [Part(box(0.5 - wide * 1.1, low - 0.01, 0.5 + wide * 1.1, 0.86), colours.second)]
        hubs = [Part(wheel * 0.35 + wheel.mean(axis=0) * 0.65, colours.light) for wheel in wheels]
        return base + [Part(wheel, colours.dark) for wheel in wheels] + hubs
    parts = []
    for side in (-1, 1):
        x = 0.5 + side * wide * 0.5
        foot = x + side * rng.uniform(0.0, 0.06)
        parts.append(Part(tube(points((x, low - 0.02), (foot, 0.92)), 0.075, 0.06), colours.second))
        parts.append(
            Part(
                smooth(
                    (foot - 0.06, 0.95),
                    (foot - 0.04, 0.88),
                    (foot + 0.05, 0.88),
                    (foot + 0.08, 0.95),
                ),
                colours.dark,
            )
        )
    return parts
