"""Undoes brightening: one picture's values as a straight line of the other's, the same in all three
channels.

Colours that shift apart from one another are no brightening, and stay different.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.rgb import Mask, Rgb

GAINS = np.arange(1.0, 2.01, 0.1)
MOST_BIAS = 60.0
FLAT_RANGE = 30
MOST_DIFFERENCE = 40
CHANGE_PENALTY = 0.5
_SAMPLES = 2000
_KERNEL = np.ones((3, 3), np.uint8)


class Tone(NamedTuple):
    """The value v of a darker picture is `gain` * v + `bias` in the brighter one, cut to 0 to
    255."""

    gain: float
    bias: float

    def __call__(self, rgb: Rgb) -> Rgb:
        """The picture in that tone."""
        toned = np.clip(rgb * np.float32(self.gain) + np.float32(self.bias), 0, 255)
        return np.asarray(toned, np.uint8)


SAME = Tone(1.0, 0.0)


class Matched(NamedTuple):
    """Both pictures in one tone. `gain` is how many times brighter the second was."""

    first: Rgb
    second: Rgb
    gain: float


def match_tone(first: Rgb, second: Rgb, where: Mask) -> Matched:
    """Bring the tone of one to that of the other where that makes them more alike; values are
    compared `where`, away from edges, where brightening before and after shrinking are not the
    same."""
    flat = where & _is_flat(first) & _is_flat(second)
    chosen = flat if flat.sum() > 100 else where
    same = Matched(first, second, 1.0)
    if _difference(same, chosen) < CHANGE_PENALTY:
        return same
    up, down = _fit(first[chosen], second[chosen]), _fit(second[chosen], first[chosen])
    ways = [same]
    ways += [Matched(up(first), second, up.gain)] if up != SAME else []
    ways += [Matched(first, down(second), 1 / down.gain)] if down != SAME else []
    return min(ways, key=lambda way: _difference(way, chosen) + CHANGE_PENALTY * (way is not same))


def _is_flat(rgb: Rgb) -> Mask:
    """Away from edges, where a shift of half a pixel changes nothing."""
    low, high = cv2.erode(rgb, _KERNEL), cv2.dilate(rgb, _KERNEL)
    return np.asarray(cv2.subtract(high, low).max(axis=2) <= FLAT_RANGE)


def _difference(way: Matched, where: Mask) -> float:
    return float(np.minimum(cv2.absdiff(way.first, way.second)[where], MOST_DIFFERENCE).mean())


def _fit(dark: Rgb, bright: Rgb) -> Tone:
    """The line from n x 3 values to others that leaves the least difference; what is cut off says
    nothing."""
    every = max(1, len(dark) // _SAMPLES)
    x, y = (values[::every].astype(np.float32).ravel() for values in (dark, bright))
    telling = ~((np.minimum(x, y) >= 248) | (np.maximum(x, y) <= 6))
    x, y = x[telling], y[telling]
    if len(x) < 60:
        return SAME
    whole = (np.minimum(x, y) > 4) & (np.maximum(x, y) < 251)
    tones = [
        Tone(float(gain), bias) for gain in GAINS for bias in {0.0, _bias(x[whole], y[whole], gain)}
    ]
    return min(tones, key=lambda tone: _cost(tone, x, y))


def _bias(x: npt.NDArray[np.float32], y: npt.NDArray[np.float32], gain: float) -> float:
    return float(np.clip(np.median(y - gain * x), -MOST_BIAS, MOST_BIAS)) if len(x) > 40 else 0.0


def _cost(tone: Tone, x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> float:
    left = np.abs(y - np.clip(tone.gain * x + tone.bias, 0, 255))
    return (
        float(np.minimum(left, MOST_DIFFERENCE).mean())
        + abs(tone.gain - 1) / 2
        + abs(tone.bias) / 100
    )
