"""Pages of text: rows of many small marks in one ink, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.pages import BLANK, DRAWN, TEXT
from inksift.curation.base.rgb import Mask, Rgb, channels_apart, shrink

Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class LetterLimits:
    """What counts as text. By eye, on drawn pages and those of the crawl."""

    paper_side_px: int = 160
    """Longest side at which the paper is looked at."""

    paper_px: int = 31
    """Side of the median that leaves the paper, there."""

    smooth_px: float = 0.8
    """Deviation of the Gaussian that takes off grain."""

    strongest: float = 99.0
    """Percentile of the distance from the paper that is taken for the ink's."""

    ink_share: float = 0.4
    """Share of that from which a place is ink."""

    least_ink: float = 4.0
    """Levels (0 to 255) that ink differs from paper at least."""

    through: float = 30.0
    """Levels below which text shines through from the other side."""

    most_hue: float = 40.0
    """Levels between the strongest and the weakest channel of ink, beside those of the paper."""

    least_area: int = 3
    """Pixels of a mark; fewer are specks."""

    letters: int = 60
    """Marks of a page of text."""

    letter_height: float = 0.05
    """Share of the longest side that a mark has at most."""

    word_width: float = 0.25
    """Share of the width that one has at most: letters run together."""

    text_share: float = 0.97
    """Share of the ink that must lie in such marks."""

    variety: float = 0.3
    """Deviation of the widths of marks over their mean: dots and tiles are all alike."""

    filled: float = 0.85
    """Share of the columns of the block that hold ink: a grid of small drawings has gaps."""

    strips: int = 8
    """Parts, side by side, in each of which rows are counted: scans are never quite straight."""

    good_strips: float = 0.6
    """Share of them that must have rows."""

    rows: int = 4
    """Rows at least."""

    gap: float = 0.15
    """Share of a full row's ink, 0 to 1, below which there is a gap."""

    gaps: float = 0.15
    """Share of the block's height that gaps take at least."""

    alike: float = 0.7
    """Share of the rows whose height must be near the median of all."""

    near: float = 1.8
    """Ratio of heights up to which they are near."""


_LIMITS = LetterLimits()
_LEFT, _TOP, _WIDTH, _HEIGHT, _AREA = range(5)


def is_text(page: Rgb) -> str:
    """TEXT for a page of text, BLANK where it only shines through from the other side, else
    DRAWN."""
    off = _off_paper(page)
    contrast = float(np.percentile(off[::2, ::2], _LIMITS.strongest))
    ink = off > max(_LIMITS.least_ink, _LIMITS.ink_share * contrast)
    if _coloured(page, ink) or not (_is_written(ink) or _is_written(ink.T)):
        return DRAWN
    return BLANK if contrast < _LIMITS.through else TEXT


def _off_paper(page: Rgb) -> Levels:
    """How far every pixel is from the paper around it, in its worst channel."""
    small = shrink(page, _LIMITS.paper_side_px)
    paper = cv2.resize(cv2.medianBlur(small, _LIMITS.paper_px), (page.shape[1], page.shape[0]))
    smooth = cv2.GaussianBlur(page, (0, 0), _LIMITS.smooth_px)
    return channels_apart(smooth, paper)


def _is_written(ink: Mask) -> bool:
    return _are_letters(ink) and _in_rows(ink)


def _are_letters(ink: Mask) -> bool:
    """Whether nearly all ink lies in many marks as small and as varied as letters or words."""
    stats = cv2.connectedComponentsWithStats(ink.astype(np.uint8))[2][1:]
    marks = stats[stats[:, _AREA] >= _LIMITS.least_area]
    low = marks[:, _HEIGHT] <= _LIMITS.letter_height * max(ink.shape)
    letters = marks[low & (marks[:, _WIDTH] <= _LIMITS.word_width * ink.shape[1])]
    if len(letters) < _LIMITS.letters:
        return False
    share = letters[:, _AREA].sum() / marks[:, _AREA].sum()
    widths = letters[:, _WIDTH]
    return bool(share >= _LIMITS.text_share and widths.std() >= _LIMITS.variety * widths.mean())


def _coloured(page: Rgb, ink: Mask) -> bool:
    """Whether the ink has other colours than the paper has, darker."""
    if not ink.any():
        return False
    step = page[ink].mean(axis=0) - np.median(page[~ink], axis=0)
    spread = np.ptp(page[ink].astype(np.int16) - page[ink].mean(axis=1, keepdims=True), axis=1)
    return bool(np.ptp(step) > _LIMITS.most_hue or spread.mean() > _LIMITS.most_hue)


def _in_rows(ink: Mask) -> bool:
    """Whether the ink stands in rows with gaps between them, in most parts of the block."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    block = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if block.any(axis=0).mean() < _LIMITS.filled:
        return False
    strips = [strip for strip in np.array_split(block, _LIMITS.strips, axis=1) if strip.any()]
    good = sum(_has_rows(strip) for strip in strips)
    return good >= _LIMITS.good_strips * _LIMITS.strips


def _has_rows(strip: Mask) -> bool:
    profile = strip.sum(axis=1).astype(np.float64)
    full = np.percentile(profile[profile > 0], 75)
    inked = profile > _LIMITS.gap * full
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inked.astype(np.int8), [0]])))
    heights = edges[1::2] - edges[::2]
    if len(heights) < _LIMITS.rows or 1 - inked.mean() < _LIMITS.gaps:
        return False
    ratio = heights / np.median(heights)
    near = (ratio <= _LIMITS.near) & (ratio >= 1 / _LIMITS.near)
    return bool(near.mean() >= _LIMITS.alike)
