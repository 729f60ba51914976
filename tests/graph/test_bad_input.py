"""Bad input: each a clear word and an exit code."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph.conftest import QUICK, settings

FAST = settings(*QUICK)


def ends(result, code: int, words: str) -> None:
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()[-2:]) <= 2


def test_no_such_folder(tmp_path: Path, inksift) -> None:
    ends(inksift("run", tmp_path / "nowhere", "--workspace", tmp_path / "w"), 2, "no such folder")
    assert not (tmp_path / "w").exists()


def test_a_file_is_no_folder(tmp_path: Path, inksift) -> None:
    (tmp_path / "file").write_text("")
    ends(
        inksift("run", tmp_path / "file", "--workspace", tmp_path / "w"),
        2,
        "expected class_name/picture.jpg",
    )


def test_an_empty_folder(tmp_path: Path, inksift) -> None:
    (tmp_path / "empty").mkdir()
    ends(
        inksift("run", tmp_path / "empty", "--workspace", tmp_path / "w"),
        2,
        "expected class_name/picture.jpg",
    )


def test_a_folder_of_captions_alone(tmp_path: Path, inksift) -> None:
    (tmp_path / "texts" / "a").mkdir(parents=True)
    (tmp_path / "texts" / "a" / "note.txt").write_text("a")
    result = inksift("run", tmp_path / "texts", "--workspace", tmp_path / "w", *FAST)
    ends(result, 2, "no picture in")


def test_a_folder_of_text_files(tmp_path: Path, inksift) -> None:
    for name in ("a", "b"):
        (tmp_path / "texts" / name).mkdir(parents=True)
        (tmp_path / "texts" / name / "note.html").write_text(name)
    result = inksift("run", tmp_path / "texts", "--workspace", tmp_path / "w", *FAST)
    ends(result, 2, "no picture is left to train on")
    assert (tmp_path / "w" / "decisions.csv").read_text().count("unreadable") == 2


@pytest.mark.usefixtures("measured")
def test_one_class(copied: Path, tmp_path: Path, inksift) -> None:
    for folder in copied.iterdir():
        if folder.name != "cat":
            shutil.rmtree(folder)
    result = inksift("run", copied, "--workspace", tmp_path / "w", *FAST)
    ends(result, 2, f"only 'cat' is in {copied}: training needs two classes. `inksift judge`")
    assert not (tmp_path / "w" / "decisions.csv").exists()
    assert (
        inksift(
            "judge", copied, "--out", tmp_path / "o.csv", "--workspace", tmp_path / "w", *FAST
        ).exit_code
        == 0
    )


@pytest.mark.usefixtures("measured")
def test_a_class_of_one_picture_is_trained_on_and_its_f1_is_undefined(
    copied: Path, tmp_path: Path, inksift
) -> None:
    import json

    (copied / "lonely").mkdir()
    shutil.copy(next((copied / "cat").glob("*.png")), copied / "lonely" / "one.png")
    for path in (copied / "cat").glob("*.png"):
        path.unlink()
    result = inksift("run", copied, "--workspace", tmp_path / "w", *FAST)
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "w" / "f1_report.json").read_text())
    assert report["per_class"]["lonely"]["f1"] is None
    assert "lonely" in report["undefined"]


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        (
            "duplicates.prefers=x",
            "no setting called duplicates.prefers; there are: keep, prefer, variants",
        ),
        (
            "duplicates.keep=better",
            "duplicates.keep: input should be 'best', 'largest' or 'first', got 'better'",
        ),
        ("dedup.max_distance=2", "no stage called dedup; there are: images, clusters, embeddings"),
        (
            "classifier.network=resnet",
            "network: input should be 'custom', 'residual_inception', 'depth_stack'",
        ),
        ("object_counts.weights=yolov9", "no weights called yolov9; there are: yolov8n"),
    ],
)
def test_an_unknown_setting_or_a_bad_value(
    copied: Path, tmp_path: Path, inksift, assignment: str, words: str
) -> None:
    ends(inksift("run", copied, "--workspace", tmp_path / "w", "--set", assignment), 2, words)
    assert not (tmp_path / "w" / "decisions.csv").exists()


def test_an_unknown_profile(copied: Path, tmp_path: Path, inksift) -> None:
    ends(
        inksift("run", copied, "--workspace", tmp_path / "w", "--profile", "fast"),
        2,
        "no profile called fast",
    )


def test_a_locked_workspace(sample: Path, held: tuple[Path, int], inksift) -> None:
    workspace, pid = held
    ends(inksift("run", sample / "images", "--workspace", workspace), 2, f"pid {pid}")


def test_a_workspace_inside_the_source(copied: Path, inksift) -> None:
    ends(inksift("run", copied, "--workspace", copied / "w"), 2, "lie inside each other")
    assert not (copied / "w").exists()


def test_a_workspace_with_other_files(copied: Path, tmp_path: Path, inksift) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "thesis.txt").write_text("mine")
    ends(inksift("run", copied, "--workspace", tmp_path / "w"), 2, "files that are not inksift's")
    assert (tmp_path / "w" / "thesis.txt").read_text() == "mine"


@pytest.mark.usefixtures("measured")
def test_missing_weights_that_are_required(
    sample: Path, tmp_path: Path, inksift, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    required = settings("object_counts.required=true", "object_counts.download=false")
    result = inksift("run", sample / "images", "--workspace", tmp_path / "w", *required)
    ends(result, 3, "weights yolov8n not found")


@pytest.mark.usefixtures("measured")
def test_weights_that_are_not_the_pinned_ones(sample: Path, tmp_path: Path, inksift) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "yolov8n.pt").write_bytes(b"<html>404</html>")
    result = inksift(
        "run",
        sample / "images",
        "--workspace",
        tmp_path / "w",
        "--weights-dir",
        tmp_path / "weights",
    )
    ends(result, 3, "yolov8n.pt")


def _small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_full_disk(sample: Path, tmp_path: Path) -> None:
    arguments = [
        "judge",
        sample / "images",
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        tmp_path / "w",
    ]
    ended = subprocess.run(
        [sys.executable, "-m", "inksift", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_small_files,
        env={name: value for name, value in os.environ.items() if not name.startswith("INKSIFT_")},
    )
    assert ended.returncode == 2, ended.stderr
    assert "no space left for" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.usefixtures("history_on_disk")
def test_a_history_that_cannot_be_written(
    sample: Path, tmp_path: Path, inksift, monkeypatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("dagster.DagsterInstance.handle_new_event", full)
    ends(
        inksift("run", sample / "images", "--workspace", tmp_path / "w"),
        2,
        "database or disk is full",
    )


@pytest.mark.usefixtures("measured")
def test_a_failed_blocking_check(copied: Path, tmp_path: Path, inksift, monkeypatch) -> None:
    monkeypatch.setattr(
        "inksift.assets.checks.conservation_problems", lambda *_: ["cat/a.png has two outcomes"]
    )
    result = inksift("run", copied, "--workspace", tmp_path / "w", *FAST)
    ends(result, 1, "every_file_has_one_outcome: cat/a.png has two outcomes")
    assert not (tmp_path / "w" / "decisions.csv").exists()
    assert not (tmp_path / "w" / "f1_report.json").exists()


@pytest.mark.parametrize("command", ["report", "verify", "export"])
def test_commands_on_a_folder_that_is_no_workspace(tmp_path: Path, inksift, command: str) -> None:
    target = [tmp_path / "out"] if command == "export" else []
    result = inksift(command, *target, "--workspace", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "inksift run" in result.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_truth_that_is_not_there(copied: Path, tmp_path: Path, inksift) -> None:
    result = inksift(
        "run", copied, "--workspace", tmp_path / "w", "--truth", tmp_path / "truth.csv"
    )
    ends(result, 2, "no such file")


@pytest.mark.parametrize("place", ["inside", "a folder", "nowhere"])
def test_judge_never_writes_over_what_is_there(
    copied: Path, tmp_path: Path, inksift, place: str
) -> None:
    out = {
        "inside": next(copied.rglob("*.png")),
        "a folder": tmp_path,
        "nowhere": tmp_path / "no" / "o.csv",
    }[place]
    before = out.read_bytes() if out.is_file() else b""
    ends(
        inksift("judge", copied, "--out", out, "--workspace", tmp_path / "w"),
        2,
        "expected a file in a folder",
    )
    assert not out.is_file() or out.read_bytes() == before
    assert not (tmp_path / "w").exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that nobody can write to")
def test_an_out_that_cannot_be_written_is_told_before_anything_runs(
    copied: Path, tmp_path: Path, inksift
) -> None:
    result = inksift("judge", copied, "--out", "/proc/o.csv", "--workspace", tmp_path / "w")
    ends(result, 2, "cannot write to /proc (")
    assert "name another --out" in result.stderr
    assert not (tmp_path / "w").exists()


@pytest.mark.usefixtures("measured")
def test_a_test_folder_that_is_the_source(copied: Path, tmp_path: Path, inksift) -> None:
    result = inksift("run", copied, "--workspace", tmp_path / "w", "--test", copied, *FAST)
    ends(result, 2, "name a trusted folder that holds other pictures, with --test")
    assert not (tmp_path / "w" / "decisions.csv").exists()


def test_an_embedder_without_a_head_is_refused_before_anything_runs(
    copied: Path, tmp_path: Path, inksift
) -> None:
    setting = "embeddings.embedder=efficientnet-b7"
    result = inksift(
        "judge",
        copied,
        "--out",
        tmp_path / "v.csv",
        "--workspace",
        tmp_path / "w",
        "--set",
        setting,
    )
    assert result.exit_code == 3
    assert "no medium head for efficientnet-b7" in result.stderr
    assert not (tmp_path / "w").exists()
