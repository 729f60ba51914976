"""What checks show: those that did not run did not fail, and what failed says what to do, in the UI
too."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from dagster._core.loader import LoadingContextForTest

from inksift.assets.checks import against_the_majority, detector_was_present
from inksift.assets.verdict.verdicts import REMEDY
from inksift.curation.evidence.objects import DETECTOR_UNAVAILABLE
from inksift.curation.project import Project
from inksift.curation.store.published import F1
from inksift.pipelines.definitions import build
from inksift.pipelines.instance import dagster_home
from inksift.pipelines.unrun_checks import show_as_skipped, unrun_checks
from tests.graph.conftest import Command, Ended

PLOTTED = {
    "images": ["unreadable_share"],
    "duplicates": ["duplicates_share"],
    "verdicts": ["kept_share", "review_share", "rejected_share"],
    "targets": [
        "photos_kept",
        "photos_kept_promised",
        "illustrations_rejected",
        "illustrations_rejected_promised",
    ],
    "removal_rates": ["largest_share"],
    "f1_report": ["macro_f1", "weighted_f1", "accuracy", "majority_macro_f1"],
}
"""The numbers of every promise, by the asset that tells them."""


def shown(instance: dg.DagsterInstance, check: dg.AssetCheckKey) -> str:
    """How the UI shows a check."""
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])
    return asyncio.run(records[check].resolve_status(LoadingContextForTest(instance))).value


@dg.asset(check_specs=[dg.AssetCheckSpec("brake", asset="first", blocking=True)])
def first(brakes: dg.ResourceParam[bool]) -> Any:
    yield dg.MaterializeResult(value=1)
    yield dg.AssetCheckResult(check_name="brake", passed=not brakes)


@dg.asset
def second(first: int) -> int:
    return first


@dg.asset_check(asset=second)
def behind(second: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=second == 1)


BRAKE = dg.AssetCheckKey(dg.AssetKey("first"), "brake")
BEHIND = dg.AssetCheckKey(dg.AssetKey("second"), "behind")


def run(instance: dg.DagsterInstance, *, brakes: bool) -> dg.ExecuteInProcessResult:
    defs = dg.Definitions(
        [first, second],
        asset_checks=[behind],
        resources={"brakes": dg.ResourceDefinition.hardcoded_resource(brakes)},
    )
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, raise_on_error=False)


def test_a_check_behind_a_brake_did_not_fail() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        stopped = run(instance, brakes=True)
        assert shown(instance, BEHIND) == "EXECUTION_FAILED"
        context = dg.build_run_status_sensor_context(
            "unrun_checks",
            stopped.get_run_failure_event(),
            instance,
            stopped.dagster_run,
        ).for_run_failure()
        unrun_checks()(context)
        assert (shown(instance, BRAKE), shown(instance, BEHIND)) == ("FAILED", "SKIPPED")


def test_what_a_later_run_found_stays() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        stopped = run(instance, brakes=True)
        assert run(instance, brakes=False).success
        assert show_as_skipped(instance, stopped.run_id) == []
        assert shown(instance, BEHIND) == "SUCCEEDED"


@pytest.mark.usefixtures("history_on_disk")
def test_a_run_from_the_command_line_that_is_refused_fails_no_check(
    tmp_path: Path, inksift: Command
) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "a.png").write_bytes(b"")
    project = Project(tmp_path / "flat", tmp_path / "w")
    assert inksift("run", project.source, "--workspace", project.workspace_folder).exit_code == 2
    checks = build(None).resolve_asset_graph().asset_check_keys
    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        assert {shown(instance, check) for check in checks} == {"SKIPPED"}


@pytest.mark.parametrize(("score", "passed"), [(None, []), (0.0, [False]), (1.0, [True])])
def test_a_score_that_cannot_be_told_fails_no_check(
    finished: tuple[Path, Ended],
    sample: Path,
    tmp_path: Path,
    score: float | None,
    passed: list[bool],
) -> None:
    report = json.loads((finished[0] / F1).read_text()) | {"macro_f1": score}
    project = Project(sample / "images", tmp_path / "w")
    project.workspace.publish(F1, json.dumps(report).encode())
    results = list(against_the_majority(pd.DataFrame(), project))
    assert [result.passed for result in results] == passed


def test_a_remedy_names_the_way_of_the_ui_too() -> None:
    missing = pd.DataFrame({"status": [DETECTOR_UNAVAILABLE]})
    told = detector_was_present(missing).description
    assert "--weights-dir" in told
    assert "inksift.yaml" in told
    assert "--accept-removals" in REMEDY
    assert "Launchpad" in REMEDY


def test_what_is_promised_is_a_number_that_the_ui_plots(
    finished: tuple[Path, Ended], sample: Path
) -> None:
    project = Project(sample / "images", finished[0])
    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        for asset, names in PLOTTED.items():
            event = instance.get_latest_materialization_event(dg.AssetKey(asset))
            made = event and event.asset_materialization
            assert made, asset
            for name in names:
                assert isinstance(made.metadata.get(name), dg.FloatMetadataValue), (asset, name)
