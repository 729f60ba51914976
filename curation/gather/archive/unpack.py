"""Archives as a folder of pictures: unpacked into the workspace once, and read like any other
folder for as long as they stay the same.

A folder appears whole or not at all: what a killed run left is removed and done again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Location
from inksift.curation.base.progress import bars_hidden
from inksift.curation.gather.archive.arrange import Member, classes_told, key_of, places
from inksift.curation.gather.archive.kinds import (
    ENDINGS_OF_ARCHIVES,
    Archive,
    Archives,
    find_archives,
)
from inksift.curation.gather.archive.parquets import read_parquet_pictures
from inksift.curation.gather.archive.sink import (
    Bounds,
    DamagedArchiveError,
    Refused,
    Sink,
    Spent,
    demand_space,
    numbered,
    unwritten,
)
from inksift.curation.gather.archive.tars import read_tar
from inksift.curation.gather.archive.zips import promised_bytes, read_zip
from inksift.curation.gather.folder.choice import ending
from inksift.curation.store.files import put_in_place, write_atomically
from inksift.curation.store.workspace import UNPACKED_FOLDER, Workspace

_FORMAT = 1
"""Raised whenever members would be placed otherwise than before."""

_PICTURES, _FACTS = "pictures", "unpacked.json"

_MOST_NAMED = 5
"""Names that a sentence lists."""


class Unpacked(NamedTuple):
    """The folder that is read, the members that are not in it, and what a person should know."""

    folder: Path
    refused: list[Refused]
    told: list[str]


def unpacked(
    source: Path, workspace: Workspace, bounds: Bounds, *, link_roots: Sequence[Path] = ()
) -> Unpacked:
    """The folder of pictures that `source` is, or that its archives are unpacked into.

    SourceError where nothing in them can be read, or they take more than `bounds`; StoreError when
    the disk is full."""
    place = _place(source, workspace)
    found = find_archives(source, link_roots)
    if not found.archives:
        _remove(place)
        return Unpacked(source, [], [])
    facts = _facts(found, bounds)
    if not _holds(place, facts):
        _unpack(source, found, place, bounds, facts)
        if find_archives(source, link_roots) != found:
            _remove(place)
            raise SourceError(f"{source} changed while it was unpacked: run again when it is whole")
    kept = _read_facts(place)
    refused = [Refused(bytes.fromhex(path), *rest) for path, *rest in kept["refused"]]
    return Unpacked(place / _PICTURES, refused, kept["told"])


def unpacked_pictures(source: Path, workspace: Workspace) -> Path:
    """Where the files of a path that was read lie: the folder that it was unpacked into, or itself.
    SourceError where an archive was not unpacked, or that was removed."""
    folder = _place(source, workspace) / _PICTURES
    if folder.is_dir():
        return folder
    if source.is_file():
        raise SourceError(
            f"{source} is not unpacked in {workspace.root}: run `inksift run` on it again"
        )
    return source


def _place(source: Path, workspace: Workspace) -> Path:
    """The folder of the workspace for what a source is unpacked into."""
    return folder_for(source.resolve(), workspace)


def folder_for(real: Location, workspace: Workspace) -> Path:
    """The folder of the workspace for what is kept of a source, by its real name."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", real.name)[:60].lstrip(".") or "source"
    digest = hashlib.sha256(os.fsencode(str(real))).hexdigest()[:12]
    return workspace.root / UNPACKED_FOLDER / f"{name}-{digest}"


def _facts(found: Archives, bounds: Bounds) -> dict[str, Any]:
    """What must be the same for a folder to be used again."""
    archives = [[archive.name, *archive[3:]] for archive in found.archives]
    return {"format": _FORMAT, "archives": archives, "member_bytes": bounds.member_bytes}


def _read_facts(place: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((place / _FACTS).read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _holds(place: Path, facts: dict[str, Any]) -> bool:
    """Whether a folder holds what the archives do, and nothing of it is torn or gone."""
    kept = _read_facts(place)
    same = all(kept.get(name) == value for name, value in facts.items())
    return same and kept.get("size") == _size(place / _PICTURES)


def _size(folder: Path) -> list[int]:
    """Files and bytes in a folder."""
    sizes = [entry.stat(follow_symlinks=False).st_size for entry in _files(folder)]
    return [len(sizes), sum(sizes)]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    waiting = [os.fspath(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry


def _remove(place: Path) -> None:
    """Remove what was unpacked, its facts first, so that what is left of it is never used."""
    if place.exists():
        with unwritten(place):
            (place / _FACTS).unlink(missing_ok=True)
            shutil.rmtree(place)


def _unpack(
    source: Path, found: Archives, place: Path, bounds: Bounds, facts: dict[str, Any]
) -> None:
    new = place.with_name(f"{place.name}.new")
    for old in (place, *place.parent.glob("*.new")):
        _remove(old)
    with unwritten(new):
        (new / _PICTURES).mkdir(parents=True)
    demand_space(new, sum(_needed(archive, bounds) for archive in found.archives))
    try:
        refused, told = _fill(source, found, new, bounds)
        size = _size(new / _PICTURES)
        told = [_where(place, size), *told]
        kept = [[entry.path.hex(), entry.size_bytes, entry.error] for entry in refused]
        facts = {**facts, "size": size, "refused": kept, "told": told}
        write_atomically(new / _FACTS, json.dumps(facts).encode())
        put_in_place(new, place)
    finally:
        with suppress(OSError):
            _remove(new)


def _needed(archive: Archive, bounds: Bounds) -> int:
    if archive.kind == "zip":
        return max(archive.size_bytes, promised_bytes(archive, bounds.member_bytes))
    return archive.size_bytes


def _where(place: Path, size: Sequence[int]) -> str:
    return f"unpacked into {place}: {size[0]} files, {size[1] / 1e6:.1f} MB"


def _fill(
    source: Path, found: Archives, new: Path, bounds: Bounds
) -> tuple[list[Refused], list[str]]:
    """Unpack all archives into `new`, and place their members; what is refused, and what is to be
    told."""
    spent = Spent(bounds, new)
    sinks: dict[str, Sink] = {}
    damaged: dict[str, str] = {}
    for number, archive in enumerate(
        tqdm(found.archives, "unpack", unit="archive", disable=bars_hidden())
    ):
        sinks[archive.name] = Sink(new / str(number), spent)
        try:
            _read(archive, sinks[archive.name], spent)
        except DamagedArchiveError as error:
            damaged[archive.name] = str(error)
    _demand_files(source, sinks, damaged)
    refused = _place_all(sinks, new / _PICTURES)
    for sink in sinks.values():
        shutil.rmtree(sink.folder)
    torn = [name for name in found.beside if name.lower().endswith(ENDINGS_OF_ARCHIVES)]
    refused += [_whole(name) for name in [*damaged, *torn]]
    others = [name for name in found.beside if name not in torn]
    return refused, [*damaged.values(), *_beside(others)]


def _read(archive: Archive, sink: Sink, spent: Spent) -> None:
    if archive.kind == "tar":
        read_tar(archive, sink, spent)
    elif archive.kind == "zip":
        read_zip(archive, sink)
    else:
        read_parquet_pictures(archive, sink)


def _demand_files(source: Path, sinks: dict[str, Sink], damaged: dict[str, str]) -> None:
    """SourceError where no file came out of any archive."""
    if any(sink.files for sink in sinks.values()):
        return
    if damaged:
        raise SourceError(next(iter(damaged.values())))
    every = list(chain.from_iterable(sink.refused.values() for sink in sinks.values()))
    why = ", ".join(sorted({entry.error for entry in every})) or "it is empty"
    raise SourceError(
        f"nothing to read in {source} ({len(every)} members: {why}): expected "
        "class_name/picture.jpg in it, without a password"
    )


def _place_all(sinks: dict[str, Sink], target: Path) -> list[Refused]:
    """Move every file to its place below `target`; the refused members, by the places that they
    would have."""
    files, lost = [], []
    for name, sink in sinks.items():
        files += [Member(name, path) for path in sink.files]
        lost += [Member(name, path) for path in sink.refused]
    told = classes_told({name: sink.folder for name, sink in sinks.items()}, files)
    placed = places([*files, *lost], told)
    files = [member for member in files if not _is_class_alone(member, told)]
    taken: set[bytes] = set()
    moved = [(member, _distinct(placed[member], taken)) for member in files]
    refused = [(member, _distinct(placed[member], taken)) for member in lost]
    return [
        *_move_all(sinks, moved, target),
        *(sinks[one.archive].refused[one.path]._replace(path=path) for one, path in refused),
    ]


def _is_class_alone(member: Member, told: Mapping[Member, str]) -> bool:
    """Whether a file says no more than the folder that its picture is put into."""
    return ending(member.path) == ".cls" and key_of(member) in told


def _move_all(
    sinks: dict[str, Sink], moved: Sequence[tuple[Member, bytes]], target: Path
) -> Iterator[Refused]:
    """Move files below `target`; those that cannot be there."""
    for member, path in moved:
        old = sinks[member.archive].folder / os.fsdecode(member.path)
        if not _move(old, target / os.fsdecode(path)):
            yield Refused(path, old.stat().st_size, "outside_archive")


def _distinct(path: bytes, taken: set[bytes]) -> bytes:
    """A path that no other file has."""
    free, number = path, 1
    while free in taken:
        number += 1
        free = numbered(path, number)
    taken.add(free)
    return free


def _move(old: Path, new: Path) -> bool:
    """Whether a file could be moved; not where one of its folders is called like a file."""
    with unwritten(new):
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            return False
    return True


def _whole(archive: str) -> Refused:
    """The row that stands for what could not be read of an archive; it is in no class."""
    return Refused(os.fsencode(archive.replace("/", "-")), 0, "archive_damaged")


def _beside(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMED} more" if names[_MOST_NAMED:] else ""
    listed = ", ".join(names[:_MOST_NAMED])
    return [f"no pictures and no archives, so not read beside these: {listed}{more}"]
