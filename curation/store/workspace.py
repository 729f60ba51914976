"""The workspace: everything that inksift writes, in one folder.

    workspace.json, run.lock    mark the folder and its format; hold it for one run
    inksift.yaml                what a run starts from, for people to edit
    measurements/STAGE/VERSION  immutable Parquet parts, each named by the SHA-256 of its bytes, and
                                the vectors that they tell of
    models/                     exported networks and training checkpoints
    tables/, dagster/           what Dagster's assets hand to each other, and Dagster's own history
    source/                     what archives were unpacked into
    ledger.sqlite               what people decided
    published.json              the digest of every file published for people, beside those files
    .manifest.json              the names of all parts and tables, to tell which are gone
    report-data/                the pictures of a report that is too large for one file

A measurement is keyed by (picture, stage, version of code + settings + weights), so a second run
measures nothing and a killed run repeats at most one batch. A part whose bytes do not match its
name is set aside and measured again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.store.files import (
    demand_writable,
    holds_nothing,
    lies_within,
    read_json,
    sweep,
    write_atomically,
)
from inksift.curation.store.lock import RUN_LOCK, demand_free, guarded, run_lock
from inksift.curation.store.manifest import Manifest
from inksift.curation.store.mark import WORKSPACE_MARK, demand_mark, is_workspace, mark_workspace
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.setup import SETUP

TABLES = "tables"
UNPACKED_FOLDER = "source"
"""The folder for what archives are unpacked into: the names in it are those of strangers."""


class Workspace:
    """One folder that belongs to inksift. StoreError when it holds something else or cannot be
    written."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.mark = self.root / WORKSPACE_MARK
        self._mark()
        self.models = self.root / "models"
        self.tables = self.root / TABLES
        self.lock = self.root / RUN_LOCK
        self.manifest = Manifest(self.root)
        self._open: dict[tuple[str, str], Measurements] = {}

    def table(self, name: str) -> Path:
        """Where the table of that name is, or would be."""
        return self.tables / f"{name}.parquet"

    def name_of_table(self, path: Path) -> str | None:
        """The name of the table that a file is; None where it is none. One with partitions is a
        folder of that name."""
        if not path.is_relative_to(self.tables):
            return None
        return path.stem if path.parent == self.tables else path.parent.name

    def demand_writable(self) -> None:
        """StoreError where a run could not write into a folder of the workspace."""
        for folder in (self.root, *filter(Path.is_dir, self.root.iterdir())):
            demand_writable(
                folder, "give yourself permission to write there, or choose another --workspace"
            )

    @contextmanager
    def locked(self, run: str = "", *, for_steps: bool = False) -> Iterator[bool]:
        """Hold the workspace for one run, and say whether it was held for it already; LockedError
        names the run that has it. Clears what killed runs left.

        Processes of one `run`, by its id, wait for each other, or work beside each other where
        another process holds it for the steps of that run."""
        with run_lock(self.lock, run, for_steps=for_steps) as held:
            if not held:
                sweep(self.root, without=UNPACKED_FOLDER)
            try:
                yield held
            finally:
                if not held:
                    self.manifest.add_all()

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """For a block that reads what one run left, where nothing need be writable: LockedError
        when a run is at work, or was while the block read."""
        before = self.published()
        demand_free(self.lock)
        yield
        demand_free(self.lock)
        if self.published() != before:
            raise LockedError(f"a run replaced what is in {self.root} while it was read: try again")

    def measurements(self, stage: str, version: str) -> Measurements:
        """The rows of `stage` measured by `version`; parts are checked once in the life of this
        object."""
        key = (stage, version)
        if key not in self._open:
            self._open[key] = Measurements(self.root / "measurements" / stage / version)
        return self._open[key]

    def publish(self, name: str, data: bytes) -> Path:
        """Write a file for people into the workspace, and its digest into published.json."""
        target = self.root / name
        write_atomically(target, data)
        self.enlist({name: hashlib.sha256(data).hexdigest()})
        return target

    def enlist(self, digests: Mapping[str, str]) -> None:
        """Note in published.json that these files, by name, lie in the workspace."""
        with guarded(self.lock):
            before = self.published()
            listed = before | dict(digests)
            if listed != before:
                self._list(listed)

    def withdraw(self, *names: str) -> None:
        """Remove published files, and their digests, where they are there."""
        for name in names:
            (self.root / name).unlink(missing_ok=True)
        with guarded(self.lock):
            self._list({name: one for name, one in self.published().items() if name not in names})

    def published(self) -> dict[str, str]:
        """SHA-256 of every published file, by name; none where the list is lost or damaged, as one
        is that names files outside the workspace."""
        listed = read_json(self._index())
        if not all(map(lies_within, listed)):
            return {}
        return {name: str(digest) for name, digest in listed.items()}

    def _list(self, digests: dict[str, str]) -> None:
        write_atomically(self._index(), json.dumps(digests, indent=1, sort_keys=True).encode())

    def _index(self) -> Path:
        return self.root / "published.json"

    def _mark(self) -> None:
        if is_workspace(self.root):
            return demand_mark(self.root)
        if self.root.exists() and not self.root.is_dir():
            raise StoreError(f"{self.root} is not a folder: choose another --workspace")
        if self.root.exists() and not holds_nothing(self.root, but=SETUP):
            raise StoreError(
                f"{self.root} holds files that are not inksift's: choose an empty or new "
                "--workspace"
            )
        mark_workspace(self.root)
