"""What an object store lists below a URL, as files of a folder: keys are names and nothing else, so
none leads anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Url
from inksift.curation.gather.folder.choice import NOT_INCLUDED, Choice, SetAside
from inksift.curation.gather.folder.walk import Found, Listed, found_file
from inksift.curation.store.objects.interface import ObjectError, ObjectFacts, ObjectStore

Objects = dict[bytes, ObjectFacts]
"""The objects of a folder by their raw paths in it."""


def list_folder(objects: ObjectStore, url: Url) -> Objects:
    """All objects below a URL, but for those that stand for a folder; SourceError where the store
    cannot be listed."""
    try:
        pairs = ((raw_path_of(one.key, url), one) for one in objects.listed(url.prefix))
        return {path: one for path, one in pairs if path and not _is_marker(path, one)}
    except ObjectError as error:
        raise SourceError(f"cannot list {url}: {error}") from error


def raw_path_of(key: str, url: Url) -> bytes:
    """The raw path of a key below a URL."""
    return key.removeprefix(url.prefix).encode("utf-8", "surrogateescape")


def key_at(path: bytes, url: Url) -> str:
    """The key of a raw path below a URL."""
    return url.prefix + path.decode("utf-8", "surrogateescape")


def as_files(objects: Objects, choice: Choice, *, max_file_bytes: int) -> Listed:
    """The rows of a listing, and what names leave out: a folder counts once, with all in it."""
    left_out = _left_out_by(choice)
    files, aside = [], Counter[tuple[bytes, str]]()
    for path, one in objects.items():
        why = left_out(path)
        if why is None:
            files.append(_found(path, one, max_file_bytes))
        else:
            aside[why] += 1
    return Listed(sorted(files), sorted(SetAside(*why, count) for why, count in aside.items()))


def _left_out_by(choice: Choice) -> Callable[[bytes], tuple[bytes, str] | None]:
    """A function that says which folder around a path, or itself, which pattern leaves out."""
    excluded_by = choice.matcher()
    folders: dict[bytes, str | None] = {}

    def left_out(path: bytes) -> tuple[bytes, str] | None:
        for folder in _folders(path):
            if folder not in folders:
                folders[folder] = excluded_by(folder) if _is_named(folder) else None
            if (pattern := folders[folder]) is not None:
                return folder, pattern
        pattern = excluded_by(path) if _is_named(path) else None
        if pattern is None and not choice.includes(path):
            pattern = NOT_INCLUDED
        return None if pattern is None else (path, pattern)

    return left_out


def _folders(path: bytes) -> Iterator[bytes]:
    """The folders around a path, the outermost first.

    >>> list(_folders(b"fox/red/1.png"))
    [b'fox', b'fox/red']
    """
    end = path.find(b"/")
    while end >= 0:
        yield path[:end]
        end = path.find(b"/", end + 1)


def _is_named(path: bytes) -> bool:
    """Whether the last part of a key is a name, so that it can be one that hides a file."""
    return path.rpartition(b"/")[2] not in (b"", b".", b"..")


def _found(path: bytes, one: ObjectFacts, max_file_bytes: int) -> Found:
    error = "file_too_big" if one.size_bytes > max_file_bytes else ""
    return found_file(path, size_bytes=one.size_bytes, mtime_ns=one.modified_ns, error=error)


def _is_marker(path: bytes, one: ObjectFacts) -> bool:
    """Whether an object only makes a folder show in the store's own pages."""
    return path.endswith(b"/") and not one.size_bytes
