"""How far work is: a bar where a person watches a terminal, a line now and then where nobody does,
and a word to whoever listens."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, Never, TypeVar

from tqdm.auto import tqdm

Clock = Callable[[], float]
"""Seconds since some moment, that never go back."""

LINE_EVERY_S = 30.0
"""Seconds between two lines in the log, where nobody watches."""

log = logging.getLogger("inksift.progress")

_Value = TypeVar("_Value")


class Progress(NamedTuple):
    """How far one loop over items is."""

    title: str
    """What it does, such as "features"."""
    known: int
    """Items that an earlier run measured."""
    done: int
    """Items measured by now."""
    total: int
    """Items that were to be measured."""
    seconds: float
    """Since it began."""

    @property
    def per_second(self) -> float:
        """Items measured in a second, 0 before the first.

        >>> Progress("features", known=0, done=10, total=30, seconds=5.0).per_second
        2.0
        """
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds until the last item at this pace; None before the first.

        >>> Progress("features", known=0, done=10, total=30, seconds=5.0).left_s
        10.0
        """
        if self.done >= self.total:
            return 0.0
        return (self.total - self.done) / self.per_second if self.per_second else None

    @property
    def plan(self) -> str:
        """What was found to do.

        >>> Progress("features", known=110, done=0, total=8, seconds=0.0).plan
        '118 in all: 110 known, 8 to measure'
        >>> Progress("features", known=118, done=0, total=0, seconds=0.0).plan
        'all 118 known'
        """
        if not self.known:
            return f"{self.total} to do"
        if not self.total:
            return f"all {self.known} known"
        return f"{self.known + self.total} in all: {self.known} known, {self.total} to measure"


Listener = Callable[[Progress], str]
"""Hears how far a loop is, before its first item and after every batch, or once that all of its
items are known; and says what to show beside its bar, "" for nothing."""

_shown: ContextVar[bool | None] = ContextVar("shown", default=None)
_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())
_known: ContextVar[int] = ContextVar("known", default=0)


class Seldom:
    """Says when so many seconds have gone by: since it was made, then since it last said so."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._last = clock()

    def __call__(self) -> bool:
        """Whether it is time."""
        now = self._clock()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True


_line_is_due = Seldom(LINE_EVERY_S)


@contextmanager
def progress_shown(shown: bool) -> Iterator[None]:
    """Within, bars are shown, or not, whatever is watched: a notebook is no terminal."""
    with _set(_shown, shown):
        yield


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Within, `listener` hears how far each loop is, beside those that hear it already."""
    with _set(_listeners, (*_listeners.get(), listener)):
        yield


@contextmanager
def already_known(items: int) -> Iterator[None]:
    """Within, loops are over what is left beside so many items that an earlier run measured."""
    with _set(_known, items):
        yield


def tell_nothing_left(title: str) -> None:
    """Tell who listens that all items of a loop are known already, where there are any."""
    if known := _known.get():
        _tell(Progress(title, known, 0, 0, 0.0))


@contextmanager
def progress_bar(items: int, title: str) -> Iterator[Callable[[int], object]]:
    """Shows and tells how far a loop over so many items is; what it gives is called with a number
    of items when these are done."""
    if not items:
        tell_nothing_left(title)
        yield lambda _: None
        return
    progress = Progress(title, _known.get(), 0, items, 0.0)
    began = time.monotonic()
    with _bar(progress) as bar, already_known(0):

        def advance(more: int) -> None:
            nonlocal progress
            seconds = time.monotonic() - began
            progress = progress._replace(done=progress.done + more, seconds=seconds)
            bar.set_postfix_str(_tell(progress), refresh=False)
            bar.update(more)

        yield advance


def bars_hidden() -> bool | None:
    """What tqdm's `disable` is to be: None leaves it to whether a terminal is there.

    >>> with progress_shown(False):
    ...     bars_hidden()
    True
    """
    shown = _shown.get()
    return None if shown is None else not shown


def duration(seconds: float) -> str:
    """A time to wait, as exact as an estimate is.

    >>> [duration(seconds) for seconds in (12, 61, 100 * 60)]
    ['less than a minute', '2 min', '1 h 40 min']
    """
    minutes = int(-(-seconds // 60))
    if minutes <= 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _bar(progress: Progress) -> tqdm[Never]:
    """The bar, which says once what there is to do."""
    bar = tqdm(total=progress.total, desc=progress.title, disable=bars_hidden())
    beside = _tell(progress)
    if not bar.disable and progress.known:
        bar.write(f"{progress.title}: {progress.plan}", file=sys.stderr)
    bar.set_postfix_str(beside, refresh=False)
    return bar


def _tell(progress: Progress) -> str:
    """Tell all who listen, and give what they want to be shown."""
    beside = ", ".join(filter(None, [listener(progress) for listener in _listeners.get()]))
    if progress.total and _nobody_watches() and _line_is_due():
        log.info("%s", in_words(progress, beside))
    return beside


def in_words(progress: Progress, beside: str = "") -> str:
    """A line for a log.

    >>> in_words(Progress("features", known=110, done=2, total=8, seconds=1.0))
    'features: 118 in all: 110 known, 8 to measure; 2 done, 2.0 a second, less than a minute left'
    """
    told = [f"{progress.title}: {progress.plan}; {progress.done} done"]
    if progress.left_s is not None and progress.done:
        told += [f"{progress.per_second:.1f} a second", f"{duration(progress.left_s)} left"]
    return ", ".join([*told, *filter(None, [beside])])


def _nobody_watches() -> bool:
    return _shown.get() is None and not sys.stderr.isatty()


@contextmanager
def _set(variable: ContextVar[_Value], value: _Value) -> Iterator[None]:
    """As long as the block runs; a generator may begin it in one context and end it in another."""
    before = variable.get()
    variable.set(value)
    try:
        yield
    finally:
        variable.set(before)
