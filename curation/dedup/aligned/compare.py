"""What differs between two pictures once they lie over one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Mask, Rgb, most_of_channels
from inksift.curation.dedup.aligned.align import Alignment
from inksift.curation.dedup.aligned.marks import Marked, watermarked
from inksift.curation.dedup.aligned.tone import match_tone
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.aligned.warp import (
    correlation,
    covered,
    drawn_over,
    gradients,
    inside,
    scaling,
    zoom,
)


@dataclass(frozen=True)
class ComparisonLimits:
    """What counts as a difference. Lengths are in pixels of the coarser view, 192 a side or fewer.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`;
    `benchmarks/dedup_quality.py` measures all of them together."""

    blur_px: float = 0.7
    """Deviation of the Gaussian that takes the grain of compression out of both pictures."""

    margin_px: int = 2
    """Rim of the common area that is left out, as two pages never quite agree there."""

    min_side_px: int = 12
    """Rows and columns that must be left to compare."""

    least_threshold: float = 16.0
    """Grey levels (0 to 255) by which a pixel may always differ, however pale the pictures."""

    most_threshold: float = 40.0
    """Grey levels beyond which a pixel has changed in any picture."""

    threshold_share: float = 0.8
    """Between these two the limit is this share of the standard deviation of the paler picture's
    values."""

    least_agreement: float = 0.45
    """Agreement below which no tone is looked for, as the pictures are different in any. To undo
    one added less than 0.1 to it, and related pictures had 0.65 before."""

    least_of_a_crop: float = 0.65
    """The same where one shows a part of the other only. Related ones had 0.9."""

    part: float = 0.85
    """Share of a content from which it is nearly all, and below which only a part is shown."""


_LIMITS = ComparisonLimits()
_KERNEL = np.ones((3, 3), np.uint8)


class Comparison(NamedTuple):
    """What differs. Shares are of the area where a content of either lies on the pages of both."""

    shown: float
    """How much of the first's content the second shows, 0 to 1."""

    other_shown: float
    """How much of the second's content the first shows, 0 to 1."""

    changed: float
    """The share of pixels in patches of another colour."""

    largest: float
    """The share of the largest such patch."""

    agreement: float
    """The correlation (-1 to 1) of gradients, beside a watermark."""

    similarity: float
    """The correlation (-1 to 1) of colours."""

    gain: float
    """How many times brighter the second is."""

    marked: Marked
    """Which one bears a watermark, if that is all that changed."""


def compare(first: View, second: View, alignment: Alignment) -> Comparison | None:
    """Compare at the resolution of the coarser; nothing where too little of both overlaps, or where
    outlines agree so little that the two are different in any tone."""
    # Enlarged, the coarser one would lack details that the other has, and all would have changed.
    scale = min(1.0, 1 / zoom(alignment.matrix))
    under, over, pages = drawn_over(first, second, alignment.matrix, scale)
    content = covered(first.content, scaling(scale), pages.shape)
    other_content = covered(second.content, scaling(scale) @ alignment.matrix, pages.shape)
    # Without what is empty in both: white on white would make any two sketches alike.
    where = inside(pages & (content | other_content), _LIMITS.margin_px)
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    if min(len(rows), len(columns)) < _LIMITS.min_side_px:
        return None
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shown = _shown(first, second, alignment)
    return _compared(_blurred(under[part]), _blurred(over[part]), where[part], shown)


def _shown(first: View, second: View, alignment: Alignment) -> tuple[float, float]:
    """How much of the content of each lies on the page of the other."""
    back = np.asarray(np.linalg.inv(alignment.matrix), np.float64)
    on_second = covered(second.page, alignment.matrix, first.size)
    on_first = covered(first.page, back, second.size)
    return _share(first, on_second), _share(second, on_first)


def _share(view: View, region: Mask) -> float:
    """The share of a view's content that lies in a region."""
    content = covered(view.content, np.eye(3), view.size)
    return float((content & region).sum() / content.sum())


def _compared(
    first: Rgb, second: Rgb, where: Mask, shown: tuple[float, float]
) -> Comparison | None:
    # Tones are the dearest part, and outlines tell most pairs apart without them.
    if _agreement(first, second, where) < _least_agreement(shown):
        return None
    first, second, gain = match_tone(first, second, where)
    changed = where & (difference(first, second) > _threshold(first[where], second[where]))
    # Opened: a line one pixel wide is an outline that shifted, not a patch that changed.
    opened = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, _KERNEL)
    patches = np.asarray(opened, np.uint8)
    pixels = int(where.sum())
    marked = watermarked(first, second, changed, pixels=pixels)
    # Letters have strong outlines that the other picture lacks; only what lies beside them tells.
    equal = where & ~_grown(changed) if marked else where
    return Comparison(
        *shown,
        changed=float(patches.sum()) / pixels,
        largest=_largest_patch(patches) / pixels,
        agreement=_agreement(first, second, equal),
        similarity=correlation(first[where], second[where]),
        gain=gain,
        marked=marked,
    )


def _agreement(first: Rgb, second: Rgb, where: Mask) -> float:
    return correlation(gradients(first)[where], gradients(second)[where])


def _least_agreement(shown: tuple[float, float]) -> float:
    is_part = min(shown) < _LIMITS.part
    return _LIMITS.least_of_a_crop if is_part else _LIMITS.least_agreement


def _threshold(first: Rgb, second: Rgb) -> float:
    """The grey levels from which a pixel counts as changed; both are n x 3."""
    contrast = min(float(first.std()), float(second.std()))
    share = _LIMITS.threshold_share * contrast
    return float(np.clip(share, _LIMITS.least_threshold, _LIMITS.most_threshold))


def _largest_patch(patches: npt.NDArray[np.uint8]) -> float:
    """The pixels of the largest patch."""
    stats = cv2.connectedComponentsWithStats(patches)[2]
    areas = stats[1:, cv2.CC_STAT_AREA]  # the first row is what lies around the patches
    return float(areas.max(initial=0))


def _grown(region: Mask) -> Mask:
    """The region and one pixel around it."""
    return cv2.dilate(region.astype(np.uint8), _KERNEL).astype(np.bool_)


def _blurred(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), _LIMITS.blur_px), np.uint8)


def difference(first: Rgb, second: Rgb) -> npt.NDArray[np.uint8]:
    """Per pixel and in its worst channel, how far a value lies outside those within one pixel in
    the other picture."""
    farther = np.maximum(_outside(first, second), _outside(second, first))
    return np.asarray(most_of_channels(farther), np.uint8)


def _outside(one: Rgb, other: Rgb) -> Rgb:
    """How far each value of the one lies above or below all within one pixel in the other."""
    above = cv2.subtract(one, cv2.dilate(other, _KERNEL))
    below = cv2.subtract(cv2.erode(other, _KERNEL), one)
    return np.maximum(above, below)
