"""What two aligned pictures differ in beyond what storing them again explains.

Compression, resizing and a shift below a pixel leave differences everywhere, the larger the more
goes on at a place; how large, the pair itself shows: most of it is unchanged. What stands out of
that is a change, however small or pale. Brightness and colour are judged apart, as files store
colour more coarsely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.arrays import Floats32
from curation.base.rgb import Mask, Rgb

_Bytes = npt.NDArray[np.uint8]
_Kinds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class NoiseLimits:
    """What storing a picture again explains. Levels are 0 to 255, lengths pixels of a thumbnail.

    Chosen on seeds 1 to 9 of `benchmarks/small_changes.py`."""

    bustle: tuple[int, ...] = (8, 24, 64, 128)
    """Levels between the brightest and the darkest of 3 x 3 pixels, within reach of a block, at
    which a place counts as busier."""

    block_px: int = 9
    """Side of the square over which a stroke makes noise: JPEG's blocks are 8."""

    fine_px: float = 3.0
    """Deviation of the Gaussian that noise is told from: what it leaves is noise, or fine."""

    quantile: float = 0.7
    """Share of places of one bustle (0 to 1) whose noise is lower than what stands for it: up to
    three in ten may have changed."""

    fewest: int = 150
    """Places of one bustle that tell of its noise; else that of its neighbours holds."""

    wide_px: float = 5.0
    """Deviation of the Gaussian under which pale changes are looked for."""

    least: float = 6.0
    """Levels of brightness that may always differ at one place."""

    least_colour: float = 8.0
    """Levels of colour that may."""

    least_wide: float = 3.0
    """Levels, of either, that may differ in the mean of a wide place."""

    noises: float = 4.0
    """How many times the noise may show at one place."""

    wide_noises: float = 1.0
    """How many times in the mean of a wide place."""


_LIMITS = NoiseLimits()
_KERNEL = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Excess:
    """How many times what is explained two pictures differ, at every place: height x width, 0
    outside of what is compared. Up to 1 nothing changed."""

    fine: Floats32
    """In brightness, of single places."""

    fine_colour: Floats32
    """In colour, of single places."""

    wide: Floats32
    """In the mean of a wide place, brightness or colour."""


def excess(first: Rgb, second: Rgb, where: Mask) -> Excess:
    """The excess of two pictures of one size, height x width x 3, `where` both are."""
    bustle = _bustle(first, second)
    sides = [cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)) for rgb in (first, second)]
    channels = [_Channel(one, other, bustle, where) for one, other in zip(*sides, strict=True)]
    brightness, *colours = channels
    return Excess(
        brightness.fine(_LIMITS.least),
        _largest([colour.fine(_LIMITS.least_colour) for colour in colours]),
        _largest([channel.wide(_LIMITS.least_wide) for channel in channels]),
    )


class _Channel:
    """One channel of both pictures, and the noise between them."""

    def __init__(self, one: _Bytes, other: _Bytes, bustle: _Kinds, where: Mask) -> None:
        self._one, self._other, self._where = one, other, where
        self._apart = cv2.subtract(one, other, dtype=cv2.CV_32F)
        self._noise = self._noise_of(bustle)

    def fine(self, least: float) -> Floats32:
        """How far single values lie outside of those within one pixel, in multiples of what is
        explained."""
        farther = cv2.max(_outside(self._one, self._other), _outside(self._other, self._one))
        explained = least + _LIMITS.noises * self._noise
        return np.asarray(np.where(self._where, farther / explained, 0), np.float32)

    def wide(self, least: float) -> Floats32:
        """How far the means of wide places lie apart, in the same."""
        weight = _smoothed(self._where.astype(np.float32))
        known = np.where(self._where, np.maximum(weight, np.float32(1e-3)), np.float32(1))
        apart, noise = (
            _smoothed(values * self._where) / known for values in (self._apart, self._noise)
        )
        explained = least + _LIMITS.wide_noises * noise
        return np.asarray(np.where(self._where, np.abs(apart) / explained, 0), np.float32)

    def _noise_of(self, bustle: _Kinds) -> Floats32:
        """The noise to expect at every place, by how busy it is."""
        fine = np.abs(self._apart - cv2.GaussianBlur(self._apart, (0, 0), _LIMITS.fine_px))
        kinds = range(len(_LIMITS.bustle) + 1)
        levels = [self._level(fine, bustle == kind) for kind in kinds]
        told = [kind for kind in kinds if not np.isnan(levels[kind])]
        if not told:
            return np.zeros_like(fine)
        filled = np.interp(kinds, told, [levels[kind] for kind in told])
        # A busier place has no less noise: where changes are many, the calmer ones tell.
        rising = np.maximum.accumulate(filled).astype(np.float32)
        return rising[bustle]

    def _level(self, fine: Floats32, kind: Mask) -> float:
        among = fine[kind & self._where]
        if len(among) < _LIMITS.fewest:
            return float("nan")
        return float(np.quantile(among, _LIMITS.quantile))


def _bustle(first: Rgb, second: Rgb) -> _Kinds:
    """How busy every place is in both pictures, 0 for calm: a stroke that one of them lacks is no
    excuse."""
    side = np.ones((_LIMITS.block_px, _LIMITS.block_px), np.uint8)
    spans = [cv2.dilate(_span(rgb).max(axis=2), side) for rgb in (first, second)]
    return np.digitize(cv2.min(*spans), _LIMITS.bustle)


def _span(rgb: Rgb) -> _Bytes:
    """Between the lowest and the highest level within one pixel."""
    return np.asarray(cv2.morphologyEx(rgb, cv2.MORPH_GRADIENT, _KERNEL), np.uint8)


def _outside(one: _Bytes, other: _Bytes) -> _Bytes:
    """How far each value of the one lies above or below all within one pixel in the other."""
    above = cv2.subtract(one, cv2.dilate(other, _KERNEL))
    below = cv2.subtract(cv2.erode(other, _KERNEL), one)
    return np.asarray(cv2.max(above, below), np.uint8)


def _smoothed(values: Floats32) -> Floats32:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), _LIMITS.wide_px), np.float32)


def _largest(maps: Sequence[Floats32]) -> Floats32:
    return reduce(cv2.max, maps)
