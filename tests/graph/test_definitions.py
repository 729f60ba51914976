"""The code location as Dagster sees it. The list of assets is edited on purpose."""

from __future__ import annotations

import re
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
import yaml

from inksift.assets.gather.source import SOURCE
from inksift.assets.people.ledger import LEDGER
from inksift.assets.registry import GROUPS, registry
from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.base.outlook import TYPICAL_MS
from inksift.curation.project import Project
from inksift.pipelines.commands.summary import _UNITS
from inksift.pipelines.definitions import build
from inksift.pipelines.io_managers import ParquetTables
from inksift.pipelines.resources import project_from_environment, resources
from inksift.pipelines.runner import _LOOPS
from inksift.pipelines.summary import _MEASURED
from tests.documentation import DOCS

ASSETS = {
    "gather": [
        "given_splits",
        "hashes",
        "images",
        "listing",
        "profile",
        "set_aside",
        "sidecars",
        "signals",
        "source",
        "test_hashes",
        "test_images",
        "test_thumbnails",
        "thumbnails",
    ],
    "evidence": ["cluster_comparison", "clusters", "embeddings", "object_counts"],
    "people": ["human_decisions", "ledger"],
    "dedup": ["duplicates", "families", "kept_apart", "pair_search", "pairs"],
    "verdict": [
        "curated_dataset",
        "kept_run",
        "machine_verdicts",
        "measures",
        "profile_after",
        "queue",
        "rejected_report",
        "removal_rates",
        "signal_limits",
        "targets",
        "verdicts",
        "vote_quality",
        "votes",
    ],
    "training": [
        "balanced_classifier",
        "classifier",
        "curves",
        "explanations",
        "f1_report",
        "predictions",
        "splits",
        "training_set",
    ],
    "ablation": ["ablation", "ablation_scores"],
    "experiments": ["experiment_grid", "experiments", "leaderboard"],
}
CHECKS = {
    "decisions_keep_their_contract",
    "detector_was_present",
    "embeddings_are_numbers",
    "every_file_has_one_outcome",
    "f1_beats_the_majority",
    "removals_are_accepted",
    "no_copy_straddles_the_splits",
    "no_test_picture_is_trained_on",
    "resampling_keeps_its_promises",
}
BLOCKING = CHECKS - {"detector_was_present", "f1_beats_the_majority"}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build(None)


@pytest.fixture(scope="module")
def specs(defs: dg.Definitions) -> list[dg.AssetSpec]:
    return list(defs.resolve_all_asset_specs())


def test_the_ui_can_load_the_code_location(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_no_asset_is_lost_and_none_appears_unseen(specs: list[dg.AssetSpec]) -> None:
    found: dict[str, list[str]] = {}
    for spec in specs:
        found.setdefault(str(spec.group_name), []).append(spec.key.to_user_string())
    assert {group: sorted(names) for group, names in found.items()} == ASSETS


def test_groups_are_packages_in_the_order_of_the_graph() -> None:
    names = [package.__name__ for package in GROUPS]
    assert names == [f"inksift.assets.{group}" for group in ASSETS]


def test_every_asset_depends_on_assets_that_are_here(specs: list[dg.AssetSpec]) -> None:
    here = {spec.key for spec in specs}
    assert {dep.asset_key for spec in specs for dep in spec.deps} <= here


def test_every_asset_says_what_it_is(specs: list[dg.AssetSpec]) -> None:
    for spec in specs:
        assert spec.description, spec.key
        assert spec.kinds, spec.key


def test_every_asset_that_is_made_here_says_with_which_code(specs: list[dg.AssetSpec]) -> None:
    outside = {spec.key for spec in specs if not spec.code_version}
    assert outside == {LEDGER.key, SOURCE.key}


def test_what_is_said_of_steps_is_said_of_all_and_of_no_other(
    defs: dg.Definitions, specs: list[dg.AssetSpec]
) -> None:
    nodes = {node.name for node in defs.resolve_job_def("everything").nodes}
    assert list(_LOOPS.values()) == list(TYPICAL_MS)
    assert _LOOPS.keys() <= nodes
    assert tuple(_UNITS) == _MEASURED
    assert {*_MEASURED} <= {spec.key.to_user_string() for spec in specs}


def test_checks_are_those_expected_and_most_of_them_block(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert {key.name for key in graph.asset_check_keys} == CHECKS
    assert {key.name for key in graph.asset_check_keys if graph.get(key).blocking} == BLOCKING


def test_every_stage_with_settings_is_an_asset(specs: list[dg.AssetSpec]) -> None:
    assert set(registry().settings) <= {spec.key.to_user_string() for spec in specs}


@pytest.mark.parametrize(
    "name",
    ["curate", "decide", "train", "everything", "ablate", "plan_experiments", "run_experiments"],
)
def test_jobs_run_in_one_process(defs: dg.Definitions, name: str) -> None:
    job = defs.resolve_job_def(name)
    assert job.executor_def.name == "in_process"
    trains = "classifier" in {node.name for node in job.nodes}
    assert trains == (name in ("train", "everything"))


def test_what_people_decided_is_taken_in_without_measuring_or_training(
    defs: dg.Definitions,
) -> None:
    steps = {node.name for node in defs.resolve_job_def("decide").nodes}
    assert {
        "human_decisions",
        "duplicates",
        "verdicts",
        "curated_dataset",
        "rejected_report",
    } < steps
    assert steps.isdisjoint(
        {"decoded_images", "trusted_test", "embeddings", "pairs", "splits", "classifier"}
    )


@pytest.mark.parametrize("name", ["project", "io_manager"])
def test_no_run_config_reaches_a_path(defs: dg.Definitions, name: str) -> None:
    job = defs.resolve_job_def("everything")
    with pytest.raises(dg.DagsterInvalidConfigError, match="source"):
        job.execute_in_process(run_config={"resources": {name: {"config": {"source": "/etc"}}}})


def test_the_workspace_file_loads_these_definitions() -> None:
    located = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    assert located == {"module_name": "inksift.pipelines.definitions", "location_name": "inksift"}


def test_the_nightly_schedule_runs_everything(defs: dg.Definitions) -> None:
    (schedule,) = defs.schedules or []
    assert schedule.job_name == "everything"
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "UTC")


def test_only_sensors_that_start_nothing_are_on_from_the_start(defs: dg.Definitions) -> None:
    sensors = {sensor.name: sensor for sensor in defs.sensors or []}
    running = {
        name
        for name, one in sensors.items()
        if one.default_status == dg.DefaultSensorStatus.RUNNING
    }
    assert (set(sensors), running) == (
        {
            "after_experiments",
            "first_setup",
            "ledger_changes",
            "new_decisions",
            "new_files",
            "source_changes",
            "unrun_checks",
        },
        {"first_setup", "ledger_changes", "source_changes", "unrun_checks"},
    )
    assert not any(sensors[name].has_jobs for name in running)


def test_tables_cross_assets_as_parquet(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    project = Project(tmp_path / "images", tmp_path / "w")

    @dg.asset
    def numbers() -> pd.DataFrame:
        return pd.DataFrame({"n": [1, 2]})

    @dg.asset
    def doubled(numbers: pd.DataFrame) -> pd.DataFrame:
        return numbers * 2

    tables = ParquetTables(project, {})
    result = dg.materialize([numbers, doubled], resources={"io_manager": tables})
    assert result.output_for_node("doubled")["n"].tolist() == [2, 4]
    assert sorted(path.name for path in (tmp_path / "w" / "tables").iterdir()) == [
        "doubled.parquet",
        "numbers.parquet",
    ]


def test_a_table_of_another_version_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    project = Project(tmp_path / "images", tmp_path / "w")
    tables = ParquetTables(project, registry().contracts)

    @dg.asset
    def removal_rates() -> pd.DataFrame:
        return pd.DataFrame({"label": ["cat"], "lost": [1]})

    @dg.asset
    def total(removal_rates: pd.DataFrame) -> int:
        return len(removal_rates)

    with pytest.raises(
        StoreError,
        match=r"removal_rates\.parquet is of another version .*materialise removal_rates again",
    ):
        dg.materialize([removal_rates, total], resources={"io_manager": tables})


def test_without_a_folder_the_graph_loads_and_a_run_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("INKSIFT_SOURCE", raising=False)
    assert project_from_environment() is None
    with pytest.raises(dg.DagsterError) as failed:
        build(None).resolve_job_def("curate").execute_in_process()
    assert isinstance(failed.value.__cause__, ParamError)
    assert "set INKSIFT_SOURCE=" in str(failed.value.__cause__)
    assert set(resources(None, {})) == {"project", "run_settings", "engine", "io_manager"}


def test_the_environment_names_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "WEIGHTS").mkdir()
    for name in ("SOURCE", "WORKSPACE", "TEST", "WEIGHTS"):
        monkeypatch.setenv(f"INKSIFT_{name}", str(tmp_path / name))
    assert project_from_environment() == Project(
        tmp_path / "SOURCE", tmp_path / "WORKSPACE", tmp_path / "TEST", tmp_path / "WEIGHTS"
    )


def test_no_step_waits_for_a_place_that_a_killed_run_may_still_hold(defs: dg.Definitions) -> None:
    for name in ("curate", "decide", "train", "everything"):
        assert all(node.definition.pools == set() for node in defs.resolve_job_def(name).nodes)


def test_the_guide_lists_every_job_by_its_name(defs: dg.Definitions) -> None:
    guide = (DOCS / "how-to" / "dagster.md").read_text(encoding="utf-8")
    table = guide.partition("| job | what it does |")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert [name for cell in cells for name in re.findall(r"`(\w+)`", cell)] == [
        job.name for job in defs.jobs or ()
    ]
