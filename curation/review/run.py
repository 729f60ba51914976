"""The last run as the review app reads it: its tables, and which files belong together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from curation.errors import ParamError, SchemaError, StoreError
from curation.ledger.entries import HUMAN_DECISIONS
from curation.medium.votes import VOTES
from curation.publish.published import BROKEN_TABLE, RUN_AGAIN, SOURCE, error_line
from curation.report.templating import records
from curation.report.tiles import Facts
from curation.store.parquet import read_parquet
from curation.store.workspace import Workspace
from curation.tables import DECISIONS, DUPLICATES, IMAGES, Table
from curation.thumbnails import THUMBNAILS
from curation.verdicts import conflicts
from curation.verdicts.conservation import OUTCOMES

_MACHINE = "machine_verdicts"
_READ = (_MACHINE, IMAGES.name, DUPLICATES.name, VOTES.name, HUMAN_DECISIONS.name, THUMBNAILS.name)
_FIRST = ("review", "rejected", "kept")

Stamps = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Run:
    """What the machine alone says of every file (DECISIONS, the row is the number of the file), IMAGES without the raw
    names, DUPLICATES, VOTES, the HUMAN_DECISIONS that the run took in, THUMBNAILS, and the folder of the pictures (""
    where none is recorded).

    `name` tells this run from the next one, whose numbers mean other files."""

    name: str
    machine: pd.DataFrame
    images: pd.DataFrame
    duplicates: pd.DataFrame
    votes: pd.DataFrame
    heard: pd.DataFrame
    thumbnails: pd.DataFrame
    source: str

    @cached_property
    def facts(self) -> Facts:
        """What tiles show beside the decisions; votes are left to the page of one file."""
        return Facts(self.machine, self.duplicates, VOTES.frame([]))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The image_id of every picture that has a thumbnail."""
        return frozenset(self.thumbnails["image_id"])

    @cached_property
    def groups(self) -> list[int]:
        """The group of copies that every file belongs to, -1 where it is unreadable."""
        found = dict(zip(self.duplicates["path"], self.duplicates["group"], strict=True))
        return [int(found.get(path, -1)) for path in self.machine["path"]]

    @cached_property
    def files(self) -> dict[int, list[int]]:
        """The files of every group, the kept one first."""
        numbers: dict[int, list[int]] = {}
        for file, group in enumerate(self.groups):
            if group >= 0:
                numbers.setdefault(group, []).append(file)
        for some in numbers.values():
            some.sort(key=lambda file: not self.keeps(file))
        return numbers

    @cached_property
    def group_of(self) -> dict[str, int]:
        """The group of a picture, by its image_id."""
        return dict(zip(self.duplicates["image_id"], map(int, self.duplicates["group"]), strict=True))

    @cached_property
    def file_of(self) -> dict[str, int]:
        """A file with these bytes, by image_id; the kept one where there is one."""
        kept_last = sorted(range(len(self.machine)), key=self.keeps)
        return {self.image_id(file): file for file in kept_last}

    @cached_property
    def order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """All files as they are gone through, which no decision changes: by the machine's outcome, for review first,
        then by probability of a photograph, then by path; copies and unreadable files come last."""
        alone = conflicts.hold(self.machine, self.duplicates, HUMAN_DECISIONS.frame([]))
        copies, readable = alone["duplicate_of"] != "", alone["path"].isin(self.duplicates["path"])
        keys = pd.DataFrame(
            {
                "outcome": alone["outcome"].map({outcome: place for place, outcome in enumerate(_FIRST)}),
                "last": copies.astype("int64") + 2 * (~readable).astype("int64"),
                "p_photo": -alone["p_photo"].mask(copies).fillna(-1.0),
                "path": alone["path"],
            }
        )
        return keys.sort_values(keys.columns.tolist()).index.to_numpy(np.int64)

    @cached_property
    def rank(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The place of every file in `order`."""
        return np.argsort(self.order)

    @cached_property
    def _keepers(self) -> frozenset[str]:
        return frozenset(self.duplicates.loc[self.duplicates["keep"], "path"])

    @cached_property
    def _placed(self) -> dict[str, int]:
        return {path: row for row, path in enumerate(self.duplicates["path"])}

    @cached_property
    def _described(self) -> dict[str, int]:
        return {path: row for row, path in enumerate(self.images["path"])}

    def __len__(self) -> int:
        return len(self.machine)

    def described(self, file: int) -> dict[str, Any]:
        """The row of IMAGES of a file."""
        return records(self.images.iloc[[self._described[self.path(file)]]])[0]

    def place(self, file: int) -> dict[str, Any] | None:
        """The row of DUPLICATES of a file, None where it is unreadable."""
        row = self._placed.get(self.path(file))
        return None if row is None else records(self.duplicates.iloc[[row]])[0]

    def path(self, file: int) -> str:
        return str(self.machine["path"].iat[file])

    def image_id(self, file: int) -> str:
        return str(self.machine["image_id"].iat[file])

    def keeps(self, file: int) -> bool:
        """Whether the file is the kept one of its copies."""
        return self.path(file) in self._keepers

    def kept(self, file: int) -> int:
        """The kept copy of a readable file, perhaps itself."""
        return self.files[self.groups[file]][0]

    def files_of(self, groups: Iterable[int]) -> list[int]:
        """All files of these groups."""
        return [file for group in groups for file in self.files[group]]


def stamps(workspace: Workspace) -> Stamps:
    """Which tables lie there now: another answer, another run, perhaps one that has not ended."""
    return tuple(_stamp(workspace, name) for name in _READ)


def read_run(workspace: Workspace) -> Run:
    """The last run, with all that takes long to work out.

    ParamError when none finished its verdicts, StoreError when its tables are damaged or those of two runs, as while
    one goes on.
    """
    found = Run(
        name=hashlib.sha256(repr(stamps(workspace)).encode()).hexdigest()[:12],
        machine=_table(workspace, _MACHINE, DECISIONS),
        images=_table(workspace, IMAGES.name, IMAGES).drop(columns="path_bytes"),
        duplicates=_table(workspace, DUPLICATES.name, DUPLICATES),
        votes=_table(workspace, VOTES.name, VOTES),
        heard=_table(workspace, HUMAN_DECISIONS.name, HUMAN_DECISIONS),
        thumbnails=_table(workspace, THUMBNAILS.name, THUMBNAILS),
        source=_source(workspace),
    )
    if not _of_one_run(found):
        raise StoreError(f"the tables in {workspace.tables} are of two runs: wait for the run to end, or {RUN_AGAIN}")
    for slow in ("rank", "facts", "files", "file_of"):
        getattr(found, slow)
    give_back()
    return found


def give_back() -> None:
    """Return to the system what reading Parquet took and no longer needs: a server lives long."""
    pa.default_memory_pool().release_unused()


def _stamp(workspace: Workspace, name: str) -> tuple[int, int, int] | None:
    try:
        found = (workspace.tables / f"{name}.parquet").stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _table(workspace: Workspace, name: str, contract: Table) -> pd.DataFrame:
    place = workspace.tables / f"{name}.parquet"
    if not place.exists():
        earlier = (workspace.tables / "verdicts.parquet").exists()
        remedy = RUN_AGAIN if earlier else "run `inksift run` with this --workspace first"
        raise ParamError(f"nothing to review in {workspace.root} (no {place.name}): {remedy}")
    try:
        return contract.check(read_parquet(place))
    except (*BROKEN_TABLE, SchemaError) as error:
        raise StoreError(f"{place} cannot be used ({error_line(error)}): {RUN_AGAIN}") from error


def _source(workspace: Workspace) -> str:
    """Where the pictures are; "" where every run so far was stopped by a brake."""
    try:
        return str(json.loads((workspace.root / SOURCE).read_bytes())["source"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _of_one_run(run: Run) -> bool:
    """Whether the verdicts and the copies speak of the same files and of the same copies."""
    both = run.duplicates.merge(run.machine, on="path", suffixes=("", "_decided"), how="left")
    unreadable = run.machine[~run.machine["path"].isin(run.duplicates["path"])]
    return bool(
        (both["image_id"] == both["image_id_decided"]).all()
        and (both["duplicate_of"] == both["duplicate_of_decided"]).all()
        and (unreadable["reason"] == "unreadable").all()
        and set(run.images["path"]) == set(run.machine["path"])
        and set(run.duplicates["image_id"]) <= run.pictures
        and set(run.machine["outcome"]) <= set(OUTCOMES)
    )
