"""Files named by the SHA-256 of their bytes: hashed once, and again only when the file system tells
that one changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import file_digest, write_atomically
from inksift.curation.store.manifest import Manifest

_SEEN = ".checked.json"
"""Hidden, as it is true of the files of this machine only, and travels nowhere."""

_Entry = list[int]
"""Size, time of the last change of the bytes in nanoseconds, and inode."""

log = logging.getLogger("inksift")


def sound_files(folder: Path, pattern: str) -> list[Path]:
    """The files of that pattern whose bytes are those that their names tell, in order of their
    names; others are set aside.

    What was found sound is noted in the folder, where that can be written, and not read again while
    its size, time and inode stay."""
    entries = {path: _entry(path) for path in sorted(folder.glob(pattern))}
    seen = _noted(folder) if entries else {}
    new = [path for path, entry in entries.items() if seen.get(path.name) != entry]
    damaged = {path for path in new if not _is_sound(path)}
    sound = {path: entry for path, entry in entries.items() if path not in damaged}
    if damaged:
        Manifest.over(folder).drop(damaged)
    if new:
        others = {name: entry for name, entry in seen.items() if not Path(name).match(pattern)}
        _note(folder, others | {path.name: entry for path, entry in sound.items()})
    return list(sound)


def demand_sound(files: Iterable[Path]) -> None:
    """An error that names the file where one is gone, or its bytes are not those that its name
    tells: for those who only read. What is noted as sound, or was read in this process, is not read
    again while its size, time and inode stay."""
    by_name = sorted(files)
    folders = {file.parent for file in by_name}
    noted = {folder: _noted(folder) for folder in folders}
    for file in by_name:
        entry = _entry(file)
        if noted[file.parent].get(file.name) != entry and not _is_named_by(file, tuple(entry)):
            raise ValueError(f"the bytes of {file} do not match its name")


def note_sound(folder: Path, files: Iterable[Path]) -> None:
    """Note files of the folder that were written just now by the digest of their bytes."""
    written = {path.name: _entry(path) for path in files if path.exists()}
    if written:
        _note(folder, _noted(folder) | written)


def _entry(path: Path) -> _Entry:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def _noted(folder: Path) -> dict[str, _Entry]:
    """What was found sound; nothing where the note is lost or damaged."""
    try:
        return dict(json.loads((folder / _SEEN).read_text()))
    except (OSError, ValueError, TypeError):
        return {}


def _note(folder: Path, entries: dict[str, _Entry]) -> None:
    with suppress(StoreError):  # what cannot be noted is read again
        write_atomically(folder / _SEEN, json.dumps(entries).encode())


@cache
def _is_named_by(path: Path, _state: tuple[int, ...]) -> bool:
    """Whether the name of a file is the digest of its bytes, as long as it has this state."""
    return file_digest(path) == path.stem


def _is_sound(path: Path) -> bool:
    if file_digest(path) == path.stem:
        return True
    path.replace(path.with_suffix(".damaged"))
    log.warning("%s does not match its digest: set aside, its pictures are measured again", path)
    return False
