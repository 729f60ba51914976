"""The manifest of a workspace: which parts and tables it should hold, so that one that is gone is
told and not only missed.

Parts are named by the digest of their bytes, so that a name says both that a file was there and
what was in it. A part is stored first and named then: what a killed run had not named yet is found
by its listing, and named by the next. It is taken off the manifest before it is given up, so that
what the manifest names and the disk has not is always a loss."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import write_atomically
from inksift.curation.store.lock import RUN_LOCK, guarded
from inksift.curation.store.row_files import VECTOR_ENDING, workspace_of

MANIFEST_FILE = ".manifest.json"
"""Hidden, as it is true of the files of this machine only, and travels nowhere."""

_HELD = {"measurements": (".parquet", VECTOR_ENDING), "tables": (".parquet",)}
"""What is named, by folders of the workspace."""

_FORMAT = 1
"""Raised whenever an older inksift could not read it: it is then made anew."""

NamesByFolder = dict[str, set[str]]
"""The names of files by their folder, which is told from the root of the workspace on."""

log = logging.getLogger("inksift")


class Manifest:
    """The manifest of the workspace in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.file = root / MANIFEST_FILE
        self._root = root

    @classmethod
    def over(cls, folder: Path) -> Manifest:
        """That of the workspace which a folder of parts lies in."""
        return cls(workspace_of(folder / "part"))

    def names(self) -> NamesByFolder | None:
        """What there should be; None where none was made yet, as by earlier versions of inksift.

        StoreError where it is damaged."""
        try:
            told = json.loads(self.file.read_bytes())
            files = {str(folder): set(map(str, names)) for folder, names in told["files"].items()}
            if told["inksift_manifest"] == _FORMAT and told["sha256"] == _digest(files):
                return files
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        raise StoreError(f"{self.file} cannot be read: run `inksift repair`, which makes it anew")

    def there(self) -> NamesByFolder:
        """What there is, whether it is named or not."""
        found: NamesByFolder = {}
        for top, endings in _HELD.items():
            for place, folders, names in os.walk(self._root / top):
                folders[:] = [name for name in folders if not name.startswith(".")]
                held = {name for name in names if name.endswith(endings) and name[0] != "."}
                if held:
                    found[Path(place).relative_to(self._root).as_posix()] = held
        return found

    def lost_in(self, folder: Path) -> list[Path]:
        """The files of a folder that are named and gone; none where nothing tells."""
        with suppress(StoreError):
            named = (self.names() or {}).get(self._told(folder), set())
            return [folder / name for name in sorted(named) if not (folder / name).exists()]
        return []

    def add(self, files: Iterable[Path]) -> None:
        """Name files that are there."""

        def edit(named: NamesByFolder) -> None:
            for file in files:
                named.setdefault(self._told(file.parent), set()).add(file.name)

        self._change(edit)

    def drop(self, files: Iterable[Path]) -> None:
        """Name these no longer: they are given up, or told as lost."""

        def edit(named: NamesByFolder) -> None:
            for file in files:
                named.get(self._told(file.parent), set()).discard(file.name)

        self._change(edit)

    def drop_below(self, folder: Path) -> None:
        """Name nothing in a folder, and in those in it, any longer."""
        top = f"{self._told(folder)}/"

        def edit(named: NamesByFolder) -> None:
            for one in [one for one in named if f"{one}/".startswith(top)]:
                del named[one]

        self._change(edit)

    def add_all(self) -> None:
        """Name everything that is there, beside what is named already."""

        def edit(named: NamesByFolder) -> None:
            for folder, names in self.there().items():
                named.setdefault(folder, set()).update(names)

        self._change(edit)

    def _change(self, edit: Callable[[NamesByFolder], None]) -> None:
        """Where it cannot be written, the next run names what is there. What earlier versions left
        is all named at the first change."""
        with suppress(StoreError), guarded(self._root / RUN_LOCK):
            before = self._known()
            named = {folder: {*some} for folder, some in (before or {}).items()}
            if before is None:
                named = self.there()
            edit(named)
            kept = {folder: names for folder, names in named.items() if names}
            if kept != (before or {}):
                self._write(kept)

    def _known(self) -> NamesByFolder | None:
        try:
            return self.names()
        except StoreError:
            self.file.replace(self.file.with_suffix(".damaged"))
            log.warning("%s could not be read: it is made anew of what is there", self.file)
            return None

    def _write(self, files: NamesByFolder) -> None:
        told = {"inksift_manifest": _FORMAT, "sha256": _digest(files), "files": _sorted(files)}
        write_atomically(self.file, json.dumps(told).encode())

    def _told(self, folder: Path) -> str:
        return folder.relative_to(self._root).as_posix()


def paths_of(names: Mapping[str, set[str]]) -> set[str]:
    """The files of such names, each from the root of the workspace on."""
    found: set[str] = set()
    for folder, some in names.items():
        found |= {f"{folder}/{name}" for name in some}
    return found


def _sorted(files: Mapping[str, set[str]]) -> dict[str, list[str]]:
    return {folder: sorted(files[folder]) for folder in sorted(files)}


def _digest(files: Mapping[str, set[str]]) -> str:
    return hashlib.sha256(json.dumps(_sorted(files)).encode()).hexdigest()
