"""A folder of published files that belong together, such as those that a page loads: they are
listed at once, and what the run before left of them goes when the new ones are in force."""

from __future__ import annotations

import hashlib

from inksift.curation.store.files import write_atomically
from inksift.curation.store.published import changed
from inksift.curation.store.workspace import Workspace


class PublishedFolder:
    """The files of that folder and suffix in a workspace, by their names without either.

    First all files are put there, then `enlist` tells of them, then what refers to them is
    published, then `clear` removes the others: whenever the process is killed, what was published
    has all that it refers to."""

    def __init__(self, workspace: Workspace, folder: str, suffix: str) -> None:
        self._workspace, self._folder, self._suffix = workspace, folder, suffix
        self._before = workspace.published()
        self._digests: dict[str, str] = {}

    def holds(self, name: str) -> bool:
        """Whether the file lies there as it was published; it then stays."""
        place = self._place(name)
        known = self._before.get(place, "")
        if known and _has(self._workspace, place, known):
            self._digests[place] = known
        return place in self._digests

    def put(self, name: str, data: bytes) -> None:
        """Keep this file; one that has these bytes is not written again."""
        place, digest = self._place(name), hashlib.sha256(data).hexdigest()
        if not (self._before.get(place) == digest and _has(self._workspace, place, digest)):
            write_atomically(self._workspace.root / place, data)
        self._digests[place] = digest

    def enlist(self) -> None:
        """Tell of all that was put there or is held."""
        self._workspace.enlist(self._digests)

    def clear(self) -> None:
        """Remove every other file of the folder."""
        folder = self._workspace.root / self._folder
        there = {f"{self._folder}/{path.name}" for path in folder.glob("*")}
        listed = {name for name in self._before if name.startswith(f"{self._folder}/")}
        gone = (there | listed) - self._digests.keys()
        if gone:
            self._workspace.withdraw(*gone)

    def _place(self, name: str) -> str:
        return f"{self._folder}/{name}{self._suffix}"


def published_within(workspace: Workspace, folder: str) -> list[str]:
    """The published files in that folder."""
    return sorted(name for name in workspace.published() if name.startswith(f"{folder}/"))


def _has(workspace: Workspace, name: str, digest: str) -> bool:
    place = workspace.root / name
    return place.is_file() and not changed(place, digest)
