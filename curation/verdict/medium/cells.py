"""Which pictures of a folder are compared with which: all with all up to a bound, and in a larger
folder each with those of the cells nearest to its own.

A cell holds pictures that lie side by side in the order of `alike`. So the cost of a picture does
not grow with its folder (an inverted file: Jegou, Douze and Schmid 2011)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inksift.curation.base.arrays import Floats32, Integers


@dataclass(frozen=True)
class CellSettings:
    """How many pictures a picture is compared with."""

    size: int = 512
    """Pictures of a cell, which are compared at a time."""

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
        yield from (Compared(rows, everybody) for rows in _cells(everybody))
        return
    cells = _cells(np.argsort(alike))
    centres = np.stack([unit[rows].mean(axis=0) for rows in cells])
    searched = CELLS.compared // CELLS.size
    for rows, centre in zip(cells, centres, strict=True):
        nearest = np.argsort(-(centres @ centre), kind="stable")[:searched]
        others = np.concatenate([rows, *(cells[cell] for cell in nearest)])
        yield Compared(rows, np.unique(others))


def _cells(rows: Integers) -> list[Integers]:
    """Rows side by side, cell by cell."""
    return [rows[start : start + CELLS.size] for start in range(0, len(rows), CELLS.size)]
