"""Watermarks: thin strokes of one colour, in many small pieces, that one of two equal pictures
bears.

A speech bubble or a new thing in the scene has areas, outlines or several colours; letters have
none of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Mask, Rgb

Grey = npt.NDArray[np.float32]
Marked = Literal["", "first", "second"]


@dataclass(frozen=True)
class MarkLimits:
    """What writing looks like. "Side" is the square root of the area compared.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`;
    `benchmarks/dedup_quality.py` measures all of them together, by watermarks found and by bubbles
    and added things that pass for one."""

    most_stroke: float = 0.036
    """Half the width of the widest stroke, as a share of the side."""

    most_letter_height: float = 0.12
    """Mean height of a line of letters, as a share of the side."""

    min_letters: int = 4
    """Fewest letters; a few strokes may be part of the drawing."""

    most_area: float = 0.25
    """Share of the area that may have changed."""

    most_roughness: float = 0.65
    """Roughness of the smoother picture under the mark, as a share of the rougher one's."""

    clear_roughness: float = 0.35
    """The same share up to which a mark is clear."""

    most_residue: float = 26.0
    """Grey levels (root mean square) that the mark may deviate from one opacity and one colour."""

    most_clear_residue: float = 34.0
    """The same where the mark is clear."""

    core_px: float = 1.9
    """Distance from the edge of a stroke at which its colour is unmixed, or what the widest one
    has."""

    speck_px: int = 4
    """Points of an outline below which it is grain and no letter."""

    min_spread: float = 6.0
    """Standard deviation of grey levels under the mark from which its opacity can be told."""

    most_shine: float = 0.9
    """Share of the picture that may shine through: all of it would be no mark."""

    most_error: float = 60.0
    """Grey levels at which one pixel's error stops to grow."""


_LIMITS = MarkLimits()
_NONE = np.float32(1e-3)
"""A roughness that is rounding, against a division by zero."""


def watermarked(first: Rgb, second: Rgb, changed: Mask, *, pixels: int) -> Marked:
    """Which of two aligned pictures bears a watermark, if all that `changed` between them is one.

    `pixels` is the area compared. Its square root is the unit of lengths: half a stroke is at most
    3.6 % of it, a line of letters 12 % high. Under the mark the other picture must be smoother, and
    what the mark leaves of it a straight line, one opacity and one colour: the more exactly, the
    less smooth."""
    if changed.sum() > _LIMITS.most_area * pixels or not is_writing(changed, pixels):
        return ""
    one, other = levels_of(first), levels_of(second)
    rough, other_rough = roughness_of(one, changed), roughness_of(other, changed)
    roughness = min(rough, other_rough) / max(rough, other_rough, _NONE)
    if roughness > _LIMITS.most_roughness:
        return ""
    marked: Marked = "first" if rough > other_rough else "second"
    under, over = (other, one) if marked == "first" else (one, other)
    core = stroke_core(changed)
    return marked if residue_of(under[core], over[core]) <= _most_residue(roughness) else ""


def levels_of(rgb: Rgb) -> Grey:
    """Brightness, height x width, 0 to 255."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)


def roughness_of(grey: Grey, where: Mask) -> np.float32:
    """How much brightness changes its slope there: letters bring edges that were not there."""
    return np.float32(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[where].mean())


def _most_residue(roughness: np.float32) -> float:
    """Where the picture below is smooth nothing else explains the strokes, so less is asked."""
    if roughness <= _LIMITS.clear_roughness:
        return _LIMITS.most_clear_residue
    return _LIMITS.most_residue


def stroke_core(changed: Mask) -> Mask:
    """The middle of the strokes: at their edges the mark mixes with what it lies on."""
    depth = cv2.distanceTransform(changed.astype(np.uint8), cv2.DIST_L2, 3)
    return changed & (depth >= min(_LIMITS.core_px, float(depth.max())))


def is_writing(changed: Mask, pixels: int) -> bool:
    """Whether what changed of so many pixels is thin, low and of several letters."""
    side = float(np.sqrt(pixels))
    sizes = piece_sizes(changed)
    if not len(sizes):
        return False
    areas = sizes.prod(axis=1)
    letters = letters_in(sizes)
    height = float((sizes[:, 0] * areas).sum() / areas.sum()) / side
    return bool(
        _widest_stroke(changed) / side <= _LIMITS.most_stroke
        and height <= _LIMITS.most_letter_height
        and letters >= _LIMITS.min_letters
    )


def letters_in(sizes: npt.NDArray[np.float64]) -> float:
    """How many letters pieces of these sizes (n x 2, shorter and longer side) are."""
    # Letters of one word may touch: a piece counts for as many as it is times longer than high.
    return float(np.maximum(1, np.round(sizes[:, 1] / sizes[:, 0])).sum())


def piece_sizes(changed: Mask) -> npt.NDArray[np.float64]:
    """n x 2: the shorter and the longer side of each piece, in any direction, in pixels."""
    outlines, _ = cv2.findContours(
        changed.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    pieces = [outline for outline in outlines if len(outline) >= _LIMITS.speck_px]
    # One pixel more: outlines run through the centres of pixels.
    return np.array([sorted(cv2.minAreaRect(piece)[1]) for piece in pieces]) + 1.0


def _widest_stroke(changed: Mask) -> float:
    """Half the width of the widest stroke, in pixels."""
    padded = np.pad(changed, 1).astype(np.uint8)  # so that the picture's edge ends a stroke too
    return float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())


def residue_of(under: Grey, over: Grey) -> float:
    """How far, in grey levels, the marked pixels are from one opacity and one colour."""
    spread = under - under.mean()
    beyond = over - over.mean()
    slope = 0.0
    if under.std() > _LIMITS.min_spread:
        slope = float(spread @ beyond) / max(float(spread @ spread), 1e-3)
    left = beyond - np.clip(slope, 0, _LIMITS.most_shine) * spread
    return float(np.sqrt(np.minimum(left**2, _LIMITS.most_error**2).mean()))
