"""From a finished run through the review app to the next run: what people decided holds, and the
counts add up."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.published import read_decisions
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.conservation import conservation_problems
from tests.graph.conftest import QUICK, Command, settings
from tests.web.chromium import chromium
from tests.web.looking import Tab, served


@pytest.fixture
def workspace(finished: tuple[Path, Result], tmp_path: Path) -> Workspace:
    """A copy of a finished workspace."""
    return Workspace(Path(shutil.copytree(finished[0], tmp_path / "workspace")))


def outcomes(workspace: Workspace) -> pd.DataFrame:
    return read_decisions(workspace).set_index("path")


def decide_in_the_app(workspace: Workspace) -> dict[str, Any]:
    """Reject and keep by key, a class by mouse, a picture told apart; what was decided, and the
    counts at the end."""
    with chromium() as browser, served(workspace) as access:
        tab = Tab(browser.new_page(), access)
        tab.go("/list?outcome=kept")
        rejected = tab.paths()[0]
        tab.press("j", "r")
        tab.told(f"Rejected: {rejected}")
        labelled = tab.paths()[1]
        tab.tile(labelled).get_by_role("button", name="Class…").click()
        tab.page.get_by_label("Class of").fill("wolf")
        tab.page.get_by_role("button", name="Give it this class").click()
        tab.told(f"Class wolf: {labelled}")
        tab.go("/list?reason=photo")
        kept = tab.paths()[0]
        tab.press("j", "a")
        tab.told(f"Kept: {kept}")
        tab.go("/list?reason=duplicate&text=")
        apart = next(
            path
            for path in tab.paths()
            if tab.tile(path).get_by_role("button", name="Not a copy").count()
        )
        tab.tile(apart).get_by_role("button", name="Not a copy").click()
        tab.told(f"no copy: {apart}")
        totals = {name: tab.total(name) for name in ("kept", "review", "rejected", "waiting")}
        assert tab.complaints == []
    return {
        "rejected": rejected,
        "labelled": labelled,
        "kept": kept,
        "apart": apart,
        "totals": totals,
    }


def test_what_was_decided_in_the_app_holds_in_the_next_run(
    workspace: Workspace, sample: Path, inksift: Command
) -> None:
    before = outcomes(workspace)
    told = decide_in_the_app(workspace)
    assert told["totals"]["waiting"] == 4
    pd.testing.assert_frame_equal(outcomes(workspace), before)
    inksift(
        "run",
        sample / "images",
        "--workspace",
        workspace.root,
        "--test",
        sample / "test",
        *settings(*QUICK),
    )
    after = outcomes(workspace)
    assert after.loc[told["rejected"], ["outcome", "stage", "decided_by"]].tolist() == [
        "rejected",
        "human",
        "human",
    ]
    assert after.loc[told["labelled"], "label"] == "wolf"
    assert after.loc[told["kept"], ["outcome", "decided_by"]].tolist() == ["kept", "human"]
    assert after.loc[told["apart"], "reason"] != "duplicate"
    assert (
        conservation_problems(
            read_parquet(workspace.tables / "images.parquet"), after.reset_index()
        )
        == []
    )
    with chromium() as browser, served(workspace) as access:
        tab = Tab(browser.new_page(), access)
        counts = after["outcome"].value_counts()
        assert {name: tab.total(name) for name in ("kept", "review", "rejected")} == {
            name: int(counts.get(name, 0)) for name in ("kept", "review", "rejected")
        }
        assert tab.total("waiting") == 0
        tab.go("/list?by=human&outcome=kept&outcome=rejected")
        assert {told["rejected"], told["kept"]} <= set(tab.paths())
