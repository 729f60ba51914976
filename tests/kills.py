"""The end of a process at a chosen moment, in this one."""

from __future__ import annotations

from collections.abc import Callable


class Killed(BaseException):
    """In place of the end of a process."""


class Countdown:
    """Lets so many calls happen, of all that it counts, and kills before the next."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    @property
    def is_over(self) -> bool:
        """Whether it has killed."""
        return self._left < 0

    def counted(self, act: Callable[..., object]) -> Callable[..., object]:
        """`act`, as one of the calls."""

        def wrapped(*arguments: object, **options: object) -> object:
            self._left -= 1
            if self.is_over:
                raise Killed
            return act(*arguments, **options)

        return wrapped
