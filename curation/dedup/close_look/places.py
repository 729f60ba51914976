"""Where two pictures differ by more than storing them again explains, and in what way places are
told.

A change stands out: one piece reaches what noise never does, or one place holds far more of it than
any other of the same pair, or a wide place is of another tone or colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Mask
from inksift.curation.base.trim import Box
from inksift.curation.dedup.aligned.warp import Matrix
from inksift.curation.dedup.close_look.residual import Excess


@dataclass(frozen=True)
class PlaceLimits:
    """What of an excess is a change. Excess is in multiples of what storing a picture again
    explains (see `residual`); sums are over the pixels of a piece, of what goes beyond 1.

    Chosen on seeds 1 to 9 of `benchmarks/small_changes.py`."""

    certain_peak: float = 14.0
    """Excess of brightness that noise never reached."""

    certain_sum: float = 15.0
    """Sum over a piece with that peak: some pixels, not one."""

    strong_peak: float = 5.0
    """Excess of brightness that noise reached in small pieces only."""

    strong_sum: float = 180.0
    """Sum over a piece with that peak."""

    blurred_peak: float = 2.0
    """Excess of brightness without room for a shift, so under a slight blur, that a change reaches
    as well: a hairline that was drawn anew between two rows of pixels does not."""

    exact_peak: float = 5.0
    """Excess of brightness without room for a shift that only a change reaches."""

    exact_sum: float = 8.0
    """Sum over a piece with that peak."""

    lone_exact_peak: float = 3.6
    """The same in a place that holds far more than any other."""

    lone_exact_sum: float = 8.0
    """Sum over that place."""

    lone_peak: float = 4.0
    """Excess of brightness in a place that holds far more than any other."""

    lone_sum: float = 40.0
    """Sum over that place."""

    lone_ratio: float = 8.0
    """How many times as much it holds as any other place."""

    elsewhere: float = 1.0
    """Sum that any place may hold unseen, added to the others."""

    window_share: float = 0.08
    """Side of a place, as a share of the side of what is compared."""

    apart_windows: float = 1.5
    """Sides of a place from its middle within which others count to it."""

    colour_peak: float = 4.0
    """Excess of colour that only a change reaches in a larger piece."""

    colour_sum: float = 200.0
    """Sum over a piece with that peak."""

    wide_peak: float = 1.3
    """Excess of the mean of a wide place that only a change reaches."""

    wide_sum: float = 900.0
    """Sum over a piece with that peak."""

    deep_peak: float = 2.6
    """Excess of the mean of a wide place that noise never reached."""

    deep_sum: float = 150.0
    """Sum over a piece with that peak."""

    told_share: float = 0.5
    """Share of its peak that the pieces of a lone place reach: what lies beside it is noise."""

    joined_px: int = 17
    """Pixels within which pieces are told as one place."""

    most_told: int = 5
    """Places that are told, the largest."""


_LIMITS = PlaceLimits()
_KERNEL = np.ones((3, 3), np.uint8)


def changed_places(found: Excess) -> Mask:
    """The pieces that only a change explains."""
    return np.asarray(
        np.logical_or.reduce(
            [
                _fine_pieces(found),
                _pieces(found.exact, _LIMITS.exact_peak, _LIMITS.exact_sum),
                _lone_place(found.exact, _LIMITS.lone_exact_peak, _LIMITS.lone_exact_sum),
                _pieces(found.fine_colour, _LIMITS.colour_peak, _LIMITS.colour_sum),
                _pieces(found.wide, _LIMITS.wide_peak, _LIMITS.wide_sum),
                _pieces(found.wide, _LIMITS.deep_peak, _LIMITS.deep_sum),
            ]
        )
    )


def _fine_pieces(found: Excess) -> Mask:
    """Those that fine differences tell and a slight blur does not take away."""
    pieces = (
        _pieces(found.fine, _LIMITS.certain_peak, _LIMITS.certain_sum)
        | _pieces(found.fine, _LIMITS.strong_peak, _LIMITS.strong_sum)
        | _lone_place(found.fine, _LIMITS.lone_peak, _LIMITS.lone_sum)
    )
    stays = found.exact[pieces].max(initial=0) >= _LIMITS.blurred_peak
    return pieces if stays else np.zeros_like(pieces)


def apparent(times: Floats32, above_times: float = 1.0) -> Mask:
    """Where an excess is above a bound, gaps of a pixel closed."""
    above = (times > above_times).astype(np.uint8)
    return cv2.morphologyEx(above, cv2.MORPH_CLOSE, _KERNEL).astype(np.bool_)


def _pieces(times: Floats32, peak: float, total: float) -> Mask:
    """The connected pieces that reach a peak and a sum."""
    if times.max(initial=0) < peak:
        return np.zeros(times.shape, np.bool_)
    above = apparent(times)
    number, label = cv2.connectedComponents(above.astype(np.uint8), connectivity=8)
    inside, of_piece = times[above], np.asarray(label, np.int64)[above]
    sums = np.bincount(of_piece, np.maximum(inside - 1, 0), number)
    reached = np.bincount(of_piece[inside >= peak], minlength=number) > 0
    return np.asarray(((sums >= total) & reached)[label])


def _lone_place(times: Floats32, peak: float, total: float) -> Mask:
    """The pieces of the one place that holds far more than any other, if one does and reaches a
    peak and a sum."""
    beyond = np.maximum(times - 1, 0)
    side = _window(times)
    held = cv2.boxFilter(beyond, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    down, across = np.unravel_index(int(held.argmax()), held.shape)
    most, reach = float(held[down, across]), int(_LIMITS.apart_windows * side)
    here = np.zeros(times.shape, np.bool_)
    here[max(0, down - reach) : down + reach + 1, max(0, across - reach) : across + reach + 1] = (
        True
    )
    elsewhere = float(held[~here].max(initial=0)) + _LIMITS.elsewhere
    stands_out = most >= max(total, _LIMITS.lone_ratio * elsewhere)
    if not stands_out or times[here].max() < peak:
        return np.zeros(times.shape, np.bool_)
    return _pieces(np.where(here, times, np.float32(0)), _LIMITS.told_share * peak, 0)


def _window(times: Floats32) -> int:
    """Side of a place in pixels, odd."""
    return max(9, int(_LIMITS.window_share * np.sqrt(times.size))) | 1


def boxes_around(changed: Mask) -> list[Box]:
    """Around the largest changed places, near pieces being one."""
    near = cv2.dilate(changed.astype(np.uint8), np.ones((_LIMITS.joined_px,) * 2, np.uint8))
    stats = cv2.connectedComponentsWithStats(near)[2][1:]
    largest = stats[np.argsort(-stats[:, cv2.CC_STAT_AREA], kind="stable")]
    return [Box(*map(int, row[:4])) for row in largest[: _LIMITS.most_told]]


def told_boxes(boxes: Sequence[Box], onto: Matrix, size: tuple[int, ...]) -> str:
    """The boxes, mapped by `onto` (3 x 3) to a picture of that size, as PAIRS has them."""
    whole = 1000 / np.array([size[1], size[0]])
    corners = [_corners(box) @ onto[:2].T * whole for box in boxes]
    spans = [np.concatenate([some.min(axis=0), some.max(axis=0)]) for some in corners]
    return "; ".join(" ".join(_thousandths(span)) for span in spans)


def _corners(box: Box) -> npt.NDArray[np.float64]:
    """4 x 3: x, y and 1 of the corners."""
    right, bottom = box.left + box.width, box.top + box.height
    sides = product((box.left, right), (box.top, bottom), (1.0,))
    return np.array(list(sides))


def _thousandths(span: npt.NDArray[np.float64]) -> list[str]:
    return [str(int(edge)) for edge in np.clip(np.round(span), 0, 1000)]
