"""The nearest few of every vector, gathered from what one part of a search after another finds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Integers

Cosines = npt.NDArray[np.float64]


class Nearest(NamedTuple):
    """Pairs of positions that are close."""

    one: Integers
    """Whose neighbour it is."""

    other: Integers
    """The neighbour."""

    cosine: Cosines
    """How close, -1 to 1."""


def nearest_few(found: list[Nearest], neighbours: int) -> Nearest:
    """The nearest few others of each one in all of these; what comes twice counts once."""
    return _nearest(_joined(found), neighbours)


def nothing_near() -> Nearest:
    """No pairs."""
    return Nearest(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


class NearestSoFar:
    """The nearest few of every vector among those seen so far."""

    def __init__(self, number: int, most: int, min_cosine: float) -> None:
        self.most = most
        self.least = np.full(number, min_cosine)
        """Cosines below which nothing counts any more."""
        self._other = np.full((number, most), -1, np.int64)
        self._cosine = np.full((number, most), -np.inf)

    def add(self, close: list[Nearest]) -> None:
        """Count these too; a pair may come again."""
        found = _joined(close)
        ones = np.unique(found.one)
        nearest = _nearest(_joined([found, self._of(ones)]), self.most)
        rank = _rank(nearest.one)
        self._other[ones], self._cosine[ones] = -1, -np.inf
        self._other[nearest.one, rank] = nearest.other
        self._cosine[nearest.one, rank] = nearest.cosine
        self.least[ones] = np.maximum(self.least[ones], self._cosine[ones, -1])

    def nearest(self) -> Nearest:
        """All, by vector, the nearest first."""
        return self._of(np.arange(len(self.least)))

    def _of(self, ones: Integers) -> Nearest:
        other, cosine = self._other[ones].ravel(), self._cosine[ones].ravel()
        taken = other >= 0
        return Nearest(np.repeat(ones, self.most)[taken], other[taken], cosine[taken])


def _nearest(close: Nearest, neighbours: int) -> Nearest:
    """The nearest few others of each one; what two blocks found counts once."""
    order = np.lexsort((close.other, -close.cosine, close.one))
    one, other, cosine = close.one[order], close.other[order], close.cosine[order]
    again = np.zeros(len(one), np.bool_)
    again[1:] = (one[1:] == one[:-1]) & (other[1:] == other[:-1])
    one, other, cosine = one[~again], other[~again], cosine[~again]
    first_few = _rank(one) < neighbours
    return Nearest(one[first_few], other[first_few], cosine[first_few])


def _rank(ordered: Integers) -> Integers:
    """How many equal ones stand before each, of numbers in ascending order."""
    return np.arange(len(ordered)) - np.searchsorted(ordered, ordered)


def _joined(found: list[Nearest]) -> Nearest:
    columns = zip(nothing_near(), *found, strict=True)
    return Nearest(*(np.concatenate(column) for column in columns))
