"""What differs between two pictures once they lie over one another."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.rgb import Mask, Rgb
from curation.dedup.align import (
    Alignment,
    correlation,
    covered,
    drawn_over,
    gradients,
    inside,
    scaling,
    zoom,
)
from curation.dedup.marks import Marked, watermarked
from curation.dedup.tone import match_tone
from curation.dedup.view import View

BLUR_PX = 0.7
MARGIN_PX = 2
MIN_SIDE_PX = 12
THRESHOLDS = (16.0, 40.0)
THRESHOLD_SHARE = 0.8
_KERNEL = np.ones((3, 3), np.uint8)


class Comparison(NamedTuple):
    """Shares are of the area where a content of either lies on the pages of both.

    `shown` is how much of the first's content the second shows, `other_shown` the reverse.
    `changed` is the share of pixels in patches of another colour, `largest` that of the largest
    patch. `agreement` and `similarity` (-1 to 1) correlate gradients (beside a watermark) and
    colours. `gain` is how many times brighter the second is, and `marked` which one bears a
    watermark, if that is all that changed."""

    shown: float
    other_shown: float
    changed: float
    largest: float
    agreement: float
    similarity: float
    gain: float
    marked: Marked


def compare(first: View, second: View, alignment: Alignment) -> Comparison | None:
    """Compare at the resolution of the coarser; nothing where too little of both overlaps."""
    scale = min(1.0, 1 / zoom(alignment.matrix))
    under, over, pages = drawn_over(first, second, alignment.matrix, scale)
    placed = scaling(scale) @ alignment.matrix
    contents = covered(first.content, scaling(scale), pages.shape) | covered(
        second.content, placed, pages.shape
    )
    where = inside(pages & contents, MARGIN_PX)
    if min(where.any(axis=1).sum(), where.any(axis=0).sum()) < MIN_SIDE_PX:
        return None
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _compared(
        _blurred(under[part]), _blurred(over[part]), where[part], _shown(first, second, alignment)
    )


def _shown(first: View, second: View, alignment: Alignment) -> tuple[float, float]:
    """How much of the content of each lies on the page of the other."""
    back = np.asarray(np.linalg.inv(alignment.matrix), np.float64)
    identity = np.eye(3)
    one, other = (
        covered(first.content, identity, first.size),
        covered(second.content, identity, second.size),
    )
    on_second, on_first = (
        covered(second.page, alignment.matrix, first.size),
        covered(first.page, back, second.size),
    )
    return float((one & on_second).sum() / one.sum()), float((other & on_first).sum() / other.sum())


def _compared(first: Rgb, second: Rgb, where: Mask, shown: tuple[float, float]) -> Comparison:
    first, second, gain = match_tone(first, second, where)
    far = difference(first, second)
    contrast = min(float(first[where].std()), float(second[where].std()))
    changed = where & (far > np.clip(THRESHOLD_SHARE * contrast, *THRESHOLDS))
    patches = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, _KERNEL)
    _, _, stats, _ = cv2.connectedComponentsWithStats(patches)
    pixels = int(where.sum())
    marked = watermarked(first, second, changed, pixels=pixels)
    equal = (
        where & ~cv2.dilate(changed.astype(np.uint8), _KERNEL).astype(np.bool_) if marked else where
    )
    return Comparison(
        *shown,
        changed=float(patches.sum()) / pixels,
        largest=float(stats[1:, cv2.CC_STAT_AREA].max(initial=0)) / pixels,
        agreement=correlation(gradients(first)[equal], gradients(second)[equal]),
        similarity=correlation(first[where], second[where]),
        gain=gain,
        marked=marked,
    )


def _blurred(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), BLUR_PX), np.uint8)


def difference(first: Rgb, second: Rgb) -> npt.NDArray[np.uint8]:
    """Per pixel and in its worst channel, how far a value lies outside those within one pixel in
    the other picture."""
    ways = [
        np.maximum(
            cv2.subtract(one, cv2.dilate(other, _KERNEL)),
            cv2.subtract(cv2.erode(other, _KERNEL), one),
        )
        for one, other in ((first, second), (second, first))
    ]
    return np.asarray(np.maximum(*ways).max(axis=2), np.uint8)
