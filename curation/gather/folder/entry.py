"""How a file is told from what it was: its place, its size and its times."""

from __future__ import annotations

import os
from typing import NamedTuple


class FileEntry(NamedTuple):
    """How the file system tells a file: device and inode, bytes, and nanoseconds of the last change
    of its bytes and of this entry."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileEntry:
        """The entry in what `os.stat` says."""
        return cls(
            status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        )


NO_ENTRY = FileEntry(0, 0, 0, 0, 0)
"""That of a file that could not be looked at."""
