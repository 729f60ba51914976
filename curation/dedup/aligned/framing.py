"""Whether what one of two pictures shows beyond the other is a frame around it, such as a window or
a sheet of paper, and not more of the drawing.

A drawing goes on beyond the edge where a copy of it was cropped. A frame is plain there, and of
another colour than what it frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.trim import Box
from inksift.curation.dedup.aligned.warp import Matrix

_Points = npt.NDArray[np.float32]
_Levels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FramingLimits:
    """How a frame differs from more drawing. Lengths are in pixels of the inner one's view, levels
    are 0 to 255. Chosen on degraded twins."""

    beyond_px: float = 2.0
    """How far outside of an edge, and inside, is looked at."""

    points: int = 48
    """Places along each edge."""

    least_points: int = 16
    """Places of an edge below which it says nothing: the other ends there too."""

    plain: float = 12.0
    """Levels within which a frame has one colour along an edge."""

    plain_share: float = 0.8
    """Share of the places of an edge that must have it."""

    step: float = 10.0
    """Levels by which what is inside differs from it."""

    step_share: float = 0.5
    """Share of the places where it must."""

    least_edges: int = 2
    """Edges with a frame beyond from which the picture is framed."""


_LIMITS = FramingLimits()


def is_framed(inner: Box, outer: Rgb, onto: Matrix) -> bool:
    """Whether `outer` shows a frame around the page `inner` of another picture; `onto` (3 x 3)
    leads from pixels of that one to those of `outer`."""
    told = [_is_frame(*both, outer, onto) for both in _edges(inner)]
    known = [one for one in told if one is not None]
    # Most of the edges, as a stroke of a drawing may run along one.
    return sum(known) >= max(_LIMITS.least_edges, (len(known) + 1) // 2)


def _edges(box: Box) -> Iterator[tuple[_Points, _Points]]:
    """Points just outside of each edge, and their neighbours just inside."""
    away = _LIMITS.beyond_px
    right, bottom = box.left + box.width, box.top + box.height
    across = np.linspace(box.left, right, _LIMITS.points + 2)[1:-1]
    down = np.linspace(box.top, bottom, _LIMITS.points + 2)[1:-1]
    for edge, outwards in ((box.top, -away), (bottom, away)):
        yield _placed(across, edge + outwards), _placed(across, edge - outwards)
    for edge, outwards in ((box.left, -away), (right, away)):
        yield _placed(edge + outwards, down), _placed(edge - outwards, down)


def _placed(x: npt.ArrayLike, y: npt.ArrayLike) -> _Points:
    # Pixels have their middle at whole numbers, edges lie between them.
    return np.stack(np.broadcast_arrays(x, y), axis=1).astype(np.float32) - 0.5


def _is_frame(beyond: _Points, within: _Points, outer: Rgb, onto: Matrix) -> bool | None:
    """Whether a frame begins at these places, nothing where they lie outside."""
    places, inside = _mapped(beyond, onto), _mapped(within, onto)
    last = np.array([outer.shape[1] - 1, outer.shape[0] - 1])
    there = ((places >= 0) & (places <= last)).all(axis=1)
    if there.sum() < _LIMITS.least_points:
        return None
    frame, drawing = _sampled(outer, places[there]), _sampled(outer, inside[there])
    colour = np.median(frame, axis=0)
    plain = np.abs(frame - colour).max(axis=1) <= _LIMITS.plain
    steps = np.abs(drawing - colour).max(axis=1) > _LIMITS.step
    return bool(plain.mean() >= _LIMITS.plain_share and steps.mean() >= _LIMITS.step_share)


def _mapped(points: _Points, onto: Matrix) -> _Points:
    return np.asarray(points @ onto[:2, :2].T + onto[:2, 2], np.float32)


def _sampled(rgb: Rgb, places: _Points) -> _Levels:
    found = cv2.remap(rgb, places[:, :1], places[:, 1:], cv2.INTER_LINEAR)
    return np.asarray(found, np.float32).reshape(-1, 3)
