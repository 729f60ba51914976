"""What is left to do, in portions, and which item is to blame where workers die.

A worker that dies may have been lost with its machine, or have died of what it worked on. So a
portion is first tried again whole, then in halves, until the one item is left that ends whatever
works on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from inksift.curation.spread.engine import Lost

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Portion(Generic[_Item]):
    """Items for one worker; `deaths` of workers were on these very items, and a `suspected` portion
    is a part of one that workers died of before."""

    items: Sequence[_Item]
    deaths: int = 0
    suspected: bool = False


class Portions(Generic[_Item]):
    """Portions of at most `size` items that wait; each is tried again `retries` times."""

    def __init__(self, items: Sequence[_Item], size: int, *, retries: int) -> None:
        starts = range(0, len(items), size)
        self._waiting = deque(Portion(items[start : start + size]) for start in starts)
        self._retries = retries
        self.repeated = 0
        """Portions that were handed out once more."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self) -> Portion[_Item]:
        """The next one."""
        return self._waiting.popleft()

    def put_back(self, portion: Portion[_Item]) -> None:
        """A portion that was lost before anybody worked on it."""
        self.repeated += 1
        self._waiting.appendleft(portion)

    def died(self, portion: Portion[_Item], why: str) -> list[Lost[_Item]]:
        """A worker died while it worked on this portion: what is to be given up for it."""
        deaths, single = portion.deaths + 1, len(portion.items) == 1
        spent = deaths > self._retries
        if single and spent:
            return [Lost(portion.items[0], why)]
        if single or not (spent or portion.suspected):
            self.put_back(Portion(portion.items, deaths, portion.suspected))
        else:
            self._halve(portion)
        return []

    def _halve(self, portion: Portion[_Item]) -> None:
        half = len(portion.items) // 2
        self.put_back(Portion(portion.items[half:], suspected=True))
        self.put_back(Portion(portion.items[:half], suspected=True))
