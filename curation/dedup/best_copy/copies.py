"""Copies of one picture, the pairs compared among them, and what is asked of them by several
questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Flags
from inksift.curation.dedup.best_copy.top_octave import crispness

Numbers = npt.NDArray[np.float64]
Columns = Mapping[str, npt.NDArray[Any]]
"""Values by the name of a column, all of one length."""


@dataclass(frozen=True)
class SharedSteps:
    """From which difference on two copies differ, where several questions ask it.

    Chosen on degraded twins; `benchmarks/which_copy_stays.py` measures the choice."""

    tilt_degrees: float = 0.4
    """Turn between two copies that lie equally straight: what aligning misses."""

    stretch: float = 0.03
    """Natural logarithm of a stretch between two copies of one shape."""

    content: float = 0.25
    """Natural logarithm of a ratio of lengths beyond which two contents are not of one part."""

    soft: float = 0.9
    """Binary logarithm of sharpness from which a copy is softer."""

    grain: float = 0.35
    """Binary logarithm of roughness from which a copy is rougher."""

    clipped: float = 0.08
    """Share of pixels cut off at black or white, more than the best has."""

    colours: int = 256
    """Colours that a palette holds at most."""

    poor: float = 45.0
    """JPEG quality below which roughness is compression's."""

    strong: float = 50.0
    """JPEG quality below which blocks look like detail."""

    blocks: float = 25.0
    """Points of quality below it that are worth one step of binary sharpness."""


SHARED = SharedSteps()
_FAR_BELOW = -1e6
"""A binary logarithm of sharpness below all that are measured."""


class Group(NamedTuple):
    """Copies of one picture and the pairs compared among them."""

    copies: Columns
    """As `grades.grades` has them."""

    pairs: Columns
    """As `grades.grades` has them."""

    alive: Flags
    """Copies without a fault so far, of which the best will stay."""

    @property
    def one(self) -> npt.NDArray[np.int64]:
        """Which of the copies is the first of each pair."""
        return self.pairs["one"]

    @property
    def other(self) -> npt.NDArray[np.int64]:
        """Which one is the second."""
        return self.pairs["other"]

    @property
    def open(self) -> Flags:
        """The pairs of which neither has a fault so far."""
        return np.asarray(self.alive[self.one] & self.alive[self.other])

    def either_way(self, worse: Flags, other_worse: Flags) -> Numbers:
        """1 for every copy that is the worse one of an open pair: `worse` says it of the first of
        each, `other_worse` of the second."""
        found = np.zeros(len(self.alive))
        found[self.one[worse & self.open]] = 1
        found[self.other[other_worse & self.open]] = 1
        return found

    def sharpness(self) -> Numbers:
        """That of the copies without a fault so far, the others' is below any."""
        rows, columns = self.copies["row_spectrum"], self.copies["column_spectrum"]
        quality = self.copies["quality"][self.alive]
        strong = np.where(quality >= 0, np.maximum(0, SHARED.strong - quality), 0)
        found = np.full(len(self.alive), _FAR_BELOW)
        found[self.alive] = crispness([*rows[self.alive]], [*columns[self.alive]])
        found[self.alive] -= strong / SHARED.blocks
        return found

    @property
    def tilted(self) -> Flags:
        """The pairs that are turned against one another."""
        return np.asarray(np.abs(self.pairs["tilt"]) > SHARED.tilt_degrees)

    @property
    def stretched(self) -> Flags:
        """The pairs that are stretched against one another."""
        return np.asarray(np.abs(self.pairs["stretch"]) > SHARED.stretch)

    @property
    def moved(self) -> Flags:
        """The pairs that are either."""
        return np.asarray(self.tilted | self.stretched)

    @property
    def same_content(self) -> Flags:
        """The pairs whose contents are of one part of the drawing: a plain sky may have been
        trimmed from one of them only."""
        across = self.copies["content_width"] * self.copies["content_height"]
        scale = self.pairs["scale"]
        apart = np.log(across[self.other] / across[self.one]) / 2 - np.log(scale)
        return np.asarray(np.abs(apart) < SHARED.content)

    @property
    def compressed_poorly(self) -> Flags:
        """The copies of which roughness is compression's."""
        quality = self.copies["quality"]
        return np.asarray((quality >= 0) & (quality < SHARED.poor))
