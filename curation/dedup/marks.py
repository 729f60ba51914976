"""Watermarks: thin strokes of one colour, in many small pieces, that one of two equal pictures
bears.

A speech bubble or a new thing in the scene has areas, outlines or several colours; letters have
none of these."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.rgb import Mask, Rgb

Marked = Literal["", "first", "second"]

MOST_STROKE = 0.036
MOST_LETTER_HEIGHT = 0.12
MIN_LETTERS = 4
MOST_RESIDUE = 26.0
CLEAR_ROUGHNESS = 0.35
MOST_CLEAR_RESIDUE = 34.0
MOST_AREA = 0.25
MOST_ROUGHNESS = 0.65
_SPECK_PX = 4
_MOST_SHINE = 0.9
_MOST_ERROR = 60.0


def watermarked(first: Rgb, second: Rgb, changed: Mask, *, pixels: int) -> Marked:
    """Which of two aligned pictures bears a watermark, if all that `changed` between them is one.

    `pixels` is the area compared. Its square root is the unit of lengths: half a stroke is at most
    3.6 % of it, a line of letters 12 % high. Under the mark the other picture must be smoother, and
    what the mark leaves of it a straight line, one opacity and one colour: the more exactly, the
    less smooth."""
    if changed.sum() > MOST_AREA * pixels or not _is_writing(changed, pixels):
        return ""
    strokes = cv2.distanceTransform(changed.astype(np.uint8), cv2.DIST_L2, 3)
    core = changed & (strokes >= min(1.9, float(strokes.max())))
    one, other = (
        cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) for rgb in (first, second)
    )
    rough, other_rough = (
        np.abs(cv2.Laplacian(grey, cv2.CV_32F))[changed].mean() for grey in (one, other)
    )
    roughness = min(rough, other_rough) / max(rough, other_rough, 1e-3)
    if roughness > MOST_ROUGHNESS:
        return ""
    marked: Marked = "first" if rough > other_rough else "second"
    under, over = (other, one) if marked == "first" else (one, other)
    most = MOST_CLEAR_RESIDUE if roughness <= CLEAR_ROUGHNESS else MOST_RESIDUE
    return marked if _residue(under[core], over[core]) <= most else ""


def _is_writing(changed: Mask, pixels: int) -> bool:
    side = float(np.sqrt(pixels))
    contours, _ = cv2.findContours(
        changed.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    sizes = (
        np.array([sorted(cv2.minAreaRect(line)[1]) for line in contours if len(line) >= _SPECK_PX])
        + 1.0
    )
    if not len(sizes):
        return False
    areas = sizes.prod(axis=1)
    letters = np.maximum(1, np.round(sizes[:, 1] / sizes[:, 0])).sum()
    height = float((sizes[:, 0] * areas).sum() / areas.sum()) / side
    padded = np.pad(changed, 1).astype(np.uint8)
    stroke = float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max()) / side
    return bool(stroke <= MOST_STROKE and height <= MOST_LETTER_HEIGHT and letters >= MIN_LETTERS)


def _residue(under: npt.NDArray[np.float32], over: npt.NDArray[np.float32]) -> float:
    """How far, in grey levels, the marked pixels are from one opacity and one colour."""
    spread = under - under.mean()
    slope = (
        float(spread @ (over - over.mean())) / max(float(spread @ spread), 1e-3)
        if under.std() > 6
        else 0.0
    )
    left = over - over.mean() - np.clip(slope, 0, _MOST_SHINE) * spread
    return float(np.sqrt(np.minimum(left**2, _MOST_ERROR**2).mean()))
