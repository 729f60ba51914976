"""Every entry of the source folder, once, in an order that does not depend on the file system.

Nothing is opened but folders, and no link is followed unless it leads where the reach allows. What
is not read is listed with the reason: `link_outside`, `link_broken`, `link_inside` (its target is
counted where it is), `link_again` (another link leads to it), `not_a_regular_file`, `file_too_big`,
`unreadable_folder`, `vanished`. What a name leaves out is counted apart, as `SetAside`."""

from __future__ import annotations

import heapq
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Location
from inksift.curation.gather.folder.choice import EVERYTHING, NOT_INCLUDED, Choice, SetAside
from inksift.curation.gather.folder.reach import FolderReach, Spot, below, is_folder
from inksift.curation.gather.folder.safe_open import open_folder

UNLABELLED = "unlabelled"

_NO_FOLDERS = (b"", b".", b"..")
"""What no folder is called, but a part of an object's key may be."""


class Found(NamedTuple):
    """One entry below the source. `path_bytes` is its raw relative path, `path` the same as safe
    text."""

    path_bytes: bytes
    path: str
    label: str
    size_bytes: int
    mtime_ns: int
    error: str


class Listed(NamedTuple):
    """The entries that are rows, and those that their names leave out, both sorted by raw path."""

    files: list[Found]
    set_aside: list[SetAside]


def list_files(
    reach: FolderReach, source: Location, *, max_file_bytes: int, choice: Choice = EVERYTHING
) -> Listed:
    """All entries within `reach` of `source`. SourceError when there is no file.

    The label is the first folder below the source, or `unlabelled` for entries directly in it.
    """
    walk = _Walk(reach, choice, max_file_bytes)
    return demand_files(Listed(sorted(walk.found()), sorted(walk.set_aside)), source)


def demand_files(listed: Listed, source: Location) -> Listed:
    """What was listed of a source; SourceError when no file is a row."""
    if not listed.files:
        left_out = sum(entry.files for entry in listed.set_aside)
        also = f" but {left_out} that images.include, images.exclude or images.clutter leave out"
        also *= bool(left_out)
        raise SourceError(f"no files in {source}{also}: expected class_name/picture.jpg")
    return listed


def found_file(path: bytes, *, size_bytes: int, mtime_ns: int = 0, error: str = "") -> Found:
    """The entry of a file by its raw path, with the class that it says."""
    first, slash, _ = path.partition(b"/")
    return Found(
        path_bytes=path,
        path=display(path),
        label=display(first) if slash and first not in _NO_FOLDERS else UNLABELLED,
        size_bytes=size_bytes,
        mtime_ns=mtime_ns,
        error=error,
    )


def lost_file(path: bytes, size_bytes: int, error: str) -> Found:
    """The entry of a file that is known of and not there."""
    return found_file(path, size_bytes=size_bytes, error=error)


def with_lost(listing: Listed, lost: Sequence[Found], choice: Choice) -> Listed:
    """A listing with entries that are not there; what their names leave out is set aside too."""
    chosen, aside = [], []
    for entry in lost:
        pattern = choice.pattern_of(entry.path_bytes)
        if pattern is None:
            chosen.append(entry)
        else:
            aside.append(SetAside(entry.path_bytes, pattern, 1))
    return Listed(sorted([*listing.files, *chosen]), sorted([*listing.set_aside, *aside]))


def links_told(links: int, files: int) -> str:
    """What to do about links that lead out of the source, so many of so many files."""
    return (
        f"{links} of {files} file{'' if files == 1 else 's'} "
        f"{'is a link' if links == 1 else 'are links'} out of this folder, and links are not "
        "followed: name the folder that they lead into with --link-root DIR, or copy the files"
    )


def display(raw: bytes) -> str:
    r"""A raw path as text that is safe to print and different for different paths.

    Letters of all scripts stay as they are; bytes that are not UTF-8, control and formatting
    characters, unusual spaces and backslashes become backslash escapes.

    >>> print(display(b"cats/a\nb\xff.jpg"))
    cats/a\nb\xff.jpg
    """
    text = raw.decode("utf-8", "surrogateescape")
    return text if text.isprintable() and "\\" not in text else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    code = ord(character)
    if character.isprintable() and character != "\\":
        return character
    if code < 0x80:
        return character.encode("unicode_escape").decode("ascii")
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class _Folder(NamedTuple):
    """A folder to list: its path below the source, and where it lies."""

    path: bytes
    place: Spot


class _Walk:
    """One pass over a source. Folders that links lead to come last, in order of their paths, and
    each of them once, so that neither loops nor many ways to one folder repeat anything."""

    def __init__(self, reach: FolderReach, choice: Choice, max_file_bytes: int) -> None:
        self._reach, self._choice, self._max_file_bytes = reach, choice, max_file_bytes
        self._excluded_by: Callable[[bytes], str | None] = choice.matcher()
        self._linked: list[_Folder] = []
        self._entered: set[tuple[int, int]] = set()
        self._filed: set[tuple[int, int]] = set()
        self.set_aside: list[SetAside] = []

    def found(self) -> Iterator[Found]:
        """All entries that are rows; `set_aside` is complete after the last."""
        start = Spot(self._reach.root, b"")
        self._enter(start)
        yield from self._below(_Folder(b"", start), by_link=False)
        while self._linked:
            folder = heapq.heappop(self._linked)
            if self._enter(folder.place):
                yield from self._below(folder, by_link=True)
            else:
                yield _found(folder.path, None, "link_again")

    def _below(self, start: _Folder, *, by_link: bool) -> Iterator[Found]:
        folders = [start]
        while folders:
            folder = folders.pop()
            try:
                listed = _list(folder)
            except OSError:
                yield _found(folder.path, None, "unreadable_folder")
                continue
            for path, place, status in self._chosen(listed):
                if not (status and is_folder(status)):
                    yield from self._entry(path, status, by_link=by_link)
                elif self._enter(place) or not by_link:
                    folders.append(_Folder(path, place))
                else:
                    yield _found(path, None, "link_again")

    def _chosen(
        self, listed: list[tuple[bytes, Spot, os.stat_result | None]]
    ) -> Iterator[tuple[bytes, Spot, os.stat_result | None]]:
        """The entries that no name leaves out; the others are put down."""
        for path, place, status in listed:
            folder = status is not None and is_folder(status)
            pattern = self._excluded_by(path)
            if pattern is None and not folder and not self._choice.includes(path):
                pattern = NOT_INCLUDED
            if pattern is None:
                yield path, place, status
            else:
                files = _count(place) if folder else 1
                self.set_aside.append(SetAside(path, pattern, files))

    def _entry(
        self, path: bytes, status: os.stat_result | None, *, by_link: bool
    ) -> Iterator[Found]:
        """The row of what is no folder; a link that leads to an allowed folder waits instead."""
        if status is None or not stat.S_ISLNK(status.st_mode):
            again = by_link and status is not None and _identity(status) in self._filed
            yield _found(path, status, "link_again" if again else self._error(status))
            return
        error, target = self._follow(path)
        if error:
            yield _found(path, status, error)
        elif is_folder(followed := self._reach.status(path)):
            heapq.heappush(self._linked, _Folder(path, target))
        else:
            self._filed.add(_identity(followed))
            yield _found(path, followed, self._error(followed))

    def _follow(self, path: bytes) -> tuple[str, Spot]:
        """Why a link is not followed, "" where it is, and where its target lies."""
        nowhere = Spot(self._reach.root, path)
        try:
            target = os.path.realpath(os.path.join(self._reach.real, path), strict=True)
            self._reach.status(path)
        except OSError:
            return "link_broken", nowhere
        inside = below(target, self._reach.real)
        if inside is not None and not (self._reach.allowed and self._is_hidden(inside)):
            return "link_inside", nowhere
        place = self._reach.allowed_place(target) if self._reach.allowed else None
        return ("link_outside", nowhere) if place is None else ("", place)

    def _is_hidden(self, inside: bytes) -> bool:
        """Whether the target of a link is a file of the source that is not counted where it is."""
        try:
            status = _status_at(Spot(self._reach.root, inside))
            return not is_folder(status) and self._choice.leaves_out(inside)
        except OSError:
            return False

    def _enter(self, place: Spot) -> bool:
        """Whether a folder is entered for the first time; known only where links are followed."""
        if not self._reach.allowed:
            return True
        with suppress(OSError):  # what is gone is said when it is to be listed
            folder = _identity(_status_at(place))
            known = folder in self._entered
            self._entered.add(folder)
            return not known
        return True

    def _error(self, status: os.stat_result | None) -> str:
        if status is None:
            return "vanished"
        if not stat.S_ISREG(status.st_mode):
            return "not_a_regular_file"
        return "file_too_big" if status.st_size > self._max_file_bytes else ""


def _list(folder: _Folder) -> list[tuple[bytes, Spot, os.stat_result | None]]:
    """The entries of a folder by name: path, place and status of each, None where it is gone."""
    root, inside = folder.place
    with open_folder(root, inside) as handle, os.scandir(handle) as entries:
        names = sorted((os.fsencode(entry.name), _status(entry)) for entry in entries)
    return [
        (_joined(folder.path, name), Spot(root, _joined(inside, name)), status)
        for name, status in names
    ]


def _status_at(place: Spot) -> os.stat_result:
    return os.stat(place.path or b".", dir_fd=place.root, follow_symlinks=False)


def _joined(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


def _count(place: Spot) -> int:
    """How many files lie in a folder that is left out, as far as it can be listed."""
    files, folders = 0, [_Folder(b"", place)]
    while folders:
        try:
            listed = _list(folders.pop())
        except OSError:
            continue
        inner = [_Folder(path, place) for path, place, status in listed if _is_dir(status)]
        files += len(listed) - len(inner)
        folders += inner
    return files


def _is_dir(status: os.stat_result | None) -> bool:
    return status is not None and is_folder(status)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _found(path: bytes, status: os.stat_result | None, error: str) -> Found:
    size, mtime = (status.st_size, status.st_mtime_ns) if status else (0, 0)
    return found_file(path, size_bytes=size, mtime_ns=mtime, error=error)
