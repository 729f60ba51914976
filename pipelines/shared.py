"""A workspace that a URL names: the copy of it on this machine that all commands work on, in step
with what is shared."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from inksift.curation.base.beats import now_and_then
from inksift.curation.base.errors import LockedError, ParamError, StoreError
from inksift.curation.base.location import Location, Url, lies_in, location_of
from inksift.curation.people.ledger.travel import TravellingLedger
from inksift.curation.store.lock import RUN_LOCK, demand_free, guarded
from inksift.curation.store.objects.interface import ObjectError
from inksift.curation.store.objects.opened import object_store
from inksift.curation.store.shared.contents import LOCK, Files
from inksift.curation.store.shared.hold import shared_hold
from inksift.curation.store.shared.working_copy import WorkingCopy
from inksift.curation.store.workspace import Workspace

_NEVER_SHARED = ("gs",)
"""Schemes whose library replaces an object by its generation alone, and not by its ETag."""

_STATE, _FOLDER = "state.json", "workspace"


def local_workspace(named: Location) -> Path:
    """The folder of a workspace: a path itself, for a URL the copy on this machine, as it is shared
    now. StoreError where the store cannot be used, ParamError where none of its kind can."""
    if isinstance(named, Path):
        return named
    if named.scheme in _NEVER_SHARED:
        raise ParamError(
            f"{named}: a workspace cannot be at {named.scheme}:// yet, pictures can: choose a "
            "--workspace at s3:// or az://, or a folder"
        )
    place = _place(named)
    root = place / _FOLDER
    root.mkdir(parents=True, exist_ok=True)
    with _alone_with_copy(named, place) as copy:
        if not _is_at_work(copy):
            copy.pull()
    return root


def share(workspace: Path, since: Files | None = None) -> None:
    """Publish what changed in the copy of a shared workspace, or of that what changed `since` it
    had these files; nothing for any other, and while a run is at work, which does so itself."""
    if url := _url_at(workspace):
        with _alone_with_copy(url, workspace.parent) as copy:
            if not _is_at_work(copy):
                copy.push(since)


def share_ledger(workspace: Path) -> None:
    """Publish what people decided in the copy of a shared workspace, and nothing else; nothing for
    any other."""
    if url := _url_at(workspace):
        with _alone_with_copy(url, workspace.parent) as copy:
            copy.push_ledger()


def files_of(workspace: Path) -> Files:
    """The files of a copy of a shared workspace, as they are now."""
    url = _url_at(workspace)
    return _copy(url, workspace.parent).files() if url else {}


@contextmanager
def held(workspace: Workspace, *pictures: Location) -> Iterator[None]:
    """Hold what a workspace is a copy of for one run, which begins with what is shared now, and
    share what it made, its measurements meanwhile. Nothing for a workspace that is no copy.

    ParamError where it would be shared among `pictures`."""
    url, place = _url_at(workspace.root), workspace.root.parent
    if url is None:
        yield
        return
    _demand_apart(url, pictures)
    copy = _copy(url, place)
    with _told(url), shared_hold(copy.objects, url.prefix + LOCK, where=str(url)) as lock:
        with _alone_in(place):
            copy.pull()
        try:
            with now_and_then(copy.push_measured, otherwise="what was measured is not shared yet"):
                yield
        finally:
            lock.demand()
            with _alone_in(place):
                copy.push()


def _demand_apart(url: Url, pictures: Iterable[Location]) -> None:
    for folder in pictures:
        if lies_in(url, folder) or lies_in(folder, url):
            pair = f"the workspace {url} and the pictures in {folder}"
            raise ParamError(f"{pair} lie inside each other: choose another --workspace")


@contextmanager
def _alone_with_copy(url: Url, place: Path) -> Iterator[WorkingCopy]:
    """The copy of a URL as it is now, for a block that no other process looks or changes beside."""
    with _alone_in(place), _told(url):
        yield _copy(url, place)


def _alone_in(place: Path) -> AbstractContextManager[None]:
    """For a block that looks whether a run is at work on the copy there and then changes it: no
    other process does so meanwhile."""
    return guarded(place / "copy")


def _is_at_work(copy: WorkingCopy) -> bool:
    """Whether a run of another process works on the copy."""
    try:
        demand_free(copy.root / RUN_LOCK)
    except LockedError:
        return True
    return False


def _url_at(workspace: Path) -> Url | None:
    """What a workspace is a copy of; None where it is none."""
    try:
        url = location_of(json.loads((workspace.parent / _STATE).read_bytes())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if isinstance(url, Url) else None


def _copy(url: Url, place: Path) -> WorkingCopy:
    with _told(url):
        objects = object_store(url)
    root = place / _FOLDER
    return WorkingCopy(url, objects, root, place / _STATE, TravellingLedger(root))


def _place(url: Url) -> Path:
    """Where the copy of a URL is: among what this user may lose."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", url.name)[:60].lstrip(".") or "workspace"
    digest = hashlib.sha256(str(url).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return user_cache_path("inksift") / "workspaces" / f"{name}-{digest}"


@contextmanager
def _told(url: Url) -> Iterator[None]:
    """What the store says, as StoreError."""
    try:
        yield
    except ObjectError as error:
        raise StoreError(
            f"cannot use {url} ({error}): check its name, and that you may write there; what was "
            f"made is in {_place(url)}, and shared by the next run that can, decisions by any "
            "command"
        ) from error
