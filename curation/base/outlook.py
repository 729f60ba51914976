"""What is left of a whole run, as far as one can tell while its first stages run."""

from __future__ import annotations

from collections.abc import Sequence

from inksift.curation.base.progress import Progress, duration

TYPICAL_MS = {
    "decode pictures": 60.0,
    "features": 170.0,
    "glance at pictures": 10.0,
    "objects": 150.0,
}
"""Milliseconds on two cores that each loop over pictures takes for one, in the order of a run. Only
how they compare matters: the pace is that of the machine."""


class Tally:
    """What all loops of a title came to together, one after the other: a listener."""

    def __init__(self) -> None:
        self.by_title: dict[str, Progress] = {}
        self._before: dict[str, Progress] = {}

    def __call__(self, progress: Progress) -> str:
        """Add what was heard; nothing is shown for it."""
        title = progress.title
        if not progress.done:  # another loop begins
            self._before[title] = self.by_title.get(title, Progress(title, 0, 0, 0, 0.0))
        self.by_title[title] = _sum(self._before[title], progress)
        return ""


class Outlook:
    """Says beside each bar how long all that follows may take: a listener.

    Of loops that did not begin yet only that is known: they see the pictures that are new to those
    before them. What they cost for each is `TYPICAL_MS`, at the pace of the loops so far."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = titles
        self._tally = Tally()

    def __call__(self, progress: Progress) -> str:
        """What is left in all, to show beside the bar."""
        self._tally(progress)
        left = self._left_s(progress)
        return "" if left is None else f"in all about {duration(left)} left"

    def _left_s(self, now: Progress) -> float | None:
        """Seconds until the last loop ends; None where nothing was measured yet to go by."""
        begun = [name for name in self._titles if name in self._tally.by_title]
        told = [self._tally.by_title[name] for name in begun]
        typical_s = sum(one.done * TYPICAL_MS[one.title] for one in told) / 1000
        if now.left_s is None or not typical_s:
            return None
        pace = sum(one.seconds for one in told) / typical_s
        later = self._titles[self._titles.index(begun[-1]) + 1 :]
        new = max(one.total for one in told)
        later_s = new * sum(TYPICAL_MS[name] for name in later) / 1000
        return now.left_s + later_s * pace


def _sum(one: Progress, other: Progress) -> Progress:
    return Progress(
        other.title,
        one.known + other.known,
        one.done + other.done,
        one.total + other.total,
        one.seconds + other.seconds,
    )
