"""What `inksift verify` says about Dagster's history as Dagster itself leaves it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from inksift.curation.store.files import write_atomically
from inksift.pipelines.history import history_problems


@dg.op
def nothing() -> None:
    """Does nothing."""


@dg.job
def toy() -> None:
    """One step."""
    nothing()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Of a workspace, with one run that ended."""
    home = tmp_path / "w" / "dagster"
    write_atomically(home / "dagster.yaml", b"telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(home)) as opened:
        toy.execute_in_process(instance=opened)
        yield opened


def told(instance: dg.DagsterInstance) -> list[str]:
    return [problem.what for problem in history_problems(Path(instance.root_directory))]


def log_of_the_run(instance: dg.DagsterInstance) -> Path:
    (log,) = Path(instance.root_directory).glob("history/runs/*-*.db")
    return log


def test_a_run_that_was_made_and_has_no_event_yet_lacks_nothing(
    instance: dg.DagsterInstance,
) -> None:
    instance.create_run_for_job(toy)
    assert len(instance.get_runs()) == 2
    assert told(instance) == []


def test_the_log_of_a_run_that_has_begun_is_missed(instance: dg.DagsterInstance) -> None:
    log_of_the_run(instance).unlink()
    assert told(instance) == ["no longer there"]


def test_an_empty_database_is_one_that_dagster_fills(instance: dg.DagsterInstance) -> None:
    log_of_the_run(instance).write_bytes(b"")
    assert told(instance) == []
    with dg.DagsterInstance.from_config(instance.root_directory) as again:
        (run,) = again.get_runs()
        assert again.all_logs(run.run_id) == []


def test_runs_that_are_emptied_are_missed(instance: dg.DagsterInstance) -> None:
    home = Path(instance.root_directory)
    for file in home.glob("history/runs.db*"):
        file.write_bytes(b"")
    assert told(instance) == ["no longer there"]
