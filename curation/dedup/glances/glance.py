"""What a glance at a picture keeps, some thirteen thousand bytes: two small squares, the strongest
keypoints and a tiny copy.

It is made once per picture and stored. By it alone most pairs are told to be different, in a
fraction of the time that laying one over the other takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.trim import TRIM_SIDE_PX, trim
from inksift.curation.base.unseen import NOTHING_UNSEEN, Unseen
from inksift.curation.dedup.aligned.ground import ground_of
from inksift.curation.dedup.aligned.view import ViewLimits, detected, roots, view_square

VERSION = 1
"""Raised whenever a glance may hold other numbers: what older code stored is made again."""


@dataclass(frozen=True)
class GlanceLimits:
    """How much a glance keeps. Chosen on the planted copies of `benchmarks/dedup_quality.py`, of
    which it loses none; `benchmarks/glances.py` measures that."""

    side_px: int = 96
    """Longest side at which keypoints are looked for: half a view, in a quarter of the time."""

    keypoints: int = 64
    """Keypoints kept, those with the most contrast."""

    tiny_px: int = 48
    """Longest side of the tiny copy, on which what keypoints say is tried."""

    root_levels: float = 510.0
    """Steps of 1 in which the roots of a descriptor are kept; beyond a half a root is cut off."""

    square_levels: float = 127.0
    """Steps in which the largest value of a square is kept, up and down."""


_LIMITS = GlanceLimits()
_VIEW = ViewLimits()

ABSENT = -1
"""Stands for no ground and no colour around."""

GLANCE = np.dtype(
    [
        ("squares", np.int8, (2, _VIEW.square_px, _VIEW.square_px)),
        ("roots", np.uint8, (_LIMITS.keypoints, 128)),
        ("places", np.float16, (_LIMITS.keypoints, 4)),
        ("tiny", np.uint8, (_LIMITS.tiny_px, _LIMITS.tiny_px)),
        ("tiny_size", np.uint8, (2,)),
        ("side", np.uint8),
        ("ground", np.int16),
        ("around", np.int16, (3,)),
    ]
)
"""One picture. `squares`: content and page as grey levels around 0, zeros where there is one level
only. `roots`: square roots of descriptors, the strongest first, then zeros. `places`: x, y, angle
in radians and binary logarithm of the size of each, in a picture whose longest side is `side`
pixels. `tiny`: grey levels in the upper left `tiny_size` (height, width) of it. `ground`: the level
that a transparent picture is shown on, else -1. `around`: the colour of its edges, -1 where they
have none in common."""

Glances = npt.NDArray[Any]
"""Records of GLANCE."""


def glance_at(thumbnail: Rgb, unseen: Unseen = NOTHING_UNSEEN) -> Glances:
    """A record of GLANCE."""
    # Shrunk once to the size at which borders are looked for, as that costs most of a glance.
    trimmed = shrink(thumbnail, TRIM_SIDE_PX)
    small = np.ascontiguousarray(shrink(trimmed, _VIEW.side_px))
    boxes = [box.scaled(trimmed.shape[:2], small.shape[:2]) for box in trim(trimmed)]
    kept = no_glance()
    kept["squares"] = [_levels(view_square(box.cut(small))) for box in boxes]
    _keep_keypoints(kept, shrink(small, _LIMITS.side_px))
    tiny = cv2.cvtColor(shrink(small, _LIMITS.tiny_px), cv2.COLOR_RGB2GRAY)
    kept["tiny"][: tiny.shape[0], : tiny.shape[1]] = tiny
    kept["tiny_size"] = tiny.shape
    kept["ground"] = ABSENT if unseen.alpha is None else unseen.ground
    colour = ground_of(small)
    kept["around"] = (ABSENT,) * 3 if colour is None else colour
    return kept


def no_glance() -> Glances:
    """The record of a picture that shows nothing."""
    return np.zeros((), GLANCE)


def _keep_keypoints(kept: Glances, rgb: Rgb) -> None:
    points, descriptors = detected(rgb, _LIMITS.keypoints)
    # SIFT gives some more where contrast ties at the end of its list.
    strongest = np.argsort([-point.response for point in points], kind="stable")
    chosen = strongest[: _LIMITS.keypoints]
    kept["places"][: len(chosen)] = _places(points)[chosen]
    kept["roots"][: len(chosen)] = _quantised(descriptors)[chosen]
    kept["side"] = max(rgb.shape)


def packed_glance(kept: Glances) -> bytes:
    """The record as bytes."""
    return kept.tobytes()


def unpacked_glances(packed: list[bytes]) -> Glances:
    """Records as one array."""
    return np.frombuffer(b"".join(packed), GLANCE)


def _levels(square: Floats32) -> npt.NDArray[np.int8]:
    largest = float(np.abs(square).max())
    steps = square * (_LIMITS.square_levels / largest) if largest else square
    return np.asarray(np.rint(steps), np.int8)


def _quantised(descriptors: Floats32) -> npt.NDArray[np.uint8]:
    steps = np.rint(roots(descriptors) * _LIMITS.root_levels)
    return np.asarray(np.minimum(steps, 255), np.uint8)


def _places(points: list[cv2.KeyPoint]) -> Floats32:
    """n x 4: x, y, angle and binary logarithm of size."""
    rows = [(*point.pt, np.deg2rad(point.angle), np.log2(point.size)) for point in points]
    return np.array(rows, np.float32).reshape(-1, 4)
