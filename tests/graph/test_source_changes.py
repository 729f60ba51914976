"""Dagster knows when the source was last seen changed, and what was made before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from inksift.assets.gather.source import SOURCE
from inksift.curation.project import Project
from inksift.pipelines.definitions import build
from inksift.pipelines.instance import dagster_home
from inksift.pipelines.source_sensor import source_changes
from tests.graph.conftest import Ended


class Seen(NamedTuple):
    """A source that the last run read as it is, and the instance that knows of that run."""

    project: Project
    instance: dg.DagsterInstance

    def look(self) -> dg.SensorExecutionData:
        """One look of the sensor; what it reports is told to Dagster, as the daemon would."""
        context = dg.build_sensor_context(self.instance)
        seen = source_changes(self.project).evaluate_tick(context)
        for event in seen.asset_events:
            self.instance.report_runless_asset_event(event)
        return seen

    def listing_is_stale(self) -> bool:
        graph = build(self.project).resolve_asset_graph()
        context = LoadingContextForTest(self.instance)
        resolver = CachingStaleStatusResolver(self.instance, graph, context)
        return resolver.get_status(dg.AssetKey("listing")) == StaleStatus.STALE

    def told(self) -> dict[str, object]:
        event = self.instance.get_latest_materialization_event(SOURCE.key)
        made = event and event.asset_materialization
        return {name: value.value for name, value in made.metadata.items()} if made else {}

    def add(self, name: str) -> Path:
        place = self.project.source / name
        place.write_bytes(b"new")
        return place


@pytest.fixture
def seen(finished: tuple[Path, Ended], sample: Path, tmp_path: Path) -> Iterator[Seen]:
    shutil.copytree(sample / "images", tmp_path / "images")
    workspace = Path(shutil.copytree(finished[0], tmp_path / "workspace"))
    project = Project(tmp_path / "images", workspace)
    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        yield Seen(project, instance)


def test_the_command_line_tells_what_its_run_reads(seen: Seen) -> None:
    files = sum(path.is_file() for path in seen.project.source.rglob("*"))
    assert seen.told()["files"] == files
    assert not seen.listing_is_stale()
    assert seen.look().asset_events == []


def test_a_change_is_told_once_and_makes_stale_what_was_made_before(seen: Seen) -> None:
    place = seen.add("cat/new.png")
    assert len(seen.look().asset_events) == 1
    assert seen.told()["since_the_last_run"] == "cat: 1 file more"
    assert seen.listing_is_stale()
    assert seen.look().asset_events == []
    place.unlink()
    assert len(seen.look().asset_events) == 1
    assert not seen.listing_is_stale()  # it is again as the run read it


def test_what_a_run_read_before_dagster_was_told_is_not_stale(seen: Seen) -> None:
    """As where somebody launches a run within the minutes between two looks."""
    seen.add("cat/new.png")
    only_listing = build(seen.project).resolve_implicit_global_asset_job_def()
    only_listing.execute_in_process(
        instance=seen.instance, asset_selection=[dg.AssetKey("listing")]
    )
    seen.look()
    assert seen.told()["since_the_last_run"] == "nothing changed"
    assert not seen.listing_is_stale()


def test_a_source_that_is_gone_is_no_change(seen: Seen) -> None:
    seen.project.source.rename(seen.project.source.with_name("elsewhere"))
    told = seen.look()
    assert (told.asset_events, told.skip_message) == ([], f"{seen.project.source} is not there")
    assert "no source" in str(source_changes(None).evaluate_tick(dg.build_sensor_context()))
