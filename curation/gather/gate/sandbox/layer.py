"""The layers of the sandbox, as they are in force in a worker that runs."""

from __future__ import annotations

import ctypes
import os
import resource
from typing import NamedTuple

NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of Linux: a network of its own, without a way out."""

NO_NEW_PRIVILEGES = 38
"""PR_SET_NO_NEW_PRIVS of Linux."""


class Layer(NamedTuple):
    """One thing that a worker gives up; `why_not` is the system's word where it kept it."""

    name: str
    in_force: bool
    why_not: str = ""


def without_network() -> Layer:
    """Move this process into a network of its own, which has no way out."""
    return _asked("no network", "unshare", NEW_USER_AND_NETWORK)


def without_privileges() -> Layer:
    """Let this process gain none any more, whatever it starts."""
    return _asked("no new privileges", "prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def limited(name: str, kind: int, value: int) -> Layer:
    """Bound one of the RLIMITs of this process."""
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError) as error:
        return Layer(name, in_force=False, why_not=str(error))
    return Layer(name, in_force=True)


def _asked(name: str, function: str, *arguments: int) -> Layer:
    try:
        refused = getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments)
    except (OSError, AttributeError) as error:
        return Layer(name, in_force=False, why_not=str(error))
    return Layer(name, not refused, os.strerror(ctypes.get_errno()) if refused else "")
