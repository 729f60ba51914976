"""How much detail a file really holds, whatever its number of pixels.

A natural drawing has about as much power in every octave, up to where its pixels end. What was
enlarged, blurred or freed of noise lacks the last octaves, so that pixels gained by enlarging gain
no detail. Only evenly spaced rows and columns are looked at, at full resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.rgb import Rgb
from curation.base.spectra import BANDS, FIRST_CYCLES, NO_POWER, PER_OCTAVE, centre
from curation.gather.gate.halos import halo

VERSION = 1
"""Raised whenever the same pixels may give another detail."""

_Levels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DetailLimits:
    """How it is measured. Chosen on degraded twins; `benchmarks/which_copy_stays.py` measures what
    follows from it."""

    lines: int = 32
    """Rows, and columns, that are looked at."""

    rim: float = 0.04
    """Share of a side that is left out at both of its ends, where borders end."""

    least_px: int = 16
    """Pixels of a side below which it has no spectrum."""

    fall: float = 3.0
    """Binary logarithm of how far power falls below its highest where detail ends."""

    smoothing: int = 3
    """Bands over which power is averaged before it is looked at."""

    largest_block: int = 16
    """Side in pixels of the largest block that a repeated pixel is looked for in."""

    at_blocks: float = 0.8
    """Share of all change that lies between blocks where pixels were repeated."""

    samples: int = 4096
    """Pixels whose colours are counted."""

    cut_off: int = 8
    """Levels from black and from white within which a value may have been cut off."""


_LIMITS = DetailLimits()


_PRIMES = (2, 3, 5, 7, 11, 13)
"""Up to the side of the largest block."""


class Detail(NamedTuple):
    """What of a content is more than pixels."""

    rows: list[float]
    """Binary logarithm of the power of rows in each band (see `base.spectra`), for as many bands as
    there are."""

    columns: list[float]
    """The same of columns."""

    width: int
    """Pixels across that would hold what it shows."""

    height: int
    """Pixels down."""

    block: int
    """Side of the squares in which its pixels are repeated, 1 where they are not."""

    halo: float
    """Overshoot beside edges, as a share of their height; what sharpening leaves."""

    colours: int
    """Colours among evenly spaced pixels, some 4,000 of them."""

    vividness: float
    """How far apart the colours of these lie: the deviation, in levels, of the differences between
    their channels, 0 in grey."""

    clipped: float
    """Share of these (0 to 1) with a value that may have been cut off at black or white."""


NO_DETAIL = Detail([], [], 0, 0, 1, 0.0, 0, 0.0, 0.0)
"""Of a file that is not read."""


def find_detail(content: Rgb) -> Detail:
    """The detail of a picture without its borders."""
    across, down = _lines(content), _lines(content.swapaxes(0, 1))
    rows, columns = _grey(across), _grey(down)
    spectra = _spectrum(rows), _spectrum(columns)
    block = min(_block(rows), _block(columns))
    pixels = np.concatenate([across.reshape(-1, 3), down.reshape(-1, 3)])
    chosen = pixels[:: max(1, len(pixels) // _LIMITS.samples)]
    return Detail(
        *spectra,
        _resolved(spectra[0], rows.shape[1] // block),
        _resolved(spectra[1], columns.shape[1] // block),
        block=block,
        halo=halo(rows, columns),
        colours=_distinct(chosen),
        vividness=_vividness(chosen),
        clipped=_clipped(chosen),
    )


def _lines(rgb: Rgb) -> Rgb:
    """Evenly spaced rows of a picture, away from its first and last ones."""
    last = len(rgb) - 1
    ends = last * _LIMITS.rim, last * (1 - _LIMITS.rim)
    places = np.linspace(*ends, min(_LIMITS.lines, len(rgb))).astype(np.intp)
    return np.ascontiguousarray(rgb[np.unique(places)])


def _grey(lines: Rgb) -> _Levels:
    return np.asarray(cv2.cvtColor(lines, cv2.COLOR_RGB2GRAY), np.float32)


def _spectrum(lines: _Levels) -> list[float]:
    """Binary logarithm of the power in each band times its frequency squared; flat where every
    octave holds as much."""
    length = lines.shape[1]
    if length < _LIMITS.least_px:
        return []
    window = np.hanning(length).astype(np.float32)
    mean = (lines * window).sum(axis=1, keepdims=True) / window.sum()
    power = np.square(np.abs(np.fft.rfft((lines - mean) * window, axis=1))).mean(axis=0)
    cycles = np.arange(len(power))
    power = power * np.square(cycles) * 2 / (length * float(np.square(window).sum()))
    return _banded(power, cycles)


def _banded(power: npt.NDArray[np.floating], cycles: npt.NDArray[np.int64]) -> list[float]:
    place = np.floor(np.log2(np.maximum(cycles, 1) / FIRST_CYCLES) * PER_OCTAVE).astype(np.int64)
    inside = (place >= 0) & (place < BANDS)
    number = np.bincount(place[inside])
    total = np.bincount(place[inside], weights=power[inside])
    # A band that no whole number of cycles falls into has none; it is as its neighbour below.
    told = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    filled = told[np.maximum.accumulate(np.where(number > 0, np.arange(len(told)), 0))]
    levels = np.log2(np.maximum(np.nan_to_num(filled), 2.0**NO_POWER))
    return [round(float(level), 3) for level in levels]


def _resolved(spectrum: list[float], most: int) -> int:
    """Twice the frequency at which detail ends, `most` where it ends nowhere before."""
    if len(spectrum) < _LIMITS.smoothing:
        return most
    kernel = np.full(_LIMITS.smoothing, 1 / _LIMITS.smoothing)
    level = np.convolve(spectrum, kernel, mode="valid")
    top = int(level.argmax())
    below = np.flatnonzero(level[top:] < level[top] - _LIMITS.fall)
    if not len(below):
        return most
    return min(most, round(2 * centre(top + int(below[0]) + _LIMITS.smoothing // 2)))


def _block(lines: _Levels) -> int:
    """Side of the blocks in which pixels were repeated, 1 where they were not."""
    change = np.abs(np.diff(lines, axis=1)).sum(axis=0)
    # Blocks of any side are blocks of its prime factors too, and most pictures have none of them.
    if not any(_changes_between(change, side) for side in _PRIMES):
        return 1
    sides = range(_LIMITS.largest_block, 1, -1)
    return next(side for side in sides if _changes_between(change, side))


def _changes_between(change: _Levels, side: int) -> bool:
    """Whether nearly all change lies between blocks of that side."""
    phases = np.bincount(np.arange(len(change)) % side, weights=change)
    return bool(phases.max(initial=0) > _LIMITS.at_blocks * change.sum())


def _distinct(pixels: Rgb) -> int:
    numbers = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    return len(np.unique(numbers))


def _vividness(pixels: Rgb) -> float:
    apart = np.diff(pixels.astype(np.float32), axis=1)
    return round(float(np.sqrt(apart.var(axis=0).sum())), 3)


def _clipped(pixels: Rgb) -> float:
    low, high = _LIMITS.cut_off, 255 - _LIMITS.cut_off
    return round(float(((pixels <= low) | (pixels >= high)).any(axis=1).mean()), 4)
