"""Which files of a workspace machines share, and what they hold now."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from inksift.curation.store.files import file_digest, pointed_to
from inksift.curation.store.lock import RUN_LOCK
from inksift.curation.store.moved_aside import ASIDE_FOLDER
from inksift.curation.store.shared.contents import LINK_BYTES, Files, SharedFile

STAYS_HERE = ("dagster", "source", ASIDE_FOLDER, RUN_LOCK, "run.guard")
"""What belongs to this machine: Dagster's history, what archives were unpacked into, what was
damaged here, the lock."""


class SeenFile(NamedTuple):
    """The state of a file when its digest was taken."""

    size: int
    mtime_ns: int
    inode: int
    digest: str


class Scan:
    """Looks through the folder `root` and digests what changed since it was `seen`, by path; what
    is called one of `stay`, or of `STAYS_HERE`, at its top is left out, and so is what is hidden or
    damaged."""

    def __init__(self, root: Path, stay: Collection[str]) -> None:
        self._root, self._stay = root, {*STAYS_HERE, *stay}
        self.seen: dict[str, SeenFile] = {}

    def files(self) -> dict[str, SharedFile]:
        """All files here that are shared."""
        found = {}
        for path in self._paths():
            with suppress(FileNotFoundError):  # removed while we look
                found[path] = self.file(path)
        return self.only_shared(found)

    def file(self, path: str) -> SharedFile:
        """What one file holds, or where the link of that path leads; FileNotFoundError where it is
        gone."""
        place = self._root / path
        if place.is_symlink():
            return pointed_to(place), LINK_BYTES
        status = place.stat()
        state = (status.st_size, status.st_mtime_ns, status.st_ino)
        seen = self.seen.get(path)
        if seen is None or seen[:3] != state:
            seen = self.seen[path] = SeenFile(*state, file_digest(place))
        return seen.digest, seen.size

    def only_shared(self, files: Files) -> dict[str, SharedFile]:
        """Of these files those that are shared, wherever they come from, and no link to others."""
        return {path: one for path, one in files.items() if self._is_shared(path, *one)}

    def _is_shared(self, path: str, content: str, size: int) -> bool:
        beside = path.rpartition("/")[0]
        leads_to = f"{beside}/{content}" if beside else content
        return self._travels(path) and (size != LINK_BYTES or self._travels(leads_to))

    def _paths(self) -> Iterator[str]:
        for folder, inner, names in os.walk(self._root):
            here = Path(folder)
            links = [name for name in inner if (here / name).is_symlink()]
            folders = [name for name in inner if name not in links]
            inner[:] = [name for name in folders if self._travels(self._path_of(here / name))]
            yield from filter(self._travels, (self._path_of(here / one) for one in names + links))

    def _path_of(self, place: Path) -> str:
        return place.relative_to(self._root).as_posix()

    def _travels(self, path: str) -> bool:
        """Whether what has this path may leave this machine, or come to it."""
        parts = path.split("/")
        left_out = any(part.startswith(".") or part.endswith(".damaged") for part in parts)
        return not left_out and parts[0] not in self._stay
