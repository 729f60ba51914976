"""`inksift decide` takes decisions in without training, with the settings of the last run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.published import read_decisions
from inksift.curation.store.setup import setup_file
from inksift.curation.store.workspace import Workspace
from tests.graph.conftest import Command


@pytest.fixture
def workspace(finished: tuple[Path, object], tmp_path: Path) -> Workspace:
    """A copy of the finished run."""
    return Workspace(Path(shutil.copytree(finished[0], tmp_path / "workspace")))


def test_it_takes_decisions_in_and_trains_nothing(
    workspace: Workspace, inksift: Command, history_on_disk: None
) -> None:
    before = read_decisions(workspace)
    path, image_id = before.loc[before["outcome"] == "kept", ["path", "image_id"]].iloc[0]
    Ledger.of(workspace).record([Decision(image_id, "outcome", "rejected")], "ann")
    trained = (workspace.tables / "splits.parquet").read_bytes()
    result = inksift("decide", "--workspace", workspace.root, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["decided_by_people"], told["f1"]) == (1, None)
    assert sum(told["measured"].values()) == 0
    after = read_decisions(workspace).set_index("path")
    assert after.loc[path, "outcome"] == "rejected"
    others = after.drop(index=path)["outcome"]
    assert (others == before.set_index("path")["outcome"].drop(index=path)).all()
    assert (workspace.tables / "splits.parquet").read_bytes() == trained


def test_on_what_was_measured_before_the_setup_was_edited_it_decides_nothing(
    workspace: Workspace, inksift: Command
) -> None:
    file, before = setup_file(workspace.root), (workspace.root / "decisions.csv").read_bytes()
    setup = yaml.safe_load(file.read_text())
    measures = {**setup["settings"], "images": {"thumbnail_side_px": 320}}
    file.write_text(yaml.safe_dump({**setup, "settings": measures}))
    result = inksift("decide", "--workspace", workspace.root)
    assert result.exit_code == 2
    assert "the setup was edited since" in result.stderr
    assert "(images.thumbnail_side_px: `320` instead of `640`)" in result.stderr
    assert (workspace.root / "decisions.csv").read_bytes() == before


def test_without_a_run_it_says_what_to_do(tmp_path: Path, inksift: Command) -> None:
    Workspace(tmp_path / "work")
    result = inksift("decide", "--workspace", tmp_path / "work")
    assert result.exit_code == 2
    assert "inksift run" in result.stderr
