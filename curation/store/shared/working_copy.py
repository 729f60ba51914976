"""A folder of this machine in step with a shared workspace: what others published is fetched, and
what was made here is published, contents first and then the head."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from inksift.curation.base import engine
from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.base.location import Url
from inksift.curation.store.files import atomic_file, point_to, read_json, write_atomically
from inksift.curation.store.manifest import Manifest
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.objects.opened import read_object
from inksift.curation.store.shared.contents import (
    BLOBS,
    HEAD,
    LINK_BYTES,
    PUBLISHED_LIST,
    Files,
    SharedFile,
    SharedHead,
    head_bytes,
    merged,
    read_head,
)
from inksift.curation.store.shared.latest import Latest
from inksift.curation.store.shared.scan import Scan, SeenFile

MEASURED = ("measurements/", "models/", "workspace.json")
"""What a run only ever adds to, so that it may be shared before the run ends; and what says whose
folder it is, without which no other machine would open it."""

_AT_A_TIME = 8
"""Contents that are sent or fetched at a time."""

_LARGE_BYTES = 2**26
"""Contents from this size on are sent one at a time, as each is in memory whole meanwhile."""

_TRIES = 5
"""Of putting the head where others put theirs meanwhile."""

log = logging.getLogger("inksift")


class Travelling(Protocol):
    """A file that two sides may have added to, and that is merged instead of replaced."""

    name: str
    """What it is called in the shared workspace."""
    files: tuple[str, ...]
    """Its files here, which do not travel themselves."""

    def packed(self) -> bytes:
        """What is here; nothing where there is none."""
        ...

    def take_in(self, theirs: bytes) -> None:
        """Add what is there to what is here."""
        ...


class WorkingCopy:
    """The folder `root` beside its state, in step with the workspace at `url`.

    StoreError where the store cannot be used, LockedError where another run published what this one
    changed too."""

    def __init__(
        self, url: Url, objects: ObjectStore, root: Path, state: Path, ledger: Travelling
    ) -> None:
        self.url, self.root = url, root
        self.objects = objects
        self._state, self._ledger = state, ledger
        self._scan, self._latest = Scan(root, ledger.files), Latest(url, objects, root)
        self._turn = threading.Lock()
        self._recall()

    def pull(self) -> None:
        """Fetch what others published since. A file that both sides changed becomes theirs, and
        what was measured here stays."""
        with self._turn:
            self._recall()  # another process may have pulled since
            conflicts = self._take_in(self._head())
        if conflicts:
            log.warning("%s: %d files are as another run left them", self.url, len(conflicts))

    def push(self, since: Files | None = None) -> None:
        """Publish what is here, where it differs from what is there; where these were the files at
        some time, what changed since then alone, and all that people decided."""
        if since is not None:
            since = {path: one for path, one in since.items() if path != self._ledger.name}
        with self._turn:
            for _ in range(_TRIES):
                mine = self.files()
                if since is not None:
                    mine, _ = merged(since, self._base.files, mine)
                if self._is_pushed(mine):
                    self._put_latest()
                    return
                self._take_in(self._head(), alone=True)
        raise LockedError(f"too many others publish in {self.url}: try again")

    def push_measured(self) -> None:
        """Publish what a run measured so far, for the one that follows if this one is killed;
        nothing while another thread pulls or publishes."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            theirs, found = self._head(), self._scan.files()
            measured = {path for path in found if path.startswith(MEASURED)}
            self._add({path: found[path] for path in measured - theirs.files.keys()}, theirs)
        finally:
            self._turn.release()

    def push_ledger(self) -> None:
        """Publish what people decided here, where others published, after what is there."""
        with self._turn:
            for _ in range(_TRIES):
                mine = self._packed()
                if mine in (None, self._base.files.get(self._ledger.name)):
                    return
                theirs = self._head()
                self._take_ledger(theirs)
                mine = self._packed()
                if not theirs.tag or mine is None or self._add({self._ledger.name: mine}, theirs):
                    return
        raise LockedError(f"too many others publish in {self.url}: try again")

    def _add(self, files: Files, theirs: SharedHead) -> bool:
        """Whether these files are published now, beside what is there, which is not fetched; not
        where others published meanwhile, or took everything away."""
        if not files:
            return True
        if self._base.tag and not theirs.tag:
            return False
        self._send(files)
        tag = self._put_head({**theirs.files, **files}, theirs.tag)
        if tag:
            known = tag if theirs.tag == self._base.tag else self._base.tag
            self._remember(SharedHead({**self._base.files, **files}, known))
        return bool(tag)

    def _take_in(self, theirs: SharedHead, *, alone: bool = False) -> list[str]:
        """Make what is there the base of what is here, and give the paths that both sides changed;
        LockedError for such where this side is to be `alone` in changing them."""
        if not theirs.tag:  # nothing yet, or not any more
            self._latest.put.clear()
        if theirs.tag in ("", self._base.tag):
            self._take_ledger(theirs)
            self._remember(self._base if theirs.tag else theirs)
            return []
        here = self._scan.files()
        by_itself = {path: one for path, one in theirs.files.items() if path == self._ledger.name}
        files, conflicts = merged(self._base.files, {**here, **by_itself}, theirs.files)
        if conflicts and alone:
            raise LockedError(
                f"another run published {len(conflicts)} of the same files in {self.url} "
                "meanwhile: run again on what it left; nothing that was measured is lost"
            )
        self._take_ledger(theirs)
        self._make({path: one for path, one in files.items() if path not in by_itself}, here)
        self._latest.note(self._base.files, theirs.files)
        self._remember(theirs)
        return conflicts

    def _make(self, files: Files, here: Files) -> None:
        """Turn the files that are here into these."""
        changed = [path for path in files if files[path] != here.get(path)]
        for some in (
            [path for path in changed if path != PUBLISHED_LIST],
            [*{PUBLISHED_LIST} & {*changed}],
        ):
            engine.per_item(lambda path: self._fetch(path, files[path]), some, workers=_AT_A_TIME)
        gone = [self.root / path for path in here.keys() - files.keys()]
        manifest = Manifest(self.root)
        manifest.drop(gone)
        for place in gone:
            place.unlink(missing_ok=True)
        if changed or gone:
            manifest.add_all()

    def _is_pushed(self, mine: Files) -> bool:
        """Whether these files are published now; not where others published meanwhile."""
        if dict(mine) == dict(self._base.files):
            return True
        self._send(mine)
        tag = self._put_head(mine, self._base.tag)
        if tag:
            self._remember(SharedHead(mine, tag))
        return bool(tag)

    def files(self) -> dict[str, SharedFile]:
        """All files here that are shared, what travels by itself among them."""
        packed, whole = self._packed(), self._scan.files()
        return {**whole, self._ledger.name: packed} if packed else whole

    def _head(self) -> SharedHead:
        """What is shared now, but for what no machine is to have of another, whoever shared it."""
        files, tag = read_head(self.objects, self.url.prefix)
        return SharedHead(self._scan.only_shared(files), tag)

    def _packed(self) -> SharedFile | None:
        """What travels by itself; None where there is nothing in it. As it only grows, what is gone
        here is not gone there."""
        packed = self._ledger.packed()
        if not packed:
            return self._base.files.get(self._ledger.name)
        return hashlib.sha256(packed).hexdigest(), len(packed)

    def _send(self, files: Files) -> None:
        """Put all contents that the head does not name yet."""
        there = set(self._base.files.values())
        places = {one: path for path, one in files.items() if one[1] != LINK_BYTES}
        new = sorted((size, digest, places[digest, size]) for digest, size in places.keys() - there)
        small = [(digest, path) for size, digest, path in new if size < _LARGE_BYTES]
        engine.per_item(lambda pair: self._send_one(*pair), small, workers=_AT_A_TIME)
        for _, digest, path in new[len(small) :]:
            self._send_one(digest, path)

    def _send_one(self, digest: str, path: str) -> None:
        of_ledger = path == self._ledger.name
        data = self._ledger.packed() if of_ledger else (self.root / path).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise LockedError(f"{path} changed while it was published: run again")
        try:
            self.objects.put(self.url.prefix + BLOBS + digest, data, replaces="")
        except ObjectError as error:
            if error.fault != "changed":  # somebody put the same content
                raise

    def _put_head(self, files: Files, tag: str) -> str:
        """The new ETag; "" where the head is not the one with this tag."""
        data = head_bytes(files)
        try:
            return self.objects.put(self.url.prefix + HEAD, data, replaces=tag)
        except ObjectError as error:
            if error.fault not in ("changed", "gone"):
                raise
        now = self._head()
        return now.tag if dict(now.files) == dict(files) else ""  # ours, if the answer was lost

    def _put_latest(self) -> None:
        """What is shared, by its name too."""
        if self._latest.is_as(self._base.files):
            return
        try:
            self._latest.bring_to(self._base.files)
        finally:
            self._remember(self._base)

    def _fetch(self, path: str, one: SharedFile) -> None:
        place = self.root / path
        if one[1] == LINK_BYTES:
            return _point(place, one[0])
        with atomic_file(place) as file:
            file.writelines(self._content(one[0]))
        self._scan.file(path)

    def _content(self, digest: str) -> Iterator[bytes]:
        """A content in chunks; StoreError after the last where it is damaged."""
        known, found = self.objects.facts(self.url.prefix + BLOBS + digest), hashlib.sha256()
        for chunk in read_object(self.objects, known):
            found.update(chunk)
            yield chunk
        if found.hexdigest() != digest:
            raise StoreError(f"{self.url}: {BLOBS}{digest} is damaged: bring back a copy of it")

    def _take_ledger(self, theirs: SharedHead) -> None:
        one = theirs.files.get(self._ledger.name)
        known = one == self._base.files.get(self._ledger.name) and self._ledger.packed()
        if one is not None and not known:
            self._ledger.take_in(b"".join(self._content(one[0])))

    def _recall(self) -> None:
        told = read_json(self._state)
        self._base = SharedHead(_files_told(told, "files"), told.get("tag", ""))
        self._latest.put = _files_told(told, "latest")
        self._scan.seen = {path: SeenFile(*seen) for path, seen in told.get("seen", {}).items()}

    def _remember(self, head: SharedHead) -> None:
        self._base = head
        told = {
            "url": str(self.url),
            "tag": head.tag,
            "files": head.files,
            "latest": self._latest.put,
            "seen": self._scan.seen,
        }
        write_atomically(self._state, json.dumps(told).encode())


def _files_told(state: dict[str, Any], name: str) -> dict[str, SharedFile]:
    return {path: (one, size) for path, (one, size) in state.get(name, {}).items()}


def _point(link: Path, name: str) -> None:
    if "/" in name or name in ("", ".", ".."):
        raise StoreError(f"{link} would lead out of its folder: it is none of ours")
    link.parent.mkdir(parents=True, exist_ok=True)
    point_to(link, name)
