"""Where members of an archive are written: below one folder, within bounds that count the bytes
that really come, whatever the archive promises.

No link is made and no name leads elsewhere: a member that is not written is listed with the reason,
`file_too_big`, `not_a_regular_file`, `outside_archive`, `member_encrypted` or `member_damaged`."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from inksift.curation.base.errors import SourceError, StoreError

CHUNK_BYTES = 2**20
"""Bytes that are read at a time."""

MOST_MEMBERS = 2_000_000
"""Members of all archives of a source, and their folders: each costs a file of the disk."""

_KEPT_FREE_BYTES = 512 * 10**6
"""Bytes of the disk that are left for everything else."""

_MOST_IN_A_NAME = 255
"""Bytes of one folder's or file's name, as file systems allow."""

_MOST_FOLDERS = 64
"""Folders around a member."""

_MOST_IN_A_PATH = 3000
"""Bytes of a path, so that it fits below any workspace."""

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Refused(NamedTuple):
    """A member that is not read: its path, its size as far as it is known, and why."""

    path: bytes
    size_bytes: int
    error: str


class DamagedArchiveError(Exception):
    """An archive that cannot be read to its end: what was expected, and what to do."""


class MemberError(Exception):
    """A member whose bytes cannot be had; its argument is the code of the reason."""


class Bounds(NamedTuple):
    """Bytes of one member, bytes of all, and how many members at most."""

    member_bytes: int
    total_bytes: int
    members: int = MOST_MEMBERS


class Spent:
    """What all archives of a source took so far; SourceError or StoreError where that is too
    much."""

    def __init__(self, bounds: Bounds, disk: Path) -> None:
        self.bounds = bounds
        self.members = self.written_bytes = 0
        self._disk, self._looked_at, self._unpacked_bytes = disk, 0, 0

    def member(self) -> None:
        """Count one more member."""
        self.members += 1
        if self.members > self.bounds.members:
            raise SourceError(
                f"more than {self.bounds.members} members: unpack the archive by hand, or divide it"
            )

    def write(self, size: int) -> None:
        """Count bytes that are to be written, and look at the disk now and then."""
        self.written_bytes += size
        self._demand(self.written_bytes)
        if self.written_bytes - self._looked_at >= 64 * CHUNK_BYTES:
            self._looked_at = self.written_bytes
            demand_space(self._disk, 0)

    def unpack(self, size: int) -> None:
        """Count bytes that come out of a compressed archive, written or not."""
        self._unpacked_bytes += size
        self._demand(self._unpacked_bytes)

    def _demand(self, size: int) -> None:
        if size > self.bounds.total_bytes:
            raise SourceError(
                f"more than {self.bounds.total_bytes / 1e9:g} GB come out of the archive, which is "
                "an attack, or needs a larger images.unpacked_gb"
            )


def demand_space(disk: Path, needed_bytes: int) -> None:
    """StoreError where the disk of a folder has no room for so many bytes."""
    status = os.statvfs(disk)
    free = status.f_bavail * status.f_frsize
    if free < needed_bytes + _KEPT_FREE_BYTES:
        raise StoreError(
            f"no space left to unpack into {disk}: about {needed_bytes / 1e9:.1f} GB are needed "
            f"besides {_KEPT_FREE_BYTES / 1e9:.1f} GB that stay free, and {free / 1e9:.1f} GB are "
            "free: free some disk space, or choose another --workspace, and run again"
        )


class Sink:
    """The folder that the members of one archive are written into."""

    def __init__(self, folder: Path, spent: Spent) -> None:
        self.folder, self._spent = folder, spent
        self._numbers: dict[bytes, int] = {}
        self._folders: set[bytes] = {b""}
        self.files: dict[bytes, None] = {}
        self.refused: dict[bytes, Refused] = {}
        folder.mkdir()

    def put(self, name: bytes, chunks: Iterable[bytes]) -> None:
        """Write one member, or say why not."""
        path = self._free(safe_path(name))
        place = self.folder / os.fsdecode(path)
        if not path or not _make_folder(place.parent):
            self.refuse(name, 0, "outside_archive")
            return
        self._count(path)
        try:
            self._write(place, chunks)
        except MemberError as error:
            self.refused[path] = Refused(path, place.stat().st_size, str(error))
            place.unlink()
        else:
            self.files[path] = None

    def refuse(self, name: bytes, size_bytes: int, error: str) -> None:
        """Put down a member that is not read."""
        self._spent.member()
        path = self._free(_tame(name))
        self.refused[path] = Refused(path, size_bytes, error)

    def again(self, name: bytes) -> Iterable[bytes] | None:
        """The bytes of a member that was written before, for one that is a hard link to it; None
        where there is none."""
        path = safe_path(name)
        return chunks_of(self.folder / os.fsdecode(path)) if path in self.files else None

    def _free(self, path: bytes) -> bytes:
        """A path that no member has: the same, or numbered."""
        free = path
        while free and (free in self.files or free in self.refused or self._is_folder(free)):
            self._numbers[path] = self._numbers.get(path, 1) + 1
            free = numbered(path, self._numbers[path])
        return free

    def _count(self, path: bytes) -> None:
        """Count a member and the folders that it is the first one in."""
        self._spent.member()
        folder = path.rpartition(b"/")[0]
        while folder not in self._folders:
            self._spent.member()
            self._folders.add(folder)
            folder = folder.rpartition(b"/")[0]

    def _is_folder(self, path: bytes) -> bool:
        return (self.folder / os.fsdecode(path)).is_dir()

    def _write(self, place: Path, chunks: Iterable[bytes]) -> None:
        size = 0
        with _new_file(place) as file:
            for chunk in chunks:
                size += len(chunk)
                self._spent.write(len(chunk))
                if size > self._spent.bounds.member_bytes:
                    raise MemberError("file_too_big")
                with unwritten(place):
                    file.write(chunk)


def safe_path(name: bytes) -> bytes:
    """A member's path below the folder, b"" where it would leave it or cannot be written.

    >>> safe_path(b"./fox//a.png"), safe_path(b"fox/../../a.png"), safe_path(b"/etc/a.png")
    (b'fox/a.png', b'', b'')
    """
    parts = [part for part in name.split(b"/") if part not in (b"", b".")]
    path = b"/".join(parts)
    outside = name.startswith(b"/") or b".." in parts or b"\0" in name
    long = (
        len(parts) > _MOST_FOLDERS
        or len(path) > _MOST_IN_A_PATH
        or any(len(part) > _MOST_IN_A_NAME for part in parts)
    )
    return b"" if outside or long else path


def _tame(name: bytes) -> bytes:
    """A name for a row, which leads nowhere: that of the member without its ways out."""
    parts = [part[:_MOST_IN_A_NAME] for part in name.split(b"/") if part not in (b"", b".", b"..")]
    return b"/".join(parts)[-_MOST_IN_A_PATH:].replace(b"\0", b"").lstrip(b"/") or b"unnamed"


def numbered(path: bytes, number: int) -> bytes:
    """The same path with a number before its ending.

    >>> numbered(b"fox/a.png", 2)
    b'fox/a~2.png'
    """
    stem, ending = os.path.splitext(path)
    return stem + b"~%d" % number + ending


@contextmanager
def unwritten(place: Path) -> Iterator[None]:
    """What the disk says about a place, as StoreError."""
    try:
        yield
    except OSError as error:
        full = error.errno in _NO_SPACE
        why = "no space left" if full else f"cannot write ({error.strerror})"
        raise StoreError(
            f"{why}: {place}: free some disk space, or choose another --workspace, and run again"
        ) from error


def chunks_of(place: Path) -> Iterator[bytes]:
    """The bytes of a file."""
    with place.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _make_folder(folder: Path) -> bool:
    """Whether a folder is there now; not where a member is called like it."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
    except NotADirectoryError:
        return False
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        with unwritten(folder):
            raise
    return folder.is_dir()


@contextmanager
def _new_file(place: Path) -> Iterator[BinaryIO]:
    """A file that was not there; what is buffered is written when the block ends."""
    with unwritten(place):
        file = place.open("xb")
    try:
        yield file
    finally:
        with unwritten(place):
            file.close()
