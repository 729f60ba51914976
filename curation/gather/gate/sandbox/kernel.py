"""Calls of the C library that Python has no name for."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Any

_LIBRARY = ctypes.CDLL(None, use_errno=True)


def kernel_call(name: str, *arguments: Any) -> int:
    """What the function of that name returns, given numbers and pointers; OSError where it says
    that it failed, and where this system has none."""
    function = getattr(_LIBRARY, name, None)
    if function is None:
        raise _error(errno.ENOSYS)
    # Where a function takes any number of arguments, each of them is read as a whole word
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(function(*words))
    if result < 0:
        raise _error(ctypes.get_errno())
    return result


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
