"""Every page says which run it is of, leads to its siblings and names what other runs have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inksift.curation.publish.verify_runs import run_problems
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import elsewhere_now, keep_newest, keep_pages, linked
from inksift.curation.runs.kept import folder_of
from inksift.curation.runs.record import RUN_FILE
from inksift.curation.store.published import (
    ABLATION_PAGE,
    F1_PAGE,
    REPORT_PAGE,
    publish_ablation,
)
from inksift.curation.store.workspace import Workspace
from tests.runs import FACTS, KEPT, PAGE, PHOTO, TRAINING, decide_run, decided, scores, train_run

TRAINS = FACTS.model_copy(update={"training": TRAINING})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "a work")


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', page)


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_a_page_names_run_source_profile_and_version(workspace: Workspace) -> None:
    strict = FACTS.model_copy(update={"profile": "strict.yaml", "assigned": ("pairs.x=1",)})
    run = decide_run(workspace, decided(a=KEPT), strict, source="/my <crawl>")
    page = with_run(PAGE, run)
    for told in (run.name, run.day_and_time, "strict.yaml, pairs.x=1", "inksift 1.0"):
        assert told in page
    assert "/my &lt;crawl&gt;" in page
    assert with_run(PAGE, None) == PAGE


def test_pages_lead_to_each_other_as_they_come_in_the_workspace_and_in_the_kept_run(
    workspace: Workspace,
) -> None:
    run = decide_run(workspace, decided(a=KEPT))
    assert links(read(workspace.root, REPORT_PAGE)) == [REPORT_PAGE]
    train_run(workspace, scores(0.5))
    publish_ablation(workspace, {"left_out": []}, PAGE)
    keep_pages(workspace, [ABLATION_PAGE])
    for folder in (workspace.root, folder_of(workspace, run.name)):
        for name in (REPORT_PAGE, F1_PAGE, ABLATION_PAGE):
            page = read(folder, name)
            assert links(page) == [REPORT_PAGE, F1_PAGE, ABLATION_PAGE]
            assert f'href="{name}" aria-current="page"' in page
            assert f"inksift review --workspace &#39;{workspace.root}&#39;" in page
            assert all((folder / link).is_file() for link in links(page))


def test_the_report_of_other_decisions_says_where_the_f1_report_is_now(
    workspace: Workspace,
) -> None:
    decide_run(workspace, decided(a=KEPT), TRAINS)
    first = train_run(workspace, scores(0.5))
    assert elsewhere_now(workspace) == []
    decide_run(workspace, decided(a=PHOTO), TRAINS)
    page = read(workspace.root, REPORT_PAGE)
    assert "Nothing has been trained on these decisions yet." in page
    assert f"runs/{first.name}/{F1_PAGE}" in page
    (other,) = elsewhere_now(workspace)
    assert (other.title, other.run, other.of) == ("F1 report", first.name, "other decisions")
    assert (workspace.root / other.place).is_file()
    train_run(workspace, scores(0.6))
    assert "Nothing has been trained" not in read(workspace.root, REPORT_PAGE)


def test_what_was_learned_from_the_same_decisions_is_called_so(workspace: Workspace) -> None:
    decide_run(workspace, decided(a=KEPT), TRAINS)
    first = train_run(workspace, scores(0.5))
    decide_run(workspace, decided(a=PHOTO))
    decide_run(workspace, decided(a=KEPT))
    page = read(workspace.root, REPORT_PAGE)
    assert "Nothing has been trained" not in page
    assert f"of run {first.name}, of these decisions, in" in page


def test_a_run_of_the_same_decisions_is_named_before_a_newer_one_of_others(
    workspace: Workspace,
) -> None:
    decide_run(workspace, decided(a=KEPT), TRAINS)
    first = train_run(workspace, scores(0.5))
    decide_run(workspace, decided(a=PHOTO), TRAINS)
    train_run(workspace, scores(0.6))
    longer = TRAINS.model_copy(update={"training": {"classifier": {"max_epochs": 9}}})
    decide_run(workspace, decided(a=KEPT), longer)
    assert [(page.run, page.of) for page in elsewhere_now(workspace)] == [
        (first.name, "these decisions")
    ]


def test_a_page_names_no_run_that_was_removed(workspace: Workspace) -> None:
    decide_run(workspace, decided(a=KEPT), TRAINS)
    first = train_run(workspace, scores(0.5))
    run = decide_run(workspace, decided(a=PHOTO), TRAINS)
    assert [one.name for one in keep_newest(workspace, 1)] == [first.name]
    for folder in (workspace.root, folder_of(workspace, run.name)):
        assert first.name not in read(folder, REPORT_PAGE)
    assert list(run_problems(workspace)) == []


def test_the_pages_of_another_training_name_that_run(workspace: Workspace) -> None:
    run = decide_run(workspace, decided(a=KEPT), TRAINS)
    first = train_run(workspace, scores(0.5))
    second = train_run(workspace, scores(0.6))
    assert (first.name, first.name != second.name) == (run.name, True)
    for folder, mine, other in (
        (workspace.root, second, first),
        (folder_of(workspace, second.name), second, first),
        (folder_of(workspace, first.name), first, second),
    ):
        page = read(folder, REPORT_PAGE)
        assert mine.name in page
        assert other.name not in page


def test_a_damaged_record_takes_no_page_away(workspace: Workspace) -> None:
    decide_run(workspace, decided(a=KEPT))
    (workspace.root / RUN_FILE).unlink()
    (workspace.root / RUN_FILE).write_bytes(b"{")
    assert links(linked(PAGE, workspace)) == [REPORT_PAGE]
    assert elsewhere_now(workspace) == []


def test_a_page_elsewhere_leads_to_where_the_workspace_is(workspace: Workspace) -> None:
    assert links(linked(PAGE, workspace, absolute=True)) == []
    decide_run(workspace, decided(a=KEPT))
    page = linked(PAGE, workspace, absolute=True)
    assert links(page) == [(workspace.root / REPORT_PAGE).as_uri()]
    assert "Of the latest run:" in page


def test_without_a_known_run_pages_are_left_as_they_are(workspace: Workspace) -> None:
    workspace.publish(REPORT_PAGE, PAGE.encode())
    assert keep_pages(workspace, [REPORT_PAGE]) is None
    assert read(workspace.root, REPORT_PAGE) == PAGE
