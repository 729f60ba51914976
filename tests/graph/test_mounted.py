"""The graph in somebody's Dagster project: behind a prefix, and in nobody's way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pandas as pd
import pytest
import yaml

import inksift
from inksift.assets.shared.names import BARE, Names
from inksift.assets.shared.stage import WORK_TAG
from inksift.curation.base.errors import ParamError
from inksift.curation.project import Project
from inksift.curation.store.setup import read_setup
from inksift.pipelines.definitions import build
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.sensors import new_files
from inksift.pipelines.setup_sensor import first_setup
from tests.documentation import DOCS
from tests.graph.test_definitions import ASSETS, CHECKS

NAMES = Names.behind("shop/art")
SUCCESS = dg.DagsterEventType.PIPELINE_SUCCESS


@dg.asset
def images() -> int:
    return 1


@dg.asset
def listing(images: int) -> int:
    return images + 1


@dg.asset(ins={"curated": dg.AssetIn(key=["shop", "art", "curated_dataset"])})
def pictures_to_sell(curated: pd.DataFrame) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"pictures": len(curated)})


@dg.resource
def theirs(_: dg.InitResourceContext) -> str:
    return "theirs"


def own_project() -> dg.Definitions:
    """Definitions that have everything by the names that ours have when they stand alone."""
    return dg.Definitions(
        assets=[images, listing, pictures_to_sell],
        jobs=[
            dg.define_asset_job("curate", selection=["images", "listing"]),
            dg.define_asset_job("sell", selection=["pictures_to_sell"]),
        ],
        resources={"project": theirs, "run_settings": theirs, "io_manager": dg.mem_io_manager},
        executor=dg.multi_or_in_process_executor,
    )


def merged(source: Path, workspace: Path) -> dg.Definitions:
    ours = inksift.dagster.definitions(source=source, workspace=workspace, key_prefix="shop/art")
    return dg.Definitions.merge(own_project(), ours)


@pytest.fixture
def defs(tmp_path: Path) -> dg.Definitions:
    return merged(tmp_path / "crawl", tmp_path / "w")


def test_everything_carries_the_prefix_and_nothing_is_lost(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    groups = {
        f"shop_art_{group}": {NAMES.key(name) for name in names} for group, names in ASSETS.items()
    }
    for group, keys in groups.items():
        assert {key for key, spec in specs.items() if spec.group_name == group} == keys
    assert {key for key, spec in specs.items() if spec.group_name == "default"} == {
        dg.AssetKey(name) for name in ("images", "listing", "pictures_to_sell")
    }
    assert {dep.asset_key for spec in specs.values() for dep in spec.deps} <= set(specs)
    checks = defs.resolve_asset_graph().asset_check_keys
    assert {key.name for key in checks} == CHECKS
    assert all(key.asset_key.path[:2] == ["shop", "art"] for key in checks)
    alone = build(None)
    for kind in ("jobs", "schedules", "sensors"):
        told = {one.name for one in getattr(defs, kind) or ()}
        assert told >= {f"shop__art__{one.name}" for one in getattr(alone, kind)}


def test_a_job_holds_our_assets_alone(defs: dg.Definitions) -> None:
    bare = {node.name for node in build(None).resolve_job_def("everything").nodes}
    job = defs.resolve_job_def("shop__art__everything")
    assert {node.name for node in job.nodes} == {NAMES.called(name) for name in bare}
    assert job.executor_def.name == "in_process"
    assert {node.name for node in defs.resolve_job_def("curate").nodes} == {"images", "listing"}


def test_the_guide_makes_our_jobs_wait_for_each_other(defs: dg.Definitions, tmp_path: Path) -> None:
    guide = (DOCS / "how-to" / "own-dagster-project.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```yaml\n(concurrency:.*?)```", guide, re.S)
    with dg.DagsterInstance.local_temp(str(tmp_path), yaml.safe_load(settings)) as instance:
        queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None
    assert queue.tag_concurrency_limits == [{"key": WORK_TAG, "limit": 1}]
    jobs = [defs.resolve_job_def(f"shop__art__{job.name}") for job in jobs_called(BARE)]
    assert all(WORK_TAG in job.tags for job in jobs)


def test_two_of_them_stand_in_one_project(tmp_path: Path) -> None:
    once = merged(tmp_path / "crawl", tmp_path / "w")
    again = inksift.dagster.definitions(
        source=tmp_path / "dogs", workspace=tmp_path / "dogs-w", key_prefix="dogs"
    )
    both = dg.Definitions.merge(once, again)
    both.get_repository_def().get_all_jobs()  # where Dagster finds names that are there twice
    assert dg.AssetKey(["dogs", "images"]) in both.resolve_all_asset_keys()
    partitions = {spec.partitions_def for spec in both.resolve_all_asset_specs()} - {None}
    assert {one.name for one in partitions} == {"shop__art__experiments", "dogs__experiments"}


@pytest.mark.parametrize("prefix", ["", "a b", "a__b", "shop//art", []])
def test_a_prefix_that_dagster_could_not_tell_is_refused(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(ParamError, match="key_prefix: expected letters"):
        inksift.dagster.definitions(source=tmp_path, workspace=tmp_path, key_prefix=prefix)


def test_names_are_told_apart() -> None:
    assert (BARE.called("images"), NAMES.called("images")) == ("images", "shop__art__images")
    assert NAMES.own("shop__art__images") == BARE.own("images") == "images"
    assert [BARE.own("shop__art__images"), NAMES.own("images"), BARE.own("__ASSET_JOB")] == [""] * 3
    assert Names.of_step("shop__art__images").prefix == NAMES.prefix
    assert Names.behind(["a", "b"], "").group("dedup") == "dedup"


def test_without_a_source_nothing_is_mounted(tmp_path: Path) -> None:
    with pytest.raises(ParamError, match="no source given"):
        inksift.dagster.definitions(workspace=tmp_path / "w")


class Ran(NamedTuple):
    """A project in which our job ran, and the instance that knows of it."""

    source: Path
    workspace: Path
    defs: dg.Definitions
    instance: dg.DagsterInstance
    result: dg.ExecuteInProcessResult

    @property
    def project(self) -> Project:
        return Project(self.source, self.workspace)


@pytest.fixture
def ran(copied: Path, measured: Path) -> Ran:
    defs = merged(copied, measured)
    instance = dg.DagsterInstance.ephemeral()
    config = {"ops": {"shop__art__object_counts": {"config": {"batch": 32}}}}
    job = defs.resolve_job_def("shop__art__curate")
    return Ran(copied, measured, defs, instance, job.execute_in_process(config, instance=instance))


def test_a_run_works_and_the_sensors_follow_it(ran: Ran) -> None:
    made = {event.asset_key for event in ran.result.get_asset_materialization_events()}
    assert ran.result.success
    assert NAMES.key("curated_dataset") in made
    assert {tuple(key.path[:2]) for key in made if key} == {("shop", "art")}
    assert ran.project.workspace.table("verdicts").exists()

    sold = ran.defs.resolve_job_def("sell").execute_in_process(instance=ran.instance)
    (event,) = sold.get_asset_materialization_events()
    assert event.materialization.metadata["pictures"].value > 0

    (record,) = ran.instance.get_records_for_run(ran.result.run_id, of_type=SUCCESS).records
    context = dg.build_run_status_sensor_context(
        sensor_name="shop__art__first_setup",
        dagster_event=record.event_log_entry.get_dagster_event(),
        dagster_instance=ran.instance,
        dagster_run=ran.result.dagster_run,
    )
    first_setup(ran.project, NAMES)(context)
    setup = read_setup(ran.workspace)
    assert setup is not None
    assert setup.settings == {"object_counts": {"batch": 32}}

    (ran.source / "cat" / "new.png").write_bytes(b"new")
    sensor = ran.defs.resolve_sensor_def("shop__art__new_files")
    seen = look(ran, sensor)
    assert seen.skip_message == "files are still changing: cat: 1 file more"
    (request,) = look(ran, sensor, seen.cursor).run_requests
    job = ran.defs.resolve_job_def("shop__art__curate")
    checked = dg.validate_run_config(job, request.run_config)
    assert checked["ops"]["shop__art__object_counts"]["config"]["batch"] == 32


def look(
    ran: Ran, sensor: dg.SensorDefinition, cursor: str | None = None
) -> dg.SensorExecutionData:
    context = dg.build_sensor_context(
        ran.instance, cursor=cursor, definitions=ran.defs, sensor_name=sensor.name
    )
    return new_files(ran.project, NAMES).evaluate_tick(context)
