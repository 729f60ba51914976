"""What two aligned pictures differ in beyond what storing them again explains.

Compression, resizing and a shift below a pixel leave differences everywhere, the larger the more
goes on at a place; how large, the pair itself shows: most of it is unchanged. What stands out of
that is a change, however small or pale. Brightness and colour are judged apart, as files store
colour more coarsely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Mask, Rgb, most_of_channels

_Bytes = npt.NDArray[np.uint8]
_Kinds = npt.NDArray[np.uint8]


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

    edges: tuple[int, ...] = (6, 16, 40, 90)
    """Levels of the slope within one pixel, in both pictures, at which an edge counts as stronger:
    a shift below a pixel shows there."""

    grain_px: float = 1.0
    """Deviation of the Gaussian that takes the grain of compression out of what is compared without
    room for a shift."""

    band_px: float = 4.0
    """Deviation of the Gaussian that noise is told from there."""

    fewest: int = 150
    """Places of one bustle that tell of its noise; else that of its neighbours holds."""

    wide_px: float = 5.0
    """Deviation of the Gaussian under which pale changes are looked for."""

    least: float = 6.0
    """Levels of brightness that may always differ at one place."""

    least_exact: float = 4.0
    """Levels of brightness that may where no shift is allowed for."""

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
    """In brightness, of single places, beyond what a shift by one pixel explains."""

    exact: Floats32
    """In brightness, of single places, where nothing has shifted: edges tell how exactly."""

    fine_colour: Floats32
    """In colour, of single places."""

    wide: Floats32
    """In the mean of a wide place, brightness or colour."""


def excess(first: Rgb, second: Rgb, where: Mask) -> Excess:
    """The excess of two pictures of one size, height x width x 3, `where` both are."""
    bustle = _bustle(first, second)
    sides = [cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)) for rgb in (first, second)]
    weight = _smoothed(where.astype(np.float32))
    channels = [
        _Channel(one, other, bustle, where, weight) for one, other in zip(*sides, strict=True)
    ]
    brightness, *colours = channels
    return Excess(
        brightness.fine(_LIMITS.least),
        brightness.exact(),
        _largest([colour.fine(_LIMITS.least_colour) for colour in colours]),
        _largest([channel.wide(_LIMITS.least_wide) for channel in channels]),
    )


class _Channel:
    """One channel of both pictures, and the noise between them."""

    def __init__(
        self, one: _Bytes, other: _Bytes, bustle: _Kinds, where: Mask, weight: Floats32
    ) -> None:
        self._one, self._other, self._where, self._bustle = one, other, where, bustle
        self._weight = weight
        self._apart = np.asarray(cv2.subtract(one, other, dtype=cv2.CV_32F), np.float32)
        self._noise = self._noise_of(bustle)

    def fine(self, least: float) -> Floats32:
        """How far single values lie outside of those within one pixel, in multiples of what is
        explained."""
        farther = cv2.max(_outside(self._one, self._other), _outside(self._other, self._one))
        explained = least + _LIMITS.noises * self._noise
        return np.asarray(np.where(self._where, farther / explained, 0), np.float32)

    def wide(self, least: float) -> Floats32:
        """How far the means of wide places lie apart, in the same."""
        known = np.where(self._where, np.maximum(self._weight, np.float32(1e-3)), np.float32(1))
        weighted = [
            np.asarray(values * self._where, np.float32) for values in (self._apart, self._noise)
        ]
        apart, noise = (_smoothed(values) / known for values in weighted)
        explained = least + _LIMITS.wide_noises * noise
        return np.asarray(np.where(self._where, np.abs(apart) / explained, 0), np.float32)

    def exact(self) -> Floats32:
        """How far values lie apart under a slight blur, in the same."""
        band = self._apart - cv2.GaussianBlur(self._apart, (0, 0), _LIMITS.band_px)
        noise = self._levels(np.abs(_blurred(band)), self._bustle, self._edge())
        explained = _LIMITS.least_exact + _LIMITS.noises * noise
        apart = np.abs(_blurred(self._apart))
        return np.asarray(np.where(self._where, apart / explained, 0), np.float32)

    def _edge(self) -> _Kinds:
        """How strong an edge both pictures have, 0 for none."""
        return _step(cv2.min(_span(self._one), _span(self._other)), _LIMITS.edges)

    def _noise_of(self, bustle: _Kinds) -> Floats32:
        """The noise to expect at every place, by how busy it is."""
        fine = np.abs(self._apart - cv2.GaussianBlur(self._apart, (0, 0), _LIMITS.fine_px))
        return self._levels(fine, bustle, np.zeros_like(bustle))

    def _levels(self, fine: Floats32, bustle: _Kinds, edge: _Kinds) -> Floats32:
        """The noise to expect at every place, by two kinds of it."""
        shape = len(_LIMITS.bustle) + 1, len(_LIMITS.edges) + 1
        kind = np.asarray(bustle * np.uint8(shape[1]) + edge, np.uint8)
        told = [_quantile(some) for some in _by_kind(fine[self._where], kind[self._where], shape)]
        # A busier place and a stronger edge have no less noise: where changes are many, the calmer
        # ones tell; and what too few places tell of is as its neighbours are.
        levels = _filled(_filled(np.array(told).reshape(shape)).T).T
        levels = np.where(np.isnan(levels), _of_all(fine[self._where]), levels)
        rising = np.maximum.accumulate(np.maximum.accumulate(levels, axis=0), axis=1)
        return rising.astype(np.float32).ravel()[kind]


def _by_kind(values: Floats32, kind: _Kinds, shape: tuple[int, int]) -> list[Floats32]:
    """The values of each kind, from 0 on."""
    # Looked for one by one: few kinds are there, and sorting takes longer.
    there = set(np.unique(kind).tolist())
    return [values[kind == k] if k in there else values[:0] for k in range(shape[0] * shape[1])]


def _of_all(values: Floats32) -> float:
    """What stands for the noise where no kind of place has enough of them."""
    return float(np.quantile(values, _LIMITS.quantile)) if len(values) else 0.0


def _quantile(some: Floats32) -> float:
    """What stands for the noise of some places, nothing where they are few."""
    if len(some) < _LIMITS.fewest:
        return float("nan")
    return float(np.quantile(some, _LIMITS.quantile))


def _filled(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows in which gaps are filled from both sides; rows of gaps alone stay."""
    return np.array([_row_filled(row) for row in levels])


def _row_filled(row: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    known = np.flatnonzero(~np.isnan(row))
    return np.interp(np.arange(len(row)), known, row[known]) if len(known) else row


def _blurred(values: Floats32) -> Floats32:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), _LIMITS.grain_px), np.float32)


def _bustle(first: Rgb, second: Rgb) -> _Kinds:
    """How busy every place is in both pictures, 0 for calm: a stroke that one of them lacks is no
    excuse."""
    side = np.ones((_LIMITS.block_px, _LIMITS.block_px), np.uint8)
    spans = [cv2.dilate(most_of_channels(_span(rgb)), side) for rgb in (first, second)]
    return _step(cv2.min(*spans), _LIMITS.bustle)


def _step(levels: npt.NDArray[Any], bounds: tuple[int, ...]) -> _Kinds:
    """How many of the rising bounds every level reaches."""
    table = np.digitize(np.arange(256), bounds).astype(np.uint8)
    return np.asarray(cv2.LUT(levels, table), np.uint8)


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
    return np.asarray(np.maximum.reduce(maps), np.float32)
