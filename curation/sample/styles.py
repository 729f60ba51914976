"""The hands that draw one scene: flat shapes, cartoon, line art, shaded bodies, watercolour,
coloured pencil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.sample.scenes import Scene
from inksift.curation.sample.shapes import Part, Rng, ShapePoints

Plane = npt.NDArray[np.floating[Any]]
"""height x width, or height x width x 3; 0 to 1."""

_SHIFT = 4
"""Binary digits of a pixel in OpenCV's coordinates."""

_INKS = ((0.1, 0.1, 0.12), (0.12, 0.15, 0.38), (0.32, 0.2, 0.12))
"""Colours of ink, as red, green and blue from 0 to 1."""


class Mark(NamedTuple):
    """Where one part covers the canvas: a window of it, and the coverage (0 to 1) inside that
    window."""

    window: tuple[slice, slice]
    cover: Plane


def paint(scene: Scene, style: str, side: int, rng: Rng) -> Rgb:
    """The scene in one of STYLES, its shorter side `side` pixels long."""
    canvas = STYLES[style](scene, side, rng)
    return np.clip(np.rint(canvas * 255), 0, 255).astype(np.uint8)


def flat(scene: Scene, side: int, _rng: Rng) -> Plane:
    """Plain areas of colour without outlines."""
    canvas = _plain(scene, side, scene.above)
    for part in scene.parts:
        _blend(canvas, _mark(part, side, canvas), _unit(part.colour))
    return canvas


def cartoon(scene: Scene, side: int, rng: Rng) -> Plane:
    """Plain areas with a bold dark outline."""
    canvas = _plain(scene, side, scene.above)
    pen = side * rng.uniform(0.006, 0.013)
    for part in scene.parts:
        _blend(canvas, _mark(part, side, canvas), _unit(part.colour))
        if not part.line:
            _blend(canvas, _outline(part.points, side, canvas, pen), _unit((26, 24, 30)))
    return canvas


def line(scene: Scene, side: int, rng: Rng) -> Plane:
    """Ink on paper: outlines by a hand that is not quite steady, dark parts hatched."""
    paper = np.array([1.0, 1.0, rng.uniform(0.9, 1.0)], dtype=np.float32)
    canvas = np.full((*_size(scene, side), 3), paper, dtype=np.float32)
    ink = np.array(_INKS[rng.integers(len(_INKS))], dtype=np.float32)
    pen = max(1.0, side * rng.uniform(0.004, 0.009))
    hatch = _stripes(canvas.shape[:2], rng.uniform(0.5, 1.1), side * rng.uniform(0.018, 0.03))
    for i, part in enumerate(scene.parts):
        mark = _mark(part, side, canvas)
        _blend(canvas, mark, ink if part.line else paper)
        if not part.line:
            if i >= scene.behind and np.mean(part.colour) < 120:
                _blend(canvas, Mark(mark.window, mark.cover * hatch[mark.window]), ink)
            _blend(canvas, _outline(_wobbled(part.points, 0.004, rng), side, canvas, pen), ink)
    return canvas


def shaded(scene: Scene, side: int, rng: Rng) -> Plane:
    """Rounded bodies under one lamp, with a soft shadow on a graded ground."""
    canvas = _graded(scene, side)
    angle = rng.uniform(0.6, 2.5)
    lamp = np.array([-np.cos(angle) * 0.6, -np.sin(angle) * 0.6, 0.65])
    for part in scene.parts[: scene.behind]:
        _blend(canvas, _mark(part, side, canvas), _unit(part.colour))
    _cast_shadow(canvas, scene, side, lamp)
    for part in scene.parts[scene.behind :]:
        mark = _mark(part, side, canvas)
        _blend(canvas, mark, _lit(mark.cover, part, lamp, side))
    return canvas


def watercolour(scene: Scene, side: int, rng: Rng) -> Plane:
    """Washes on rough paper: uneven pigment that gathers at the edges."""
    height, width = _size(scene, side)
    pigment = 0.7 * _noise(rng, height, width, 6) + 0.3 * _noise(rng, height, width, 24)
    canvas = np.full((height, width, 3), (0.98, 0.97, 0.93), dtype=np.float32)
    _wash(
        canvas,
        Mark((slice(None), slice(None)), np.ones((height, width), np.float32)),
        scene.above,
        0.45 + 0.35 * pigment,
    )
    for part in scene.parts:
        bent = part if part.line else replace(part, points=_wobbled(part.points, 0.005, rng))
        mark = _mark(bent, side, canvas)
        edge = np.exp(-_depth(mark.cover) / (0.008 * side)).astype(np.float32)
        _blend(
            canvas, Mark(mark.window, mark.cover * 0.85), np.array([0.98, 0.97, 0.93], np.float32)
        )
        _wash(canvas, mark, part.colour, 0.55 + 0.5 * pigment[mark.window] + 0.3 * edge)
    return canvas + (_grain(rng, height, width) * 0.07)[..., None]


def pencil(scene: Scene, side: int, rng: Rng) -> Plane:
    """Coloured pencil: each area in strokes of its own direction on grainy paper."""
    height, width = _size(scene, side)
    paper = np.array([0.96, 0.95, 0.91], dtype=np.float32)
    canvas = np.full((height, width, 3), paper, dtype=np.float32)
    grain = _grain(rng, height, width)
    bend = _noise(rng, height, width, 8)
    for part in scene.parts:
        mark = _mark(part, side, canvas)
        stripes = _stripes((height, width), rng.uniform(0, 3.1), side * 0.014, mark.window, bend)
        tooth = np.clip(0.42 + 0.5 * stripes + 0.9 * grain[mark.window], 0, 1)
        _blend(canvas, mark, paper)
        _blend(canvas, Mark(mark.window, mark.cover * tooth), _unit(part.colour))
        if not part.line:
            outline = _outline(_wobbled(part.points, 0.002, rng), side, canvas, side * 0.004)
            _blend(canvas, Mark(outline.window, outline.cover * 0.7), _unit(part.colour) * 0.5)
    return canvas + 0.06 * grain[..., None]


STYLES: Mapping[str, Callable[[Scene, int, Rng], Plane]] = {
    "flat": flat,
    "cartoon": cartoon,
    "line": line,
    "shaded": shaded,
    "watercolour": watercolour,
    "pencil": pencil,
}


def _size(scene: Scene, side: int) -> tuple[int, int]:
    return round(scene.height * side), round(scene.width * side)


def _unit(colour: tuple[int, int, int]) -> Plane:
    return np.array(colour, dtype=np.float32) / 255


def _plain(scene: Scene, side: int, colour: tuple[int, int, int]) -> Plane:
    return np.full((*_size(scene, side), 3), _unit(colour), dtype=np.float32)


def _graded(scene: Scene, side: int) -> Plane:
    height, width = _size(scene, side)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    rows = _unit(scene.above) * (1 - down) + _unit(scene.below) * 0.85 * down
    return np.ascontiguousarray(np.broadcast_to(rows, (height, width, 3)))


def _blend(canvas: Plane, mark: Mark, colour: Plane) -> None:
    window = canvas[mark.window]
    window += mark.cover[..., None] * (colour - window)


def _wash(canvas: Plane, mark: Mark, colour: tuple[int, int, int], strength: Plane) -> None:
    """Multiply pigment onto the paper."""
    thickness = (mark.cover * np.clip(strength, 0, 1.2))[..., None]
    canvas[mark.window] *= np.clip(1 - thickness * (1 - _unit(colour)), 0, 1)


def _mark(part: Part, side: int, canvas: Plane) -> Mark:
    if part.line:
        return _outline(part.points, side, canvas, part.line * side, closed=False)
    window, corners = _window(part.points, side, canvas, 2.0)
    cover = _nothing_in(window)
    if cover.size:
        cv2.fillPoly(cover, [corners], (255,), cv2.LINE_AA, _SHIFT)
    return Mark(window, cover.astype(np.float32) / 255)


def _outline(
    shape: ShapePoints, side: int, canvas: Plane, pen: float, *, closed: bool = True
) -> Mark:
    window, corners = _window(shape, side, canvas, pen + 2)
    cover = _nothing_in(window)
    if cover.size:
        cv2.polylines(cover, [corners], closed, (255,), max(1, round(pen)), cv2.LINE_AA, _SHIFT)
    return Mark(window, cover.astype(np.float32) / 255)


def _nothing_in(window: tuple[slice, slice]) -> npt.NDArray[np.uint8]:
    """No cover of a window, which has no pixels where a shape lies beside the canvas."""
    return np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)


def _window(
    shape: ShapePoints, side: int, canvas: Plane, margin: float
) -> tuple[tuple[slice, slice], npt.NDArray[np.int32]]:
    """The part of the canvas that the shape can touch, and its corners there in fixed point."""
    pixels = shape * side
    limit = np.array(canvas.shape[1::-1])
    low = np.clip(np.floor(pixels.min(axis=0) - margin), 0, limit).astype(int)
    high = np.clip(np.ceil(pixels.max(axis=0) + margin), low, limit).astype(int)
    corners = np.rint((pixels - low) * 2**_SHIFT).astype(np.int32)
    return (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))), corners


def _wobbled(shape: ShapePoints, amount: float, rng: Rng) -> ShapePoints:
    """The shape as an unsteady hand draws it: pushed about by slow waves, so that neighbouring
    points move alike."""
    waves = rng.normal(0, 14, (4, 2))
    push = rng.normal(0, amount, (4, 2))
    drifted: ShapePoints = shape + np.sin(shape @ waves.T + rng.uniform(0, 6.3, 4)) @ push
    return drifted


def _depth(cover: Plane) -> Plane:
    """Distance in pixels of every covered pixel from the edge of its shape."""
    if not cover.size:
        return cover
    framed = cv2.copyMakeBorder(
        (cover > 0.5).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,)
    )
    return cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1].astype(np.float32)


def _lit(cover: Plane, part: Part, lamp: npt.NDArray[np.float64], side: int) -> Plane:
    """Colours of a part as if it were inflated and lit by `lamp` (x, y, z), with a highlight."""
    if min(cover.shape) < 2:
        return np.broadcast_to(_unit(part.colour), (*cover.shape, 3))
    depth = _depth(cover)
    roundness = min(0.12 * side, max(float(depth.max()), 1.0))
    inner = np.clip(1 - depth / roundness, 0, 1)
    height = cv2.GaussianBlur(
        roundness * np.sqrt(1 - inner * inner), (0, 0), max(0.8, roundness * 0.12)
    )
    slope_y, slope_x = np.gradient(height)
    facing = (-slope_x * lamp[0] - slope_y * lamp[1] + lamp[2]) / np.sqrt(
        slope_x**2 + slope_y**2 + 1
    )
    gloss = np.clip(facing, 0, 1) ** 18
    tone = (
        _unit(part.colour) * (0.42 + 0.72 * np.clip(facing, 0, 1))[..., None]
        + 0.35 * gloss[..., None]
    )
    lit: Plane = np.clip(tone, 0, 1).astype(np.float32)
    return lit


def _cast_shadow(canvas: Plane, scene: Scene, side: int, lamp: npt.NDArray[np.float64]) -> None:
    shadow = np.zeros(canvas.shape[:2], dtype=np.float32)
    for part in scene.parts[scene.behind :]:
        mark = _mark(replace(part, points=part.points - lamp[:2] * 0.07), side, canvas)
        np.maximum(shadow[mark.window], mark.cover, out=shadow[mark.window])
    small = cv2.GaussianBlur(shadow[::4, ::4], (0, 0), max(0.5, side * 0.006))
    soft = cv2.resize(small, shadow.shape[::-1], interpolation=cv2.INTER_LINEAR)
    canvas *= (1 - 0.35 * soft)[..., None]


def _noise(rng: Rng, height: int, width: int, cells: int) -> Plane:
    """Soft random clouds, 0 to 1."""
    grid = rng.random((cells, cells), dtype=np.float32)
    return np.clip(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1).astype(
        np.float32
    )


def _grain(rng: Rng, height: int, width: int) -> Plane:
    """The tooth of rough paper, around 0."""
    fine = rng.random((height, width), dtype=np.float32) - 0.5
    return cv2.GaussianBlur(fine, (3, 3), 0).astype(np.float32)


def _stripes(
    shape: tuple[int, ...],
    angle: float,
    period: float,
    window: tuple[slice, slice] = (slice(None), slice(None)),
    bend: Plane | None = None,
) -> Plane:
    """Pen strokes at `angle`, one every `period` pixels, over a window of the canvas; 0 to 1."""
    rows = np.arange(shape[0], dtype=np.float32)[window[0], None]
    columns = np.arange(shape[1], dtype=np.float32)[None, window[1]]
    phase = (columns * np.cos(angle) + rows * np.sin(angle)) / max(period, 2.5)
    if bend is not None:
        phase = phase + 1.2 * bend[window]
    strokes: Plane = np.clip(1.2 * np.sin(2 * np.pi * phase), 0, 1).astype(np.float32)
    return strokes
