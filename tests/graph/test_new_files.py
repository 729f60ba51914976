"""The sensor for new files: it runs with the setup, on changes alone, and says what it saw."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pytest

from inksift.curation.project import Project
from inksift.pipelines.definitions import build
from inksift.pipelines.instance import dagster_home
from inksift.pipelines.sensors import new_files
from tests.graph.conftest import Ended


class Watched(NamedTuple):
    """A folder that the last run saw as it is, and the instance that knows of that run."""

    project: Project
    instance: dg.DagsterInstance
    defs: dg.Definitions

    def look(self, cursor: str | None = None) -> dg.SensorExecutionData:
        context = dg.build_sensor_context(
            self.instance, cursor=cursor, definitions=self.defs, sensor_name="new_files"
        )
        return new_files(self.project).evaluate_tick(context)

    def add(self, name: str) -> None:
        (self.project.source / name).write_bytes(b"new")


@pytest.fixture
def watched(finished: tuple[Path, Ended], copied: Path, tmp_path: Path) -> Iterator[Watched]:
    workspace = Path(shutil.copytree(finished[0], tmp_path / "workspace"))
    project = Project(copied, workspace)
    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        yield Watched(project, instance, build(project))


def test_nothing_changed_since_the_last_run_and_nothing_is_started(watched: Watched) -> None:
    first = watched.look()
    again = watched.look(first.cursor)
    assert first.run_requests == again.run_requests == []
    files = sum(path.is_file() for path in watched.project.source.rglob("*"))
    folders = sum(path.is_dir() for path in watched.project.source.iterdir())
    told = f"no file has changed since the last run: {files} files in {folders} folders"
    assert again.skip_message == told


def test_a_change_is_told_and_curated_once_it_holds_still(watched: Watched) -> None:
    watched.add("cat/new.png")
    seen = watched.look()
    assert seen.run_requests == []
    assert seen.skip_message == "files are still changing: cat: 1 file more"
    watched.add("cat/newer.png")
    moving = watched.look(seen.cursor)
    assert moving.skip_message == "files are still changing: cat: 2 files more"
    asked = watched.look(moving.cursor)
    (request,) = asked.run_requests
    assert request.tags["inksift/changed"] == "cat: 2 files more"
    ops = request.run_config["ops"]
    assert ops["object_counts"]["config"]["download"] is False  # of the setup
    assert "classifier" not in ops
    assert (
        "was asked for on what changed (cat: 2 files more)"
        in watched.look(asked.cursor).skip_message
    )


def test_a_setup_that_cannot_be_used_starts_nothing(watched: Watched) -> None:
    watched.add("cat/new.png")
    cursor = watched.look().cursor
    file = watched.project.workspace.root / "inksift.yaml"
    file.write_text("settings: {duplicates: {kep: first}}")
    told = watched.look(cursor)
    assert told.run_requests == []
    assert "did you mean keep?" in told.skip_message


def test_a_source_that_is_gone_starts_nothing(watched: Watched) -> None:
    watched.add("cat/new.png")
    cursor = watched.look().cursor
    watched.project.source.rename(watched.project.source.with_name("elsewhere"))
    gone = watched.look(cursor)
    assert (gone.run_requests, gone.skip_message) == ([], f"{watched.project.source} is not there")


def test_without_a_run_there_is_nothing_to_compare_with(watched: Watched) -> None:
    fresh = watched._replace(instance=dg.DagsterInstance.ephemeral())
    assert "no run has read the folder yet" in fresh.look().skip_message
    assert "no source" in (
        new_files(None).evaluate_tick(dg.build_sensor_context(fresh.instance)).skip_message
    )
