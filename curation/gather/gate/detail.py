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

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.spectra import BANDS, FIRST_CYCLES, NO_POWER, PER_OCTAVE, centre
from inksift.curation.gather.gate.halos import halo

VERSION = 2
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
    across = np.ascontiguousarray(content[_places(content.shape[0])])
    # Chosen before they are laid in rows, as columns of a whole picture are slow to walk along.
    chosen_columns = np.take(content, _places(content.shape[1]), axis=1)
    down = np.ascontiguousarray(chosen_columns.swapaxes(0, 1))
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


def _places(length: int) -> npt.NDArray[np.intp]:
    """Evenly spaced places along a side, away from its ends."""
    ends = (length - 1) * _LIMITS.rim, (length - 1) * (1 - _LIMITS.rim)
    return np.unique(np.linspace(*ends, min(_LIMITS.lines, length)).astype(np.intp))


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
    return [float(level) for level in np.round(levels, 3)]


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
    if lines.shape[1] < 2:
        return 1
    change = cv2.absdiff(lines[:, 1:], lines[:, :-1]).sum(axis=0, dtype=np.float64)
    # Blocks of any side are blocks of its prime factors too, and most pictures have none of them.
    if not any(_changes_between(change, side) for side in _PRIMES):
        return 1
    sides = range(_LIMITS.largest_block, 1, -1)
    return next(side for side in sides if _changes_between(change, side))


def _changes_between(change: npt.NDArray[np.float64], side: int) -> bool:
    """Whether nearly all change lies between blocks of that side."""
    whole = len(change) // side * side
    phases = change[:whole].reshape(-1, side).sum(axis=0)
    phases[: len(change) - whole] += change[whole:]
    return bool(phases.max() > _LIMITS.at_blocks * change.sum())


def _distinct(pixels: Rgb) -> int:
    # With a fourth byte, so that each pixel is one number.
    padded = np.asarray(cv2.cvtColor(pixels[None], cv2.COLOR_RGB2RGBA))
    numbers = np.sort(padded.view(np.uint32).ravel())
    return 1 + int(np.count_nonzero(numbers[1:] != numbers[:-1]))


def _vividness(pixels: Rgb) -> float:
    red, green, blue = cv2.split(pixels[None].astype(np.float32))
    deviations = [cv2.meanStdDev(apart)[1] for apart in (green - red, blue - green)]
    return round(float(np.hypot(*deviations).item()), 3)


def _clipped(pixels: Rgb) -> float:
    low, high = _LIMITS.cut_off + 1, 254 - _LIMITS.cut_off
    whole = cv2.inRange(pixels[None], (low,) * 3, (high,) * 3)
    return round(1 - cv2.countNonZero(whole) / len(pixels), 4)
