"""Prints: a picture as paper and a scanner leave it.

A drawing with screen tone, in halftone, on yellowed paper or with a scanner's noise stays a
drawing, and a photograph printed in halftone a photograph. A head that saw no print would take dots
and grain for a camera's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.verdict.medium.fitting.canvas import as_picture, sized_by_chance

_Rng = np.random.Generator
_Levels = npt.NDArray[np.floating]
_Print = Callable[[Rgb, _Rng], Rgb]


@dataclass(frozen=True)
class PrintSettings:
    """How strongly paper, press and scanner show. Chosen by looking at the results."""

    longest_px: tuple[int, int] = (260, 480)
    """Longest side of a print, from and below."""

    dot_px: tuple[float, float] = (3.0, 8.0)
    """Distance of the dots of a screen, from and below."""

    tone_levels: tuple[float, ...] = (0.25, 0.5, 0.75)
    """Levels (0 black, 1 white) that screen tone comes in; what lies beyond is black or white."""

    yellow: tuple[float, float, float] = (0.08, 0.18, 0.42)
    """How much of red, green and blue the oldest paper swallows."""

    stains: float = 0.06
    """Deviation of old paper's stains, as a share of white."""

    stain_px: float = 40.0
    """Size of a stain."""

    grain: tuple[float, float] = (1.0, 7.0)
    """Deviation of a scanner's noise, levels, from and below."""

    turn_degrees: float = 1.5
    """Deviation of how far a scanned sheet lies askew."""

    shadow: float = 0.35
    """Share of its light that the fold of a book loses at most."""


_PRINT = PrintSettings()
_ANGLES = (15.0, 75.0, 0.0)
"""Degrees by which the screens of cyan, magenta and yellow are turned, so that they do not
interfere."""


def printed(picture: Rgb, rng: _Rng, *, photo: bool) -> Rgb:
    """The picture in one of PRINTS, drawn by `rng`; a photograph never with screen tone, which
    would make it a drawing."""
    names = [name for name in PRINTS if not (photo and name == SCREEN_TONE)]
    small = sized_by_chance(picture, _PRINT.longest_px, rng)
    return PRINTS[names[int(rng.integers(len(names)))]](small, rng)


def _screen_tone(picture: Rgb, rng: _Rng) -> Rgb:
    """Black and white, with dots in place of what lies between: comics."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    tones = np.array([0.0, *_PRINT.tone_levels, 1.0], np.float32)
    tone = tones[np.abs(grey[..., None] - tones).argmin(axis=-1)]
    dots = _screen(grey.shape, rng.uniform(*_PRINT.dot_px), 45.0)
    ink = _crisp(tone, dots)
    return as_picture(np.repeat(ink[..., None] * 255, 3, axis=2))


def _halftone(picture: Rgb, rng: _Rng) -> Rgb:
    """Dots of cyan, magenta and yellow, or of black alone."""
    pitch = rng.uniform(*_PRINT.dot_px)
    levels = picture.astype(np.float32) / 255
    if rng.random() < 0.5:
        levels = np.repeat(levels.mean(axis=2, keepdims=True), 3, axis=2)
        angles = (45.0,) * 3
    else:
        angles = _ANGLES
    screens = [_screen(levels.shape[:2], pitch, angle) for angle in angles]
    inks = [_crisp(levels[..., one], screen) for one, screen in enumerate(screens)]
    return as_picture(np.stack(inks, axis=-1) * 255)


def _old_paper(picture: Rgb, rng: _Rng) -> Rgb:
    """White turned yellow, with stains; black faded."""
    stained = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]), (0, 0), _PRINT.stain_px)
    stains = 1 + stained / max(stained.std(), 1e-6) * _PRINT.stains * rng.random()
    paper = 1 - rng.uniform(0.3, 1.0) * np.array(_PRINT.yellow)
    faded = picture * rng.uniform(0.8, 1.0) + rng.uniform(0, 40)
    return as_picture(faded.clip(0, 255) * stains[..., None] * paper + _noise(picture, rng))


def _scanned(picture: Rgb, rng: _Rng) -> Rgb:
    """A little askew, with noise and the shadow of a book's fold."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, _PRINT.turn_degrees), 1)
    askew = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    away = np.linspace(0, 1, width)[:: 1 if rng.random() < 0.5 else -1]
    light = 1 - _PRINT.shadow * rng.random() * np.exp(-away / rng.uniform(0.05, 0.3))
    return as_picture(askew * light[None, :, None] + _noise(picture, rng))


def _screen(size: tuple[int, ...], pitch: float, degrees: float) -> _Levels:
    """The level below which each pixel of a screen is inked, 0 to 1: waves across one another."""
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
    turn = np.deg2rad(degrees)
    one = columns * np.cos(turn) + rows * np.sin(turn)
    other = rows * np.cos(turn) - columns * np.sin(turn)
    waves = np.cos(2 * np.pi * one / pitch) + np.cos(2 * np.pi * other / pitch)
    return np.asarray(waves / 4 + 0.5, np.float32)


def _crisp(level: _Levels, screen: _Levels) -> _Levels:
    """1 where paper shows; edges of dots a pixel wide."""
    shown = (level - screen) * 4 + 0.5
    solid = np.where(level <= 0, 0.0, np.where(level >= 1, 1.0, shown))
    return np.asarray(np.clip(solid, 0, 1), np.float32)


def _noise(picture: Rgb, rng: _Rng) -> _Levels:
    """Grey noise of a scanner, a little blurred."""
    grain = rng.normal(0, rng.uniform(*_PRINT.grain), picture.shape[:2])
    return np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.5)[..., None] * 1.5)


SCREEN_TONE = "screen tone"

PRINTS: Mapping[str, _Print] = {
    SCREEN_TONE: _screen_tone,
    "halftone": _halftone,
    "old paper": _old_paper,
    "scanned": _scanned,
}
