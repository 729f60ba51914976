"""Errors of the machine, which may come from any file at any time, and what to do about them."""

from __future__ import annotations

import errno

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""There is no space for what is to be written."""

_DISK = frozenset({errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.EROFS})
_OPEN_FILES = frozenset({errno.EMFILE, errno.ENFILE})


def machine_error(error: OSError) -> str:
    """The error with its file and a remedy; "" for one that is not the machine's.

    >>> machine_error(OSError(errno.EIO, "Input/output error", "/w/run.json"))
    '/w/run.json: Input/output error: check the disk, and run the same command again'
    """
    remedy = _remedy(error.errno)
    named = f"{error.filename}: " if error.filename else ""
    return f"{named}{error.strerror}: {remedy}, and run the same command again" if remedy else ""


def _remedy(number: int | None) -> str:
    if number in NO_SPACE:
        return "free some disk space"
    if number in _DISK:
        return "check the disk"
    return "raise the limit of open files (`ulimit -n`)" if number in _OPEN_FILES else ""
