"""Steps of a run beside each other, in processes of their own, where a person chose that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import dagster as dg
import pytest

from inksift.assets.shared.stage import ALL_CORES, CORES_TAG
from inksift.curation.base.errors import LockedError, ParamError
from inksift.curation.project import Project
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.definitions import build
from inksift.pipelines.executors import EXECUTOR_VARIABLE, executor_from_environment
from inksift.pipelines.instance import dagster_home
from tests.documentation import ROOT
from tests.graph.conftest import Command, Ended


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "images").mkdir()
    return Project(tmp_path / "images", tmp_path / "w")


def test_the_environment_names_the_executor(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(EXECUTOR_VARIABLE, raising=False)
    assert executor_from_environment(project) is dg.in_process_executor
    monkeypatch.setenv(EXECUTOR_VARIABLE, "multiprocess")
    job = build(project, executor=executor_from_environment(project)).resolve_job_def("everything")
    assert job.executor_def.name == "multiprocess"
    monkeypatch.setenv(EXECUTOR_VARIABLE, "multiproces")
    with pytest.raises(ParamError, match="did you mean multiprocess"):
        executor_from_environment(project)


def in_another_process(workspace: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """What another process says that holds the workspace, or tries to."""
    held = f"Workspace(Path({str(workspace)!r})).locked({', '.join(map(repr, arguments))})"
    program = (
        f"from {Workspace.__module__} import Workspace\n"
        f"from pathlib import Path\nwith {held}: print('in')"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_steps_of_the_run_that_holds_the_workspace_are_let_in_and_nobody_else(
    project: Project,
) -> None:
    here = project.workspace
    with here.locked("r1", for_steps=True):
        assert in_another_process(here.root, "r1").stdout == "in\n"
        assert (here.root / "run.lock").exists()  # it belongs to the run, not to the step
        for stranger in ((), ("r2",)):
            told = in_another_process(here.root, *stranger)
            assert LockedError.__name__ in told.stderr
    assert not (here.root / "run.lock").exists()


def test_in_one_process_reports_come_before_training(project: Project) -> None:
    job = build(project).resolve_job_def("everything")
    priority = {node.name: int(node.tags.get("dagster/priority", 0)) for node in job.nodes}
    assert priority["rejected_report"] == priority["kept_run"] == 1
    assert priority["splits"] == priority["classifier"] == 0


def test_training_does_not_wait_for_the_report_but_its_scores_do() -> None:
    graph = build(None).resolve_asset_graph()
    behind_the_report = graph.get(dg.AssetKey("kept_run")).child_keys
    assert {key.to_user_string() for key in behind_the_report} == {"f1_report"}


@pytest.mark.slow
def test_a_whole_run_gives_the_same_and_two_steps_never_share_all_cores(
    finished: tuple[Path, Ended], sample: Path, tmp_path: Path, inksift: Command
) -> None:
    workspace = Path(shutil.copytree(finished[0], tmp_path / "w"))
    shutil.rmtree(workspace / "dagster")
    project = Project(sample / "images", workspace, sample / "test")
    home = dagster_home(project)
    environment = {n: v for n, v in os.environ.items() if not n.startswith("INKSIFT_")} | {
        "DAGSTER_HOME": str(home),
        "INKSIFT_WORKSPACE": str(workspace),
        EXECUTOR_VARIABLE: "multiprocess",
        "PYTHONPATH": str(ROOT),
    }
    command = ["job", "execute", "-m", build.__module__, "-j", "everything"]
    ended = subprocess.run(
        [sys.executable, "-m", "dagster", *command],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    for name in ("decisions.csv", "f1_report.json"):
        assert (workspace / name).read_bytes() == (finished[0] / name).read_bytes()
    assert inksift("verify", "--workspace", workspace).exit_code == 0
    assert not (workspace / "run.lock").exists()
    with dg.DagsterInstance.from_config(str(home)) as instance:
        (run,) = instance.get_runs()
        times = {
            stats.step_key: (stats.start_time or 0, stats.end_time or 0)
            for stats in instance.get_run_step_stats(run.run_id)
        }
    _check_that_one_takes_all_cores(times, project)
    assert any(_overlap(one, other) for one, other in combinations(times.values(), 2))


def _check_that_one_takes_all_cores(
    times: dict[str, tuple[float, float]], project: Project
) -> None:
    nodes = build(project).resolve_job_def("everything").nodes
    heavy = [node.name for node in nodes if node.tags.get(CORES_TAG) == ALL_CORES]
    assert len(heavy) > 5
    for one, other in combinations(heavy, 2):
        assert not _overlap(times[one], times[other]), (one, other)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
