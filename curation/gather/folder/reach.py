"""How far reading goes: the source, and where that is a folder and links are followed the folders
that they may lead into.

A link is never followed by opening it. Its target is worked out, and opened from the handle of the
folder that was allowed, where nothing that is a link is opened: whatever is swapped meanwhile,
nothing else can be reached."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from inksift.curation.base import engine
from inksift.curation.base.errors import SourceError
from inksift.curation.gather.folder.entry import FileEntry
from inksift.curation.gather.folder.safe_open import open_file

_SETTLES_NS = 60 * 10**9
"""What a program writes through a memory map changes the times once, and then not until Linux has
written the page to disk, which takes it half a minute. Ticks of a clock are shorter: those of FAT
are two seconds long."""

_NO_LIMIT = 2**62
"""Bytes: a file of any size has a head."""


class Spot(NamedTuple):
    """Where bytes lie: the handle of an allowed folder, and the path below it."""

    root: int
    path: bytes


class Reach(Protocol):
    """How the files of a source are read, by their paths below it, wherever they are."""

    @property
    def real(self) -> bytes:
        """The name of the source, the same whatever leads to it."""
        ...

    @property
    def readers(self) -> int:
        """Files that are best read at a time."""
        ...

    @property
    def settles_ns(self) -> int:
        """How long an entry must have been as it is before it stands for the bytes."""
        ...

    def entry(self, path: bytes) -> FileEntry:
        """The entry of a file as it is now; OSError where there is none."""
        ...

    def entry_of(self, handle: int, path: bytes) -> FileEntry:
        """The entry of the file that `open` opened."""
        ...

    def open(self, path: bytes, *, max_bytes: int) -> AbstractContextManager[int]:
        """A handle of the regular file at `path`, of at most `max_bytes`; RefusedError
        otherwise."""
        ...

    def head(self, path: bytes, size: int) -> bytes:
        """The first bytes of a file, so many at most; RefusedError or OSError where they cannot be
        had."""
        ...

    def link(self, path: bytes, place: Path) -> None:
        """Give the file at `path` a second name; OSError where that cannot be."""
        ...

    def look_again(self) -> None:
        """What `entry` says is as it is from now on."""
        ...

    def let_go(self) -> None:
        """Nothing that was opened is needed again."""
        ...

    @property
    def reopened(self) -> Callable[[], AbstractContextManager[Reach]]:
        """What opens the same source once more, in whatever process it is called."""
        ...


class FolderReach(NamedTuple):
    """The handle of a folder, its real path, and by their real paths the handles of the folders
    that links may lead into; where there are none, no link is followed."""

    root: int
    real: bytes
    allowed: dict[bytes, int]

    @property
    def readers(self) -> int:
        """As of `Reach`: what a disk gives, every core can digest."""
        return engine.worker_count()

    @property
    def settles_ns(self) -> int:
        """As of `Reach`."""
        return _SETTLES_NS

    def place(self, path: bytes) -> Spot:
        """Where the file at `path` below the source lies. Where a link is on the way that may not
        be followed, it is the path itself, which `open_file` refuses."""
        if not self.allowed:
            return Spot(self.root, path)
        try:
            target = os.path.realpath(os.path.join(self.real, path), strict=True)
        except OSError:
            return Spot(self.root, path)
        return self.allowed_place(target) or Spot(self.root, path)

    def allowed_place(self, target: bytes) -> Spot | None:
        """Where a real path lies below the source or an allowed folder, None where it does not."""
        for folder, handle in {self.real: self.root, **self.allowed}.items():
            if (inside := below(target, folder)) is not None:
                return Spot(handle, inside)
        return None

    def status(self, path: bytes) -> os.stat_result:
        """The status of the file at `path`, no link followed that may not be; OSError as of
        `os.stat`."""
        root, inside = self.place(path)
        return os.stat(inside or b".", dir_fd=root, follow_symlinks=False)

    def entry(self, path: bytes) -> FileEntry:
        """As of `Reach`."""
        return FileEntry.of(self.status(path))

    def entry_of(self, handle: int, path: bytes) -> FileEntry:
        """As of `Reach`."""
        return FileEntry.of(os.fstat(handle))

    def head(self, path: bytes, size: int) -> bytes:
        """As of `Reach`."""
        with self.open(path, max_bytes=_NO_LIMIT) as handle:
            return os.pread(handle, size, 0)

    def link(self, path: bytes, place: Path) -> None:
        """As of `Reach`."""
        root, inside = self.place(path)
        os.link(inside, os.fsencode(place), src_dir_fd=root, follow_symlinks=False)

    def look_again(self) -> None:
        """As of `Reach`: the file system is asked every time."""

    def let_go(self) -> None:
        """As of `Reach`: nothing is kept."""

    @property
    def reopened(self) -> Callable[[], AbstractContextManager[Reach]]:
        """As of `Reach`."""
        roots = [Path(os.fsdecode(root)) for root in self.allowed]
        return partial(reach_of, Path(os.fsdecode(self.real)), roots)

    @contextmanager
    def open(self, path: bytes, *, max_bytes: int) -> Iterator[int]:
        """As of `Reach`."""
        root, inside = self.place(path)
        with open_file(root, inside, max_bytes=max_bytes) as handle:
            yield handle


@contextmanager
def reach_of(source: Path, link_roots: Sequence[Path] = ()) -> Iterator[FolderReach]:
    """The reach of a source folder; SourceError when it, or a folder that links may lead into, is
    none or may not be read."""
    with ExitStack() as handles:
        root = _open(source, handles)
        allowed = {_real(folder): _open(folder, handles) for folder in link_roots}
        yield FolderReach(root, _real(source), allowed)


def below(path: bytes, folder: bytes) -> bytes | None:
    """The rest of a real path below a folder, b"" for the folder itself, None where it lies
    elsewhere.

    >>> below(b"/data/cats/a.png", b"/data")
    b'cats/a.png'
    """
    if path == folder:
        return b""
    prefix = folder.rstrip(b"/") + b"/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None


def is_folder(status: os.stat_result) -> bool:
    """Whether a status is that of a folder."""
    return stat.S_ISDIR(status.st_mode)


def open_source(source: Path) -> int:
    """A handle of the source folder; SourceError when it is none or may not be read."""
    try:
        return os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceError(f"no such folder: {source}") from None
    except NotADirectoryError:
        raise SourceError(
            f"{source} is not a folder: give the folder that holds class_name/picture.jpg"
        ) from None
    except OSError as error:
        raise SourceError(
            f"cannot read {source} ({error.strerror}): check its permissions"
        ) from None


def _open(folder: Path, handles: ExitStack) -> int:
    handle = open_source(folder)
    handles.callback(os.close, handle)
    return handle


def _real(folder: Path) -> bytes:
    return os.path.realpath(os.fsencode(folder))
