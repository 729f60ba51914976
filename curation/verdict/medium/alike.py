"""An order in which pictures that look alike lie side by side.

One answer then stands for its neighbours: pictures drawn at even distances along the order show
every kind as often as there are pictures of it (systematic sampling; Cochran 1977, chapter 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Integers


@dataclass(frozen=True)
class AlikeSettings:
    """How fine the order is."""

    least: int = 4
    """Parts of so many pictures are not parted again."""

    middle: float = 0.25
    """Share of a part that its smaller part has at least."""

    steps: int = 12
    """Steps of power iteration for a part's main direction; it need not be exact to part."""


_ALIKE = AlikeSettings()


def alike_order(unit: npt.NDArray[np.float32]) -> Integers:
    """The place of each of n pictures in the order, 0 to n - 1.

    `unit` is n x d, rows of length 1 (see `neighbours.unit_vectors`). All pictures are parted at
    the widest gap along their main direction, near its middle, and so is every part. The same on
    every run for the same rows in the same order."""
    order = np.arange(len(unit))
    waiting = [(0, len(unit))] if len(unit) > 1 else []
    with threadpool_limits(limits=1):
        while waiting:
            start, end = waiting.pop()
            rows = order[start:end]
            along = _along(unit[rows])
            rising = np.argsort(along, kind="stable")
            order[start:end] = rows[rising]
            if end - start > _ALIKE.least:
                middle = start + _widest_gap(along[rising])
                waiting += [(start, middle), (middle, end)]
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places.astype(np.int64)


def _along(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Where each picture lies on the main direction of these."""
    centred = vectors - vectors.mean(axis=0)
    direction = _furthest(centred)
    for _ in range(_ALIKE.steps):
        direction = centred.T @ (centred @ direction)
        length = float(np.linalg.norm(direction))
        if not length:
            break
        direction /= length
    along: npt.NDArray[np.float32] = centred @ direction
    return along


def _widest_gap(rising: npt.NDArray[np.float32]) -> int:
    """How many of the rising values lie before the widest gap in the middle of them."""
    first = max(1, int(_ALIKE.middle * len(rising)))
    gaps = np.diff(rising)[first - 1 : len(rising) - first]
    return first + int(np.argmax(gaps))


def _furthest(centred: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The picture furthest from the mean: a start that is never across the main direction of
    pictures in two heaps."""
    lengths = np.einsum("ij,ij->i", centred, centred)
    furthest: npt.NDArray[np.float32] = centred[int(np.argmax(lengths))]
    return furthest
