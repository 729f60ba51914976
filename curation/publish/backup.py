"""A workspace in one file, from which it can be put back as it was: `tar -xf` restores it."""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, NamedTuple

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import atomic_file
from inksift.curation.store.lock import RUN_LOCK
from inksift.curation.store.manifest import MANIFEST_GUARD
from inksift.curation.store.sqlite_files import BESIDE_SQLITE
from inksift.curation.store.workspace import Workspace

_OF_THE_MOMENT = frozenset({RUN_LOCK, "run.guard", MANIFEST_GUARD})
"""What belongs to the run that goes on, which is this backup."""
_SQLITE = b"SQLite format 3\x00"
"""What an SQLite database begins with."""


class BackedUp(NamedTuple):
    """What a backup holds."""

    files: int
    size_bytes: int
    """Of the backup itself."""


def back_up(workspace: Workspace, target: Path) -> BackedUp:
    """Write the whole workspace into `target`, a tar file that is there whole or not at all.

    No run may go on meanwhile, or LockedError names it; people may decide: databases are copied by
    SQLite's own backup. Files that share their bytes, as kept runs do, share them in it too."""
    with workspace.locked(), atomic_file(target) as file:
        workspace.manifest.add_all()  # what a killed run left is named where it is put back, too
        files = _write(workspace.root, file)
    return BackedUp(files, target.stat().st_size)


def _write(root: Path, file: IO[bytes]) -> int:
    with tarfile.open(fileobj=file, mode="w") as tar:
        count = 0
        for path in _paths(root):
            _add(tar, path, path.relative_to(root).as_posix())
            count += not path.is_dir()
    return count


def _paths(root: Path) -> Iterator[Path]:
    """What belongs to the workspace, folders before what is in them."""
    for path in sorted(root.rglob("*")):
        beside = any(
            path.name.endswith(ending) and path.with_name(path.name.removesuffix(ending)).exists()
            for ending in BESIDE_SQLITE
        )
        if path.name not in _OF_THE_MOMENT and not beside:
            yield path


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    if path.is_symlink() or not path.is_file() or not _is_database(path):
        tar.add(path, name, recursive=False)
        return
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        _copy_database(path, Path(copy.name))
        member = tar.gettarinfo(path, name)
        member.type, member.size = tarfile.REGTYPE, Path(copy.name).stat().st_size
        with Path(copy.name).open("rb") as data:
            tar.addfile(member, data)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _copy_database(path: Path, copy: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot copy the database {path} ({error}): end what writes into it, then try again"
        ) from error
