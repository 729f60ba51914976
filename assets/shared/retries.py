"""When a step is tried again: where what failed may pass by itself, and nobody is there to see it.

A bad input, a setting or a full disk is told at once, however often it would be tried: only lost
connections, locked databases and hiccups of a network drive or an object store pass."""

import errno
import functools
import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
import httpx
import sqlalchemy as sa

from inksift.curation.base.errors import InksiftError
from inksift.curation.store.objects.interface import ObjectError

COMMAND_LINE_TAG = "inksift/command_line"
"""The tag of a run that a person watches: nothing is tried again there, but told at once."""


@dataclass(frozen=True)
class Retries:
    """How often a step is tried again, and after how long."""

    most: int = 2
    """Tries after the first."""
    wait_s: float = 30.0
    """Seconds before the first of them."""
    growth: float = 4.0
    """By how much longer every further wait is."""

    def seconds_before(self, retry: int) -> float:
        """Before the retry of that number, the first is 1.

        >>> [Retries().seconds_before(retry) for retry in (1, 2)]
        [30.0, 120.0]
        """
        return float(self.wait_s * self.growth ** (retry - 1))


RETRIES = Retries()
_CONNECTIONS = (httpx.TransportError, sa.exc.OperationalError, sa.exc.InterfaceError)
_PASSING_ERRNO = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTUNREACH,
        errno.EINTR,
        errno.EIO,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
"""What a network drive or a connection fails with for a moment; a full disk is not among them."""
_PASSING_SQLITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR})
"""Primary result codes of SQLite, whose one error is a full disk and a missing table too."""
_PRIMARY = 0xFF
"""The bits of a result code that hold the primary one."""


def tried_again(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same step, which asks Dagster for another try where what failed may pass."""
    if inspect.isgeneratorfunction(step):

        @functools.wraps(step)
        def tables(*inputs: Any, **named: Any) -> Iterator[Any]:
            with _asking_again():
                yield from step(*inputs, **named)

        return tables

    @functools.wraps(step)
    def table(*inputs: Any, **named: Any) -> Any:
        with _asking_again():
            return step(*inputs, **named)

    return table


def may_pass(error: BaseException | None) -> bool:
    """Whether an error, or what it was raised from, is of the moment."""
    if error is None:
        return False
    passing = isinstance(error, OSError) and error.errno in _PASSING_ERRNO
    unanswered = isinstance(error, ObjectError) and error.fault == "failed"
    return passing or unanswered or _connection_lost(error) or may_pass(error.__cause__)


def _connection_lost(error: BaseException) -> bool:
    """Whether a server was lost, or a database in a file is held by somebody else."""
    if not isinstance(error, _CONNECTIONS):
        return False
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code is None or code & _PRIMARY in _PASSING_SQLITE


@contextmanager
def _asking_again() -> Iterator[None]:
    try:
        yield
    except (InksiftError, ObjectError, OSError, sa.exc.SQLAlchemyError, httpx.HTTPError) as error:
        context = dg.AssetExecutionContext.get()
        retry = context.retry_number + 1
        watched = COMMAND_LINE_TAG in context.run.tags
        if watched or retry > RETRIES.most or not may_pass(error):
            raise
        wait = RETRIES.seconds_before(retry)
        context.log.warning(f"{error}: tried again in {wait:.0f} s ({retry} of {RETRIES.most})")
        raise dg.RetryRequested(max_retries=RETRIES.most, seconds_to_wait=wait) from error
