"""What a signal is: one number measured on a picture, and the range in which it speaks for a
drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inksift.curation.base.rgb import Rgb as Rgb
from inksift.curation.base.strips import over_windows


@dataclass(frozen=True)
class Limits:
    """A closed range; a value outside it is evidence against a drawing."""

    low: float = float("-inf")
    high: float = float("inf")

    def contain(self, value: float) -> bool:
        """Whether `value` lies within.

        >>> Limits(high=0.2).contain(0.3)
        False
        """
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Signal:
    """`measure` maps a working thumbnail to a finite float; raise `version` when its arithmetic
    changes."""

    name: str
    measure: Callable[[Rgb], float]
    keep: Limits
    reason: str
    version: int = 1

    def of(self, thumbnail: Rgb) -> float:
        """What it measures on a working thumbnail; of a long strip the mean over its windows."""
        return over_windows(self.measure, thumbnail)
