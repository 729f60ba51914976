"""Archives in an object store: fetched into the workspace once, and unpacked there like any other.

What is called like one counts only where no object beside it begins like a picture, as in a folder
of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from inksift.curation.base.engine import in_batches
from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Url
from inksift.curation.gather.archive.kinds import ENDINGS_OF_ARCHIVES
from inksift.curation.gather.archive.sink import demand_space, unwritten
from inksift.curation.gather.folder.choice import CLUTTER, Choice
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.gate.formats import ALLOWED, HEAD_SIZE, sniff
from inksift.curation.gather.remote.keys import Objects
from inksift.curation.gather.remote.reach import RemoteReach
from inksift.curation.gather.remote.spool import Spool
from inksift.curation.store.objects.interface import ObjectError, ObjectFacts, ObjectStore
from inksift.curation.store.objects.opened import read_object

_NO_BOUND = 2**62
"""Bytes of archives that are fetched: the disk has the last word."""

_MOST_IN_A_NAME = 255
"""Bytes, as file systems allow."""


def consists_of_archives(reach: RemoteReach, listed: Objects) -> bool:
    """Whether a folder holds archives, and no picture beside them."""
    leaves_out = Choice(exclude=CLUTTER).matcher()
    paths = [path for path in sorted(listed) if leaves_out(path) is None]
    others = [path for path in paths if not _called_an_archive(path)]
    return len(others) < len(paths) and not any(_is_picture(reach, path) for path in others)


def fetched(objects: ObjectStore, url: Url, listed: Objects, folder: Path) -> Path:
    """A folder of this machine, in `folder`, with these objects as files; what is there as it is
    listed is not read again. SourceError where one cannot be had, or cannot be a file."""
    for path in listed:
        _demand_name(path, url)
    spool = Spool(folder / "copies", _NO_BOUND)
    missing = [one for one in listed.values() if not spool.holds(one)]
    with unwritten(folder):
        folder.mkdir(parents=True, exist_ok=True)
    demand_space(folder, sum(one.size_bytes for one in missing))
    for batch in in_batches(missing, 1, f"fetch from {url}"):
        _fetch(objects, url, spool, batch)
    spool.keep(listed.values())
    tree = folder / "files"
    with unwritten(tree):
        shutil.rmtree(tree, ignore_errors=True)
        for path, one in listed.items():
            _link(spool.place(one), tree / os.fsdecode(path))
    return tree


def _fetch(objects: ObjectStore, url: Url, spool: Spool, batch: Iterable[ObjectFacts]) -> None:
    for one in batch:
        try:
            os.close(spool.fill(one, read_object(objects, one)))
        except ObjectError as error:
            raise SourceError(
                f"cannot fetch {one.key} of {url}: {error}; run again, what was fetched is kept"
            ) from error


def _link(copy: Path, place: Path) -> None:
    """A second name for a copy, so that the file stays the same as long as the object does."""
    place.parent.mkdir(parents=True, exist_ok=True)
    os.link(copy, place)


def _called_an_archive(path: bytes) -> bool:
    return path.lower().endswith(tuple(ending.encode() for ending in ENDINGS_OF_ARCHIVES))


def _is_picture(reach: RemoteReach, path: bytes) -> bool:
    try:
        return sniff(reach.head(path, HEAD_SIZE)) in ALLOWED
    except RefusedError:
        return False


def _demand_name(path: bytes, url: Url) -> None:
    parts = path.split(b"/")
    odd = {b"", b".", b".."} & {*parts} or b"\0" in path
    if odd or max(map(len, parts)) > _MOST_IN_A_NAME:
        raise SourceError(
            f"{url} holds archives, and {path!a} beside them, which no file can be called: remove "
            "it, or name the folder of the archives alone"
        )
