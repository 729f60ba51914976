"""Watermarks at the size of thumbnails, where single letters show: laid out in a line or all over
the page, and each of them compact.

Eyes, a mouth or a mosaic are thin strokes of few colours as well; what they lack is the layout of
words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Mask, Rgb
from inksift.curation.dedup.aligned.marks import (
    Grey,
    Marked,
    is_writing,
    letters_in,
    piece_sizes,
    residue_of,
    stroke_core,
    watermarked,
)
from inksift.curation.dedup.close_look.crossings import paled_crossings


@dataclass(frozen=True)
class StampLimits:
    """How words are laid out. "Side" is the square root of the area compared.

    Chosen on seeds 1 to 9 of `benchmarks/small_changes.py`, by watermarks found and by changes that
    pass for one."""

    fewest_pieces: int = 3
    """Pieces of a mark; letters may touch, but hardly all."""

    joined_line: float = 4.0
    """How many times longer than high words are whose letters touch so much that fewer pieces are
    left; what they leave must then be all the clearer."""

    most_joined_left: float = 0.25
    """What one opacity and one colour may leave of those, as a share of the change."""

    most_letters: float = 5.0
    """Letters in a piece, in the mean: hairlines of a drawing that shifted are longer."""

    least_span: float = 0.12
    """Length of the mark as a share of the side; most faces are smaller."""

    least_line: float = 1.8
    """How many times longer than high a line of words is."""

    most_filled: float = 0.55
    """Share of the rectangle around a mark that its strokes fill: letters fill up to half, a bar
    nearly all."""

    scattered_pieces: int = 8
    """Pieces from which a mark may lie all over the page."""

    scattered_span: float = 0.5
    """Length, as a share of the side, that it then has at least."""

    scattered_height: float = 0.25
    """And height."""

    unmixed: float = 0.5
    """Share of the largest changes from which a place is a letter, and none where it mixes with
    what lies around: letters of a few pixels touch there."""

    most_left: float = 0.4
    """Deviation from one opacity and one colour, as a share of what the mark changed where its
    strokes are unmixed."""

    strong: float = 0.6
    """Share of the largest changes from which a place tells which way it changed."""

    largest: float = 0.95
    """Share of changes (0 to 1) that are no larger than what stands for the largest."""

    both_ways: float = 0.1
    """Share of places that became brighter, or darker, from which both ways count."""

    most_error: float = 60.0
    """Grey levels at which one pixel's change stops to grow, as that of what is left does."""

    near_px: int = 25
    """Side of the square around the mark within which wide places may have changed too."""

    most_beyond: float = 0.004
    """Share of the area in which wide places may have changed farther off."""

    most_elsewhere: float = 0.1
    """Share of all that changed that may lie farther off."""


_LIMITS = StampLimits()


class Differing(NamedTuple):
    """Where two pictures differ, by several measures."""

    strokes: Mask
    """Single places, which a watermark is looked for in."""

    places: Mask
    """What makes the two variants if it is no watermark."""

    wide: Mask
    """Wide places, which strokes change as well."""


def stamped(
    first: Rgb, second: Rgb, differing: Differing, *, pixels: int, told: Marked = ""
) -> Marked:
    """Which of two aligned thumbnails bears a watermark, if that is all they differ in; `told` is
    what a smaller view said, whose evidence counts.

    `pixels` is the area compared."""
    changed = differing.strokes
    if not changed.any() or not _explains_all(differing, pixels):
        return ""
    one, other = _along_change(first, second, changed)
    if paled := paled_crossings(one, other, changed, pixels=pixels):
        return paled
    letters = _letters(one, other, changed)
    if not (_like_words(changed, pixels) and _like_words(letters, pixels)):
        return ""
    left = {"first": _left(other, one, letters), "second": _left(one, other, letters)}
    marked = told or watermarked(first, second, changed, pixels=pixels)
    if not marked:
        marked = "first" if left["first"] < left["second"] else "second"
    if left[marked] > _LIMITS.most_left:
        return ""
    if _are_joined(letters) and left[marked] > _LIMITS.most_joined_left:
        return ""
    under, over = (other, one) if marked == "first" else (one, other)
    return marked if _of_one_colour(under[changed], over[changed]) else ""


def _letters(one: Grey, other: Grey, changed: Mask) -> Mask:
    """Where most of the change lies: not at the edges of strokes."""
    change = np.where(changed, np.abs(other - one), 0)
    least = _LIMITS.unmixed * np.quantile(change[changed], _LIMITS.largest)
    return np.asarray(changed & (change >= least))


def _are_joined(changed: Mask) -> bool:
    """Whether letters touch so much that few pieces are left."""
    return len(piece_sizes(changed)) < _LIMITS.fewest_pieces


def _of_one_colour(under: Grey, over: Grey) -> bool:
    """Whether places that became brighter are now no brighter than those that became darker: other
    words in the place of words are, a mark of one colour is not."""
    change = over - under
    least = _LIMITS.strong * np.quantile(np.abs(change), _LIMITS.largest)
    brighter, darker = over[change >= least], over[change <= -least]
    fewest = _LIMITS.both_ways * (len(brighter) + len(darker))
    if min(len(brighter), len(darker)) <= fewest:
        return True
    return bool(np.median(brighter) <= np.median(darker))


def _like_words(changed: Mask, pixels: int) -> bool:
    if not is_writing(changed, pixels):
        return False
    sizes = piece_sizes(changed)
    compact = letters_in(sizes) <= _LIMITS.most_letters * len(sizes)
    return compact and _is_laid_out(changed, pixels)


def _is_laid_out(changed: Mask, pixels: int) -> bool:
    """Whether the mark is a line of words, or lies all over the page."""
    sides = _extent(changed)
    height, length = sides / np.sqrt(pixels)
    filled = changed.sum() > _LIMITS.most_filled * sides.prod()
    if filled or length < _LIMITS.least_span:
        return False
    wide_enough = length >= _LIMITS.scattered_span and height >= _LIMITS.scattered_height
    scattered = wide_enough and len(piece_sizes(changed)) >= _LIMITS.scattered_pieces
    line = _LIMITS.joined_line if _are_joined(changed) else _LIMITS.least_line
    return bool(scattered or length >= line * height)


def _extent(changed: Mask) -> npt.NDArray[np.float64]:
    """The shorter and the longer side of the smallest rectangle around all of it, in pixels."""
    points = np.argwhere(changed)[:, ::-1].astype(np.float32)
    return np.array(sorted(cv2.minAreaRect(points)[1])) + 1.0


def _explains_all(differing: Differing, pixels: int) -> bool:
    """Whether hardly anything lies away from the strokes."""
    elsewhere = _far_from(differing.strokes, differing.places)
    wide = _far_from(differing.strokes, differing.wide)
    few = elsewhere <= _LIMITS.most_elsewhere * differing.places.sum()
    return bool(few and wide <= _LIMITS.most_beyond * pixels)


def _far_from(changed: Mask, beyond: Mask) -> int:
    near = cv2.dilate(changed.astype(np.uint8), np.ones((_LIMITS.near_px,) * 2, np.uint8))
    return int((beyond & ~near.astype(np.bool_)).sum())


def _along_change(first: Rgb, second: Rgb, changed: Mask) -> tuple[Grey, Grey]:
    """Levels of both along the line of colours on which most of the change lies: grey words on
    green of the same brightness change that only in colour."""
    change = second[changed].astype(np.float32) - first[changed]
    axis = np.linalg.eigh(change.T @ change)[1][:, -1]
    axis = (axis / np.abs(axis).sum()).astype(np.float32)
    return first @ axis, second @ axis


def _left(under: Grey, over: Grey, changed: Mask) -> float:
    """What one opacity and one colour leave of the change, as a share of it."""
    core = stroke_core(changed)
    whole = float(np.sqrt(np.minimum((over - under)[core] ** 2, _LIMITS.most_error**2).mean()))
    return residue_of(under[core], over[core]) / max(whole, 1.0)
