"""The whole chain on a drawn folder: what it finds, what it leaves, and that it can be stopped and
run again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.tables import DECISIONS
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.workspace import Workspace
from tests.graph.conftest import JUDGE, QUICK, fingerprint, settings

FAST = settings(*QUICK)


def told(result) -> dict:
    return json.loads(result.stdout)


def test_the_run_ends_well_and_finds_what_was_planted(finished) -> None:
    _, result = finished
    assert result.exit_code == 0, result.output
    found = {row["what"]: (row["found"], row["planted"]) for row in told(result)["truth"]}
    assert found["exact copies found"][0] == found["exact copies found"][1] > 0
    assert found["unreadable files rejected"][0] == found["unreadable files rejected"][1] > 0
    assert found["near copies found"][0] >= 0.8 * found["near copies found"][1] > 0


def test_every_file_has_one_row(finished, sample: Path) -> None:
    workspace, result = finished
    decisions = read_parquet(workspace / "decisions.parquet")
    files = {
        str(path.relative_to(sample / "images"))
        for path in (sample / "images").rglob("*")
        if path.is_file()
    }
    assert set(decisions["path"]) == files
    assert len(decisions) == len(files) == sum(told(result)["outcomes"].values())
    assert list(decisions) == list(DECISIONS.columns)
    assert list(pd.read_csv(workspace / "decisions.csv", nrows=1)) == list(DECISIONS.columns)


def test_f1_is_measured_on_the_trusted_folder(finished, sample: Path) -> None:
    workspace, result = finished
    report = json.loads((workspace / "f1_report.json").read_text())
    readable = sum(1 for path in (sample / "test").rglob("*") if path.is_file())
    assert report["test_set"] == "trusted"
    assert report["test_pictures"] == readable
    assert report["macro_f1"] == told(result)["f1"]["macro_f1"]
    assert (report["network"]["name"], report["network"]["image_side_px"]) == ("custom", 32)
    assert "The network is <strong>custom</strong>" in (workspace / "f1_report.html").read_text()


def test_pages_are_written_and_stand_alone(finished) -> None:
    workspace, _ = finished
    for name in ("report.html", "f1_report.html"):
        page = (workspace / name).read_text()
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert not re.search(r"<(?:script|img|link)[^>]*\s(?:src|href)=(?!\"data:)", page)
        assert "default-src 'none'" in page


def test_a_missing_detector_is_said_aloud(finished) -> None:
    _, result = finished
    assert any("no detector weights" in line for line in told(result)["warnings"])


def test_the_workspace_verifies(finished, inksift) -> None:
    workspace, _ = finished
    result = inksift("verify", "--workspace", workspace)
    assert (result.exit_code, result.output) == (0, "everything matches\n")


def test_the_source_is_untouched_and_a_second_run_measures_nothing(
    finished, sample: Path, as_drawn, tmp_path: Path, inksift
) -> None:
    workspace, first = finished
    shutil.copytree(workspace, tmp_path / "w")
    command = ("run", sample / "images", "--test", sample / "test", "--json", *FAST)
    second = inksift(*command, "--workspace", tmp_path / "w")
    assert fingerprint(sample / "images") == as_drawn
    assert first.exit_code == second.exit_code == 0
    assert told(first)["measured"]["images"] > 0
    assert told(first)["measured"]["embeddings"] > 0
    assert set(told(second)["measured"].values()) == {0}
    decided = (tmp_path / "w" / "decisions.csv").read_bytes()
    assert decided == (workspace / "decisions.csv").read_bytes()
    assert told(second)["f1"] == told(first)["f1"]


def test_new_files_are_all_that_is_measured(
    judged: Path, copied: Path, tmp_path: Path, inksift, rng: np.random.Generator
) -> None:
    before = pd.read_csv(judged / "decisions.csv")
    for number in range(10):
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(
            copied / "cat" / f"new{number}.png"
        )
    result = inksift(
        "judge",
        copied,
        "--out",
        tmp_path / "b.csv",
        "--workspace",
        judged,
        "--json",
        *JUDGE,
    )
    assert told(result)["measured"]["images"] == 10
    assert told(result)["measured"]["embeddings"] == 10
    assert len(pd.read_csv(tmp_path / "b.csv")) == len(before) + 10


def test_judge_writes_the_columns_of_decisions_and_trains_nothing(judged_once) -> None:
    workspace, result = judged_once
    assert result.exit_code == 0
    out = workspace.with_name("out.csv")
    assert out.read_bytes() == (workspace / "decisions.csv").read_bytes()
    assert not (workspace / "f1_report.json").exists()


@pytest.mark.usefixtures("measured")
def test_a_flat_folder_is_one_unlabelled_class(copied: Path, tmp_path: Path, inksift) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in (copied / "cat").iterdir():
        shutil.copy(path, flat)
    assert (
        inksift(
            "judge", flat, "--out", tmp_path / "o.csv", "--workspace", tmp_path / "w", *JUDGE
        ).exit_code
        == 0
    )
    assert set(pd.read_csv(tmp_path / "o.csv")["label"]) == {"unlabelled"}


def test_moving_and_renaming_files_keeps_the_same_pictures(
    judged: Path, copied: Path, tmp_path: Path, inksift
) -> None:
    def kept() -> set[str]:
        decisions = read_parquet(judged / "decisions.parquet")
        return set(decisions.loc[decisions["outcome"] == "kept", "image_id"])

    before = kept()
    for number, path in enumerate(sorted(copied.rglob("*.png"))):
        moved = path.parent / "deeper" / f"{1000 - number}.png"
        moved.parent.mkdir(exist_ok=True)
        path.rename(moved)
    result = inksift("judge", copied, "--out", tmp_path / "o.csv", "--workspace", judged, *JUDGE)
    assert result.exit_code == 0, result.output
    assert f"deeper/{1000 - number}.png" in (judged / "decisions.csv").read_text()
    assert kept() == before


def _start(source: Path, workspace: Path) -> subprocess.Popen[bytes]:
    arguments = [
        "judge",
        str(source),
        "--out",
        str(workspace) + ".csv",
        "--workspace",
        str(workspace),
        *JUDGE,
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("INKSIFT_")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "inksift", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    """A suite that was started in the background inherits an ignored SIGINT and hands it on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_for(workspace: Path, pattern: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(30_000):
        if any(workspace.glob(pattern)) or process.poll() is not None:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {pattern} within 10 minutes")


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "measurements/pixels/*/*.parquet",  # the last part of a batch that is written
        "measurements/embeddings/*/*.parquet",
        "tables/duplicates.parquet",
    ],
)
def test_killed_anywhere_and_run_again_it_decides_the_same(
    sample: Path, tmp_path: Path, inksift, moment: str
) -> None:
    source, calm, killed = sample / "images", tmp_path / "calm", tmp_path / "killed"
    inksift("judge", source, "--out", tmp_path / "o.csv", "--workspace", calm, *JUDGE)
    process = _start(source, killed)
    _wait_for(killed, moment, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    result = inksift(
        "judge", source, "--out", tmp_path / "o.csv", "--workspace", killed, "--json", *JUDGE
    )
    assert result.exit_code == 0
    assert (killed / "decisions.csv").read_bytes() == (calm / "decisions.csv").read_bytes()
    assert inksift("verify", "--workspace", killed).exit_code == 0
    distinct = len({row[0] for row in fingerprint(source).values()})
    assert told(result)["measured"]["images"] < distinct


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_stops_cleanly_and_can_be_resumed(
    sample: Path, tmp_path: Path, inksift, number: signal.Signals, code: int
) -> None:
    process = _start(sample / "images", tmp_path / "w")
    _wait_for(tmp_path / "w", "measurements/thumbnails/*/*.parquet", process)
    process.send_signal(number)
    assert process.wait(timeout=60) == code
    assert not (tmp_path / "w" / "run.lock").exists()
    result = inksift(
        "judge",
        sample / "images",
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        tmp_path / "w",
        *JUDGE,
    )
    assert result.exit_code == 0


def test_the_f1_report_of_other_decisions_is_withdrawn(
    finished, copied: Path, tmp_path: Path, inksift
) -> None:
    workspace = Path(shutil.copytree(finished[0], tmp_path / "w"))
    assert (workspace / "f1_report.json").exists()
    next((copied / "cat").glob("*.png")).unlink()
    result = inksift(
        "judge", copied, "--out", tmp_path / "o.csv", "--workspace", workspace, "--json", *JUDGE
    )
    assert not (workspace / "f1_report.json").exists()
    assert "f1_report.json" not in told(result)["places"]
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def test_other_thumbnails_are_measured_afresh(
    judged: Path, judged_once, sample: Path, tmp_path: Path, inksift
) -> None:
    command = (
        "judge",
        sample / "images",
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        judged,
        "--json",
        *JUDGE,
    )
    first = told(judged_once[1])["measured"]
    other = told(inksift(*command, *settings("images.thumbnail_side_px=256")))["measured"]
    assert other["pairs"] > 0
    assert (
        other | {"pairs": first["pairs"]} == first
    )  # which pairs are worth comparing depends on the thumbnails
    assert set(told(inksift(*command))["measured"].values()) == {0}


def test_export_and_verify_after_a_run(finished, tmp_path: Path, inksift) -> None:
    workspace, result = finished
    exported = json.loads(
        inksift("export", tmp_path / "set", "--workspace", workspace, "--json").stdout
    )
    outcomes = told(result)["outcomes"]
    assert exported["pictures"] == outcomes["kept"] + outcomes["review"]
    assert (
        sum(1 for path in (tmp_path / "set").glob("*/*") if path.is_file()) == exported["pictures"]
    )
    again = json.loads(
        inksift("export", tmp_path / "set", "--workspace", workspace, "--json").stdout
    )
    assert again["reused"] == exported["pictures"]


def test_pictures_that_moved_are_exported_from_where_they_are_now(
    judged: Path, sample: Path, tmp_path: Path, inksift
) -> None:
    workspace = shutil.copytree(judged, tmp_path / "work", symlinks=True)
    place = workspace / "source.json"
    source = json.loads(place.read_bytes()) | {"source": str(tmp_path / "gone")}
    place.unlink()
    place.write_text(json.dumps(source))
    command = ("export", tmp_path / "set", "--workspace", workspace)
    ended = inksift(*command)
    assert (ended.exit_code, "no such folder" in ended.stderr) == (2, True)
    moved = inksift(*command, "--source", sample / "images")
    assert moved.exit_code == 0
    decisions = read_parquet(workspace / "decisions.parquet")
    kept = decisions.index[decisions["outcome"] == "kept"]
    decisions.loc[kept[0], "outcome"] = "review"
    Workspace(workspace).publish("decisions.parquet", to_parquet(decisions))
    fewer = inksift(*command, "--source", sample / "images", "--without-review").stdout
    assert "files of the earlier export no longer belong, and are removed" in fewer


def test_a_divided_export_has_the_trusted_folder_as_its_test_part(
    finished, sample: Path, tmp_path: Path, inksift
) -> None:
    workspace, _ = finished
    inksift(
        "export", tmp_path / "set", "--workspace", workspace, "--form", "imagefolder", "--split"
    )
    bytes_of = {
        part: {path.read_bytes() for path in (tmp_path / "set" / part).rglob("*.*g")}
        for part in ("train", "validation", "test")
    }
    trusted = {path.read_bytes() for path in (sample / "test").rglob("*.*g")}
    assert bytes_of["test"] == trusted
    assert min(map(len, bytes_of.values())) > 0
    assert not trusted & (bytes_of["train"] | bytes_of["validation"])


def test_a_list_is_written_to_the_file_that_is_named(finished, tmp_path: Path, inksift) -> None:
    workspace, _ = finished
    command = ("export", tmp_path / "kept.csv", "--workspace", workspace, "--form", "csv")
    told = inksift(*command).stdout
    rows = (tmp_path / "kept.csv").read_text(encoding="utf-8").splitlines()
    assert told.startswith(f"{len(rows) - 1} pictures and 0 sidecars in {tmp_path / 'kept.csv'}")
    refused = inksift(*command)
    assert (refused.exit_code, "is there already" in refused.stderr) == (2, True)


def test_what_was_only_judged_divided_nothing(judged: Path, tmp_path: Path, inksift) -> None:
    ended = inksift("export", tmp_path / "set", "--workspace", judged, "--split")
    assert ended.exit_code == 2
    assert "nothing was trained on the decisions" in ended.stderr


def test_report_names_the_pages(finished, inksift) -> None:
    workspace, _ = finished
    *pages, review = inksift("report", "--workspace", workspace).stdout.splitlines()
    assert pages == [f"file://{workspace / name}" for name in ("report.html", "f1_report.html")]
    assert review == f"review app: inksift review --workspace {workspace}"


def test_weights_are_listed(inksift) -> None:
    rows = json.loads(inksift("weights", "--json").stdout)
    assert {row["name"] for row in rows} >= {"yolov8n", "efficientnet-lite0", "efficientnet-b4"}
    assert all(isinstance(row["size_bytes"], int) for row in rows)


@pytest.mark.parametrize(
    "name",
    ["run", "judge", "report", "runs", "diff", "export", "verify", "weights", "sample", "ui"],
)
def test_help_has_an_example(inksift, name: str) -> None:
    text = inksift(name, "--help").stdout
    assert (
        f"inksift {name}" in text.split("Example", 1)[1]
        or f"inksift {name}" in text.split("Examples", 1)[1]
    )
