"""The proof that every part and table that was stored is there, and as it was stored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.publish.problem import REPAIR, Problem
from inksift.curation.store.files import file_digest
from inksift.curation.store.manifest import MANIFEST_FILE, ManifestError, NamesByFolder
from inksift.curation.store.part_index import damaged_indexes
from inksift.curation.store.row_files import VECTOR_ENDING
from inksift.curation.store.tables import RUN_AGAIN, read_columns, vectors_told_of
from inksift.curation.store.workspace import Workspace

_NAME_ANEW = "the next run names what is there, and so does `inksift repair`"
_HOLD_THUMBNAILS = ("thumbnails", "test_thumbnails")
"""The tables that name parts of thumbnails."""

_TELL_OF_VECTORS = ("measurements", "tables", "runs")
"""The folders in which a table may tell of a file of vectors."""


def part_problems(workspace: Workspace) -> list[Problem]:
    """Parts and files of vectors whose bytes do not match their names, what the manifest names and
    the disk has not, and vectors that nothing uses."""
    damaged = [*_damaged(workspace)]
    listed = [*_against_manifest(workspace)]
    told = {problem.file for problem in (*damaged, *listed)}
    beside = (*_unlocated(workspace, told), *_indexes(workspace))
    unused = () if damaged else _unused(workspace)  # a damaged part may be what tells of them
    return [*damaged, *listed, *beside, *(one for one in unused if one.file not in told)]


def damaged_parts(workspace: Workspace) -> Iterator[Path]:
    """Parts and files of vectors whose bytes do not match their names."""
    folder = workspace.root / "measurements"
    for part in sorted([*folder.rglob("*.parquet"), *folder.rglob(f"*{VECTOR_ENDING}")]):
        if file_digest(part) != part.stem:
            yield part


def lost_files(workspace: Workspace) -> NamesByFolder:
    """What the manifest names and the disk has not; StoreError as `Manifest.names`."""
    there = workspace.manifest.there()
    named = workspace.manifest.names() or {}
    lost = {folder: names - there.get(folder, set()) for folder, names in named.items()}
    return {folder: names for folder, names in lost.items() if names}


def unused_vectors(workspace: Workspace) -> list[Path]:
    """The files of vectors that no part and no table tells of, as a killed run leaves them; none
    where one of these cannot be read, as it may tell of any."""
    root = workspace.root
    found = {*(root / "measurements").rglob(f"*{VECTOR_ENDING}")}
    if not found:
        return []
    tables = chain.from_iterable((root / top).rglob("*.parquet") for top in _TELL_OF_VECTORS)
    try:
        return sorted(found - vectors_told_of(tables))
    except StoreError:
        return []


def _damaged(workspace: Workspace) -> Iterator[Problem]:
    for part in damaged_parts(workspace):
        remedy = f"{RUN_AGAIN}: this file is set aside"
        yield Problem(_name(workspace, part), "its bytes do not match its name", remedy)


def _against_manifest(workspace: Workspace) -> Iterator[Problem]:
    """What is there and not named is no problem: so a killed run leaves it, and one that goes on,
    and so it is in a workspace of an earlier version."""
    try:
        lost = lost_files(workspace)
    except ManifestError:
        yield Problem(MANIFEST_FILE, "damaged", _NAME_ANEW)
    except StoreError as error:
        what, _, remedy = str(error).rpartition(": ")
        yield Problem(MANIFEST_FILE, what, remedy)
    else:
        yield from _lost(workspace, lost)


def _lost(workspace: Workspace, lost: NamesByFolder) -> Iterator[Problem]:
    """One for a whole folder that is gone, which may have had thousands of files."""
    for folder, names in sorted(lost.items()):
        if (workspace.root / folder).is_dir():
            for name in sorted(names):
                yield Problem(f"{folder}/{name}", "stored, but no longer there", RUN_AGAIN)
        else:
            yield Problem(folder, f"gone, with {len(names)} stored files", RUN_AGAIN)


def _unlocated(workspace: Workspace, told: set[str]) -> Iterator[Problem]:
    """Parts of thumbnails that a table names, where the manifest has not told of them."""
    for table in filter(Path.exists, map(workspace.table, _HOLD_THUMBNAILS)):
        try:
            parts = set(read_columns(table, ["part"])["part"])
        except StoreError:  # its own problem
            continue
        for part in sorted(parts - told):
            folder = part.rpartition("/")[0]
            if not (workspace.root / part).exists() and folder not in told:
                what = f"not there, but {table.name} says that thumbnails are in it"
                yield Problem(part, what, RUN_AGAIN)


def _indexes(workspace: Workspace) -> Iterator[Problem]:
    for index in damaged_indexes(workspace.root / "measurements"):
        remedy = "it is made anew as it is needed; `inksift repair` removes it"
        yield Problem(_name(workspace, index), "cannot be read", remedy)


def _unused(workspace: Workspace) -> Iterator[Problem]:
    for file in unused_vectors(workspace):
        yield Problem(
            _name(workspace, file), "no part tells of it", f"{REPAIR}, which sets it aside"
        )


def _name(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix()
