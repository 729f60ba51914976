"""What lies in a source, by names, sizes and times alone: to tell whether anything changed since a
run, and where."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

_MOST_NAMED = 5
"""Folders that a sentence names."""
_DIGEST_LETTERS = 16
"""Of a SHA-256, which tells folders apart that any crawl has."""
_MOST_FOLDERS = 1_000
"""More are told as one: a snapshot is kept in the history of every run."""


class InFolder(NamedTuple):
    """The files below a first folder of a source: how many, and a digest of their names, sizes and
    times."""

    files: int
    digest: str


Snapshot = Mapping[str, InFolder]
"""What lies below every first folder, by its name; under "" the files beside these folders, or all
where there are very many."""


def snapshot_of(source: Path) -> Snapshot:
    """What lies in a folder, or of an archive the file itself; nothing is opened but folders."""
    return snapshot_of_files(_files_in(os.fsencode(source)))


def snapshot_of_files(files: Iterable[tuple[bytes, bytes]]) -> Snapshot:
    """The same of files by their paths below a source, each with what tells that it changed."""
    lines: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for path, told in files:
        folder = path.partition(b"/")[0] if b"/" in path else b""
        lines[folder].append(path + b"\0" + told)
    folders = dict(lines) if len(lines) <= _MOST_FOLDERS else {b"": list(chain(*lines.values()))}
    return {os.fsdecode(name): _in_folder(folders[name]) for name in sorted(folders)}


def snapshot_digest(snapshot: Snapshot) -> str:
    """One digest for all of a snapshot."""
    told = "\n".join(f"{name!a} {found.digest}" for name, found in sorted(snapshot.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def changes_told(before: Snapshot, now: Snapshot) -> str:
    """What changed from one snapshot to another, in words; "" for nothing.

    >>> changes_told({"cat": InFolder(3, "a")}, {"cat": InFolder(5, "b"), "fox": InFolder(1, "c")})
    'cat: 2 files more; fox: new, 1 file'
    """
    names = sorted(before.keys() | now.keys())
    told = [_change(name, before.get(name), now.get(name)) for name in names]
    changed = list(filter(None, told))
    more = len(changed) - _MOST_NAMED
    return "; ".join([*changed[:_MOST_NAMED], *([f"{more} folders more"] if more > 0 else [])])


def _change(name: str, before: InFolder | None, now: InFolder | None) -> str:
    shown = name.encode("utf-8", "backslashreplace").decode() or "the folder itself"
    if before is None or now is None:
        found, what = (now, "new") if before is None else (before, "gone")
        return f"{shown}: {what}, {_files(found.files)}" if found else ""
    if before.digest == now.digest:
        return ""
    more = now.files - before.files
    if more:
        return f"{shown}: {_files(abs(more))} {'more' if more > 0 else 'fewer'}"
    return f"{shown}: changed, {_files(now.files)}"


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _in_folder(lines: list[bytes]) -> InFolder:
    digest = hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()
    return InFolder(len(lines), digest[:_DIGEST_LETTERS])


def _files_in(root: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The files of a folder, each with its size and time; of a file itself one."""
    if os.path.isfile(root):
        yield b".", _told(os.lstat(root))
    folders = [b""]
    while folders:
        folder = folders.pop()
        for entry in _entries(os.path.join(root, folder)):
            path = os.path.join(folder, entry.name)
            if entry.is_dir() and not entry.is_symlink():
                folders.append(path)
            elif not entry.is_dir():
                with suppress(FileNotFoundError):  # the crawler may remove it while we look
                    yield path, _told(entry.stat(follow_symlinks=False))


def _entries(folder: bytes) -> list[os.DirEntry[bytes]]:
    """What is in a folder; nothing in one that cannot be listed."""
    with suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []


def _told(found: os.stat_result) -> bytes:
    return b"%d\0%d" % (found.st_size, found.st_mtime_ns)
