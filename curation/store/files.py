"""Files written whole or not at all: the only way in which inksift puts bytes into a workspace."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from curation.base.errors import StoreError

_TEMPORARY = ".partial-"


def write_atomically(target: Path, data: bytes) -> None:
    """Make `target` hold `data`: after a crash at any point it is the old file or the new one,
    never a torn one.

    StoreError when the disk is full, the quota is reached or the folder cannot be written.
    """
    with atomic_file(target) as file:
        file.write(data)


def demand_writable(folder: Path, remedy: str) -> None:
    """StoreError, with what to do, where no file can be made in a folder that exists."""
    try:
        with temporary_beside(folder / "new") as temporary:
            temporary.touch()
    except OSError as error:
        raise StoreError(f"cannot write to {folder} ({error.strerror}): {remedy}") from error


@contextmanager
def atomic_file(target: Path) -> Iterator[BinaryIO]:
    """A new file that becomes `target` when the block ends, and leaves nothing behind when the
    block fails: for what need not fit into memory.

    StoreError as above.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(target) as temporary:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            put_in_place(temporary, target)
    except OSError as error:
        raise StoreError(_why_unwritten(target, error)) from error


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """A free name in the folder of `target`, for what is to become it; what still has that name
    when the block ends is removed."""
    temporary = target.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
    try:
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, target: Path) -> None:
    """Give a whole file its name, and replace what has it; the disk remembers that."""
    os.replace(temporary, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Ask the disk to remember the names in `folder`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path, *, without: str = "") -> None:
    """Remove what killed runs left half-written below `folder`, its folder `without` left as it
    is."""
    for place, folders, names in os.walk(folder):
        if Path(place) == folder and without in folders:
            folders.remove(without)
        for name in names:
            if name.startswith(_TEMPORARY):
                Path(place, name).unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _why_unwritten(target: Path, error: OSError) -> str:
    """Why `target` could not be written, and what to do: make space, or allow it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"no space left for {target}: free some disk space, or choose another --workspace, and "
            "run again"
        )
    return (
        f"cannot write {target} ({error.strerror}): check the folder's permissions, or choose "
        "another --workspace"
    )
