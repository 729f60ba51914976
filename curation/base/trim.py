"""What of a picture is page and what is drawn on it, by the rows and columns of one colour at its
edges."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from inksift.curation.base.rgb import Rgb, shrink

TRIM_SIDE_PX = 320
"""Longest side at which edges are looked for. By eye."""

_TOLERANCE = 16
"""Levels (0 to 255) within which a colour is the same: what JPEG does to a flat border. By eye."""

FRAMED_SHARE = 0.5
"""Share of a line a little inside that differs from the border around a page; a drawing touches its
margin in few places (docs/decisions/006-a-copy-is-what-the-comparison-says.md)."""

_MIXED_PX = 3
"""Pixels in which border and page mix when shrunk. By eye."""

_STRIP_LINES = 16
"""Lines compared at a time, so that a border that ends soon costs no look at the whole page."""

_MOST_BORDERS = 8
"""Borders inside borders that are peeled off at most. By eye."""

_EDGES = ("left", "top", "right", "bottom")
_FACING = {"left": "right", "top": "bottom", "right": "left", "bottom": "top"}


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int

    def cut(self, rgb: Rgb) -> Rgb:
        """The part of a picture inside."""
        return rgb[self.top : self.top + self.height, self.left : self.left + self.width]

    def share_of(self, size: tuple[int, int]) -> float:
        """The share of a picture of `size` (height, width) that lies inside."""
        return self.width * self.height / (size[0] * size[1])

    def scaled(self, size: tuple[int, ...], other: tuple[int, ...]) -> Box:
        """The same part of a picture of `size` (height, width) at the size `other`; at least one
        pixel."""
        down, across = other[0] / size[0], other[1] / size[1]
        left, top = (
            min(round(self.left * across), other[1] - 1),
            min(round(self.top * down), other[0] - 1),
        )
        right, bottom = (
            round((self.left + self.width) * across),
            round((self.top + self.height) * down),
        )
        return Box(
            left, top, max(1, min(right, other[1]) - left), max(1, min(bottom, other[0]) - top)
        )


class Trimmed(NamedTuple):
    """`content` is what is left without any line of one colour at the edges; `page` keeps those on
    which it is drawn.

    Lines of one colour are a border around the page if at least half of a line a little inside has
    another colour: a drawing on white touches its margin in few places, a page touches its frame
    everywhere."""

    content: Box
    page: Box


def trim(rgb: Rgb) -> Trimmed:
    """Content and page of a picture, exact to 1/320 of its longer side, also with borders inside
    borders.

    A colour counts as the same within 16 levels in every channel. A picture of one colour is all
    content."""
    small = shrink(rgb, TRIM_SIDE_PX, cv2.INTER_AREA)
    boxes = _peeled(small) or Trimmed(whole_box(small), whole_box(small))
    content, page = (box.scaled(small.shape[:2], rgb.shape[:2]) for box in boxes)
    return Trimmed(content, page)


def whole_box(rgb: Rgb) -> Box:
    """All of a picture."""
    return Box(0, 0, rgb.shape[1], rgb.shape[0])


def _peeled(rgb: Rgb) -> Trimmed | None:
    """Both boxes; nothing where the picture has one colour."""
    inner = {"left": 0, "top": 0, "right": rgb.shape[1], "bottom": rgb.shape[0]}
    page, moved = dict(inner), dict[str, int]()
    for _ in range(_MOST_BORDERS):
        peeled = dict(inner)
        for first, last, axis in (("top", "bottom", 1), ("left", "right", 0)):
            inside = rgb[peeled["top"] : peeled["bottom"], peeled["left"] : peeled["right"]]
            leading, trailing = _uniform_lines(inside, axis)
            if leading + trailing >= peeled[last] - peeled[first]:
                return None
            peeled[first] += leading
            peeled[last] -= trailing
        if peeled == inner:
            break
        framed = [
            edge for edge in _EDGES if peeled[edge] != inner[edge] and _framed(rgb, peeled, edge)
        ]
        moved |= {edge: _inwards(peeled, edge) for edge in framed}
        page |= {edge: peeled[edge] for edge in framed}
        inner = peeled | {edge: moved[edge] for edge in framed}
    content = {
        edge: page[edge] if inner[edge] == moved.get(edge) else inner[edge] for edge in _EDGES
    }
    return Trimmed(_box(content), _box(page))


def _box(edges: dict[str, int]) -> Box:
    left, top, right, bottom = (edges[edge] for edge in _EDGES)
    return Box(left, top, right - left, bottom - top)


def _uniform_lines(rgb: Rgb, axis: int) -> tuple[int, int]:
    """How many lines of one colour lead, and how many trail; `axis` is the one along which a line
    runs. The ends of a line may belong to a border that crosses it."""
    ends = _MIXED_PX if rgb.shape[axis] > 4 * _MIXED_PX else 0
    middle = slice(ends, rgb.shape[axis] - ends)
    lines = rgb[:, middle] if axis else rgb[middle].swapaxes(0, 1)
    leading = _leading(lines)
    return leading, _leading(lines[leading:][::-1]) if leading < len(lines) else 0


def _leading(lines: Rgb) -> int:
    """How many lines from the first on have its colour throughout.

    Most pictures have no border: a few lines at a time, the first strip decides."""
    first = lines[0].astype(np.float64)
    colour = (first.max(axis=0) + first.min(axis=0)) / 2
    low, high = np.ceil(colour - _TOLERANCE), np.floor(colour + _TOLERANCE)
    for start in range(0, len(lines), _STRIP_LINES):
        strip = np.ascontiguousarray(lines[start : start + _STRIP_LINES])
        uniform = cv2.inRange(strip, np.maximum(low, 0), np.minimum(high, 255)).all(axis=1)
        if not uniform.all():
            return start + int(np.argmin(uniform))
    return len(lines)


def _framed(rgb: Rgb, inner: dict[str, int], edge: str) -> bool:
    """Whether the content a little inside an edge differs from the line outside it over much of its
    length."""
    down, across = slice(inner["top"], inner["bottom"]), slice(inner["left"], inner["right"])
    before = int(edge in ("left", "top"))
    lines = (inner[edge] - before, _inwards(inner, edge) - (1 - before))
    outside, inside = (
        rgb[line, across] if edge in ("top", "bottom") else rgb[down, line] for line in lines
    )
    differs = np.abs(inside.astype(np.int16) - outside.mean(axis=0)).max(axis=1) > _TOLERANCE
    return bool(differs.mean() >= FRAMED_SHARE)


def _inwards(inner: dict[str, int], edge: str) -> int:
    """An edge moved past the pixels in which border and page mix, at most to the middle."""
    middle = (inner[edge] + inner[_FACING[edge]]) // 2
    return (
        min(inner[edge] + _MIXED_PX, middle)
        if edge in ("left", "top")
        else max(inner[edge] - _MIXED_PX, middle + 1)
    )
