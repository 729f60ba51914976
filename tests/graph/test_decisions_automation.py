"""What a person decides shows in Dagster at once, and is taken in once people pause."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pandas as pd
import pytest
import yaml
from dagster._core.definitions.data_version import (
    DATA_VERSION_TAG,
    CachingStaleStatusResolver,
    StaleStatus,
)
from dagster._core.loader import LoadingContextForTest

from inksift.assets.shared.reuse import DATA_VERSION
from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.project import Project
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.published import SOURCE, read_decisions
from inksift.curation.store.setup import setup_file
from inksift.curation.verdict import conflicts, human
from inksift.curation.verdict.variants import thin
from inksift.pipelines import freshness
from inksift.pipelines.automatic import config_remembered
from inksift.pipelines.commands.review import review
from inksift.pipelines.definitions import build
from inksift.pipelines.instance import dagster_home
from inksift.pipelines.ledger_sensors import ledger_changes, new_decisions
from tests.graph.conftest import QUICK, Command, settings
from tests.graph.test_definitions import ASSETS

SHOWS_DECISIONS = {
    *ASSETS["verdict"],
    "duplicates",
    "families",
    "kept_apart",
    "human_decisions",
}

DECIDE = {
    "human_decisions",
    "duplicates",
    "object_counts",
    "clusters",
    "verdicts",
    "curated_dataset",
    "rejected_report",
    "kept_run",
}
"""The steps of the job `decide` that have settings."""


def broken(*_: object) -> None:
    """What fails in the middle of a run."""
    raise RuntimeError


class Here(NamedTuple):
    """A finished run that a test may decide on, with its Dagster instance."""

    project: Project
    instance: dg.DagsterInstance
    defs: dg.Definitions

    def stale(self) -> set[str]:
        """The assets that Dagster shows as stale."""
        graph = self.defs.resolve_asset_graph()
        resolver = CachingStaleStatusResolver(
            self.instance, graph, LoadingContextForTest(self.instance)
        )
        keys = graph.get_all_asset_keys()
        return {
            key.to_user_string() for key in keys if resolver.get_status(key) == StaleStatus.STALE
        }

    def reject(self, number: int, note: str = "") -> str:
        """A person rejects the kept picture of that number; its path."""
        decisions = read_decisions(self.project.workspace)
        kept = decisions[decisions["outcome"] == "kept"].iloc[number]
        self.project.ledger.record([Decision(kept["image_id"], "outcome", "rejected", note)], "ann")
        return str(kept["path"])

    def look(
        self, sensor: dg.SensorDefinition, cursor: str | None = None
    ) -> dg.SensorExecutionData:
        """One look of a sensor; what it reports is told to Dagster, as the daemon would."""
        context = dg.build_sensor_context(
            self.instance, cursor=cursor, definitions=self.defs, sensor_name=sensor.name
        )
        seen = sensor.evaluate_tick(context)
        for event in seen.asset_events:
            self.instance.report_runless_asset_event(event)
        return seen

    def metadata(self, asset: str) -> dict[str, Any]:
        """What the last run said of an asset."""
        event = self.instance.get_latest_materialization_event(dg.AssetKey(asset))
        made = event and event.asset_materialization
        return {name: value.value for name, value in made.metadata.items()} if made else {}

    def run(self, request: dg.RunRequest) -> None:
        """What the daemon does with a request."""
        self.defs.resolve_job_def("decide").execute_in_process(
            run_config=request.run_config, instance=self.instance
        )


@pytest.fixture
def here(finished: tuple[Path, object], sample: Path, tmp_path: Path) -> Iterator[Here]:
    workspace = shutil.copytree(finished[0], tmp_path / "workspace")
    project = Project(sample / "images", workspace, sample / "test")
    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        yield Here(project, instance, build(project))


def test_a_run_leaves_nothing_stale(here: Here) -> None:
    assert here.stale() == set()
    assert (
        freshness.told(here.instance)
        == freshness.taken_in(here.instance)
        == here.project.ledger.version()
    )


def test_a_decision_makes_stale_what_shows_it_and_a_run_of_the_sensor_takes_it_in(
    here: Here,
) -> None:
    path = here.reject(0, "too dark")
    assert here.stale() == set()
    here.look(ledger_changes(here.project))
    assert here.stale() == SHOWS_DECISIONS
    sensor = new_decisions(here.project)
    asked = here.look(sensor, here.look(sensor).cursor)
    here.run(asked.run_requests[0])
    decided = read_decisions(here.project.workspace).set_index("path").loc[path]
    assert decided["outcome"] == "rejected"
    assert "too dark" in decided["explanation"]
    _check_that_verdicts_follow_from_the_machine_and_the_ledger(here.project.workspace.tables)
    # The data set changed, and the run that the F1 report names: whoever wants to may train anew.
    assert here.stale() == {"splits", "f1_report"}
    assert "taken in" in here.look(sensor, asked.cursor).skip_message

    here.project.ledger.undo([1], "ann")
    assert len(here.look(sensor, here.look(sensor, asked.cursor).cursor).run_requests) == 1


@pytest.mark.slow
def test_the_command_line_tells_dagster_before_its_run(
    here: Here, inksift: Command, sample: Path
) -> None:
    here.reject(0)
    arguments = (
        "--workspace",
        here.project.workspace.root,
        "--out",
        here.project.workspace.root.parent / "v.csv",
    )
    assert inksift("judge", sample / "images", *arguments, *settings(*QUICK)).exit_code == 0
    assert freshness.told(here.instance) == here.project.ledger.version()
    assert here.stale() & SHOWS_DECISIONS == set()


def test_a_run_is_asked_for_once_people_have_paused(here: Here) -> None:
    sensor = new_decisions(here.project)
    assert "taken in" in here.look(sensor).skip_message
    here.reject(0)
    first = here.look(sensor)
    assert (first.run_requests, first.skip_message) == ([], "people are still deciding")
    here.reject(1)
    second = here.look(sensor, first.cursor)
    assert second.run_requests == []
    third = here.look(sensor, second.cursor)
    assert len(third.run_requests) == 1
    assert "was asked for" in here.look(sensor, third.cursor).skip_message


def test_a_state_that_comes_back_is_asked_for_again(here: Here) -> None:
    """A run that was asked for can start after a person took back what it was for."""
    sensor = new_decisions(here.project)
    here.reject(0)
    asked = here.look(sensor, here.look(sensor).cursor)
    assert len(asked.run_requests) == 1
    here.project.ledger.undo([1], "ann")
    back = here.look(sensor, asked.cursor)
    assert "taken in" in back.skip_message
    assert back.cursor  # Dagster keeps the old one in place of an empty one
    here.project.ledger.undo([2], "ann")
    again = here.look(sensor, here.look(sensor, back.cursor).cursor)
    assert len(again.run_requests) == 1


def test_a_run_in_dagster_forgets_nothing_unless_told(here: Here) -> None:
    here.reject(0)
    remembered = config_remembered(here.project, DECIDE)
    here.run(dg.RunRequest(run_config=remembered))
    (here.project.workspace.root / "ledger.sqlite").unlink()
    with pytest.raises(
        LedgerError, match="1 decision that the last run heard is not in this ledger"
    ):
        here.run(dg.RunRequest(run_config=remembered))
    assert len(read_parquet(here.project.workspace.tables / "human_decisions.parquet")) == 1

    config = config_remembered(here.project, DECIDE)
    config["ops"]["human_decisions"]["config"]["accept_other_ledger"] = True
    here.run(dg.RunRequest(run_config=config))
    assert read_parquet(here.project.workspace.tables / "human_decisions.parquet").empty
    told = config_remembered(here.project, DECIDE)["ops"]["human_decisions"]["config"]
    assert told == {"accept_other_ledger": False}  # what was accepted once is not accepted for good


def test_a_run_of_the_sensor_has_the_settings_of_the_setup(here: Here) -> None:
    here.reject(0)
    sensor = new_decisions(here.project)
    (request,) = here.look(sensor, here.look(sensor).cursor).run_requests
    ops = request.run_config["ops"]
    assert ops["object_counts"]["config"]["download"] is False
    assert set(ops) == DECIDE


def test_no_second_run_is_asked_for_while_one_waits(here: Here) -> None:
    sensor = new_decisions(here.project)
    here.reject(0)
    cursor = here.look(sensor).cursor
    here.instance.create_run_for_job(
        here.defs.resolve_job_def("decide"), status=dg.DagsterRunStatus.NOT_STARTED
    )
    waiting = here.look(sensor, cursor)
    assert (waiting.run_requests, waiting.cursor) == ([], cursor)
    assert "waits already" in waiting.skip_message


@pytest.mark.parametrize("make", [ledger_changes, new_decisions])
def test_a_sensor_that_cannot_look_says_why(
    here: Here, make: Callable[[Project | None], dg.SensorDefinition]
) -> None:
    assert "INKSIFT_SOURCE" in here.look(make(None)).skip_message
    (here.project.workspace.root / "ledger.sqlite").write_bytes(b"this is no database" * 100)
    assert "ledger.sqlite" in here.look(make(here.project)).skip_message
    fresh = here._replace(instance=dg.DagsterInstance.ephemeral())
    assert "no run has taken the ledger in yet" in fresh.look(make(here.project)).skip_message


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{verdicts: {max_loss: 0.75}}", "verdicts.max_loss is now called verdicts.max_removal"),
        ("{verdicts: {no_such_setting: 1}}", "no setting called verdicts.no_such_setting"),
    ],
)
def test_a_setup_that_cannot_be_used_is_told_with_its_file(
    here: Here, settings: str, told: str
) -> None:
    sensor = new_decisions(here.project)
    here.reject(0)
    cursor = here.look(sensor).cursor
    file = here.project.workspace.root / "inksift.yaml"
    file.write_text(f"settings: {settings}")
    assert f"{file}: {told}" in here.look(sensor, cursor).skip_message
    file.unlink()
    assert f"no {file} yet: the first run" in here.look(sensor, cursor).skip_message


def test_what_a_run_measured_otherwise_is_not_decided_on(here: Here) -> None:
    here.reject(0)
    sensor, workspace = new_decisions(here.project), here.project.workspace
    cursor = here.look(sensor).cursor
    told = json.loads((workspace.root / SOURCE).read_text())
    line = "images.thumbnail_side_px: `320` instead of `640`"
    workspace.publish(SOURCE, json.dumps({**told, "differs_from_setup": [line]}).encode())
    seen = here.look(sensor, cursor)
    assert seen.run_requests == []
    assert f"may not fit ({line}): run `inksift run`" in seen.skip_message


def test_what_the_setup_measured_before_it_was_edited_is_not_decided_on(here: Here) -> None:
    here.reject(0)
    sensor, file = new_decisions(here.project), setup_file(here.project.workspace.root)
    cursor, setup = here.look(sensor).cursor, yaml.safe_load(file.read_text())
    decides = {**setup["settings"], "curated_dataset": {"review": "held"}}
    file.write_text(yaml.safe_dump({**setup, "settings": decides}))
    assert here.look(sensor, cursor).run_requests
    measures = {**setup["settings"], "images": {"thumbnail_side_px": 320}}
    file.write_text(yaml.safe_dump({**setup, "settings": measures}))
    seen = here.look(sensor, cursor)
    assert seen.run_requests == []
    assert "the setup was edited since, and what the last run measured" in seen.skip_message
    assert "(images.thumbnail_side_px: `320` instead of `640`)" in seen.skip_message


def test_a_run_that_failed_has_taken_nothing_in_and_leaves_no_settings(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.reject(0)
    sensor = new_decisions(here.project)
    trial = config_remembered(here.project, DECIDE)
    trial["ops"]["curated_dataset"]["config"]["review"] = "held"
    monkeypatch.setattr("inksift.assets.verdict.verdicts.several.settle", broken)
    with pytest.raises(RuntimeError):
        here.run(dg.RunRequest(run_config=trial))
    monkeypatch.undo()
    (request,) = here.look(sensor, here.look(sensor).cursor).run_requests
    assert request.run_config["ops"]["curated_dataset"]["config"]["review"] == "kept"


def test_the_tag_of_a_data_version_is_that_of_dagster() -> None:
    assert DATA_VERSION == DATA_VERSION_TAG


def test_the_report_says_how_to_open_its_pictures(
    here: Here, finished: tuple[Path, object]
) -> None:
    told = here.metadata("rejected_report")
    (port,) = [option.default for option in review.params if option.name == "port"]
    assert told["review_app"] == f"http://127.0.0.1:{port}/"
    assert f"inksift review --workspace {finished[0]}\n" in told["review_command"]
    assert told["sheet_photo"].startswith("![rejected: photo](data:image/jpeg;base64,")


def test_the_counts_of_every_run_can_be_plotted(here: Here) -> None:
    told = here.metadata("verdicts")
    counts = [told[name] for name in ("kept", "review", "rejected")]
    assert all(isinstance(count, int) for count in counts)
    assert sum(counts) == told["dagster/row_count"] == len(read_decisions(here.project.workspace))


def _check_that_verdicts_follow_from_the_machine_and_the_ledger(tables: Path) -> None:
    names = ("machine_verdicts", "duplicates", "families", "human_decisions", "verdicts")
    machine, duplicates, families, decided, held = (
        read_parquet(tables / f"{name}.parquet") for name in names
    )
    assert len(decided) == 1
    assert (machine["decided_by"] == "machine").all()
    waiting = conflicts.hold(human.apply(machine, duplicates, decided), duplicates, decided)
    pd.testing.assert_frame_equal(thin(waiting, families, duplicates, decided), held)
