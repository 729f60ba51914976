"""Finished runs through the command line and through Dagster: kept, listed, compared, pruned."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pytest

from inksift.curation.project import Project
from inksift.curation.runs.kept import folder_of, kept_runs, latest_name
from inksift.curation.runs.record import RunRecord
from inksift.curation.store.published import F1, F1_PAGE, PARQUET, REPORT_PAGE
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.definitions import build
from inksift.pipelines.instance import dagster_home
from tests.graph.conftest import JUDGE, Command, Ended, invoke, quick_runs, settings


class Changed(NamedTuple):
    """A workspace in which a picture was gone when `inksift judge` came by after the whole run, and
    what that said."""

    workspace: Path
    told: dict[str, Any]


@pytest.fixture(scope="module")
def changed(
    finished: tuple[Path, Ended], sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Changed:
    """Read only, for all tests here."""
    folder = tmp_path_factory.mktemp("changed")
    workspace = Path(shutil.copytree(finished[0], folder / "w", symlinks=True))
    images = Path(shutil.copytree(sample / "images", folder / "images"))
    next((images / "cat").glob("*.png")).unlink()
    with quick_runs(tmp_path_factory):
        told = invoke(
            "judge", images, "--out", folder / "o.csv", "--workspace", workspace, "--json", *JUDGE
        )
    assert told.exit_code == 0, told.output
    return Changed(workspace, json.loads(told.stdout))


def files_of(workspace: Path) -> dict[str, int]:
    """The file that every table is in, which is another one as soon as the table is made anew."""
    return {path.stem: path.stat().st_ino for path in (workspace / "tables").glob("*.parquet")}


def only_run(workspace: Path) -> RunRecord:
    (run,) = kept_runs(Workspace(workspace))
    return run


def test_a_whole_run_is_kept_with_all_that_it_made(
    finished: tuple[Path, Ended], sample: Path
) -> None:
    root, ended = finished
    run, told = only_run(root), json.loads(ended.stdout)
    assert told["run"] == {
        "run": run.name,
        "folder": str(folder_of(Workspace(root), run.name)),
        "removed": [],
        "repeats": False,
        "elsewhere": [],
    }
    assert {PARQUET, REPORT_PAGE, F1, F1_PAGE} <= run.kept.keys()
    assert (run.source, run.test) == (str(sample / "images"), str(sample / "test"))
    assert (run.job, run.profile, run.files) == ("everything", "default", told["files"])
    assert "classifier.max_epochs=2" in run.assigned
    assert run.training["classifier"]["max_epochs"] == 2
    assert run.settings["verdicts"]["recipe"] == "learned"
    assert "kept_run" not in run.settings
    assert run.scores is not None
    assert run.scores.accuracy == told["f1"]["accuracy"]
    for page in (REPORT_PAGE, F1_PAGE):
        text = (root / page).read_text(encoding="utf-8")
        assert run.name in text
        assert f'<a href="{F1_PAGE}"' in text


def test_other_decisions_leave_the_f1_report_in_its_run_and_say_so(
    changed: Changed, inksift: Command
) -> None:
    workspace, others = changed
    here = Workspace(workspace)
    new, old = kept_runs(here)
    assert others["run"]["run"] == new.name == latest_name(here)
    (told,) = others["run"]["elsewhere"]
    assert told["place"] == f"runs/{old.name}/{F1_PAGE}"
    assert not (workspace / F1).exists()
    assert (folder_of(here, old.name) / F1).is_file()
    shown = inksift("report", "--workspace", workspace).stdout
    assert f"of run {old.name}, of other decisions: file://" in shown
    assert f"review app: inksift review --workspace {workspace}" in shown
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def test_runs_are_listed_and_compared(changed: Changed, tmp_path: Path, inksift: Command) -> None:
    workspace, others = changed
    listed = json.loads(inksift("runs", "--workspace", workspace, "--json").stdout)
    assert [run["latest"] for run in listed] == [True, False]
    assert [run["files"] for run in listed] == [others["files"], others["files"] + 1]
    assert [run["scores"] is None for run in listed] == [True, False]
    table = inksift("runs", "--workspace", workspace).stdout
    assert all(run["name"] in table for run in listed)
    old = listed[1]["name"]

    page = tmp_path / "changes.html"
    told = json.loads(
        inksift(
            "diff", old[-6:], "latest", "--workspace", workspace, "--json", "--html", page
        ).stdout
    )
    assert told["page"] == str(page)
    assert "gone" in {change["change"] for change in told["changes"]}
    assert {row["label"] for row in told["classes"]} >= {"cat"}
    assert (workspace / REPORT_PAGE).as_uri() in page.read_text(encoding="utf-8")
    assert not (workspace / "diff.html").exists()

    shown = inksift("diff", old, "latest", "--workspace", workspace).stdout
    assert str(workspace / "diff.html") in shown
    assert f'href="{REPORT_PAGE}"' in (workspace / "diff.html").read_text(encoding="utf-8")
    assert f"{len(told['changes'])} files are decided differently" in shown
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def test_a_run_that_is_not_there_is_named_with_those_that_are(
    finished: tuple[Path, Ended], inksift: Command
) -> None:
    result = inksift("diff", "nothing", "latest", "--workspace", finished[0])
    assert result.exit_code == 2
    assert only_run(finished[0]).name in result.stderr


def test_the_same_run_again_is_kept_once_and_pruning_tells_what_it_removed(
    judged: Path, sample: Path, tmp_path: Path, inksift: Command
) -> None:
    first = only_run(judged)
    command = ("judge", sample / "images", "--out", tmp_path / "o.csv", "--workspace", judged)
    again = inksift(*command, *JUDGE)
    assert f"run {first.name} came out as before and is kept once" in again.stdout
    assert only_run(judged).name == first.name
    kept_one = settings("curated_dataset.review=held", "kept_run.most=1")
    pruned = inksift(*command, *JUDGE, *kept_one)
    assert f"removed the oldest run (kept_run.most): {first.name}" in pruned.stdout
    assert only_run(judged).name != first.name


def test_a_run_of_dagster_is_kept_with_the_settings_and_the_profile_of_the_setup(
    judged: Path, sample: Path
) -> None:
    """Nothing of them is in its run config, as where somebody materialises an asset in the UI."""
    (judged / "strict.yaml").write_text("curated_dataset: {review: held}")
    (judged / "inksift.yaml").write_text(
        "profile: strict.yaml\nsettings: {human_decisions: {accept_other_ledger: true}}"
    )
    job = build(Project(sample / "images", judged)).resolve_job_def("decide")
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(instance=instance)
    run, _ = kept_runs(Workspace(judged))
    assert run.profile == "strict.yaml"
    assert run.settings["curated_dataset"]["review"] == run.review == "held"
    assert run.settings["human_decisions"]["accept_other_ledger"] is True


@pytest.mark.usefixtures("history_on_disk")
def test_a_run_of_dagster_is_kept_like_one_of_the_command_line(judged: Path, sample: Path) -> None:
    """With the same settings it is the same run; with others it is another one, of which what they
    do not change stays as it is."""
    first = only_run(judged)
    project = Project(sample / "images", judged)
    ops: dict[str, Any] = {"object_counts": {"config": {"download": False}}}
    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        job = build(project).resolve_job_def("curate")
        job.execute_in_process(run_config={"ops": ops}, instance=instance)
        assert only_run(judged).name == first.name
        made = files_of(judged)
        ops["curated_dataset"] = {"config": {"review": "held"}}
        job.execute_in_process(run_config={"ops": ops}, instance=instance)
    new, _ = kept_runs(project.workspace)
    assert (new.job, new.profile) == ("curate", "default")
    assert new.settings["curated_dataset"]["review"] == new.review == "held"
    now = files_of(judged)
    staying = ("verdicts", "machine_verdicts", "votes", "targets", "profile_after")
    assert [now[name] for name in staying] == [made[name] for name in staying]
    assert now["curated_dataset"] != made["curated_dataset"]
    assert new.name in (judged / REPORT_PAGE).read_text(encoding="utf-8")
