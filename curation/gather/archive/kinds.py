"""Which files are archives, told from their first bytes, and which of them a source is made of."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import struct
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

import zstandard

from inksift.curation.base.errors import SourceError
from inksift.curation.gather.folder.choice import CLUTTER, Choice
from inksift.curation.gather.folder.reach import below
from inksift.curation.gather.gate.formats import ALLOWED, HEAD_SIZE, sniff

ArchiveKind = Literal["tar", "zip", "parquet"]

SIGNS_OF_DAMAGE = (
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    struct.error,
)
"""What reading a damaged archive raises."""

ENDINGS_OF_ARCHIVES = (
    *(".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"),
    *(".zip", ".cbz", ".parquet"),
)
"""What archives are called: a file with such a name that begins otherwise is damaged."""

_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""First bytes of gzip, bzip2, xz and Zstandard."""


class Archive(NamedTuple):
    """One archive of a source: where it is, its `name` below the source, and what tells whether it
    is still the same file."""

    path: Path
    name: str
    kind: ArchiveKind
    size_bytes: int
    mtime_ns: int
    inode: int


class Archives(NamedTuple):
    """The archives of a source in order of their names, and the files beside them; none where it is
    a folder of pictures."""

    archives: list[Archive]
    beside: list[str]


NO_ARCHIVES = Archives([], [])
"""A folder of pictures."""


def find_archives(source: Path, link_roots: Sequence[Path] = ()) -> Archives:
    """What a source consists of where it is an archive, or a folder of such without one picture
    beside them. Links are followed into `link_roots` only.

    SourceError when it is a file of another kind."""
    if source.is_dir():
        return _in_folder(source, [os.path.realpath(os.fsencode(root)) for root in link_roots])
    if not source.is_file():
        return NO_ARCHIVES
    return Archives([demand_archive(source)], [])


def demand_archive(source: Path) -> Archive:
    """The archive that a file is; SourceError where it is none."""
    archive = _archive(source, source.name)
    if archive is None:
        raise SourceError(
            f"{source} is not a folder, and no archive that is read here: expected "
            "class_name/picture.jpg in a folder, or in a tar, zip or Parquet file"
        )
    return archive


def kind_of(path: Path) -> ArchiveKind | None:
    """The kind of an archive, None for any other file; OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(HEAD_SIZE)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(_COMPRESSED):
        head = _first_bytes_in(path)
    return "tar" if _is_tar(head) else None


def open_tar(path: Path) -> IO[bytes]:
    """The bytes of a tar, whatever compresses it; OSError when it cannot be opened."""
    with path.open("rb") as file:
        head = file.read(HEAD_SIZE)
    openers: tuple[Any, ...] = (gzip.open, bz2.open, lzma.open, _open_zstandard)
    for mark, opener in zip(_COMPRESSED, openers, strict=True):
        if head.startswith(mark):
            return cast("IO[bytes]", opener(path, "rb"))
    return path.open("rb")


def _open_zstandard(path: Path, _: str) -> IO[bytes]:
    """The content of all frames, as several cores write them."""
    reader = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True)
    return cast("IO[bytes]", reader)


def _first_bytes_in(path: Path) -> bytes:
    try:
        with open_tar(path) as file:
            return file.read(HEAD_SIZE)
    except SIGNS_OF_DAMAGE:
        return b""


def _is_tar(head: bytes) -> bool:
    """Whether the checksum of a tar's header fits, as it does in the oldest kinds too."""
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def _in_folder(source: Path, roots: Sequence[bytes]) -> Archives:
    archives, beside = [], []
    for path in _files(source):
        if not _is_reached(path, roots):
            continue
        name = path.relative_to(source).as_posix()
        if _is_picture(path):
            return NO_ARCHIVES
        archive = _archive(path, name)
        if archive is None:
            beside.append(name)
        else:
            archives.append(archive)
    return Archives(archives, beside) if archives else NO_ARCHIVES


def _files(source: Path) -> Iterator[Path]:
    """The files below a folder by name, without what programs leave behind."""
    leaves_out = Choice(exclude=CLUTTER).matcher()
    for folder, inner, names in os.walk(source):
        inner[:] = sorted(name for name in inner if leaves_out(os.fsencode(name)) is None)
        for name in sorted(names):
            if leaves_out(os.fsencode(name)) is None:
                yield Path(folder, name)


def _is_reached(path: Path, roots: Sequence[bytes]) -> bool:
    """Whether a file is a regular one, or a link to one below `roots`."""
    try:
        if not path.is_symlink():
            return stat.S_ISREG(path.stat().st_mode)
        target = os.path.realpath(os.fsencode(path))
        return path.is_file() and any(below(target, root) is not None for root in roots)
    except OSError:
        return False


def _is_picture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sniff(file.read(HEAD_SIZE)) in ALLOWED
    except OSError:
        return False


def _archive(path: Path, name: str) -> Archive | None:
    try:
        kind, status = kind_of(path), path.stat()
    except OSError as error:
        raise SourceError(
            f"cannot read {path} ({error.strerror}): check its permissions"
        ) from error
    if kind is None:
        return None
    return Archive(path, name, kind, status.st_size, status.st_mtime_ns, status.st_ino)
