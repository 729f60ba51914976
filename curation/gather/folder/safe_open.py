"""Opening a file below a folder that strangers may write into: no link is followed, nothing but a
regular file is read.

Every folder on the way is opened by itself from the one before, so a swap between listing and
opening is refused."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
REFUSALS = {
    errno.ENOENT: "vanished",
    errno.ENOTDIR: "not_a_regular_file",
    errno.ELOOP: "not_a_regular_file",
    errno.ENXIO: "not_a_regular_file",
}


class RefusedError(Exception):
    """A file that is not to be read: `reason` is `vanished`, `not_a_regular_file`, `file_too_big`
    or `unreadable`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


@contextmanager
def open_folder(root: int, path: bytes) -> Iterator[int]:
    """A handle of the folder at `path` below the folder handle `root` (b"" is `root` itself).
    OSError if it is none."""
    handle = os.dup(root)
    try:
        for name in filter(None, path.split(b"/")):
            inner = os.open(name, FOLDER_FLAGS, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


@contextmanager
def open_file(root: int, path: bytes, *, max_bytes: int) -> Iterator[int]:
    """A handle of the regular file at `path` below `root`, of at most `max_bytes`; RefusedError
    otherwise."""
    with refusals():
        handle = _open(root, path)
    try:
        with refusals():
            _check(os.fstat(handle), max_bytes)
        yield handle
    finally:
        os.close(handle)


@contextmanager
def refusals() -> Iterator[None]:
    """What the operating system says about a file, as RefusedError."""
    try:
        yield
    except OSError as error:
        raise RefusedError(
            REFUSALS.get(error.errno or 0, "unreadable"), error.strerror or ""
        ) from error


def read_chunks(handle: int, *, max_bytes: int, chunk_bytes: int = 2**20) -> Iterator[bytes]:
    """The file's bytes from its start; RefusedError when it grows past `max_bytes` meanwhile or the
    disk fails."""
    position = 0
    while chunk := _read(handle, chunk_bytes, position):
        position += len(chunk)
        if position > max_bytes:
            raise RefusedError("file_too_big")
        yield chunk


def _open(root: int, path: bytes) -> int:
    folder, _, name = path.rpartition(b"/")
    with open_folder(root, folder) as parent:
        return os.open(name, FILE_FLAGS, dir_fd=parent)


def _read(handle: int, size: int, position: int) -> bytes:
    with refusals():
        return os.pread(handle, size, position)


def _check(status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError("not_a_regular_file")
    if status.st_size > max_bytes:
        raise RefusedError("file_too_big")
