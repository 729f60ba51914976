"""Files written whole or not at all: the only way in which inksift puts bytes into a workspace."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from inksift.curation.base.errors import StoreError
from inksift.curation.base.machine_errors import NO_SPACE

_TEMPORARY = ".partial-"


def write_atomically(target: Path, data: bytes) -> None:
    """Make `target` hold `data`: after a crash at any point it is the old file or the new one,
    never a torn one.

    StoreError when the disk is full, the quota is reached or the folder cannot be written.
    """
    with atomic_file(target) as file:
        file.write(data)


def write_unsynced(target: Path, data: bytes) -> None:
    """As `write_atomically` against a kill, without waiting for the disk: after a loss of power
    `target` is the old file, the new one, or empty."""
    try:
        with temporary_beside(target) as temporary:
            temporary.write_bytes(data)
            os.replace(temporary, target)
    except OSError as error:
        raise StoreError(_why_unwritten(target, error)) from error


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
        make_folder(target.parent)
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


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """An empty folder that becomes `target`, which must not be there yet, when the block ends, and
    is gone when the block fails: `target` is never there in part.

    StoreError as `atomic_file`.
    """
    temporary = target.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
    try:
        make_folder(target.parent)
        temporary.mkdir()
        yield temporary
        sync_folder(temporary)
        os.rename(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreError(_why_unwritten(target, error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def move(path: Path, target: Path) -> None:
    """Give a file or folder another place, which nothing has yet. On another disk it is there whole
    before it is gone from where it was.

    StoreError as `atomic_file`.
    """
    try:
        make_folder(target.parent)
        os.rename(path, target)
        sync_folder(target.parent)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise StoreError(_why_unwritten(target, error)) from error
        _move_to_another_disk(path, target)


def _move_to_another_disk(path: Path, target: Path) -> None:
    if path.is_dir():
        with whole_folder(target) as folder:
            shutil.copytree(path, folder, symlinks=True, dirs_exist_ok=True)
            _sync_all(folder)
        remove_folder(path)
        return
    copy_file(path, target)
    try:
        path.unlink()
    except OSError as error:
        raise StoreError(_why_unwritten(path, error)) from error


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it: after a crash it is there whole, or gone.

    StoreError where it cannot be removed.
    """
    gone = folder.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
    try:
        os.rename(folder, gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise StoreError(_why_unwritten(folder, error)) from error


def same_file(source: Path, target: Path) -> None:
    """Give a file of the workspace a second name, which costs no space, in place of what has that
    name; a copy where the file system knows no hard links.

    As inksift replaces files and never changes them in place, what it writes under one name does
    not show under the other. StoreError as `atomic_file`.
    """
    try:
        with temporary_beside(target) as temporary:
            os.link(source, temporary)
            put_in_place(temporary, target)
    except OSError:
        copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Put a copy of a file in place of what has that name. StoreError as `atomic_file`."""
    with atomic_file(target) as copy, source.open("rb") as original:
        shutil.copyfileobj(original, copy)


def point_to(link: Path, name: str) -> None:
    """Make `link` lead to what is called `name` beside it; where the file system knows no links, a
    text file called like it says the name."""
    try:
        with temporary_beside(link) as temporary:
            temporary.symlink_to(name)
            put_in_place(temporary, link)
        _note_of(link).unlink(missing_ok=True)
    except OSError:
        write_atomically(_note_of(link), f"{name}\n".encode())


def pointed_to(link: Path) -> str:
    """The name that `point_to` wrote last; "" where it never did."""
    if _note_of(link).is_file():
        return _note_of(link).read_text(errors="replace").strip()
    return os.readlink(link) if link.is_symlink() else ""


def _note_of(link: Path) -> Path:
    return link.with_name(f"{link.name}.txt")


def make_folder(folder: Path) -> None:
    """Make a folder where there is none, with those above it, and ask the disk to remember each:
    what is synced in a folder is lost with the name of the folder. OSError where it cannot be."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Ask the disk to remember the names in `folder`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_all(folder: Path) -> None:
    """Ask the disk to remember a folder with all that is in it."""
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            if not path.is_symlink():  # which its folder remembers
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        sync_folder(Path(place))


def sweep(folder: Path, *, without: str = "") -> None:
    """Remove what killed runs left half-written below `folder`, its folder `without` left as it
    is."""
    for place, folders, names in os.walk(folder):
        if Path(place) == folder and without in folders:
            folders.remove(without)
        for name in [name for name in folders if name.startswith(_TEMPORARY)]:
            folders.remove(name)
            shutil.rmtree(Path(place, name))
        for name in names:
            if name.startswith(_TEMPORARY):
                Path(place, name).unlink(missing_ok=True)


def holds_nothing(folder: Path, *, but: str = "") -> bool:
    """Whether a folder is empty, `but` for a file of that name, and for what a process left that
    was killed at its first write."""
    return all(path.name == but or path.name.startswith(_TEMPORARY) for path in folder.iterdir())


def lies_within(name: str) -> bool:
    """Whether a name, as a list of files tells it, is one of a file below the folder of that list.

    >>> lies_within("report-data/1.js"), lies_within("../mine"), lies_within("/etc/mine")
    (True, False, False)
    """
    parts = name.split("/")
    return "\0" not in name and not {"", ".", ".."} & set(parts)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; nothing where the file is gone or damaged."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _why_unwritten(target: Path, error: OSError) -> str:
    """Why `target` could not be written, and what to do: make space, or allow it."""
    if error.errno in NO_SPACE:
        return (
            f"no space left for {target}: free some disk space, or choose another place, and "
            "run again"
        )
    return (
        f"cannot write {target} ({error.strerror}): check the folder's permissions, or choose "
        "another place"
    )
