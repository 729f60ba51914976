"""Undoes brightening: one picture's values as a straight line of the other's, the same in all three
channels.

Colours that shift apart from one another are no brightening, and stay different.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Mask, Rgb, channels_apart, most_of_channels

Values = npt.NDArray[np.float32]

GAINS = np.arange(1.0, 2.01, 0.1)
"""The gains tried, from none to twice as bright. A grid, as no formula
gives the best line where large differences stop to count."""


@dataclass(frozen=True)
class ToneLimits:
    """How far brightening may go, and what a tone must gain. Values are grey levels, 0 to 255.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`;
    `benchmarks/dedup_quality.py` plants copies of 1.3 times the brightness."""

    most_bias: float = 60.0
    """Largest shift of all levels, up or down."""

    flat_range: int = 30
    """Range of levels within 3 x 3 pixels up to which a place is flat."""

    min_flat: int = 100
    """Flat pixels that are enough to compare by; else edges count too."""

    most_difference: int = 40
    """Levels at which a difference stops to grow: what was drawn anew is no matter of tone."""

    change_penalty: float = 0.5
    """Mean levels that another tone must gain to be believed."""

    gain_per_level: float = 2.0
    """Gain beyond 1 that weighs as much as one level of mean difference."""

    bias_per_level: float = 100.0
    """Shift, in levels, that weighs as much."""

    samples: int = 2000
    """Pixels that a tone is fitted to, evenly spaced."""

    black: int = 6
    """Level up to which a value may have been cut off; if both are, they tell of no tone."""

    white: int = 248
    """Level from which a value may have been cut off."""

    whole_above: int = 4
    """Level above which neither value was cut off, so that a median of differences is sound."""

    whole_below: int = 251
    """Level below which neither was."""

    least_nearer: float = 0.75
    """Share of the places that differ in either tone which another tone must bring nearer."""

    rounding: int = 2
    """Levels by which places differ that tell of no tone."""

    min_values: int = 60
    """Values in all three channels that a tone is fitted to at least."""

    min_whole: int = 40
    """Values not cut off that a shift is more than guessed from."""


_LIMITS = ToneLimits()
_KERNEL = np.ones((3, 3), np.uint8)


class Tone(NamedTuple):
    """The value v of a darker picture is `gain` * v + `bias` in the brighter one, cut to 0 to
    255."""

    gain: float
    """How many times as bright, without a unit."""

    bias: float
    """Shift in grey levels."""

    def __call__(self, rgb: Rgb) -> Rgb:
        """The picture in that tone."""
        # float32 holds every level with 16 bits to spare, in half the memory of float64.
        toned = np.clip(rgb * np.float32(self.gain) + np.float32(self.bias), 0, 255)
        return np.asarray(toned, np.uint8)


SAME = Tone(1.0, 0.0)


class Matched(NamedTuple):
    """Both pictures in one tone."""

    first: Rgb
    """The first, brightened if it was darker."""

    second: Rgb
    """The second, brightened if it was darker."""

    gain: float
    """How many times brighter the second was."""


def match_tone(first: Rgb, second: Rgb, where: Mask) -> Matched:
    """Bring the tone of one to that of the other where that makes them more alike; values are
    compared `where`, away from edges, where brightening before and after shrinking are not the
    same."""
    flat = where & _is_flat(first) & _is_flat(second)
    chosen = flat if flat.sum() > _LIMITS.min_flat else where
    same = Matched(first, second, 1.0)
    if _difference(same, chosen) < _LIMITS.change_penalty:
        return same  # no other tone could gain enough
    up, down = _fit(first[chosen], second[chosen]), _fit(second[chosen], first[chosen])
    ways = [same]
    # Only the darker one is changed: what brightening cut off, darkening does not bring back.
    if up != SAME:
        ways.append(Matched(up(first), second, up.gain))
    if down != SAME:
        ways.append(Matched(first, down(second), 1 / down.gain))
    ways = [way for way in ways if way is same or _holds_everywhere(way, same, chosen)]
    penalty = _LIMITS.change_penalty
    return min(ways, key=lambda way: _difference(way, chosen) + penalty * (way is not same))


def _holds_everywhere(way: Matched, same: Matched, where: Mask) -> bool:
    """Whether a tone brings most places nearer that can tell: a tint over a part, or another skin,
    is no brightness."""
    told = _told(same, where) | _told(way, where)
    nearer = _apart(way)[told] < _apart(same)[told]
    return not told.any() or float(nearer.mean()) >= _LIMITS.least_nearer


def _told(way: Matched, where: Mask) -> Mask:
    """Where the two differ."""
    return where & (_apart(way) > _LIMITS.rounding)


def _apart(way: Matched) -> npt.NDArray[np.uint8]:
    return channels_apart(way.first, way.second)


def _is_flat(rgb: Rgb) -> Mask:
    """Away from edges, where a shift of half a pixel changes nothing."""
    low, high = cv2.erode(rgb, _KERNEL), cv2.dilate(rgb, _KERNEL)
    return np.asarray(most_of_channels(cv2.subtract(high, low)) <= _LIMITS.flat_range)


def _difference(way: Matched, where: Mask) -> float:
    left = np.minimum(cv2.absdiff(way.first, way.second), _LIMITS.most_difference)
    # Sums of whole numbers, so that no order of adding makes another last bit.
    chosen = cv2.bitwise_and(left, left, mask=where.view(np.uint8))
    return float(sum(cv2.sumElems(chosen))) / (3 * max(1, int(where.sum())))


def _fit(dark: Rgb, bright: Rgb) -> Tone:
    """The line from n x 3 values to others that leaves the least difference; what is cut off says
    nothing."""
    every = max(1, len(dark) // _LIMITS.samples)
    x, y = (values[::every].astype(np.float32).ravel() for values in (dark, bright))
    low, high = np.minimum(x, y), np.maximum(x, y)
    telling = ~((low >= _LIMITS.white) | (high <= _LIMITS.black))
    x, y = x[telling], y[telling]
    if len(x) < _LIMITS.min_values:
        return SAME
    low, high = low[telling], high[telling]
    whole = (low > _LIMITS.whole_above) & (high < _LIMITS.whole_below)
    tones = _tones(x[whole], y[whole])
    return min(tones, key=lambda tone: _cost(tone, x, y))


def _tones(x: Values, y: Values) -> Iterator[Tone]:
    """The tones to try: every gain, without a bias and with the one that suits these values."""
    for gain in GAINS:
        for bias in {0.0, _bias(x, y, gain)}:
            yield Tone(float(gain), bias)


def _bias(x: Values, y: Values, gain: float) -> float:
    """The shift that suits most values under this gain; a median, as drawn-over parts may be
    many."""
    if len(x) <= _LIMITS.min_whole:
        return 0.0
    return float(np.clip(np.median(y - gain * x), -_LIMITS.most_bias, _LIMITS.most_bias))


def _cost(tone: Tone, x: Values, y: Values) -> float:
    left = np.abs(y - np.clip(tone.gain * x + tone.bias, 0, 255))
    # Plain tones first: pictures of few colours fit many lines equally well.
    return (
        float(np.minimum(left, _LIMITS.most_difference).mean())
        + abs(tone.gain - 1) / _LIMITS.gain_per_level
        + abs(tone.bias) / _LIMITS.bias_per_level
    )
