"""Whose assets are, what work they are, and when the source is overdue."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from inksift.assets.shared.names import BARE
from inksift.assets.shared.stage import ALL_CORES, CORES_TAG, WORK_TAG
from inksift.curation.base.errors import ParamError
from inksift.curation.project import Project
from inksift.curation.store.setup import Setup, read_setup, write_setup
from inksift.pipelines.commands.setup import lines
from inksift.pipelines.definitions import build
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.remembering import remember
from inksift.pipelines.settings import checked

OWNED = Setup(owners=["team:crawl", "ann@example.org"], overdue_days=7)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "images").mkdir()
    write_setup(tmp_path / "w", OWNED)
    return Project(tmp_path / "images", tmp_path / "w")


def specs_of(project: Project | None) -> list[dg.AssetSpec]:
    return list(build(project).resolve_all_asset_specs())


def test_all_assets_have_the_owners_of_the_setup_and_nobody_elses(project: Project) -> None:
    assert {tuple(spec.owners) for spec in specs_of(project)} == {tuple(OWNED.owners)}
    assert {tuple(spec.owners) for spec in specs_of(None)} == {()}


def test_only_a_source_that_people_want_to_be_warned_of_can_be_overdue(project: Project) -> None:
    policies = {
        spec.key.to_user_string(): spec.freshness_policy
        for spec in specs_of(project)
        if spec.freshness_policy
    }
    assert policies == {"source": dg.FreshnessPolicy.time_window(timedelta(days=7))}
    assert not any(spec.freshness_policy for spec in specs_of(None))


@pytest.mark.parametrize("owner", ["ann", "team:", "ann@host", "team:a b", "ann@example.org "])
def test_an_owner_that_dagster_would_not_take_is_refused(tmp_path: Path, owner: str) -> None:
    (tmp_path / "inksift.yaml").write_text(f"owners: ['{owner}']")
    with pytest.raises(ParamError, match=r"setup\.owners: expected mail addresses such as"):
        read_setup(tmp_path)


def test_a_setup_anew_keeps_owners_and_when_it_is_overdue(project: Project) -> None:
    remember(project, checked({}), anew=True)
    kept = read_setup(project.workspace_folder)
    assert kept
    assert (kept.owners, kept.overdue_days) == (OWNED.owners, OWNED.overdue_days)


def test_a_person_is_told_them(project: Project) -> None:
    told = {**OWNED.model_dump(mode="json"), "file": "f"}
    told |= {"settings_with_profile": {}, "last_run_differs": []}
    shown = "\n".join(lines(told))
    assert "owners     team:crawl, ann@example.org" in shown
    assert "overdue    after 7 days without a change" in shown


def test_every_asset_and_job_says_which_work_it_is() -> None:
    known = {"measures", "decides", "trains", "publishes", "outside"}
    assert {spec.tags[WORK_TAG] for spec in specs_of(None)} == known
    assert {job.tags[WORK_TAG] for job in jobs_called(BARE)} <= known


def test_what_looks_at_pictures_or_trains_takes_all_cores() -> None:
    job = build(None).resolve_job_def("everything")
    heavy = {node.name for node in job.nodes if node.tags.get(CORES_TAG) == ALL_CORES}
    assert {"decoded_images", "embeddings", "pairs", "classifier", "explanations"} < heavy
    assert heavy.isdisjoint({"verdicts", "curated_dataset", "rejected_report", "f1_report"})


def test_a_run_that_takes_decisions_in_goes_before_those_that_train_many_times() -> None:
    first = {job.name: int(job.tags["dagster/priority"]) for job in jobs_called(BARE)}
    assert first["decide"] > first["everything"] > first["run_experiments"] == first["ablate"]
