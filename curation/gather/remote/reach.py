"""Reading objects as `Reach` reads files: bytes of the ETag that was listed, or none."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Url
from inksift.curation.gather.folder.entry import FileEntry
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.remote.keys import Objects, key_at, list_folder
from inksift.curation.gather.remote.spool import Spool
from inksift.curation.store.objects.interface import ObjectError, ObjectFacts, ObjectStore
from inksift.curation.store.objects.opened import object_store, read_object

AT_A_TIME = 16
"""Objects asked for at a time: most of what one takes is waiting."""

_MOST_FAULTS = 20
"""In a row, of a store or network that does not answer: then it is not the objects."""

_REASONS = {"gone": "vanished", "changed": "changed_during_run"}


class RemoteReach:
    """The objects below a URL, as they were listed. `Reach` says what each method means."""

    readers = AT_A_TIME
    settles_ns = 0
    """An ETag stands for its bytes from the first moment."""

    def __init__(
        self, objects: ObjectStore, url: Url, spool: Spool, listed: Objects | None = None
    ) -> None:
        self.real = str(url).encode("utf-8", "surrogateescape")
        self._objects, self._url, self._spool = objects, url, spool
        self._known: Objects = dict(listed or {})
        self._faults, self._lock = 0, threading.Lock()

    def entry(self, path: bytes) -> FileEntry:
        """As of `Reach`, without a question where the object was listed."""
        try:
            return _entry(self._facts(path))
        except ObjectError as error:
            raise FileNotFoundError(str(error)) from error

    def entry_of(self, handle: int, path: bytes) -> FileEntry:
        """As of `Reach`."""
        return _entry(self._facts(path))

    @contextmanager
    def open(self, path: bytes, *, max_bytes: int) -> Iterator[int]:
        """As of `Reach`; what changed since it was listed is read as it is now."""
        with self._refusals():
            handle = self._opened(path, max_bytes)
        try:
            yield handle
        finally:
            os.close(handle)

    def head(self, path: bytes, size: int) -> bytes:
        """As of `Reach`, by asking for no more."""
        with self._refusals():
            known = self._facts(path)
            copy = self._spool.open(known)
            if copy is None:
                return b"".join(read_object(self._objects, known, stop=size))
        try:
            return os.pread(copy, size, 0)
        finally:
            os.close(copy)

    def link(self, path: bytes, place: Path) -> None:
        """As of `Reach`: never, as objects are on no disk of this machine."""
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    def look_again(self) -> None:
        """As of `Reach`: lists again, which is one question for a thousand objects."""
        self._known = list_folder(self._objects, self._url)

    def let_go(self) -> None:
        """As of `Reach`."""
        self._spool.clear()

    @property
    def reopened(self) -> Callable[[], AbstractContextManager[Reach]]:
        """As of `Reach`."""
        return partial(remote_reach, self._url)

    def _facts(self, path: bytes) -> ObjectFacts:
        if path not in self._known:
            self._known[path] = self._objects.facts(key_at(path, self._url))
        return self._known[path]

    def _opened(self, path: bytes, max_bytes: int) -> int:
        try:
            return self._read(path, max_bytes)
        except ObjectError as error:
            if error.fault != "changed":
                raise
        del self._known[path]
        return self._read(path, max_bytes)

    def _read(self, path: bytes, max_bytes: int) -> int:
        known = self._facts(path)
        if known.size_bytes > max_bytes:
            raise RefusedError("file_too_big")
        copy = self._spool.open(known)
        if copy is None:
            copy = self._spool.fill(known, read_object(self._objects, known))
        return copy

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """What the store says of an object, as RefusedError; SourceError where it says so of many
        in a row, which are not to be rows."""
        try:
            yield
            self._answered()
        except ObjectError as error:
            if error.fault in _REASONS:
                raise RefusedError(_REASONS[error.fault], str(error)) from error
            if self._faults_with_this_one() >= _MOST_FAULTS:
                raise SourceError(
                    f"{_MOST_FAULTS} objects of {self._url} in a row cannot be read, the last for: "
                    f"{error}; run again when the store can be reached, what was read is kept"
                ) from error
            raise RefusedError("unreadable", str(error)) from error

    def _answered(self) -> None:
        with self._lock:
            self._faults = 0

    def _faults_with_this_one(self) -> int:
        with self._lock:
            self._faults += 1
            return self._faults


def remote_reach(url: Url) -> AbstractContextManager[Reach]:
    """The objects below a URL, looked up one by one as they are asked for; SourceError where the
    store's configuration cannot be used."""
    return nullcontext(RemoteReach(store_at(url), url, Spool(None)))


def store_at(url: Url) -> ObjectStore:
    """The store of a URL; SourceError where its configuration cannot be used."""
    try:
        return object_store(url)
    except ObjectError as error:
        raise SourceError(f"cannot open {url}: {error}") from error


def _entry(known: ObjectFacts) -> FileEntry:
    """An object has no place on disk: its ETag stands for one."""
    digest = hashlib.sha256(known.tag.encode()).digest()
    device, inode = int.from_bytes(digest[:8]), int.from_bytes(digest[8:16])
    return FileEntry(device, inode, known.size_bytes, known.modified_ns, 0)
