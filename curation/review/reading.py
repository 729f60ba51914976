"""Reading the last run from its workspace, where the next one may be at work."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import numpy as np
import pandas as pd
import pyarrow as pa

from inksift.curation.base.among import is_among
from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.base.reasons import UNREADABLE_FILE
from inksift.curation.base.tables import DECISIONS, DUPLICATES, FAMILIES, IMAGES, KEPT_APART, Table
from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.review.run import Run
from inksift.curation.store.tables import RUN_AGAIN, read_later_table, read_table
from inksift.curation.store.thumbnails import THUMBNAILS
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.conservation import OUTCOMES
from inksift.curation.verdict.medium.votes import VOTES

_SHARED = ("image_id", "duplicate_of")
"""What two tables say of a file, and have to say alike."""
_UNUSED = ["path_bytes", "image_id", "label", "mtime_ns"]
"""Columns of IMAGES that others have too, or that nobody looks at."""

_MACHINE, _VERDICTS = "machine_verdicts", "verdicts"
_TABLES = (
    _MACHINE,
    _VERDICTS,
    *(table.name for table in (IMAGES, DUPLICATES, VOTES, HUMAN_DECISIONS, THUMBNAILS)),
    *(table.name for table in (KEPT_APART, FAMILIES)),
)

AT_ONCE_NS = 2_000_000_000
"""Tables written this close together were copied with their folder; between two runs lies more."""

Stamps = dict[str, tuple[int, int, int] | None]
"""When each table was written, in ns, its size in bytes and its inode; None for one that is not
there."""


def stamps(workspace: Workspace) -> Stamps:
    """Which tables lie there now: another answer, another run, perhaps one that has not ended."""
    return {name: _stamp(workspace, name) for name in _TABLES}


def read_run(workspace: Workspace) -> Run:
    """The last run, with all that takes long to work out; `unfinished` as it says.

    ParamError when none finished its verdicts, StoreError when its tables are damaged or those of
    two runs, as while one goes on."""
    unfinished = _unfinished(stamps(workspace))
    machine = _table(workspace, _MACHINE, DECISIONS)
    heard = _table(workspace, HUMAN_DECISIONS.name, HUMAN_DECISIONS)
    found = Run(
        machine=machine,
        images=_table(workspace, IMAGES.name, IMAGES).drop(columns=_UNUSED),
        duplicates=_table(workspace, DUPLICATES.name, DUPLICATES),
        read_votes=lambda: _table(workspace, VOTES.name, VOTES),
        heard=heard.head(0) if unfinished else heard,
        thumbnails=_table(workspace, THUMBNAILS.name, THUMBNAILS).astype({"part": "category"}),
        unfinished=unfinished,
        sidecars=_later(workspace, SIDECARS).drop(columns="path_bytes"),
        apart=_later(workspace, KEPT_APART),
        families=_later(workspace, FAMILIES),
    )
    if not _of_one_run(found):
        raise StoreError(
            f"the tables in {workspace.tables} are of two runs: wait for the run to end, or "
            f"{RUN_AGAIN}"
        )
    found.read_votes()  # so that a damaged table is told now
    for slow in ("name", "rank", "kept_files", "file_of", "copies", "relatives"):
        getattr(found, slow)
    give_back()
    return found


def give_back() -> None:
    """Return to the system what reading Parquet took and no longer needs: a server lives long."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # where the C library is another than glibc
        ctypes.CDLL(None).malloc_trim(0)


def _unfinished(found: Stamps) -> bool:
    """Whether decisions were taken in since the verdicts: a run does that first, and its verdicts
    come last."""
    heard, decided = found[HUMAN_DECISIONS.name], found[_VERDICTS]
    return bool(heard and decided and heard[0] > decided[0] + AT_ONCE_NS)


def _stamp(workspace: Workspace, name: str) -> tuple[int, int, int] | None:
    try:
        found = workspace.table(name).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _table(workspace: Workspace, name: str, contract: Table) -> pd.DataFrame:
    place = workspace.table(name)
    if not place.exists():
        earlier = workspace.table(_VERDICTS).exists()
        remedy = RUN_AGAIN if earlier else "run `inksift run` with this --workspace first"
        raise ParamError(f"nothing to review in {workspace.root} (no {place.name}): {remedy}")
    table = read_table(place, contract)
    give_back()
    return table


def _later(workspace: Workspace, contract: Table) -> pd.DataFrame:
    return read_later_table(workspace.table(contract.name), contract)


def _of_one_run(run: Run) -> bool:
    """Whether the verdicts, the copies and the variants speak of the same files and of the same
    copies."""
    rows = run.copy_rows
    readable = rows >= 0
    decided, copies = run.machine[readable], run.duplicates.iloc[rows[readable]]
    same = (decided[name].to_numpy() == copies[name].to_numpy() for name in _SHARED)
    return bool(
        readable.sum() == len(run.duplicates)
        and all(map(np.all, same))
        and (run.machine.loc[~readable, "reason"] == UNREADABLE_FILE.name).all()
        and len(run.images) == len(run.machine)
        and bool(is_among(run.images["path"], run.machine["path"]).all())
        and bool(pd.Series(_related(run)).isin(_kept(run)).all())
        and bool(is_among(run.duplicates["image_id"], run.thumbnails["image_id"]).all())
        and set(run.machine["outcome"]) <= set(OUTCOMES)
    )


def _related(run: Run) -> list[str]:
    return [*run.families["path"], *run.apart["path"], *run.apart["other_path"]]


def _kept(run: Run) -> pd.Series:
    return run.duplicates["path"][run.duplicates["keep"]]
