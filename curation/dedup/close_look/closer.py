"""A closer look, at the size of thumbnails, at two pictures that seem to be copies: a mouth, a pale
cloud or another word in a bubble is lost at the size at which all pairs are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from inksift.curation.base.rgb import Mask, Rgb, channels_apart
from inksift.curation.base.trim import Box, trim, whole_box
from inksift.curation.dedup.aligned.align import Alignment
from inksift.curation.dedup.aligned.marks import Marked
from inksift.curation.dedup.aligned.tone import Matched, match_tone
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.aligned.warp import (
    Matrix,
    covered,
    inside,
    scaling,
    shrunk,
    stretching,
    zoom,
)
from inksift.curation.dedup.close_look.grain import grain
from inksift.curation.dedup.close_look.places import (
    apparent,
    boxes_around,
    changed_places,
    told_boxes,
)
from inksift.curation.dedup.close_look.refine import refined
from inksift.curation.dedup.close_look.residual import Excess, excess
from inksift.curation.dedup.close_look.sharpness import match_sharpness
from inksift.curation.dedup.close_look.stamps import Differing, stamped


@dataclass(frozen=True)
class CloserLimits:
    """What is looked at, and how exactly. Chosen on seeds 1 to 9 of
    `benchmarks/small_changes.py`."""

    margin_px: int = 4
    """Rim of the common area that is left out, in pixels of a thumbnail."""

    least_side_px: int = 240
    """Longer side up to which small pictures are enlarged: their single pixels may be strokes."""

    fewest: int = 400
    """Pixels to compare below which nothing is said."""

    moved_px: float = 0.15
    """Pixels at the farthest corner by which an alignment must be off to be mended: drawing a
    picture anew blurs it."""

    paper: int = 24
    """Levels by which trimmed paper may differ from the other's: a little more than storing."""

    papered: float = 0.7
    """Share of what was trimmed that has to be paper in both."""

    stroke: float = 2.0
    """Excess of the strokes of a watermark."""

    colour_alone_px: int = 20
    """Pixels of strokes in brightness up to which a watermark may be one of colour alone."""

    wide_again: float = 1.5
    """Excess of wide places beside a watermark that it does not explain."""


_LIMITS = CloserLimits()


class Closer(NamedTuple):
    """What a closer look found."""

    changed: bool
    """Whether more than storing again, or a watermark, parts the two."""

    marked: Marked = ""
    """Which of them bears a watermark, if that is all."""

    grain: float = 0.0
    """See `grain`."""

    places: str = ""
    """Where the first differs, as PAIRS has it."""

    other_places: str = ""
    """The same places in the second."""


_UNCHANGED = Closer(False)


class _Laid(NamedTuple):
    """Two thumbnails in one frame."""

    under: Rgb
    """The first."""

    over: Rgb
    """The second."""

    where: Mask
    """Where the pages of both are."""

    scale: float
    """How many times as large the first is drawn as its thumbnail."""

    matrix: Matrix
    """3 x 3, from pixels of the second's thumbnail to those of the first's."""


def look_closer(first: View, second: View, alignment: Alignment, told: Marked = "") -> Closer:
    """What two pictures that an alignment lays over one another differ in at the size of their
    thumbnails; unchanged where too little of both overlaps. `told` is which of them bears a
    watermark by the smaller view, if what changed is one."""
    one, other = first.thumbnail(), second.thumbnail()
    laid = _laid(one, other, _at_thumbnails(first, second, one, other, alignment.matrix))
    if laid is None:
        return _UNCHANGED
    looked = [_looked(laid, match_tone(laid.under, laid.over, laid.where), told)]
    # A gain that explains next to nothing may leave more than it takes away.
    if looked[0].changed and looked[0].gain != 1:
        looked.append(_looked(laid, Matched(laid.under, laid.over, 1.0), told))
    best = min(looked, key=lambda way: way.changed)
    if not best.changed:
        return Closer(False, best.marked, best.grain)
    boxes = boxes_around(best.where)
    onto = np.asarray(np.linalg.inv(scaling(laid.scale)))
    back = np.asarray(np.linalg.inv(laid.matrix) @ onto)
    places = told_boxes(boxes, onto, one.shape)
    return Closer(True, "", best.grain, places, told_boxes(boxes, back, other.shape))


def exact_matrix(first: View, second: View, alignment: Alignment) -> Matrix:
    """3 x 3, from pixels of the second's thumbnail to those of the first's, as exactly as corners
    tell."""
    one, other = first.thumbnail(), second.thumbnail()
    matrix = _at_thumbnails(first, second, one, other, alignment.matrix)
    laid = _laid(one, other, matrix)
    return matrix if laid is None else laid.matrix


class _Looked(NamedTuple):
    """What differs in one tone."""

    changed: bool
    """Whether anything but a watermark does."""

    where: Mask
    """Where it does."""

    marked: Marked
    """Which one bears a watermark, if that is all."""

    grain: float
    """See `grain`."""

    gain: float
    """How many times brighter the second was taken to be."""


def _looked(laid: _Laid, toned: Matched, told: Marked) -> _Looked:
    rough = grain(toned.first, toned.second, laid.where)
    under, over = match_sharpness(toned.first, toned.second, laid.where)
    found = excess(under, over, laid.where)
    changed = changed_places(found)
    if not changed.any():
        return _Looked(False, changed, "", rough, toned.gain)
    pixels, wide = int(laid.where.sum()), found.wide > _LIMITS.wide_again
    for strokes in _strokes(found):
        differing = Differing(strokes, changed, wide)
        if marked := stamped(under, over, differing, pixels=pixels, told=told):
            return _Looked(False, changed, marked, rough, toned.gain)
    return _Looked(True, changed, "", rough, toned.gain)


def _strokes(found: Excess) -> Iterator[Mask]:
    """Where the strokes of a watermark may lie: by brightness, and where that says nothing, by
    colour."""
    fine = apparent(found.fine, _LIMITS.stroke)
    yield fine
    yield apparent(found.exact, _LIMITS.stroke)
    if fine.sum() <= _LIMITS.colour_alone_px:
        yield apparent(found.fine_colour, _LIMITS.stroke)


def _at_thumbnails(first: View, second: View, one: Rgb, other: Rgb, matrix: Matrix) -> Matrix:
    """An alignment of views as one of their thumbnails."""
    enlarged, other_enlarged = (
        stretching(thumbnail.shape[1] / view.size[1], thumbnail.shape[0] / view.size[0])
        for thumbnail, view in ((one, first), (other, second))
    )
    return np.asarray(enlarged @ matrix @ np.linalg.inv(other_enlarged))


def _laid(one: Rgb, other: Rgb, matrix: Matrix) -> _Laid | None:
    """Both in the frame of the first at the resolution of the coarser, as exactly as corners tell;
    nothing where too little of both overlaps."""
    scale = _scale(one, matrix)
    pages = trim(one)[1], trim(other)[1]
    laid = _drawn(one, other, pages, matrix, scale)
    if laid.where.sum() < _LIMITS.fewest:
        return None
    move = refined(laid.under, laid.over, laid.where)
    height, width = laid.where.shape
    corners = np.array([[0, width], [0, height], [1, 1]])
    if np.abs(move @ corners - corners).max() <= _LIMITS.moved_px:
        return laid
    scaled = scaling(scale)
    mended = np.linalg.inv(scaled) @ np.linalg.inv(move) @ scaled @ matrix
    again = _drawn(one, other, pages, mended, scale)
    return again if again.where.sum() >= _LIMITS.fewest else None


def _scale(one: Rgb, matrix: Matrix) -> float:
    """How large to draw: as the coarser, times a whole number where that is tiny."""
    scale = min(1.0, 1 / zoom(matrix))
    side = max(one.shape[:2]) * scale
    return scale * max(1, int(np.ceil(_LIMITS.least_side_px / side)))


def _drawn(one: Rgb, other: Rgb, pages: tuple[Box, Box], matrix: Matrix, scale: float) -> _Laid:
    height, width = (max(8, round(side * scale)) for side in one.shape[:2])
    scaled = scaling(scale)
    placed = scaled @ matrix
    finer = cv2.INTER_AREA if scale <= 1 else cv2.INTER_CUBIC
    under = one if scale == 1 else cv2.resize(one, (width, height), interpolation=finer)
    small, by = shrunk(other, placed)
    over = cv2.warpAffine(
        small, by, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    both = np.asarray(under, np.uint8), np.asarray(over, np.uint8)
    page, frame = (
        covered(box, scaled, (height, width)) & covered(other_box, placed, (height, width))
        for box, other_box in (pages, (whole_box(one), whole_box(other)))
    )
    paper = _same_paper(*both, inside(frame & ~page, 1))
    where = inside(frame if paper else page, _LIMITS.margin_px)
    return _Laid(*both, where, scale, matrix)


def _same_paper(one: Rgb, other: Rgb, margin: Mask) -> bool:
    """Whether what was trimmed from a page is empty in both: what stands there in one alone was
    added, and is no part that the other was cropped to. A border is another colour."""
    apart = channels_apart(one, other)[margin]
    return bool(apart.size) and float((apart <= _LIMITS.paper).mean()) >= _LIMITS.papered
