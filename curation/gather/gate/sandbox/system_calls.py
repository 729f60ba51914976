"""The system calls of a process that decodes what it holds already: memory, clocks, its own threads
and signals, and the handles that it was given. Whatever is not named here is refused."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

CLONE_THREAD = 0x00010000
"""Of clone: a thread of this process, and no process."""

TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
"""Flags of which a file that is opened to be read has none."""

WHOLE = 0xFFFFFFFF
"""A mask that leaves an argument as it is."""


class Where(NamedTuple):
    """A call is allowed where this argument, the first being 0, has this `value` under the mask."""

    argument: int
    mask: int
    value: int


ALWAYS = (
    "brk",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "close",
    "exit",
    "exit_group",
    "fstat",
    "futex",
    "getcpu",
    "getpid",
    "getrandom",
    "getrusage",
    "gettid",
    "gettimeofday",
    "lseek",
    "madvise",
    "mremap",
    "munmap",
    "nanosleep",
    "pread64",
    "read",
    "readv",
    "recvfrom",
    "recvmsg",
    "restart_syscall",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sched_yield",
    "sendmsg",
    "sendto",
    "set_robust_list",
    "sigaltstack",
    "write",
    "writev",
)
TO_READ_FONTS = ("getdents64", "newfstatat", "readlink", "readlinkat", "statx")
"""Where Landlock says which files are read: a list of calls cannot."""

NUMBERS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "x86_64": {
            "brk": 12,
            "clock_getres": 229,
            "clock_gettime": 228,
            "clock_nanosleep": 230,
            "clone": 56,
            "close": 3,
            "exit": 60,
            "exit_group": 231,
            "fstat": 5,
            "futex": 202,
            "getcpu": 309,
            "getdents64": 217,
            "getpid": 39,
            "getrandom": 318,
            "getrusage": 98,
            "gettid": 186,
            "gettimeofday": 96,
            "kill": 62,
            "lseek": 8,
            "madvise": 28,
            "mmap": 9,
            "mprotect": 10,
            "mremap": 25,
            "munmap": 11,
            "nanosleep": 35,
            "newfstatat": 262,
            "openat": 257,
            "pread64": 17,
            "prlimit64": 302,
            "read": 0,
            "readlink": 89,
            "readlinkat": 267,
            "readv": 19,
            "recvfrom": 45,
            "recvmsg": 47,
            "restart_syscall": 219,
            "rseq": 334,
            "rt_sigaction": 13,
            "rt_sigprocmask": 14,
            "rt_sigreturn": 15,
            "sched_getaffinity": 204,
            "sched_yield": 24,
            "seccomp": 317,
            "sendmsg": 46,
            "sendto": 44,
            "set_robust_list": 273,
            "sigaltstack": 131,
            "statx": 332,
            "tgkill": 234,
            "write": 1,
            "writev": 20,
        },
        "aarch64": {
            "brk": 214,
            "clock_getres": 114,
            "clock_gettime": 113,
            "clock_nanosleep": 115,
            "clone": 220,
            "close": 57,
            "exit": 93,
            "exit_group": 94,
            "fstat": 80,
            "futex": 98,
            "getcpu": 168,
            "getdents64": 61,
            "getpid": 172,
            "getrandom": 278,
            "getrusage": 165,
            "gettid": 178,
            "gettimeofday": 169,
            "kill": 129,
            "lseek": 62,
            "madvise": 233,
            "mmap": 222,
            "mprotect": 226,
            "mremap": 216,
            "munmap": 215,
            "nanosleep": 101,
            "newfstatat": 79,
            "openat": 56,
            "pread64": 67,
            "prlimit64": 261,
            "read": 63,
            "readlinkat": 78,
            "readv": 65,
            "recvfrom": 207,
            "recvmsg": 212,
            "restart_syscall": 128,
            "rseq": 293,
            "rt_sigaction": 134,
            "rt_sigprocmask": 135,
            "rt_sigreturn": 139,
            "sched_getaffinity": 123,
            "sched_yield": 124,
            "seccomp": 277,
            "sendmsg": 211,
            "sendto": 206,
            "set_robust_list": 99,
            "sigaltstack": 132,
            "statx": 291,
            "tgkill": 131,
            "write": 64,
            "writev": 66,
        },
    }
)
"""By processor, as `platform.machine` calls it; aarch64 has no readlink."""


def allowed_calls(*, reading: bool) -> Iterator[tuple[str, Where | None]]:
    """The calls that this process may make, and where; `reading`: also those that find and open
    fonts."""
    yield from ((name, None) for name in ALWAYS)
    yield "clone", Where(0, CLONE_THREAD, CLONE_THREAD)
    yield from ((name, Where(2, mmap.PROT_EXEC, 0)) for name in ("mmap", "mprotect"))
    yield from ((name, Where(0, WHOLE, os.getpid())) for name in ("kill", "tgkill"))
    yield "prlimit64", Where(0, WHOLE, 0)  # its own
    if reading:
        yield from ((name, None) for name in TO_READ_FONTS)
        yield "openat", Where(2, TO_WRITE, 0)
