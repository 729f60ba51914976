"""A workspace of the first release opens in this one, before a run and in one, with all that people
decided in it."""

from __future__ import annotations

import csv
import hashlib
import tarfile
from pathlib import Path

import pytest

from inksift.curation.people.heard import decisions_heard
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.published import read_decisions
from inksift.curation.store.workspace import Workspace
from tests.first_release import ENTRIES, IN_FORCE, FirstRelease, first_release
from tests.graph.conftest import JUDGE, Command, fingerprint


@pytest.fixture
def first(tmp_path: Path) -> FirstRelease:
    """One that a test may change."""
    return first_release(tmp_path)


def in_force(release: FirstRelease) -> set[tuple[str, ...]]:
    path_of = {image_id: path for path, image_id in release.pictures.items()}
    held = Ledger.of(Workspace(release.root)).in_force()
    rows = held[["image_id", "action", "value"]].itertuples(index=False, name=None)
    return {(path_of[image_id], *rest) for image_id, *rest in rows}


def without_locks(files: dict[str, list[object]]) -> dict[str, list[object]]:
    return {name: facts for name, facts in files.items() if not name.endswith(".guard")}


def test_what_people_decided_holds(first: FirstRelease) -> None:
    assert in_force(first) == IN_FORCE
    assert len(Ledger.of(Workspace(first.root)).entries()) == len(ENTRIES)


def test_what_the_first_release_heard_is_known(first: FirstRelease) -> None:
    """It had one row per picture, and a column per action."""
    heard = decisions_heard(Workspace(first.root))
    rows = heard[["image_id", "action", "value"]].itertuples(index=False, name=None)
    assert {*rows} == {(first.pictures[path], *rest) for path, *rest in IN_FORCE}


def test_before_a_run_it_is_read_and_nothing_is_changed(
    first: FirstRelease, tmp_path: Path, inksift: Command
) -> None:
    before = without_locks(fingerprint(first.root))
    here = ("--workspace", first.root)
    told = inksift("verify", *here)
    (line,) = told.output.splitlines()
    assert "not as this version of inksift writes them: duplicates.parquet, hashes.parquet" in line
    assert line.endswith("; run `inksift run` again; it measures only what is missing")
    (offer, *_) = inksift("repair", *here).output.splitlines()
    assert offer.startswith(".manifest.json: ")
    assert offer.endswith("stored files that it did not name are named")
    assert f"can be read, {len(ENTRIES)} entries" in inksift("doctor", *here).output
    assert "no run is kept yet" in inksift("runs", *here).output
    history = inksift("ledger", "history", *here).output
    assert "ann  outcome: rejected  cat/0.png  (ugly)" in history
    for command in ("review", "decide"):
        refused = inksift(command, *here)
        assert refused.exit_code == 2
        assert "run `inksift run" in refused.output
    assert inksift("ledger", "export", tmp_path / "said.csv", *here).exit_code == 0
    assert without_locks(fingerprint(first.root)) == before


def test_before_a_run_its_data_set_is_exported(
    first: FirstRelease, tmp_path: Path, inksift: Command
) -> None:
    result = inksift("export", tmp_path / "out", "--workspace", first.root)
    assert result.exit_code == 0, result.output
    exported = {
        (path.parent.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in tmp_path.glob("out/*/*.png")
    }
    label_of = {path: path.partition("/")[0] for path in first.pictures} | {"cat/1.png": "dog"}
    kept = label_of.keys() - {"cat/0.png", "cat/2.png"}
    assert exported == {(label_of[path], first.pictures[path]) for path in kept}


def test_before_a_run_a_backup_holds_all_of_it(
    first: FirstRelease, tmp_path: Path, inksift: Command
) -> None:
    assert inksift("backup", tmp_path / "b.tar", "--workspace", first.root).exit_code == 0
    with tarfile.open(tmp_path / "b.tar") as tar:
        tar.extractall(tmp_path / "back", filter="data")
    back = first._replace(root=tmp_path / "back")
    assert in_force(back) == IN_FORCE
    stored = fingerprint(first.root).items()
    parts = {name: facts[0] for name, facts in stored if name.endswith(".parquet")}
    assert {name: fingerprint(back.root)[name][0] for name in parts} == parts


def test_a_run_goes_on_with_it_and_hears_what_was_decided(
    first: FirstRelease, tmp_path: Path, inksift: Command
) -> None:
    pictures = fingerprint(first.source)
    out = tmp_path / "out.csv"
    result = inksift(
        "judge", first.source, "--out", out, "--workspace", first.root, "--accept-losses", *JUDGE
    )
    assert result.exit_code == 0, result.output
    decisions = read_decisions(Workspace(first.root)).set_index("path")
    assert len(decisions) == len(first.pictures)
    assert decisions.loc["cat/0.png", ["outcome", "decided_by"]].tolist() == ["rejected", "human"]
    assert decisions.loc["cat/1.png", "label"] == "dog"
    assert decisions.loc["cat/2.png", ["outcome", "reason"]].tolist() == ["rejected", "photo"]
    assert decisions.loc["dog/1.png", ["outcome", "decided_by"]].tolist() == ["kept", "human"]
    assert decisions.loc["dog/0.png", "decided_by"] == "machine"
    assert in_force(first) == IN_FORCE
    assert fingerprint(first.source) == pictures
    assert inksift("verify", "--workspace", first.root).output == "everything matches\n"
    assert len(inksift("runs", "--workspace", first.root).output.splitlines()) == 4
    with out.open() as file:
        assert len([*csv.DictReader(file)]) == len(first.pictures)


def test_a_run_refuses_to_go_on_without_a_ledger_that_the_first_release_heard(
    first: FirstRelease, tmp_path: Path, inksift: Command
) -> None:
    (first.root / "ledger.sqlite").unlink()
    refused = inksift(
        "judge", first.source, "--out", tmp_path / "o.csv", "--workspace", first.root, *JUDGE
    )
    assert refused.exit_code == 2
    assert f"{len(IN_FORCE)} decisions that the last run heard are not in" in refused.stderr


def test_a_workspace_from_before_the_manifest_goes_on(judged: Path, inksift: Command) -> None:
    """As those of 2026-11-30 left it: with all tables of today, and a mark that says less."""
    before = read_decisions(Workspace(judged))
    picture = before.loc[before["outcome"] == "kept", "image_id"].iloc[0]
    Ledger.of(Workspace(judged)).record([Decision(picture, "outcome", "rejected")], "ann")
    for name in (".manifest.json", ".ledgers.json"):
        (judged / name).unlink()
    (judged / "workspace.json").write_text('{"inksift_workspace": 1}')
    assert inksift("verify", "--workspace", judged).output == "everything matches\n"
    assert inksift("decide", "--workspace", judged).exit_code == 0
    after = read_decisions(Workspace(judged)).set_index("image_id")
    assert after.loc[picture, "outcome"] == "rejected"
    assert inksift("verify", "--workspace", judged).output == "everything matches\n"
