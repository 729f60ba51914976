"""Pages with no drawing on them: blank ones, with paper, a page number or the other side shining
through, and pages of text.

What is drawn lies off the paper. In doubt a page is a drawing: a pale pencil stroke is more than
grain, a tiny drawing no page number, and drawn lines are no rows of letters in one ink."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.pages import BLANK, DRAWN
from inksift.curation.base.rgb import Mask, Rgb, channels_apart, shrink
from inksift.curation.base.strips import is_strip
from inksift.curation.base.unseen import BLACK, WHITE, Unseen
from inksift.curation.gather.gate.letters import is_text

_Plane = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PageLimits:
    """What counts as paper. Levels are 0 to 255; by eye, on drawn pages and those of the crawl."""

    side_px: int = 640
    """Longest side at which a page is looked at."""

    paper_side_px: int = 160
    """Longest side at which its paper is."""

    glance: int = 16
    """Every so many pixels, across and down, are enough to see that most pictures are no page."""

    most_off: float = 0.35
    """Share of a page that may lie off its paper."""

    off: float = 32.0
    """Levels from which a place lies off it."""

    coarse: float = 16.0
    """Levels from which it does where a large mark is looked for."""

    no_shadow: float = 48.0
    """Levels from which it is no shadow on the paper either."""

    largest: float = 0.08
    """Share of the longest side above which a mark is no letter, number or line of text."""

    median_px: int = 31
    """Side, at `paper_side_px`, of the median that leaves the paper under a mark."""

    grain_px: float = 2.0
    """Deviation, at `side_px`, of the Gaussian under which grain vanishes and strokes do not."""

    paper_px: float = 10.0
    """Deviation, at `paper_side_px`, of the Gaussian that leaves the paper and its shadows."""

    stroke: float = 0.75
    """Levels by which a smoothed stroke differs from the paper at least."""

    sigmas: float = 7.0
    """Deviations of the smoothed grain by which it does."""

    calm: float = 0.8
    """Deviation of smoothed grain, in levels, above which paper is no mere paper but a wash."""

    most_shade: float = 36.0
    """Levels between the lightest and the darkest paper: a shadow, no painted sky."""

    most_hue: float = 10.0
    """Levels between the most different tints of paper."""

    margin: float = 0.12
    """Share of a page's height, above and below, in which a page number stands."""

    number_share: float = 0.004
    """Share of a page that stands out where there is no more than a number on it."""

    number_height: float = 0.035
    """Share of the longest side that a page number has at most, smoothed."""

    number_width: float = 0.1
    """Share of a page's width that it has at most."""

    median_to_deviation: float = 1.4826
    """Deviation of normal grain over the median of its distances."""


_LIMITS = PageLimits()


def page_of_all(rgb: Rgb, thumbnail: Rgb, unseen: Unseen) -> str:
    """Which page a file is, with all that its picture does not show: a drawing may lie on another
    ground or in another frame. A long strip is never called a page."""
    if is_strip(rgb.shape):
        return DRAWN
    page = find_page(rgb, thumbnail)
    if page == DRAWN or (not unseen.film and unseen.alpha is None):
        return page
    opposite = BLACK if unseen.ground == WHITE else WHITE
    others = [*unseen.film, unseen.on(thumbnail, (opposite,) * 3)]
    return BLANK if page == BLANK and all(map(_paper_alone, others)) else DRAWN


def find_page(rgb: Rgb, thumbnail: Rgb) -> str:
    """Whether a picture is a blank page, a page of text, or drawn (see `base.pages`); `thumbnail`
    is the same picture, smaller. The cheapest looks come first: most pictures are no page."""
    some = thumbnail[:: _LIMITS.glance, :: _LIMITS.glance].reshape(-1, 3)
    colour = np.median(some, axis=0).astype(np.uint8)
    if not _mostly(colour, some):
        return DRAWN
    marks = _coarse_marks(thumbnail, colour)
    if marks is None or _is_large(marks):
        return DRAWN
    if marks.mean() <= _LIMITS.number_share and _paper_alone(thumbnail):
        # Shrunk linearly, the thinnest lines of a large page are gone: all pixels are asked.
        return BLANK if _paper_alone(shrink(rgb, _LIMITS.side_px)) else DRAWN
    return is_text(shrink(thumbnail, _LIMITS.side_px))


def _mostly(colour: Rgb, pixels: Rgb) -> bool:
    """Whether most of these n x 3 pixels are near a colour."""
    far = cv2.absdiff(pixels, np.broadcast_to(colour, pixels.shape)).max(axis=1) > _LIMITS.off
    return bool(far.mean() <= _LIMITS.most_off)


def _coarse_marks(rgb: Rgb, colour: Rgb) -> Mask | None:
    """What stands out of the paper of that colour, small; None where something large does so more
    than any shadow, as in most drawings."""
    small = shrink(rgb, _LIMITS.paper_side_px, cv2.INTER_LINEAR)
    off = channels_apart(small, np.full_like(small, colour))
    if _is_large(off > _LIMITS.no_shadow):
        return None
    # A median leaves the paper between rows of text as it is, where a Gaussian darkens it.
    around = cv2.medianBlur(off, _LIMITS.median_px)
    return np.asarray(cv2.absdiff(off, around) > _LIMITS.coarse)


def _is_large(marks: Mask) -> bool:
    """Whether a mark is larger than letters and lines of text, both ways."""
    stats = cv2.connectedComponentsWithStats(marks.astype(np.uint8))[2][1:]
    shorter = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].min(axis=1).max(initial=0)
    return bool(shorter > _LIMITS.largest * max(marks.shape))


def _paper_alone(rgb: Rgb) -> bool:
    """Whether there is nothing but paper, or a page number on it."""
    paper = _paper(shrink(rgb, _LIMITS.paper_side_px))
    if not _is_even(paper):
        return False
    page = shrink(rgb, _LIMITS.side_px)
    smooth = cv2.GaussianBlur(page.astype(np.float32), (0, 0), _LIMITS.grain_px)
    off = channels_apart(smooth, cv2.resize(paper, (page.shape[1], page.shape[0])))
    some = off[:: _LIMITS.glance, :: _LIMITS.glance]
    grain = _LIMITS.median_to_deviation * float(np.median(some))
    stroke = max(_LIMITS.stroke, _LIMITS.sigmas * grain)
    return grain <= _LIMITS.calm and _only_a_number(off > stroke)


def _paper(small: Rgb) -> _Plane:
    blurred = cv2.GaussianBlur(small.astype(np.float32), (0, 0), _LIMITS.paper_px)
    return np.asarray(blurred, np.float32)


def _is_even(paper: _Plane) -> bool:
    """Whether paper has one tint, and no more shade than a scanner leaves."""
    shade = np.ptp(paper.mean(axis=2))
    hue = np.ptp(paper - paper.mean(axis=2, keepdims=True), axis=(0, 1)).max()
    return bool(shade <= _LIMITS.most_shade and hue <= _LIMITS.most_hue)


def _only_a_number(ink: Mask) -> bool:
    """Whether ink is nowhere but in one line of signs, as small as a page number and where one
    stands."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return True
    height, width = ink.shape
    tall, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    in_margin = rows[-1] < _LIMITS.margin * height or rows[0] >= (1 - _LIMITS.margin) * height
    small = tall <= _LIMITS.number_height * max(ink.shape) and wide <= _LIMITS.number_width * width
    return bool(in_margin and small)
