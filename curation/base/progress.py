"""Whether progress bars are shown: where a person watches a terminal, unless a caller says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_shown: ContextVar[bool | None] = ContextVar("shown", default=None)


@contextmanager
def progress_shown(shown: bool) -> Iterator[None]:
    """Within, bars are shown, or not, whatever is watched: a notebook is no terminal."""
    before = _shown.set(shown)
    try:
        yield
    finally:
        _shown.reset(before)


def bars_hidden() -> bool | None:
    """What tqdm's `disable` is to be: None leaves it to whether a terminal is there.

    >>> with progress_shown(False):
    ...     bars_hidden()
    True
    """
    shown = _shown.get()
    return None if shown is None else not shown
