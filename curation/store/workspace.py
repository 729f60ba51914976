"""The workspace: everything that inksift writes, in one folder.

    workspace.json, run.lock    mark the folder and its format; hold it for one run
    inksift.yaml                what a run starts from, for people to edit
    measurements/STAGE/VERSION  immutable Parquet parts, each named by the SHA-256 of its bytes
    models/                     exported networks and training checkpoints
    tables/, dagster/           what Dagster's assets hand to each other, and Dagster's own history
    source/                     what archives were unpacked into
    ledger.sqlite               what people decided
    published.json              the digest of every file published for people, beside those files

A measurement is keyed by (picture, stage, version of code + settings + weights), so a second run
measures nothing and a killed run repeats at most one batch. A part whose bytes do not match its
name is set aside and measured again."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.spread.engine import LOCAL, Batching, Engine, Finished, Lost
from inksift.curation.store.files import (
    demand_writable,
    file_digest,
    holds_nothing,
    sweep,
    write_atomically,
)
from inksift.curation.store.lock import demand_free, guarded, run_lock
from inksift.curation.store.parquet import Compression, read_parquet, to_parquet
from inksift.curation.store.setup import SETUP

WORKSPACE_FORMAT = 1
"""Raised whenever an older workspace could not be used as it is."""

UNPACKED_FOLDER = "source"
"""The folder for what archives are unpacked into: the names in it are those of strangers."""

log = logging.getLogger("inksift")


class Measured(NamedTuple):
    """Rows of a stage in the order asked for, and how many of them this call had to measure."""

    frame: pd.DataFrame
    new: int


@dataclass(frozen=True)
class PartWriter:
    """Stores rows as parts in one folder. Any process may do so beside others, as a part is named
    by its bytes: the same rows stored twice are one part."""

    folder: Path

    def write(
        self,
        rows: pd.DataFrame,
        *,
        rows_per_group: int | None = None,
        compression: Compression = "zstd",
    ) -> Path:
        """Store one batch of rows as a part, durably, and give its file; few `rows_per_group` make
        single rows quick to read."""
        data = to_parquet(rows, rows_per_group=rows_per_group, compression=compression)
        part = self.folder / f"{hashlib.sha256(data).hexdigest()}.parquet"
        write_atomically(part, data)
        return part


@dataclass(frozen=True)
class StoringTask:
    """A function that makes rows of pictures or pairs, as a task that stores them and answers with
    the part."""

    function: Callable[[Sequence[str]], pd.DataFrame]
    writer: PartWriter

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[str]], Path]]:
        """Nothing is loaded but what the function holds."""
        yield lambda items: self.writer.write(self.function(items))


class Measurements:
    """The rows of one stage in one version, keyed by `image_id`."""

    def __init__(self, folder: Path) -> None:
        self.writer = PartWriter(folder)
        self._parts = [part for part in sorted(folder.glob("*.parquet")) if _sound(part)]

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """All rows, or some columns of them (`image_id` always among them); one row per picture."""
        if not self._parts:
            return pd.DataFrame(columns=list(columns or ["image_id"]))
        rows = pd.concat(list(self.part_frames(columns)), ignore_index=True)
        return rows.drop_duplicates("image_id", ignore_index=True)

    def part_frames(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """The rows of every part, for stages whose parts do not hold the same columns."""
        return (read_parquet(part, columns) for part in self._parts)

    def parts(self) -> list[Path]:
        """The files, every one of them whole."""
        return list(self._parts)

    def part(self, path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of one of `parts`, for those who hold some of them only."""
        return read_parquet(path, columns)

    def missing(self, image_ids: Sequence[str]) -> list[str]:
        """Those of `image_ids` without a row, each once, in the order given."""
        known = set(self.frame(["image_id"])["image_id"])
        return [image_id for image_id in dict.fromkeys(image_ids) if image_id not in known]

    def add(
        self,
        rows: pd.DataFrame,
        *,
        rows_per_group: int | None = None,
        compression: Compression = "zstd",
    ) -> Path:
        """Store one batch of rows as `PartWriter` does, and count it among these."""
        part = self.writer.write(rows, rows_per_group=rows_per_group, compression=compression)
        self.accept(part)
        return part

    def accept(self, part: Path) -> None:
        """Count a part that `writer` stored, in whatever process, among these."""
        if part not in self._parts:
            self._parts.append(part)

    def replace(self, rows: pd.DataFrame) -> None:
        """Store these rows, durably, in place of all others."""
        stored = self.add(rows)
        # The new part first: a run that is killed here leaves two, and either is whole.
        for part in set(self._parts) - {stored}:
            part.unlink(missing_ok=True)
        self._parts = [stored]

    def measure(
        self,
        image_ids: Sequence[str],
        function: Callable[[Sequence[str]], pd.DataFrame],
        *,
        batch: int | Batching,
        title: str,
        engine: Engine = LOCAL,
        lost: Callable[[str], pd.DataFrame] | None = None,
    ) -> Measured:
        """A row for each of `image_ids`: stored ones as they are, the others from `function`, batch
        by batch, wherever `engine` works.

        A picture on which one worker of it after another dies has the row that `lost` gives, which
        is not stored, so that another run tries again; EngineError without that."""
        missing = self.missing(image_ids)
        task = StoringTask(function, self.writer)
        batching = batch if isinstance(batch, Batching) else Batching(batch)
        given_up: list[pd.DataFrame] = []
        for ended in engine.map_batches(task, missing, batching, title=title):
            if isinstance(ended, Finished):
                self.accept(ended.answer)
            else:
                given_up.append(_given_up(ended, lost, title))
        rows = pd.concat([self.frame(), *given_up]) if given_up else self.frame()
        rows = rows.set_index("image_id", drop=False)
        return Measured(
            rows.reindex(list(dict.fromkeys(image_ids))).reset_index(drop=True), len(missing)
        )


def _given_up(
    ended: Lost[str], lost: Callable[[str], pd.DataFrame] | None, title: str
) -> pd.DataFrame:
    if lost is None:
        raise ended.error(title)
    log.warning("%s", ended.error(title))
    return lost(ended.item)


class Workspace:
    """One folder that belongs to inksift. StoreError when it holds something else or cannot be
    written."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.mark = self.root / "workspace.json"
        self._mark()
        self.models = self.root / "models"
        self.tables = self.root / "tables"
        self._lock = self.root / "run.lock"
        self._open: dict[tuple[str, str], Measurements] = {}

    def table(self, name: str) -> Path:
        """Where the table of that name is, or would be."""
        return self.tables / f"{name}.parquet"

    def demand_writable(self) -> None:
        """StoreError where a run could not write into a folder of the workspace."""
        for folder in (self.root, *filter(Path.is_dir, self.root.iterdir())):
            demand_writable(
                folder, "give yourself permission to write there, or choose another --workspace"
            )

    @contextmanager
    def locked(self, run: str = "", *, for_steps: bool = False) -> Iterator[None]:
        """Hold the workspace for one run; LockedError names the run that has it. Clears what killed
        runs left.

        Processes of one `run`, by its id, wait for each other, or work beside each other where
        another process holds it for the steps of that run."""
        with run_lock(self._lock, run, for_steps=for_steps) as held:
            if not held:
                sweep(self.root, without=UNPACKED_FOLDER)
            yield

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """For a block that reads what one run left, where nothing need be writable: LockedError
        when a run is at work, or was while the block read."""
        before = self.published()
        demand_free(self._lock)
        yield
        demand_free(self._lock)
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
        with guarded(self._lock):
            digests = self.published() | {name: hashlib.sha256(data).hexdigest()}
            self._list(digests)
        return target

    def withdraw(self, *names: str) -> None:
        """Remove published files, and their digests, where they are there."""
        for name in names:
            (self.root / name).unlink(missing_ok=True)
        with guarded(self._lock):
            self._list({name: one for name, one in self.published().items() if name not in names})

    def published(self) -> dict[str, str]:
        """SHA-256 of every published file, by name; none where the list is lost or damaged."""
        try:
            return {
                str(name): str(digest)
                for name, digest in json.loads(self._index().read_text()).items()
            }
        except (OSError, ValueError, AttributeError):
            return {}

    def _list(self, digests: dict[str, str]) -> None:
        write_atomically(self._index(), json.dumps(digests, indent=1, sort_keys=True).encode())

    def _index(self) -> Path:
        return self.root / "published.json"

    def _mark(self) -> None:
        if self.mark.exists():
            return _check_mark(self.mark)
        if self.root.exists() and not self.root.is_dir():
            raise StoreError(f"{self.root} is not a folder: choose another --workspace")
        if self.root.exists() and not holds_nothing(self.root, but=SETUP):
            raise StoreError(
                f"{self.root} holds files that are not inksift's: choose an empty or new "
                "--workspace"
            )
        write_atomically(self.mark, json.dumps({"inksift_workspace": WORKSPACE_FORMAT}).encode())


def _check_mark(mark: Path) -> None:
    try:
        found = json.loads(mark.read_text())["inksift_workspace"]
    except (ValueError, KeyError, TypeError):
        found = "unreadable"
    if found != WORKSPACE_FORMAT:
        raise StoreError(
            f"{mark} has format {found}, expected {WORKSPACE_FORMAT}: choose a new --workspace"
        )


def _sound(part: Path) -> bool:
    if file_digest(part) == part.stem:
        return True
    part.replace(part.with_suffix(".damaged"))
    log.warning("%s does not match its digest: set aside, its pictures are measured again", part)
    return False
