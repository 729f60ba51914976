"""What Dagster's history says of earlier runs: the settings of a stage, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import dagster as dg
import pytest

from inksift.assets.ablation.costs import STAGES_OF, step_seconds
from inksift.assets.shared.reuse import DATA_VERSION
from inksift.assets.shared.settings_used import settings_of, settings_used
from inksift.curation.base.errors import StoreError
from inksift.curation.runs.record import RunRecord
from inksift.curation.store.files import file_digest, write_atomically
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.splits import SplitParams


def run(instance: dg.DagsterInstance, *names: str, seconds: float = 0.0, fails: str = "") -> None:
    """A run of stages with these names, each of which takes so long; one may fail."""

    def stage(name: str) -> dg.AssetsDefinition:
        @dg.asset(name=name)
        def made() -> None:
            sleep(seconds)
            if name == fails:
                raise ValueError

        return made

    dg.materialize([stage(name) for name in names], instance=instance, raise_on_error=False)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_settings_are_those_of_the_last_time(
    instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    for seed in (1, 2):
        made = dg.AssetMaterialization("splits", metadata=settings_of(SplitParams(seed=seed)))
        instance.report_runless_asset_event(made)
    assert settings_used(instance, workspace, "splits", SplitParams) == SplitParams(seed=2)


def test_settings_of_a_table_that_another_machine_made_are_in_the_record_of_its_run(
    instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    place = workspace.table("splits")
    write_atomically(place, b"made here")
    tags = {DATA_VERSION: file_digest(place)[:16]}
    told = settings_of(SplitParams(seed=1))
    made = dg.AssetMaterialization("splits", metadata=told, tags=tags)
    instance.report_runless_asset_event(made)
    record = RunRecord(
        name="r",
        date="2026-01-01T00:00:00+00:00",
        source="",
        decisions="",
        files=0,
        outcomes={},
        training={"splits": SplitParams(seed=2).model_dump(mode="json")},
    )
    workspace.publish("run.json", record.as_bytes())
    assert settings_used(instance, workspace, "splits", SplitParams) == SplitParams(seed=1)
    write_atomically(place, b"made elsewhere")
    assert settings_used(instance, workspace, "splits", SplitParams) == SplitParams(seed=2)
    workspace.withdraw("run.json")
    with pytest.raises(StoreError, match="with which settings splits was made"):
        settings_used(instance, workspace, "splits", SplitParams)


def test_without_settings_the_remedy_is_told(
    instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    with pytest.raises(
        StoreError, match="with which settings splits was made: run `inksift run` first"
    ):
        settings_used(instance, workspace, "splits", SplitParams)
    instance.report_runless_asset_event(dg.AssetMaterialization("splits"))
    with pytest.raises(StoreError, match="run `inksift run` first"):
        settings_used(instance, workspace, "splits", SplitParams)


def test_settings_of_another_version_are_no_fault_of_the_user(
    instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    told = {"settings": dg.MetadataValue.json({"no_longer": 1})}
    instance.report_runless_asset_event(dg.AssetMaterialization("splits", metadata=told))
    with pytest.raises(
        StoreError,
        match=r"splits was made with settings that this version does not know: run `inksift",
    ):
        settings_used(instance, workspace, "splits", SplitParams)


def test_settings_of_a_run_that_failed_are_not_taken_over(
    instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    @dg.asset
    def splits() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata=settings_of(SplitParams(seed=3)))

    @dg.asset(deps=["splits"])
    def later() -> None:
        raise ValueError

    dg.materialize([splits, later], instance=instance, raise_on_error=False)
    with pytest.raises(StoreError, match="splits was made by a run that failed: run `inksift run`"):
        settings_used(instance, workspace, "splits", SplitParams)
    dg.materialize([splits], instance=instance)
    assert settings_used(instance, workspace, "splits", SplitParams) == SplitParams(seed=3)


def test_a_step_took_what_its_stages_took_at_their_longest(instance: dg.DagsterInstance) -> None:
    assert step_seconds(instance) == {}
    run(instance, *STAGES_OF["deduplication"], seconds=0.2)
    run(instance, *STAGES_OF["deduplication"])
    found = step_seconds(instance)
    assert found.keys() == {"deduplication"}
    assert found["deduplication"] >= 0.2 * len(STAGES_OF["deduplication"])


def test_a_stage_that_ended_before_its_run_failed_counts(instance: dg.DagsterInstance) -> None:
    pairs, duplicates = STAGES_OF["deduplication"]
    run(instance, pairs, seconds=0.2)
    run(instance, pairs, duplicates, fails=duplicates)
    assert step_seconds(instance) == {}
    run(instance, pairs, duplicates, "report", fails="report")
    assert step_seconds(instance)["deduplication"] >= 0.2


def test_a_stage_that_failed_and_a_step_that_ran_in_part_tell_nothing(
    instance: dg.DagsterInstance,
) -> None:
    run(instance, *STAGES_OF["deduplication"], fails="pairs")
    run(instance, STAGES_OF["photo verdict"][0])
    assert step_seconds(instance) == {}
