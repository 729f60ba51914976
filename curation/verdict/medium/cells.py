"""Which pictures of a folder are compared with which: all with all up to a bound, and in a larger
folder each with those of the cells nearest to its own.

Cells start as pieces of the order of `alike`, whose pictures then go to the nearest of them (a step
of spherical k-means). So the cost of a picture hardly grows with its folder (an inverted file:
Jegou, Douze and Schmid 2011)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inksift.curation.base.arrays import Floats32, Integers
from inksift.curation.base.vectors import blocks_of
from inksift.curation.verdict.medium.deviations import DEVIATIONS


@dataclass(frozen=True)
class CellSettings:
    """How many pictures a picture is compared with."""

    size: int = 512
    """Pictures of a cell, about, and pictures that are compared at a time."""

    compared: int = 16_384
    """Pictures up to which all are compared with all, and about how many each is compared with in
    a larger folder."""


CELLS = CellSettings()


class Compared(NamedTuple):
    """Some rows, and the rows that each of them is compared with, itself included, rising."""

    rows: Integers
    others: Integers


def comparisons(unit: Floats32, alike: Integers | None) -> Iterator[Compared]:
    """Every row of `unit` (n x d) once. Their `alike_order` is asked for beyond the bound only."""
    everybody = np.arange(len(unit))
    if alike is None or len(unit) <= CELLS.compared:
        yield from (Compared(rows, everybody) for rows in _blocks(everybody))
        return
    cells = _cells(unit, np.argsort(alike))
    centres = _centres(unit, cells)
    for own, (rows, centre) in enumerate(zip(cells, centres, strict=True)):
        others = _around(own, cells, centres @ centre)
        yield from (Compared(some, others) for some in _blocks(rows))


def _cells(unit: Floats32, order: Integers) -> list[Integers]:
    """The rows of every cell: pieces of the order, then all pictures with the piece whose centre is
    nearest."""
    centres = _centres(unit, _blocks(order))
    nearest = [np.argmax(unit[rows] @ centres.T, axis=1) for rows in _blocks(np.arange(len(unit)))]
    cell = np.concatenate(nearest)
    ends = np.cumsum(np.bincount(cell, minlength=len(centres)))
    return [rows for rows in np.split(np.argsort(cell, kind="stable"), ends[:-1]) if len(rows)]


def _centres(unit: Floats32, cells: Sequence[Integers]) -> Floats32:
    """The mean of every cell, at length 1 where it has one."""
    means: Floats32 = np.stack([unit[rows].mean(axis=0) for rows in cells])
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    centres: Floats32 = (means / np.maximum(lengths, DEVIATIONS.tiny)).astype(np.float32)
    return centres


def _around(own: int, cells: Sequence[Integers], nearness: Floats32) -> Integers:
    """The rows of a cell and of those nearest to it, until there are enough, rising."""
    farness = -nearness
    farness[own] = -np.inf  # centres may lie in one place, and the cell must be among them
    nearest = np.argsort(farness, kind="stable")
    counts = np.cumsum([len(cells[cell]) for cell in nearest])
    searched = nearest[: int(np.searchsorted(counts, CELLS.compared)) + 1]
    return np.sort(np.concatenate([cells[cell] for cell in searched]))


def _blocks(rows: Integers) -> list[Integers]:
    """Rows side by side, some at a time."""
    return [rows[block] for block in blocks_of(len(rows), CELLS.size)]
