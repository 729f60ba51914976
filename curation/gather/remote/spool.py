"""Objects on their way to the gate: read once, digested, and kept on disk until they are decoded.

A copy is called by a digest of key and ETag, never by a key. It outlives a run that is killed, so
that the next one asks for nothing twice; a run that comes to its end removes all of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from inksift.curation.store.files import atomic_file, sweep
from inksift.curation.store.objects.interface import ObjectFacts


class Spool:
    """Copies in one folder, of `most_bytes` together: what is beyond is held in memory while it is
    open, and read again when it is opened again."""

    def __init__(self, folder: Path | None, most_bytes: int = 0) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._lock = threading.Lock()
        if folder and folder.is_dir():
            sweep(folder)
        self._bytes = sum(one.stat().st_size for one in _copies(folder))

    def holds(self, known: ObjectFacts) -> bool:
        """Whether there is a copy of an object."""
        return self._folder is not None and self.place(known).is_file()

    def open(self, known: ObjectFacts) -> int | None:
        """A handle of the copy of an object, None where there is none."""
        if not self.holds(known):
            return None
        return os.open(self.place(known), os.O_RDONLY | os.O_CLOEXEC)

    def fill(self, known: ObjectFacts, chunks: Iterator[bytes]) -> int:
        """A handle of an object with these bytes."""
        if not self._takes(known.size_bytes):
            return _in_memory(chunks)
        place = self.place(known)
        with atomic_file(place) as file:
            file.writelines(chunks)
        return os.open(place, os.O_RDONLY | os.O_CLOEXEC)

    def place(self, known: ObjectFacts) -> Path:
        """Where the copy of an object is, or would be."""
        name = f"{known.key}\0{known.tag}\0{known.size_bytes}"
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
        return (self._folder or Path()) / digest

    def keep(self, known: Iterable[ObjectFacts]) -> None:
        """Remove the copies of all other objects."""
        kept = {self.place(one) for one in known}
        for place in set(_copies(self._folder)) - kept:
            place.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all copies."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        with self._lock:
            self._bytes = 0

    def _takes(self, size: int) -> bool:
        with self._lock:
            fits = self._folder is not None and self._bytes + size <= self._most_bytes
            self._bytes += size if fits else 0
            return fits


def _copies(folder: Path | None) -> Iterator[Path]:
    return folder.iterdir() if folder and folder.is_dir() else iter(())


def _in_memory(chunks: Iterator[bytes]) -> int:
    handle = os.memfd_create("object", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(handle), "wb") as file:
            file.writelines(chunks)
    except BaseException:
        os.close(handle)
        raise
    return handle
