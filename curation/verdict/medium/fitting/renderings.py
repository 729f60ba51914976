"""Renderings: a photograph as a drawing of the same things.

The fitting pictures show other things in photographs than in drawings, and a head would take the
things for what sets both apart. The same content under both labels tells it to look elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.verdict.medium.fitting.canvas import as_picture, sized_by_chance

_Rng = np.random.Generator
_Levels = npt.NDArray[np.float32]
_Rendering = Callable[[Rgb, _Rng], Rgb]


@dataclass(frozen=True)
class LineSettings:
    """Lines, as the difference of two blurs (Winnemoeller, Kyprianidis and Olsen 2012)."""

    blur_px: tuple[float, float] = (0.7, 1.8)
    """Deviation of the finer Gaussian, from and below: thin pens and broad ones."""

    wider: float = 1.6
    """How much wider the other Gaussian is."""

    sharpness: tuple[float, float] = (6.0, 25.0)
    """How many times the difference counts beside the level itself, from and below."""

    level: tuple[float, float] = (0.35, 0.75)
    """Level (0 black, 1 white) below which the pen is down, from and below."""

    steepness: tuple[float, float] = (4.0, 30.0)
    """How abruptly paper turns to ink: pencil to pen, from and below."""

    smoothing: float = 0.08
    """Deviation of levels that the bilateral filter before it takes for grain."""


@dataclass(frozen=True)
class StrokeSettings:
    """Strokes of a brush, coarse to fine, along what the picture shows (Hertzmann 1998)."""

    radii: tuple[float, ...] = (0.036, 0.018, 0.009)
    """Half the widths of the brushes, as shares of the longest side."""

    finest: tuple[int, int] = (2, 4)
    """How many of the brushes are used, from and below."""

    length: tuple[float, float] = (2.0, 6.0)
    """Length of a stroke in radii, from and below."""

    spacing: float = 1.0
    """Distance of strokes in radii."""

    error: float = 12.0
    """Levels (of 255) by which a place differs from the picture before a stroke is laid."""

    jitter: float = 10.0
    """Deviation of a stroke's colour, in levels."""


@dataclass(frozen=True)
class FlatSettings:
    """A labelled illustration: flat colours, outlines, words with lines that point."""

    colours: tuple[int, int] = (5, 16)
    """Colours of the palette, from and below."""

    sample: int = 4000
    """Pixels from which the palette is found."""

    reach_px: float = 20.0
    """Reach of the edge-preserving filter before."""

    edge: float = 0.4
    """Contrast that it takes for an edge, 0 to 1."""

    saturation: tuple[float, float] = (0.8, 1.7)
    """Factor on saturation, from and below."""

    outlined: float = 0.75
    """Share of pictures with outlines."""

    labels: tuple[int, int] = (0, 6)
    """Words, from and below."""

    letters: tuple[int, int] = (3, 10)
    """Letters of a word, from and below."""

    text_scale: tuple[float, float] = (0.3, 0.8)
    """Size of the type, OpenCV's unit, from and below."""


_LINE, _STROKE, _FLAT = LineSettings(), StrokeSettings(), FlatSettings()
_LONGEST_PX = (220, 480)
"""Longest side of a rendering, from and below: what crawls hold."""

_WHITE = 255.0
"""The level of white paper."""


def drawn_by(rendering: str, picture: Rgb, rng: _Rng) -> Rgb:
    """A photograph by one of RENDERINGS, no larger than it is."""
    small = sized_by_chance(picture, _LONGEST_PX, rng)
    return np.ascontiguousarray(RENDERINGS[rendering](small, rng))


def _outline(picture: Rgb, rng: _Rng) -> Rgb:
    """Ink or pencil on paper, now and then tinted."""
    ink = _ink(picture, rng)[..., None]
    paper = _WHITE - rng.uniform(0, 40) * np.array([0.2, 0.4, 1.0]) * (rng.random() < 0.5)
    pen = rng.uniform(0, 70, 3) if rng.random() < 0.3 else np.full(3, rng.uniform(0, 60))
    return as_picture(ink * paper + (1 - ink) * pen)


def _ink(picture: Rgb, rng: _Rng) -> _Levels:
    """1 where paper shows, 0 where there is ink."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    smooth = cv2.bilateralFilter(grey, 5, _LINE.smoothing * 2, 3.0)
    blur, sharpness = rng.uniform(*_LINE.blur_px), rng.uniform(*_LINE.sharpness)
    fine, wide = (cv2.GaussianBlur(smooth, (0, 0), own) for own in (blur, blur * _LINE.wider))
    # an even field counts as its own level: dark fields are filled, as a pen would hatch them
    shown = np.sqrt(smooth) * 0.5 + 0.5 if rng.random() < 0.6 else smooth
    response = shown + sharpness * (fine - wide)
    level, steepness = rng.uniform(*_LINE.level), rng.uniform(*_LINE.steepness)
    ink: _Levels = np.clip(1 + np.tanh(steepness * (response - level)), 0, 1).astype(np.float32)
    return ink


def _brush_strokes(picture: Rgb, rng: _Rng) -> Rgb:
    """Strokes of ever finer brushes where the picture differs from the canvas."""
    canvas = np.full(picture.shape, picture.mean(axis=(0, 1)), np.float32)
    for share in _STROKE.radii[: int(rng.integers(*_STROKE.finest))]:
        radius = max(1, round(share * max(picture.shape[:2])))
        blurred = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), radius / 2)
        wanted = np.asarray(blurred, np.float32)
        _paint_layer(canvas, wanted, radius, rng)
    return as_picture(canvas)


def _paint_layer(canvas: _Levels, wanted: _Levels, radius: int, rng: _Rng) -> None:
    places = _stroke_places(canvas, wanted, radius, rng)
    grey = cv2.GaussianBlur(wanted.mean(axis=2), (0, 0), radius)
    down, right = np.gradient(grey)
    angle = np.arctan2(down, right) + np.pi / 2  # along an edge, not across it
    half = radius * rng.uniform(*_STROKE.length) / 2
    colours = wanted[places[:, 0], places[:, 1]] + rng.normal(0, _STROKE.jitter, (len(places), 1))
    for (row, column), colour in zip(places.tolist(), colours.tolist(), strict=True):
        turn = angle[row, column]
        reach = np.array([np.cos(turn), np.sin(turn)]) * half
        start, end = (np.array([column, row]) - reach), (np.array([column, row]) + reach)
        ends = [tuple(end_.round().astype(int).tolist()) for end_ in (start, end)]
        cv2.line(canvas, ends[0], ends[1], colour, 2 * radius, cv2.LINE_AA)


def _stroke_places(
    canvas: _Levels, wanted: _Levels, radius: int, rng: _Rng
) -> npt.NDArray[np.int64]:
    """Rows and columns of a jittered grid where canvas and picture differ, in random order."""
    step = max(2, round(radius * _STROKE.spacing))
    height, width = canvas.shape[:2]
    grid = np.argwhere(np.ones((-(-height // step), -(-width // step)))) * step
    places = grid + rng.integers(-step // 2, step // 2 + 1, grid.shape)
    places = places.clip(0, [height - 1, width - 1])
    error = np.abs(canvas - wanted).mean(axis=2)[places[:, 0], places[:, 1]]
    return rng.permutation(places[error > _STROKE.error])


def _labelled(picture: Rgb, rng: _Rng) -> Rgb:
    """Flat colours of a small palette, mostly with outlines, and words that point at parts."""
    flat = _flat(picture, rng)
    if rng.random() < _FLAT.outlined:
        flat *= _ink(picture, rng)[..., None]
    drawn = np.ascontiguousarray(as_picture(flat))
    for _ in range(int(rng.integers(*_FLAT.labels))):
        _add_label(drawn, rng)
    return drawn


def _flat(picture: Rgb, rng: _Rng) -> _Levels:
    smooth = cv2.edgePreservingFilter(picture, flags=1, sigma_s=_FLAT.reach_px, sigma_r=_FLAT.edge)
    pixels = _saturated(smooth.astype(np.float32), rng.uniform(*_FLAT.saturation)).reshape(-1, 3)
    sample = pixels[rng.integers(0, len(pixels), _FLAT.sample)].astype(np.float32)
    cv2.setRNGSeed(0)  # kmeans draws from OpenCV's own generator
    ending = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 10, 1.0)
    count = int(rng.integers(*_FLAT.colours))
    found = np.zeros((len(sample), 1), np.int32)
    palette = cv2.kmeans(sample, count, found, ending, 1, cv2.KMEANS_PP_CENTERS)[2]
    nearest = (pixels @ palette.T - (palette**2).sum(axis=1) / 2).argmax(axis=1)
    labels = nearest.reshape(picture.shape[:2]).astype(np.uint8)
    rounded: _Levels = palette[cv2.medianBlur(labels, 5)].astype(np.float32)
    return rounded


def _add_label(drawn: Rgb, rng: _Rng) -> None:
    height, width = drawn.shape[:2]
    letters = rng.integers(ord("a"), ord("z") + 1, int(rng.integers(*_FLAT.letters)))
    word = "".join(map(chr, letters.tolist()))
    scale, colour = rng.uniform(*_FLAT.text_scale), (0, 0, 0) if rng.random() < 0.7 else (200, 0, 0)
    spot = int(rng.integers(0, max(1, width * 3 // 4))), int(rng.integers(12, max(13, height)))
    part = int(rng.integers(0, width)), int(rng.integers(0, height))
    (wide, high), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    if rng.random() < 0.5:
        corners = (spot[0] - 3, spot[1] + 4), (spot[0] + wide + 3, spot[1] - high - 4)
        cv2.rectangle(drawn, *corners, (255, 255, 255), -1)
    cv2.line(drawn, spot, part, colour, 1, cv2.LINE_AA)
    cv2.putText(drawn, word, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)


def _saturated(levels: _Levels, factor: float) -> _Levels:
    grey = levels.mean(axis=2, keepdims=True)
    return np.asarray(grey + (levels - grey) * factor, np.float32)


RENDERINGS: Mapping[str, _Rendering] = {
    "outline": _outline,
    "brush strokes": _brush_strokes,
    "labelled illustration": _labelled,
}
