"""Where the files went: a stream from all that were found, which every reason leaves in turn, down
to what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from inksift.curation.base.reasons import REASON_STAGES, UNREADABLE_FILE
from inksift.curation.drawing.words import reason_in_words, why_key

WIDTH = 200
"""Width of a drawing; all lengths are in units of its own."""

_FOUND = 110.0
"""Width of the stream of all files."""

_LEAST_HEIGHT, _ROOM = 44.0, 16.0
"""Least height of a step, and the space that its words need beside what leaves."""

_THINNEST = 1.5
"""Width of the thinnest band that is still seen."""

_BEFORE = 40
"""How far a stream reaches up, so that no seam is seen."""

_OUTCOMES = ("rejected", "review", "kept")


@dataclass(frozen=True)
class Branch:
    """The files that leave the stream for one reason, in words too, and how that is drawn: the
    height of its row, the outline of the stream beside it, and that of what turns off."""

    outcome: str
    stage: str
    reason: str
    words: str
    count: int
    share: float
    height: float
    stream: str
    band: str

    @property
    def key(self) -> str:
        """What the filter over the pictures calls them."""
        return why_key(self.outcome, self.stage, self.reason)

    @property
    def unreadable(self) -> bool:
        """Whether the page lists them in the chapter on files that could not be read."""
        return self.reason == UNREADABLE_FILE.name


def flow(decisions: pd.DataFrame) -> list[Branch]:
    """The branches of a DECISIONS frame from the top: what stages reject, in their order, review,
    and what is kept."""
    return list(_branches(decisions.value_counts(["outcome", "stage", "reason"]), len(decisions)))


def _branches(counts: pd.Series, found: int) -> Iterator[Branch]:
    left = found
    for key in sorted(counts.index, key=lambda key: (*_place(*key), -counts[key], key)):
        outcome, stage, reason = map(str, key)
        count = int(counts[key])
        before, left = left, left - count
        words = reason_in_words(stage, reason)
        yield Branch(
            outcome,
            stage,
            reason,
            words,
            count,
            count / found,
            *_drawn(_FOUND * before / found, _FOUND * left / found),
        )


def _place(outcome: str, stage: str, _: str) -> tuple[int, int]:
    return _OUTCOMES.index(outcome), REASON_STAGES.index(stage) if stage in REASON_STAGES else len(
        REASON_STAGES
    )


def _drawn(before: float, after: float) -> tuple[float, str, str]:
    """A row in which the stream narrows from one width to another: its height, the stream, and the
    band that leaves.

    The stream starts above its row, so that rows may stand apart where the words beside them need
    more lines."""
    thickness = max(before - after, _THINNEST)
    height = max(_LEAST_HEIGHT, thickness + _ROOM)
    top = (height - thickness) / 2
    inner, low = max(before - thickness, 0), top + thickness
    stream = f"M0 -{_BEFORE}H{before:.1f}V0H{after:.1f}V{height:.1f}H0Z"
    band = f"M{inner:.1f} 0H{before:.1f}Q{before:.1f} {top:.1f} {WIDTH} {top:.1f}"
    return round(height, 1), stream, f"{band}V{low:.1f}Q{inner:.1f} {low:.1f} {inner:.1f} 0Z"
