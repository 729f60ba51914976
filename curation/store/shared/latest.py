"""What is published for people, in the store under its own name."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from inksift.curation.base.location import Url
from inksift.curation.store.files import read_json
from inksift.curation.store.objects.interface import ANYHOW, ObjectStore
from inksift.curation.store.setup import SETUP
from inksift.curation.store.shared.contents import BY_NAME, PUBLISHED_LIST, Files, SharedFile


class Latest:
    """The objects below `latest/`: by their names the files that are `put` there, as far as is
    known here."""

    def __init__(self, url: Url, objects: ObjectStore, root: Path) -> None:
        self._prefix, self._objects, self._root = url.prefix + BY_NAME, objects, root
        self.put: dict[str, SharedFile] = {}

    def is_as(self, files: Files) -> bool:
        """Whether all is put of the files that are shared, and nothing else."""
        return not self._gone(files) and not self._new(files)

    def bring_to(self, files: Files) -> None:
        """Put what people look for by its name, and remove what was withdrawn; a file that is here
        otherwise than it is shared is put the next time."""
        for name in self._gone(files):
            self._objects.delete(self._prefix + name)
            del self.put[name]
        for name in self._new(files):
            with suppress(FileNotFoundError):
                self._put(name, files[name])

    def note(self, before: Files, theirs: Files) -> None:
        """Others shared `theirs` where there were these files `before`: who did so puts them by
        their names too."""
        for name in before.keys() - theirs.keys():
            self.put.pop(name, None)
        named = self._named(theirs)
        self.put |= {name: theirs[name] for name in named if theirs[name] != before.get(name)}

    def _put(self, name: str, one: SharedFile) -> None:
        data = (self._root / name).read_bytes()
        if hashlib.sha256(data).hexdigest() == one[0]:
            self._objects.put(self._prefix + name, data, replaces=ANYHOW)
            self.put[name] = one

    def _gone(self, files: Files) -> list[str]:
        return sorted(self.put.keys() - files.keys())

    def _new(self, files: Files) -> list[str]:
        return [name for name in self._named(files) if files[name] != self.put.get(name)]

    def _named(self, files: Files) -> list[str]:
        return sorted({*read_json(self._root / PUBLISHED_LIST), SETUP} & files.keys())
