"""Parts, vectors, tables and networks: what is damaged is set aside, so that it is made again, and
the manifest is brought in line with what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import Table
from inksift.curation.publish.mending.mend import Mend
from inksift.curation.publish.verify_parts import damaged_parts, lost_files, unused_vectors
from inksift.curation.publish.verify_stored import damaged_models, unread_tables
from inksift.curation.store.manifest import MANIFEST_FILE, ManifestError, paths_of
from inksift.curation.store.moved_aside import MovedAside
from inksift.curation.store.part_index import damaged_indexes
from inksift.curation.store.workspace import TABLES, Workspace


def stored_mends(
    workspace: Workspace, contracts: Mapping[str, Table], aside: MovedAside
) -> Iterator[Mend]:
    """All of them."""
    damaged = [*damaged_parts(workspace)]
    unused = [] if damaged else unused_vectors(workspace)  # a damaged part may tell of them
    tables = [table.path for table in unread_tables(workspace, contracts) if table.is_damaged]
    indexes = damaged_indexes(workspace.root / "measurements")
    each = partial(_each, workspace)
    give_up = partial(_give_up, workspace, aside)
    yield from each(damaged, "set aside, and measured again", give_up)
    yield from each(tables, "set aside, and made again by the next run", aside.move)
    yield from each(damaged_models(workspace), "set aside, and made anew", aside.move)
    yield from each(indexes, "removed, and made anew as it is needed", Path.unlink)
    yield from each(unused, "set aside, as no part tells of it", give_up)
    yield from _of_manifest(workspace, contracts, aside)


def _each(
    workspace: Workspace, paths: Iterable[Path], what: str, do: Callable[[Path], object]
) -> Iterator[Mend]:
    for path in paths:
        yield Mend(path.relative_to(workspace.root).as_posix(), what, partial(do, path))


def _of_manifest(
    workspace: Workspace, contracts: Mapping[str, Table], aside: MovedAside
) -> Iterator[Mend]:
    manifest = workspace.manifest
    there = paths_of(manifest.there())
    try:
        named = manifest.names()
    except ManifestError:
        yield Mend(
            MANIFEST_FILE,
            "set aside, and made anew of what is there",
            partial(_anew, workspace, aside),
        )
        return
    except StoreError:  # out of reach now: `inksift verify` tells
        return
    if new := there - paths_of(named or {}):
        what = f"{len(new)} stored files that it did not name are named"
        yield Mend(MANIFEST_FILE, what, manifest.add_all)
    for folder, names in lost_files(workspace).items():
        lost = {workspace.root / folder / name for name in names}
        made = {path for path in lost if workspace.name_of_table(path) in contracts}
        if lost - made:  # the others are told until a run has made them again
            what = f"{len(lost - made)} stored files that are gone are named no longer"
            yield Mend(folder, f"{what}{_then(folder)}", partial(manifest.drop, lost - made))


def _then(folder: str) -> str:
    in_tables = folder.partition("/")[0] == TABLES
    return ", as no run makes them any more" if in_tables else ", and measured again"


def _anew(workspace: Workspace, aside: MovedAside) -> None:
    aside.move(workspace.manifest.file)
    workspace.manifest.add_all()


def _give_up(workspace: Workspace, aside: MovedAside, part: Path) -> None:
    workspace.manifest.drop([part])
    aside.move(part)
