"""Dagster's history in a workspace: the SQLite databases that Dagster keeps there. It tells how
runs went, and decides nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from inksift.curation.publish.mending.mend import Mend
from inksift.curation.publish.problem import REPAIR, Problem
from inksift.curation.store.moved_aside import MovedAside
from inksift.curation.store.sqlite_files import read_only, sqlite_damage

_HISTORY, _SCHEDULES = "history", "schedules"
_RUNS, _EVENTS = "runs.db", "runs"
_INDEX = f"{_EVENTS}/index.db"
_WITH_EVENTS = "SELECT run_id FROM runs WHERE status NOT IN ('NOT_STARTED', 'QUEUED')"
"""A run has its first event after it was made."""

_BEGINS_ANEW = "with the next run it begins anew, and no decision is lost"


def history_problems(home: Path) -> list[Problem]:
    """What is wrong with the databases in the home of a Dagster instance: cut, garbled or gone."""
    return [*_of_history(home / _HISTORY), *_of_schedules(home / _SCHEDULES)]


def history_mends(home: Path, aside: MovedAside) -> Iterator[Mend]:
    """The databases go aside together where one is damaged, as Dagster reads them together."""
    parts = {_HISTORY: _of_history, _SCHEDULES: _of_schedules}
    for name, problems in parts.items():
        found = next(problems(home / name), None)
        if found:
            what = f"set aside ({found.file}: {found.what}); {_BEGINS_ANEW}"
            yield Mend(f"{home.name}/{name}", what, partial(aside.move, home / name))


def _of_history(folder: Path) -> Iterator[Problem]:
    yield from _damage(folder, folder / _RUNS, "runs")
    for events in sorted((folder / _EVENTS).glob("*.db")):
        yield from _damage(folder, events, "event_logs")
    runs = _run_ids(folder / _RUNS)
    if runs is None:
        told = any(map(_holds_something, (folder / _EVENTS).glob("*.db")))
        if told and not _holds_something(folder / _RUNS):
            yield _gone(folder, folder / _RUNS)
        return
    for name in (_INDEX, *(f"{_EVENTS}/{run}.db" for run in runs)):
        if runs and not (folder / name).exists():
            yield _gone(folder, folder / name)


def _of_schedules(folder: Path) -> Iterator[Problem]:
    yield from _damage(folder, folder / "schedules.db", "instigators")


def _damage(folder: Path, file: Path, table: str) -> Iterator[Problem]:
    damage = sqlite_damage(file, table) if _holds_something(file) else ""
    if damage:
        yield Problem(_name(folder, file), damage, f"{REPAIR}, which moves Dagster's history aside")


def _holds_something(file: Path) -> bool:
    """Dagster makes its tables in a database that is empty, as in one that is not there."""
    return file.exists() and file.stat().st_size > 0


def _gone(folder: Path, file: Path) -> Problem:
    remedy = f"{REPAIR}, which moves the rest of Dagster's history aside"
    return Problem(_name(folder, file), "no longer there", remedy)


def _run_ids(file: Path) -> list[str] | None:
    """The runs of which there are events, as Dagster knows; None where that cannot be told."""
    with suppress(sqlite3.Error), closing(read_only(file)) as connection:
        return [str(run) for (run,) in connection.execute(_WITH_EVENTS)]
    return None


def _name(folder: Path, file: Path) -> str:
    """Its path from the root of the workspace, two folders above."""
    return file.relative_to(folder.parents[1]).as_posix()
