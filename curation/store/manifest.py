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
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import move, write_atomically
from inksift.curation.store.lock import guarded
from inksift.curation.store.row_files import VECTOR_ENDING, workspace_of

MANIFEST_FILE, MANIFEST_GUARD = ".manifest.json", ".manifest.guard"
"""Hidden, as it is true of the files of this machine only, and travels nowhere."""

_HELD = {"measurements": (".parquet", VECTOR_ENDING), "tables": (".parquet",)}
"""What is named, by folders of the workspace."""

_FORMAT = 1
"""Raised whenever an older inksift could not read it: it is then made anew."""

NamesByFolder = dict[str, set[str]]
"""The names of files by their folder, which is told from the root of the workspace on."""

_BODY = b', "files": '
"""What stands before the names, whose digest is of the bytes as they are written."""

log = logging.getLogger("inksift")


class ManifestError(StoreError):
    """The manifest can be read, and is not what was written."""


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

        ManifestError where it is damaged, another StoreError where it cannot be read now."""
        try:
            data = self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                f"{self.file} cannot be read ({error.strerror}): check its permissions, and its "
                "disk"
            ) from error
        files = _files_in(data)
        if files is None:
            raise ManifestError(
                f"{self.file} is damaged: run `inksift repair`, which makes it anew"
            )
        return files

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
        with suppress(StoreError, OSError):
            named = (self.names() or {}).get(self._told(folder), set())
            return [folder / name for name in sorted(named - _listed(folder))]
        return []

    def settle(self, files: Collection[Path]) -> None:
        """Name those of these files that are there, and the others no longer: they were told as
        lost, or another process gave them up."""

        def edit(named: NamesByFolder) -> None:
            for file in files:
                names = named.setdefault(self._told(file.parent), set())
                (names.add if file.exists() else names.discard)(file.name)

        if files:
            self._change(edit)

    def drop(self, files: Collection[Path]) -> None:
        """Name these no longer, before they are given up."""
        if files:
            self._change(partial(self._without, files))

    def remove(self, files: Collection[Path]) -> None:
        """Name these no longer, and remove them before anybody else can name them; StoreError where
        nothing can be written."""
        if not files:
            return
        with guarded(self.file):
            self._edit(partial(self._without, files))
            for file in files:
                file.unlink(missing_ok=True)

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

    def _without(self, files: Iterable[Path], named: NamesByFolder) -> None:
        for file in files:
            named.get(self._told(file.parent), set()).discard(file.name)

    def _change(self, edit: Callable[[NamesByFolder], None]) -> None:
        """Where it cannot be written, the next run names what is there."""
        with suppress(StoreError), guarded(self.file):
            self._edit(edit)

    def _edit(self, edit: Callable[[NamesByFolder], None]) -> None:
        """For one who has the guard. What earlier versions left is all named at the first change.

        It is a guard of its own, so that no decision waits for it."""
        before = self._known()
        named = {folder: {*some} for folder, some in (before or {}).items()}
        if before is None:
            named = self.there()
        edit(named)
        kept = {folder: names for folder, names in named.items() if names}
        if kept != (before or {}):
            write_atomically(self.file, _as_bytes(kept))

    def _known(self) -> NamesByFolder | None:
        try:
            return self.names()
        except ManifestError:
            move(self.file, self.file.with_suffix(".damaged"))
            log.warning("%s could not be read: it is made anew of what is there", self.file)
            return None

    def _told(self, folder: Path) -> str:
        return folder.relative_to(self._root).as_posix()


def paths_of(names: Mapping[str, set[str]]) -> set[str]:
    """The files of such names, each from the root of the workspace on."""
    found: set[str] = set()
    for folder, some in names.items():
        found |= {f"{folder}/{name}" for name in some}
    return found


def _listed(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except FileNotFoundError:
        return set()


def _as_bytes(files: NamesByFolder) -> bytes:
    body = json.dumps({folder: sorted(files[folder]) for folder in sorted(files)}).encode()
    head = {"inksift_manifest": _FORMAT, "sha256": _digest_of(body)}
    return json.dumps(head).encode().removesuffix(b"}") + _BODY + body + b"}"


def _files_in(data: bytes) -> NamesByFolder | None:
    """The names in a manifest; None where it is damaged."""
    body = data.partition(_BODY)[2].removesuffix(b"}")
    try:
        told = json.loads(data)
        if told["inksift_manifest"] == _FORMAT and told["sha256"] == _digest_of(body):
            return {str(folder): set(map(str, names)) for folder, names in told["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


def _digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
