"""A network's answers on long strips, put together from those on their windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.strips import cut_windows, windows
from inksift.curation.evidence.models.inference import one_by_one
from inksift.curation.evidence.models.roles import Boxes

_Answer = TypeVar("_Answer")


def answers_in_windows(
    model: Callable[[Sequence[Rgb]], Sequence[_Answer]], pictures: Sequence[Rgb], name: str
) -> list[list[_Answer | None]]:
    """The model's answers for every picture, one for each of its windows: one for all but strips.
    What it cannot do is None."""
    cut = [cut_windows(picture) for picture in pictures]
    flat = list(chain.from_iterable(cut))
    answers = one_by_one(model, flat, name)
    ends = np.cumsum([0, *map(len, cut)]).tolist()
    return [answers[start:end] for start, end in pairwise(ends)]


def mean_row(
    rows: Sequence[npt.NDArray[np.float32] | None],
) -> npt.NDArray[np.float32] | None:
    """The features of a picture: the mean of those of its windows, None where one is missing."""
    found = [row for row in rows if row is not None]
    if len(found) < len(rows):
        return None
    return found[0] if len(found) == 1 else np.mean(found, axis=0, dtype=np.float32)


def boxes_of_typical(found: Sequence[Boxes | None], size: tuple[int, ...]) -> Boxes | None:
    """The boxes in the window with the median number of them, as fractions of the whole picture of
    `size` (height, width), None where a window has no answer.

    All of a strip's objects together would make a crowd of it, which speaks for a photograph."""
    known = [boxes for boxes in found if boxes is not None]
    if len(known) < len(found):
        return None
    if len(known) == 1:
        return known[0]
    ranked = sorted(range(len(known)), key=lambda place: len(known[place]))
    typical = ranked[(len(ranked) - 1) // 2]
    window, boxes = windows(size)[typical], np.array(known[typical], np.float32).reshape(-1, 6)
    height, width = size[:2]
    boxes[:, 0:4:2] = (boxes[:, 0:4:2] * window.width + window.left) / width
    boxes[:, 1:4:2] = (boxes[:, 1:4:2] * window.height + window.top) / height
    return boxes
