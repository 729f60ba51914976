"""Commands to run next name what the setup of the workspace does not remember."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inksift.curation.people.chosen_ledger import any_ledger
from inksift.curation.people.hints import next_run, places_of, take_decisions_in
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.setup import Setup, setup_file, write_setup
from inksift.curation.store.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


def test_what_is_remembered_is_not_named(work: Workspace, tmp_path: Path) -> None:
    team, weights = f"sqlite:///{tmp_path / 'team.sqlite'}", tmp_path / "weights"
    write_setup(work.root, Setup(source=Path("/crawl"), ledger=team, weights=weights))
    assert next_run(work, Ledger(team), weights) == f"inksift run --workspace {work.root}"


def test_what_is_not_remembered_is_named(work: Workspace, tmp_path: Path) -> None:
    write_setup(work.root, Setup(source=Path("/crawl")))
    team = Ledger(f"sqlite:///{tmp_path / 'team.sqlite'}")
    assert places_of(work, team, tmp_path).ledger == team.name
    assert next_run(work, team, tmp_path) == (
        f"inksift run --workspace {work.root} --weights-dir {tmp_path} --ledger {team.name}"
    )


def test_before_there_is_a_setup_the_source_is_named(work: Workspace) -> None:
    assert next_run(work, Ledger.of(work)) == f"inksift run SOURCE --workspace {work.root}"


@pytest.mark.parametrize(
    ("differs", "told"),
    [(None, "inksift run"), (["source: a instead of b"], "inksift run"), ([], "inksift decide")],
)
def test_decisions_are_taken_in_without_training_after_a_run_with_the_setup(
    work: Workspace, differs: list[str] | None, told: str
) -> None:
    write_setup(work.root, Setup(source=Path("/crawl")))
    if differs is not None:
        facts = {"source": "/crawl", "differs_from_setup": differs}
        (work.root / "source.json").write_text(json.dumps(facts))
    assert take_decisions_in(work, Ledger.of(work)) == f"{told} --workspace {work.root}"


def test_a_setup_that_cannot_be_read_leaves_the_hint(work: Workspace) -> None:
    setup_file(work.root).write_text("sorce: /crawl")
    assert next_run(work, Ledger.of(work)) == f"inksift run SOURCE --workspace {work.root}"


def test_people_decide_in_the_ledger_that_is_remembered(work: Workspace, tmp_path: Path) -> None:
    team = f"sqlite:///{tmp_path / 'team.sqlite'}"
    write_setup(work.root, Setup(ledger=team))
    assert any_ledger(work).name == Ledger(team).name
    assert any_ledger(work, f"sqlite:///{tmp_path / 'other.sqlite'}").name != Ledger(team).name
