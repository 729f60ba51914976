"""Keeping a run: what it published becomes its own folder in `runs/`, whole or not at all.

A file that lies in the workspace or in another kept run already is not stored again: it gets one
more name. Only CSV files are copied. Each folder holds the record of its run, with the digest of
every file that belongs to it; while files are added, the record names those only that are in
place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.runs.kept import (
    LATEST,
    folder_of,
    kept_run_of,
    kept_runs,
    latest_name,
    runs_folder,
)
from inksift.curation.runs.record import RUN_FILE, RunRecord
from inksift.curation.store.files import (
    copy_file,
    make_folder,
    point_to,
    remove_folder,
    same_file,
    whole_folder,
    write_atomically,
)
from inksift.curation.store.published import (
    CSV,
    HEARD_LEDGER,
    LEADERBOARD_CSV,
    MEDIUM,
    OF_TRAINING,
    PARQUET,
    REPORT_DATA,
    REPORT_PAGE,
    SOURCE,
    changed,
)
from inksift.curation.store.published_folder import published_within
from inksift.curation.store.tables import RUN_AGAIN
from inksift.curation.store.workspace import Workspace

_EDITED = (CSV, LEADERBOARD_CSV)
"""What people open in programs that may write into the file itself: the kept one is a copy."""

OF_DECISIONS = (PARQUET, CSV, SOURCE, HEARD_LEDGER, MEDIUM, REPORT_PAGE)
"""What a run leaves as soon as it has decided."""


def record_run(workspace: Workspace, run: RunRecord) -> RunRecord:
    """Write to the workspace which run its decisions are of."""
    workspace.publish(RUN_FILE, run.as_bytes())
    return run


def names_to_keep(run: RunRecord) -> tuple[str, ...]:
    """What belongs to a run as soon as it has decided; what was learned from the same decisions
    before belongs to it too, where it learns nothing itself."""
    return OF_DECISIONS if run.training else (*OF_DECISIONS, *OF_TRAINING)


def keep_files(workspace: Workspace, run: RunRecord, names: Iterable[str]) -> RunRecord:
    """Keep those of the published files `names` that are there, beside what is kept of `run`
    already, and make it the latest; the record as it is then.

    StoreError where the decisions in the workspace are those of another run.
    """
    if workspace.published().get(PARQUET) != run.decisions:
        raise StoreError(f"{workspace.root / PARQUET} is not of run {run.name}: {RUN_AGAIN}")
    known = kept_run_of(workspace, run.name)
    wanted = _published(workspace, names if known else [*OF_DECISIONS, *names])
    if folder_of(workspace, run.name).is_dir():  # where it lost its record it gets another one
        run = _extended(workspace, run if known else run.model_copy(update={"kept": {}}), wanted)
    else:
        run = run.model_copy(update={"kept": wanted})
        with whole_folder(folder_of(workspace, run.name)) as folder:
            _place(workspace, folder, wanted)
            write_atomically(folder / RUN_FILE, run.as_bytes())
    _share(workspace, run, wanted)
    _make_latest(workspace, run.name)
    return record_run(workspace, run)


def prune_runs(workspace: Workspace, most: int) -> list[RunRecord]:
    """Remove all but the `most` newest kept runs, and never the latest; those removed, the newest
    first."""
    latest = latest_name(workspace)
    others = [run for run in kept_runs(workspace) if run.name != latest]
    removed = others[max(most - 1, 0) :]
    for run in removed:
        remove_folder(folder_of(workspace, run.name))
    return removed


def _make_latest(workspace: Workspace, name: str) -> None:
    link = runs_folder(workspace) / LATEST
    if link.is_dir() and not link.is_symlink():  # left by a copy of the workspace that followed it
        remove_folder(link)
    point_to(link, name)


def _published(workspace: Workspace, names: Iterable[str]) -> dict[str, str]:
    """The digests of those of `names`, and of what the report among them loads, that lie in the
    workspace as they were published."""
    known, wanted = workspace.published(), set(names)
    if REPORT_PAGE in wanted:
        wanted |= set(published_within(workspace, REPORT_DATA))
    there = (name for name in sorted(wanted & known.keys()))
    return {name: known[name] for name in there if _holds(workspace.root / name, known[name])}


def _extended(workspace: Workspace, run: RunRecord, wanted: Mapping[str, str]) -> RunRecord:
    """`run` with these files in its folder. Its record lets go of a file before that is replaced,
    and names it when it is in place."""
    folder = folder_of(workspace, run.name)
    new = {
        name: digest
        for name, digest in wanted.items()
        if run.kept.get(name) != digest or not _holds(folder / name, digest)
    }
    gone = _no_more_loaded(run, wanted)
    staying = {
        name: digest for name, digest in run.kept.items() if name not in new and name not in gone
    }
    if staying != run.kept:
        before = run.model_copy(update={"kept": staying})
        write_atomically(folder / RUN_FILE, before.as_bytes())
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    _place(workspace, folder, new)
    run = run.model_copy(update={"kept": staying | new})
    write_atomically(folder / RUN_FILE, run.as_bytes())
    return run


def _no_more_loaded(run: RunRecord, wanted: Mapping[str, str]) -> list[str]:
    """What the kept report of the run loads, and the one in its place does not."""
    if REPORT_PAGE not in wanted:
        return []
    return [name for name in run.kept if name.startswith(f"{REPORT_DATA}/") and name not in wanted]


def _place(workspace: Workspace, folder: Path, wanted: Mapping[str, str]) -> None:
    """Put published files into the folder of a run; one with the same bytes may lie in another."""
    stored = dict(_stored(workspace)) if wanted else {}
    for name, digest in wanted.items():
        place = stored.get(digest)
        known = place if place and _holds(place, digest) else workspace.root / name
        make_folder((folder / name).parent)
        (copy_file if name in _EDITED else same_file)(known, folder / name)


def _stored(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """The files of all kept runs by their digest."""
    for run in kept_runs(workspace):
        folder = folder_of(workspace, run.name)
        yield from ((digest, folder / name) for name, digest in run.kept.items())


def _share(workspace: Workspace, run: RunRecord, names: Iterable[str]) -> None:
    """Let these files of the workspace be those of the kept run, so that they lie there once."""
    for name in (name for name in names if name not in _EDITED):
        current, kept = workspace.root / name, folder_of(workspace, run.name) / name
        if not current.samefile(kept):
            same_file(kept, current)


def _holds(path: Path, digest: str) -> bool:
    """Whether the file is there with these bytes."""
    return path.is_file() and not changed(path, digest)
