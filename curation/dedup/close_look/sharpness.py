"""Takes from the sharper of two aligned pictures what the other lost: a copy that was made smaller
shows less, and nothing of that was changed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inksift.curation.base.rgb import Mask, Rgb, channels_apart


@dataclass(frozen=True)
class SharpnessLimits:
    """How blurred a copy may be. Chosen by eye on planted copies."""

    blurs_px: tuple[float, ...] = (0.5, 0.8, 1.1, 1.5, 2.1, 3.0, 4.2)
    """Deviations of the Gaussian that are tried, in turn."""

    gain: float = 0.97
    """Share of the difference without it up to which a blur is believed."""

    hopeless: float = 1.2
    """Share of the least difference from which no further blur is tried."""

    most_difference: int = 40
    """Levels at which a difference stops to grow: what was drawn anew is no matter of sharpness."""


_LIMITS = SharpnessLimits()


def match_sharpness(first: Rgb, second: Rgb, where: Mask) -> tuple[Rgb, Rgb]:
    """Both pictures, the one with more detail blurred as far as that makes them more alike
    `where` both are."""
    if _detail(first, where) > _detail(second, where):
        return _blurred_like(first, second, where), second
    return first, _blurred_like(second, first, where)


def _blurred_like(sharp: Rgb, soft: Rgb, where: Mask) -> Rgb:
    best, least = sharp, _difference(sharp, soft, where)
    for blur_px in _LIMITS.blurs_px:
        blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), blur_px), np.uint8)
        difference = _difference(blurred, soft, where)
        if difference > least * _LIMITS.hopeless:
            break
        if difference < least * _LIMITS.gain:
            best, least = blurred, difference
    return best


def _difference(one: Rgb, other: Rgb, where: Mask) -> float:
    apart = np.minimum(channels_apart(one, other), _LIMITS.most_difference)
    return float(cv2.mean(apart, where.view(np.uint8))[0])


def _detail(rgb: Rgb, where: Mask) -> float:
    """The change of brightness from pixel to pixel, in all."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    change = np.abs(np.diff(grey.astype(np.int16), axis=1))
    return float((change * where[:, 1:]).sum())
