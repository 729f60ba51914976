"""A run that would lose too much stops before anything is replaced; people have the last word;
review may be held."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from PIL import Image

from inksift.assets.verdict import verdicts
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.workspace import Workspace
from tests.graph.conftest import QUICK, invoke, quick_runs, settings

CAMP = (*QUICK, "verdicts.recipe=camp2022")
CALM = settings(*CAMP, "verdicts.filters=[]")
HEAVY = settings(*CAMP, "verdicts.filters=[noise]", "clusters.eps=0.000001")
"""No picture lies in a cluster, and the noisy ones are confirmed as photographs."""


def add_noise(folder: Path, count: int, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.fromarray(rng.integers(0, 256, (48, 48, 3), dtype=np.uint8)).save(
            folder / f"{number:02}.png"
        )


@pytest.fixture(scope="module")
def crawl(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of drawings, and one of 25 noisy pictures. Read only."""
    crawl = tmp_path_factory.mktemp("noisy") / "crawl"
    shutil.copytree(sample / "images" / "fish", crawl / "fish")
    add_noise(crawl / "noise", 25, np.random.default_rng(20221))
    return crawl


@pytest.fixture(scope="module")
def calm_once(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a run on the crawl that takes all of it for drawings. Read only."""
    folder = tmp_path_factory.mktemp("calm")
    with quick_runs(tmp_path_factory):
        result = invoke(
            "judge", crawl, "--out", folder / "out.csv", "--workspace", folder / "w", *CALM
        )
    assert result.exit_code == 0, result.output
    return folder / "w"


@pytest.fixture
def calm(calm_once: Path, tmp_path: Path) -> Path:
    """A copy of that workspace, which a test may change."""
    return Path(shutil.copytree(calm_once, tmp_path / "w"))


@pytest.fixture(scope="module")
def stopped_once(
    crawl: Path, calm_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Result]:
    """That workspace after a run that would lose the noisy class, and what it printed; what it
    decided is in `out.csv` beside the workspace. Read only."""
    folder = tmp_path_factory.mktemp("stopped")
    shutil.copytree(calm_once, folder / "w")
    with quick_runs(tmp_path_factory):
        result = invoke(
            "judge", crawl, "--out", folder / "out.csv", "--workspace", folder / "w", *HEAVY
        )
    return folder / "w", result


@pytest.fixture
def stopped(stopped_once: tuple[Path, Result], tmp_path: Path) -> Path:
    """A copy of the workspace of the run that was stopped, which a test may change."""
    return Path(shutil.copytree(stopped_once[0], tmp_path / "w"))


def published(workspace: Path) -> dict[str, bytes]:
    names = (
        "decisions.csv",
        "decisions.parquet",
        "report.html",
        "source.json",
        "tables/curated_dataset.parquet",
    )
    return {name: (workspace / name).read_bytes() for name in names}


def decisions(workspace: Path) -> pd.DataFrame:
    return read_parquet(workspace / "decisions.parquet").set_index("path")


def test_a_class_that_would_go_is_kept_back_until_accepted(
    crawl: Path,
    calm_once: Path,
    stopped_once: tuple[Path, Result],
    stopped: Path,
    tmp_path: Path,
    inksift,
) -> None:
    workspace, result = stopped_once
    assert result.exit_code == 1
    assert (
        "removals_are_accepted: class 'noise' would lose 25 of 25 pictures (100 %" in result.stderr
    )
    assert f"the decisions wait in {workspace / 'proposal.csv'}: look through them" in result.stderr
    assert "--accept-removals" in result.stderr
    assert published(workspace) == published(calm_once)
    proposal, out = (workspace / "proposal.csv").read_bytes(), workspace.with_name("out.csv")
    assert out.read_bytes() == proposal
    assert pd.read_csv(out)["reason"].value_counts()["photo"] == 25
    assert inksift("verify", "--workspace", workspace).exit_code == 0

    command = ("judge", crawl, "--out", tmp_path / "out.csv", "--workspace", stopped)
    assert inksift(*command, *HEAVY, "--accept-removals").exit_code == 0
    assert not (stopped / "proposal.csv").exists()
    decided = (stopped / "decisions.csv").read_bytes()
    assert decided == (tmp_path / "out.csv").read_bytes() == proposal
    lost = read_parquet(stopped / "tables" / "removal_rates.parquet").set_index("label")
    assert lost.loc["noise", ["pictures", "rejected", "share", "high"]].tolist() == [
        25,
        25,
        1.0,
        1.0,
    ]
    assert lost["rejected"].sum() == 25


def test_a_proposal_that_is_thrown_away_is_no_consent(
    crawl: Path, stopped: Path, tmp_path: Path, inksift
) -> None:
    (stopped / "proposal.csv").unlink()
    command = ("judge", crawl, "--out", tmp_path / "out.csv", "--workspace", stopped)
    assert inksift(*command, *HEAVY).exit_code == 1
    assert (stopped / "proposal.csv").exists()


def test_a_run_within_the_limits_withdraws_the_proposal(
    crawl: Path, stopped: Path, tmp_path: Path, inksift
) -> None:
    assert (stopped / "proposal.csv").exists()
    command = ("judge", crawl, "--out", tmp_path / "out.csv", "--workspace", stopped)
    assert inksift(*command, *HEAVY, *settings("verdicts.max_class_removal=1")).exit_code == 0
    assert not (stopped / "proposal.csv").exists()
    assert inksift("verify", "--workspace", stopped).exit_code == 0


def test_a_folder_of_photographs_alone_stops_and_trains_nothing(
    tmp_path: Path, inksift, rng
) -> None:
    for name in ("holiday", "work"):
        add_noise(tmp_path / "crawl" / name, 4, rng)
    stopped = inksift("run", tmp_path / "crawl", "--workspace", tmp_path / "w", "--json", *HEAVY)
    assert stopped.exit_code == 1
    told = json.loads(stopped.stdout)
    assert "8 of 8 distinct pictures would be rejected as photographs" in told["failed_checks"][0]
    assert told["proposal"] == str(tmp_path / "w" / "proposal.csv")
    left = {path.name for path in (tmp_path / "w").iterdir()}
    assert not left & {"decisions.csv", "report.html", "f1_report.json"}


def test_a_folder_of_copies_of_one_picture_stops(tmp_path: Path, inksift, rng) -> None:
    add_noise(tmp_path / "crawl" / "same", 1, rng)
    for number in range(1, 25):
        shutil.copy(
            tmp_path / "crawl" / "same" / "00.png", tmp_path / "crawl" / "same" / f"{number:02}.png"
        )
    command = (
        "judge",
        tmp_path / "crawl",
        "--out",
        tmp_path / "out.csv",
        "--workspace",
        tmp_path / "w",
        *CALM,
    )
    stopped = inksift(*command)
    assert stopped.exit_code == 1
    assert (
        "24 of 25 files would be rejected, 24 duplicate (96 %, at most 90 % allowed)"
        in stopped.stderr
    )
    assert inksift(*command, "--accept-removals").exit_code == 0
    assert decisions(tmp_path / "w")["outcome"].value_counts().to_dict() == {
        "rejected": 24,
        "kept": 1,
    }


def test_people_outrank_the_machine_in_the_next_run(
    crawl: Path, calm: Path, tmp_path: Path, inksift
) -> None:
    command = ("judge", crawl, "--out", tmp_path / "out.csv", "--workspace", calm)
    first = decisions(calm)
    drawings = [
        path for path in first.index[first["outcome"] == "kept"] if not path.startswith("noise/")
    ]
    noisy = [f"noise/{number:02}.png" for number in range(3)]
    said = [
        Decision(first.loc[drawings[0], "image_id"], "outcome", "rejected", "blurred"),
        Decision(first.loc[drawings[1], "image_id"], "label", "renamed"),
        *(Decision(first.loc[path, "image_id"], "medium", "illustration") for path in noisy),
    ]
    Ledger.of(Workspace(calm)).record(said, "ana")

    second = inksift(*command, *HEAVY)
    assert second.exit_code == 0, second.stderr  # 22 of the 25 are 88 %
    assert "decided by people              4" in second.stdout
    now = decisions(calm)
    assert now.loc[drawings[0], ["outcome", "stage", "reason", "decided_by"]].tolist() == [
        "rejected",
        "human",
        "human",
        "human",
    ]
    assert "by ana on " in now.loc[drawings[0], "explanation"]
    assert set(now.loc[noisy, "outcome"]) == {"kept"}
    curated = read_parquet(calm / "tables" / "curated_dataset.parquet").set_index("path")
    assert curated.loc[drawings[1], "label"] == "renamed"
    assert drawings[0] not in curated.index
    assert inksift("verify", "--workspace", calm).exit_code == 0


@pytest.fixture
def cautious(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe that sends every picture to review."""
    judge = verdicts.judge

    def unsure(evidence: pd.DataFrame, *arguments: Any, **named: Any) -> Any:
        judged = judge(evidence, *arguments, **named)
        return judged._replace(
            judgements=judged.judgements.assign(outcome="review", reason="unsure", medium="unsure")
        )

    monkeypatch.setattr(verdicts, "judge", unsure)


def exported(inksift, target: Path, workspace: Path, *options: str) -> int:
    return json.loads(
        inksift("export", target, "--workspace", workspace, "--json", *options).stdout
    )["pictures"]


def test_pictures_under_review_count_as_kept_or_are_held(
    crawl: Path, calm: Path, tmp_path: Path, inksift, cautious
) -> None:
    workspace = calm
    command = ("judge", crawl, "--out", tmp_path / "out.csv", "--workspace", workspace, *CALM)
    kept = inksift(*command)
    waiting = int((decisions(workspace)["outcome"] == "review").sum())
    assert f"{waiting}, counted as kept (curated_dataset.review)" in kept.stdout
    assert len(read_parquet(workspace / "tables" / "curated_dataset.parquet")) == waiting
    assert exported(inksift, tmp_path / "a", workspace) == waiting

    held = inksift(*command, *settings("curated_dataset.review=held"))
    assert held.exit_code == 0
    assert f"{waiting}, counted as held (curated_dataset.review)" in held.stdout
    assert "nothing was kept" in held.stdout
    assert read_parquet(workspace / "tables" / "curated_dataset.parquet").empty
    assert exported(inksift, tmp_path / "b", workspace) == 0
    assert exported(inksift, tmp_path / "c", workspace, "--with-review") == waiting
