"""inksift in Python: what the command line decides, as frames, and errors that are raised."""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx
import pandas as pd
import pytest
from PIL import Image

import inksift
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.runs.record import known_run
from inksift.curation.store.published import read_decisions
from inksift.curation.store.workspace import Workspace
from tests.graph.conftest import Ended

NO_YOLO = {"object_counts": {"download": False}}


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """A folder with one picture under two names."""
    folder = tmp_path / "twice"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.effect_mandelbrot((200, 200), (-2, -1, 1, 1), 60).save(folder / name)
    return folder


def test_judge_decides_as_the_command_does_and_its_run_says_how(
    judged_once: tuple[Path, Ended], measured: Path, sample: Path
) -> None:
    frame = inksift.judge(sample / "images", workspace=measured, settings=NO_YOLO, progress=False)
    pd.testing.assert_frame_equal(frame, read_decisions(Workspace(judged_once[0])))
    run = known_run(Workspace(measured))
    assert run is not None
    assert (run.job, run.assigned) == ("curate", ("object_counts.download=false",))


def test_more_than_may_be_rejected_is_raised_with_the_proposal(
    measured: Path, sample: Path
) -> None:
    strict = {**NO_YOLO, "verdicts": {"max_removal": 0.01}}
    with pytest.raises(inksift.errors.CheckError, match="removals_are_accepted") as refused:
        inksift.judge(sample / "images", workspace=measured, settings=strict, progress=False)
    proposal = refused.value.proposal
    assert proposal is not None
    assert (proposal["outcome"] == "rejected").any()
    assert not (measured / "decisions.csv").exists()


def test_copies_are_found_and_nothing_is_left_or_printed(
    twice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(rooms))
    found = inksift.find_duplicates(twice, progress=False)
    assert found[["path", "keep", "duplicate_of"]].values.tolist() == [
        ["a.png", True, ""],
        ["b.png", False, "a.png"],
    ]
    assert str(found["group"].dtype) == "int64"
    assert list(rooms.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_bars_are_shown_where_nobody_watches_a_terminal(
    twice: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inksift.find_duplicates(twice)
    shown = capfd.readouterr()
    assert (shown.out, "decode pictures" in shown.err) == ("", True)


def test_what_is_wrong_is_raised_in_words(tmp_path: Path, twice: Path) -> None:
    with pytest.raises(inksift.errors.SourceError, match="no such folder"):
        inksift.judge(tmp_path / "gone")
    with pytest.raises(inksift.errors.ParamError, match="no stage called pair"):
        inksift.find_duplicates(twice, settings={"pair": {}})
    with pytest.raises(inksift.errors.ParamError, match="no SOURCE given"):
        inksift.Workspace(tmp_path / "new").run()
    with pytest.raises(inksift.InksiftError, match="not an inksift workspace"):
        _ = inksift.Workspace(twice).decisions


def test_a_finished_run_is_read_as_frames(
    finished: tuple[Path, Ended], sample: Path, tmp_path: Path
) -> None:
    work = inksift.Workspace(finished[0])
    told = work.summary
    assert told["files"] == len(work.decisions) == sum(told["outcomes"].values())
    assert told["test_set"] == "trusted"
    (run,) = work.runs.to_dict("records")
    assert (run["latest"], run["files"]) == (True, told["files"])
    assert run["macro_f1"] == told["macro_f1"]
    assert str(work.runs["date"].dtype) == "datetime64[us, UTC]"
    assert set(work.f1["class"]) >= set(work.decisions.query("outcome == 'kept'")["label"])
    assert work.duplicates.groupby("group")["keep"].sum().eq(1).all()
    assert work.setup is not None
    assert work.setup.source == (sample / "images").resolve()
    same = work.diff(run["name"])
    assert (len(same.changes), same.before.name) == (0, run["name"])
    exported = work.export(tmp_path / "kept", form="imagefolder", split=True)
    listed = [
        row
        for file in (tmp_path / "kept").rglob("metadata.jsonl")
        for row in file.read_text().splitlines()
    ]
    assert (exported.complete, exported.pictures) == (True, len(listed))


def test_what_a_person_decided_is_taken_in(judged: Path) -> None:
    work = inksift.Workspace(judged)
    kept = work.decisions.query("outcome == 'kept'").iloc[0]
    Ledger.of(Workspace(judged)).record([Decision(kept["image_id"], "outcome", "rejected")], "ana")
    told = work.decide(progress=False)
    assert told["decided_by_people"] == 1
    now = work.decisions.set_index("path").loc[kept["path"]]
    assert (now["outcome"], now["decided_by"]) == ("rejected", "human")


def test_without_training_there_is_no_f1_to_read(judged: Path) -> None:
    work = inksift.Workspace(judged)
    assert work.summary["macro_f1"] is None
    with pytest.raises(inksift.errors.StoreError, match="run `inksift run` first"):
        _ = work.f1


def test_the_review_app_is_served_until_it_is_stopped(judged: Path) -> None:
    with inksift.Workspace(judged).review(who="ana") as app:
        assert app.url.startswith("http://127.0.0.1:")
        with httpx.Client(follow_redirects=True) as browser:
            assert browser.get(app.url).status_code == 200
        assert app.url not in repr(app)
    with pytest.raises(httpx.ConnectError):
        httpx.get(app.url)
    app.stop()  # again, which does nothing
