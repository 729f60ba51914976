"""Limits on what a worker may use up."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from types import MappingProxyType

from inksift.curation.gather.gate.sandbox.kernel import kernel_call

NOT_DUMPABLE = (4, 0)
"""PR_SET_DUMPABLE of Linux, off: a core that goes to a program heeds no limit on its size."""

MOST_PROCESSES = 16
"""Threads included, of which a decoder of HEIC starts one at a time."""

ONE_MORE = 2
"""Processes with which one can be started, where it is this one alone that is counted."""

FIXED: Mapping[int, int] = MappingProxyType(
    {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 32,  # its socket, the file at hand, and fonts
    }
)
"""What is the same for every worker."""


def limit_resources(memory_bytes: int) -> None:
    """No core dump, no file written, few open, and so much memory."""
    kernel_call("prctl", *NOT_DUMPABLE, 0, 0, 0)
    for kind, most in {**FIXED, resource.RLIMIT_AS: memory_bytes}.items():
        _limit(kind, most)


def limit_processes() -> None:
    """Few processes and threads. OSError where the kernel counts all that this user has, as without
    a namespace for users: others could then use them up, and a sound picture find no thread."""
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    _set(resource.RLIMIT_NPROC, _within(ONE_MORE, before[1]), before[1])
    try:
        _start_one()
    except OSError as error:
        _set(resource.RLIMIT_NPROC, *before)
        raise OSError(error.errno, "all processes of this user are counted together") from error
    _limit(resource.RLIMIT_NPROC, MOST_PROCESSES)


def _start_one() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _limit(kind: int, most: int) -> None:
    """For good; a lower limit that is there already stays."""
    most = _within(most, resource.getrlimit(kind)[1])
    _set(kind, most, most)


def _set(kind: int, soft: int, hard: int) -> None:
    try:
        resource.setrlimit(kind, (soft, hard))
    except ValueError as error:  # as Python calls what the system does not permit
        raise OSError(str(error)) from error


def _within(most: int, hard: int) -> int:
    return most if hard == resource.RLIM_INFINITY else min(most, hard)
