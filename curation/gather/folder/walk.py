"""Every entry of the source folder, once, in an order that does not depend on the file system.

Nothing is opened but folders, and no link is followed. What is not a regular file is listed with
the reason why it is not read: `link_outside`, `link_broken`, `link_inside` (its target is counted
where it is), `not_a_regular_file`, `file_too_big`, `unreadable_folder`, `vanished`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from curation.base.errors import SourceError
from curation.gather.folder.safe_open import open_folder

UNLABELLED = "unlabelled"


class Found(NamedTuple):
    """One entry below the source. `path_bytes` is its raw relative path, `path` the same as safe
    text."""

    path_bytes: bytes
    path: str
    label: str
    size_bytes: int
    mtime_ns: int
    error: str


def find_files(source: Path, *, max_file_bytes: int) -> list[Found]:
    """All entries below `source`, sorted by raw path. SourceError when there is no such folder or
    no file in it.

    The label is the first folder below the source, or `unlabelled` for entries directly in it.
    """
    root = open_source(source)
    try:
        found = sorted(_walk(root, os.path.realpath(os.fsencode(source)), max_file_bytes))
    finally:
        os.close(root)
    if not found:
        raise SourceError(f"no files in {source}: expected class_name/picture.jpg")
    return found


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


def _walk(root: int, root_path: bytes, max_file_bytes: int) -> Iterator[Found]:
    folders = [b""]
    while folders:
        folder = folders.pop()
        try:
            listed = _list(root, folder)
        except OSError:
            yield _found(folder, None, "unreadable_folder")
            continue
        for path, status in listed:
            if status and stat.S_ISDIR(status.st_mode):
                folders.append(path)
            else:
                yield _found(path, status, _error(root_path, path, status, max_file_bytes))


def _list(root: int, folder: bytes) -> list[tuple[bytes, os.stat_result | None]]:
    prefix = folder + b"/" if folder else b""
    with open_folder(root, folder) as handle, os.scandir(handle) as entries:
        return [(prefix + os.fsencode(entry.name), _status(entry)) for entry in entries]


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _error(
    root_path: bytes, path: bytes, status: os.stat_result | None, max_file_bytes: int
) -> str:
    if status is None:
        return "vanished"
    if stat.S_ISLNK(status.st_mode):
        return _link_error(root_path, path)
    if not stat.S_ISREG(status.st_mode):
        return "not_a_regular_file"
    return "file_too_big" if status.st_size > max_file_bytes else ""


def _link_error(root_path: bytes, path: bytes) -> str:
    try:
        target = os.path.realpath(os.path.join(root_path, path), strict=True)
    except OSError:
        return "link_broken"
    return (
        "link_inside"
        if target == root_path or target.startswith(root_path.rstrip(b"/") + b"/")
        else "link_outside"
    )


def _found(path: bytes, status: os.stat_result | None, error: str) -> Found:
    first, slash, _ = path.partition(b"/")
    return Found(
        path_bytes=path,
        path=display(path),
        label=display(first) if slash else UNLABELLED,
        size_bytes=status.st_size if status else 0,
        mtime_ns=status.st_mtime_ns if status else 0,
        error=error,
    )
