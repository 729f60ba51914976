"""What a file held when it was last read, so that one whose entry in the file system is as it was
is not read again.

A program can set the time of the last change of the bytes back; the time of the last change of the
entry is the kernel's own, where the file system keeps one. FAT, exFAT and many that run in user
space keep none, and number files as they come across them: there one file may have the entry that
another had, so the name has to be as it was too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import pandas as pd

from inksift.curation.base.tables import Table
from inksift.curation.gather.folder.entry import FileEntry
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.workspace import Workspace

VERSION = 2
"""Raised when entries are told apart by something else."""

KNOWN_FILES = Table(
    "known_files",
    {
        "path_bytes": "object",
        "device": "uint64",
        "inode": "uint64",
        "size_bytes": "int64",
        "mtime_ns": "int64",
        "ctime_ns": "int64",
        "image_id": "str",
    },
    key=("path_bytes",),
)
"""One row per file of a source that was read: its raw path below the source, its entry then, and
the SHA-256 of its bytes."""


class KnownFiles:
    """The files of one source, by its real name, as the last run that read them left them in a
    workspace. An entry stands for its file's bytes once it has been as it is for `settles_ns`."""

    def __init__(self, workspace: Workspace, source: bytes, *, settles_ns: int) -> None:
        self._settles_ns = settles_ns
        where = hashlib.sha256(source).hexdigest()
        self._stored: Measurements = workspace.measurements(
            KNOWN_FILES.name, f"v{VERSION}-{where[:16]}"
        )

    def recall(self, files: Sequence[tuple[bytes, FileEntry]]) -> list[str]:
        """The `image_id` of every file, by its raw path, whose entry is as it was; "" of all
        others."""
        asked = pd.DataFrame(
            [(path, *entry) for path, entry in files], columns=list(_ASKED_TYPES)
        ).astype(_ASKED_TYPES)
        found = asked.merge(self._rows(), how="left", on=list(_ASKED_TYPES))
        ids: list[str] = found["image_id"].fillna("").tolist()
        return ids

    def remember(self, files: Iterable[tuple[bytes, FileEntry, str]], *, began_ns: int) -> None:
        """Store these raw paths and entries with their `image_id`, in place of those before: all
        that had been as they are for a while when reading began."""
        rows = [
            (path, *entry, image_id)
            for path, entry, image_id in files
            if image_id and max(entry.mtime_ns, entry.ctime_ns) < began_ns - self._settles_ns
        ]
        frame = pd.DataFrame(rows, columns=list(KNOWN_FILES.columns)).astype(KNOWN_FILES.columns)
        self._stored.replace(KNOWN_FILES.check(frame))

    def _rows(self) -> pd.DataFrame:
        parts = list(self._stored.part_frames())
        return KNOWN_FILES.check(parts[-1]) if parts else KNOWN_FILES.frame([])


_ASKED_TYPES = {name: kind for name, kind in KNOWN_FILES.columns.items() if name != "image_id"}
