"""The proof that the kept runs are what was kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inksift.curation.base.errors import LaterError, StoreError
from inksift.curation.publish.digests import FileDigests
from inksift.curation.publish.problem import Problem
from inksift.curation.runs.kept import LATEST, RUNS_FOLDER, latest_name, run_folders
from inksift.curation.runs.record import RUN_FILE, RunRecord, read_record
from inksift.curation.store.tables import RUN_AGAIN, error_line
from inksift.curation.store.workspace import Workspace

_BACKUP = "bring the folder back from a backup, or remove it: the other runs do not need it"


def run_problems(workspace: Workspace) -> Iterator[Problem]:
    """Every file of a kept run that is not what its record says, records that cannot be read, and a
    latest run that is not there.

    Files that a record does not name are left by a run that was killed while it kept them, and
    harm nothing."""
    folders = run_folders(workspace)
    digests = FileDigests()
    for folder in folders:
        yield from _of_run(folder, digests)
    latest = latest_name(workspace)
    if latest not in {folder.name for folder in folders} | {""}:
        yield Problem(
            f"{RUNS_FOLDER}/{LATEST}", f"leads to {latest}, which is not there", RUN_AGAIN
        )


def _of_run(folder: Path, digests: FileDigests) -> Iterator[Problem]:
    try:
        run = read_record(folder / RUN_FILE)
    except LaterError as error:
        what, _, remedy = str(error).rpartition(": ")
        yield Problem(f"{RUNS_FOLDER}/{folder.name}/{RUN_FILE}", what, remedy)
        return
    except StoreError as error:
        what = error_line(error.__cause__)
        yield Problem(f"{RUNS_FOLDER}/{folder.name}/{RUN_FILE}", what, _BACKUP)
        return
    if run.name != folder.name:
        yield Problem(
            f"{RUNS_FOLDER}/{folder.name}",
            f"holds the run {run.name}, and is not taken for it",
            f"call the folder {run.name} again, or move it out of {RUNS_FOLDER}/",
        )
    yield from _files_of(run, folder, digests)


def _files_of(run: RunRecord, folder: Path, digests: FileDigests) -> Iterator[Problem]:
    for name, digest in run.kept.items():
        path = folder / name
        if not path.is_file():
            yield Problem(f"{RUNS_FOLDER}/{folder.name}/{name}", "kept, but not there", _BACKUP)
        elif digests.of(path) != digest:
            what = "changed since it was kept"
            yield Problem(f"{RUNS_FOLDER}/{folder.name}/{name}", what, _BACKUP)
