"""Where a source is, on this machine or in an object store: asked here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Location, Url
from inksift.curation.gather.archive.sink import Bounds
from inksift.curation.gather.archive.unpack import folder_for, unpacked, unpacked_pictures
from inksift.curation.gather.folder.choice import Choice
from inksift.curation.gather.folder.reach import Reach, reach_of
from inksift.curation.gather.folder.snapshot import Snapshot, snapshot_of, snapshot_of_files
from inksift.curation.gather.folder.walk import (
    Listed,
    demand_files,
    list_files,
    lost_file,
    with_lost,
)
from inksift.curation.gather.remote.keys import Objects, as_files, list_folder
from inksift.curation.gather.remote.packed import consists_of_archives, fetched
from inksift.curation.gather.remote.reach import RemoteReach, remote_reach, store_at
from inksift.curation.gather.remote.spool import Spool
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.workspace import Workspace


class ListedSource(NamedTuple):
    """A source as it is read: how its files are reached, which there are, and what is to know of
    the archives that it came from."""

    reach: Reach
    listing: Listed
    told: Sequence[str]


@contextmanager
def listed_source(
    source: Location,
    workspace: Workspace,
    *,
    choice: Choice,
    bounds: Bounds,
    link_roots: Sequence[Path] | None = None,
) -> Iterator[ListedSource]:
    """The files of a source, for as long as the block reads them. Links are followed within a path
    of this machine and into `link_roots`, where these are given. SourceError where it cannot be
    used, or holds no file."""
    if isinstance(source, Path):
        with _folder(source, source, workspace, choice, bounds, link_roots) as listed:
            yield listed
        return
    objects, kept = store_at(source), folder_for(source, workspace)
    found = list_folder(objects, source)
    spool = Spool(kept.with_name(f"{kept.name}.spool"), bounds.total_bytes)
    reach = RemoteReach(objects, source, spool, found)
    packed = _packed(objects, source, found, reach, kept)
    if packed is not None:
        with _folder(packed, source, workspace, choice, bounds, None) as listed:
            yield listed
        return
    listing = as_files(found, choice, max_file_bytes=bounds.member_bytes)
    yield ListedSource(reach, demand_files(listing, source), [])


def reach_again(source: Location, link_roots: Sequence[Path] = ()) -> AbstractContextManager[Reach]:
    """How files of a source that was read are reached by those who have their paths; links are
    followed into `link_roots`. SourceError where it cannot be used."""
    if isinstance(source, Url):
        return remote_reach(source)
    return reach_of(source, link_roots)


def pictures_of(source: Location, workspace: Workspace) -> Location:
    """Where the files of a source that was read lie: where it was unpacked into, or itself.
    SourceError where an archive was not unpacked, or that was removed."""
    if isinstance(source, Path):
        return unpacked_pictures(source, workspace)
    files = next(_fetched_places(folder_for(source, workspace), source), None)
    return unpacked_pictures(files, workspace) if files else source


def snapshot(source: Location) -> Snapshot:
    """What lies in a source, by names, sizes and times; nothing in it is opened."""
    if isinstance(source, Path):
        return snapshot_of(source)
    found = list_folder(store_at(source), source)
    return snapshot_of_files(
        (path, b"%d\0%s" % (one.size_bytes, one.tag.encode())) for path, one in found.items()
    )


@contextmanager
def _folder(
    folder: Path,
    source: Location,
    workspace: Workspace,
    choice: Choice,
    bounds: Bounds,
    link_roots: Sequence[Path] | None,
) -> Iterator[ListedSource]:
    """What a path of this machine holds, called by the name that a person gave."""
    roots = () if link_roots is None or not folder.is_dir() else (folder, *link_roots)
    archives = unpacked(folder, workspace, bounds, link_roots=roots)
    with reach_of(archives.folder, roots) as reach:
        listing = list_files(reach, source, max_file_bytes=bounds.member_bytes, choice=choice)
        lost = [lost_file(*entry) for entry in archives.refused]
        yield ListedSource(reach, with_lost(listing, lost, choice), archives.told)


def _packed(
    objects: ObjectStore, url: Url, found: Objects, reach: RemoteReach, kept: Path
) -> Path | None:
    """The path of this machine that a URL of archives, or of one, was fetched to; None for one of
    pictures. SourceError where the store does not say."""
    folder = kept.with_name(f"{kept.name}.fetched")
    if found:
        archives = consists_of_archives(reach, found)
        return fetched(objects, url, found, folder) if archives else None
    try:
        one = objects.facts(url.path) if url.path else None
    except ObjectError as error:
        if error.fault != "gone":
            raise SourceError(f"cannot read {url}: {error}") from error
        return None
    if one is None:
        return None
    name = url.name.encode("utf-8", "surrogateescape")
    return fetched(objects, url, {name: one}, folder) / url.name


def _fetched_places(kept: Path, url: Url) -> Iterator[Path]:
    files = kept.with_name(f"{kept.name}.fetched") / "files"
    yield from (place for place in (files / url.name, files) if place.exists())
