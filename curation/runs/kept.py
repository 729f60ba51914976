"""The folder `runs/` of a workspace: one folder a finished run, and which of them is the latest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.runs.record import RUN_FILE, RunRecord, known_run, read_record
from inksift.curation.store.files import pointed_to
from inksift.curation.store.workspace import Workspace

RUNS_FOLDER = "runs"
LATEST = "latest"
"""What `runs/latest` leads to; people may say it instead of a name."""


def runs_folder(workspace: Workspace) -> Path:
    """Where runs are kept."""
    return workspace.root / RUNS_FOLDER


def folder_of(workspace: Workspace, name: str) -> Path:
    """Where the run of that name is kept, or would be."""
    return runs_folder(workspace) / name


def run_folders(workspace: Workspace) -> list[Path]:
    """The folder of every kept run, by name; what a killed run left is none of them."""
    found = runs_folder(workspace).glob("[!.]*/")
    return sorted(folder for folder in found if folder.is_dir() and folder.name != LATEST)


def kept_runs(workspace: Workspace) -> list[RunRecord]:
    """Every kept run whose record can be read and is that of its folder, the newest first;
    `inksift verify` tells of the others."""
    return sorted(_readable(workspace), key=lambda run: (run.moment, run.name), reverse=True)


def latest_name(workspace: Workspace) -> str:
    """The name of the run that was finished, or came out the same again, last; "" before the
    first. A copy of a workspace that lost the link still has its run.json."""
    named = pointed_to(runs_folder(workspace) / LATEST)
    if named:
        return named
    current = known_run(workspace)
    return current.name if current and run_folders(workspace) else ""


def kept_run_of(workspace: Workspace, name: str) -> RunRecord | None:
    """The kept run of exactly that name, if there is one; StoreError when its record is damaged."""
    place = folder_of(workspace, name) / RUN_FILE
    return read_record(place) if name and place.is_file() else None


def find_run(workspace: Workspace, said: str) -> RunRecord:
    """The one kept run whose name a person said, or a part of it that no other has, or "latest".

    ParamError names those there are.
    """
    runs = kept_runs(workspace)
    if not runs:
        raise ParamError(f"no run is kept in {workspace.root}: run `inksift run` first")
    wanted = latest_name(workspace) if said == LATEST else said
    if said == LATEST and wanted not in {run.name for run in runs}:
        raise ParamError(
            f"the latest run, {wanted or 'which nothing names'}, cannot be used: `inksift verify` "
            "says why, `inksift runs` lists the others"
        )
    found = [run for run in runs if run.name == wanted] or _with(wanted, runs)
    if len(found) == 1:
        return found[0]
    several = f"{len(found)} runs are" if found else "no run is"
    names = ", ".join(run.name for run in found or runs)
    raise ParamError(f"{several} called {said}; there are: {names}, and {LATEST}")


def _with(part: str, runs: Sequence[RunRecord]) -> list[RunRecord]:
    return [run for run in runs if part and part in run.name]


def own_bytes(folder: Path) -> int:
    """How many bytes of the disk only this kept run holds: what it shares with the workspace or
    with another run has a second name."""
    states = [path.lstat() for path in folder.rglob("*") if not path.is_dir()]
    return sum(state.st_size for state in states if state.st_nlink == 1)


def _readable(workspace: Workspace) -> Iterator[RunRecord]:
    for folder in run_folders(workspace):
        try:
            run = read_record(folder / RUN_FILE)
        except StoreError:
            continue
        if run.name == folder.name:
            yield run
