"""Finished runs stay: whole or not at all, once, at little cost, and never the latest is lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pytest

from inksift.curation.base.errors import LaterError, ParamError, StoreError
from inksift.curation.publish.verify_runs import run_problems
from inksift.curation.report.siblings import keep_pages
from inksift.curation.runs import keep
from inksift.curation.runs.keep import keep_files, prune_runs
from inksift.curation.runs.kept import (
    find_run,
    folder_of,
    kept_runs,
    latest_name,
    own_bytes,
    run_folders,
    runs_folder,
)
from inksift.curation.runs.params import KeptRunParams
from inksift.curation.runs.record import RUN_FILE, current_run, read_record
from inksift.curation.store.files import file_digest
from inksift.curation.store.published import (
    ABLATION_REPORT,
    CSV,
    F1,
    F1_PAGE,
    LEADERBOARD_CSV,
    OF_TRAINING,
    PARQUET,
    REPORT_DATA,
    REPORT_PAGE,
    publish_ablation,
    publish_decisions,
    publish_leaderboard,
)
from inksift.curation.store.workspace import Workspace
from tests.runs import (
    FACTS,
    KEPT,
    PAGE,
    PHOTO,
    TRAINING,
    decide_run,
    decided,
    scores,
    train_run,
)

ONE, OTHER = decided(a=KEPT, b=KEPT), decided(a=KEPT, b=PHOTO)
TRAINS = FACTS.model_copy(update={"training": TRAINING})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


def names(workspace: Workspace) -> list[str]:
    return [run.name for run in kept_runs(workspace)]


def test_other_decisions_take_the_f1_report_from_view_and_leave_it_in_its_run(
    workspace: Workspace,
) -> None:
    decide_run(workspace, ONE, TRAINS)
    first = train_run(workspace, scores(0.5, cat=0.5))
    publish_ablation(workspace, {"left_out": []}, PAGE.format("gains"))
    first = keep_files(workspace, first, [ABLATION_REPORT])
    held = {name: (folder_of(workspace, first.name) / name).read_bytes() for name in first.kept}
    second = decide_run(workspace, OTHER)
    assert not any((workspace.root / name).exists() for name in OF_TRAINING)
    folder = folder_of(workspace, first.name)
    assert {name: (folder / name).read_bytes() for name in first.kept} == held
    assert {F1, F1_PAGE, ABLATION_REPORT, PARQUET, CSV, REPORT_PAGE} <= held.keys()
    assert names(workspace) == [second.name, first.name]
    assert (second.scores, first.scores and first.scores.macro_f1) == (None, 0.5)
    assert list(run_problems(workspace)) == []


def test_a_record_says_what_the_run_was(workspace: Workspace) -> None:
    run = decide_run(workspace, OTHER, TRAINS)
    told = read_record(folder_of(workspace, run.name) / RUN_FILE)
    assert told == current_run(workspace) == run
    assert (told.files, told.outcomes) == (2, {"kept": 1, "rejected": 1})
    assert (told.source, told.profile, told.version) == ("/crawl", "default", "1.0")
    assert told.name.startswith(f"{told.moment:%Y-%m-%d}-")
    assert told.decisions == file_digest(workspace.root / PARQUET)


def test_a_run_that_comes_out_alike_is_kept_once(workspace: Workspace) -> None:
    decide_run(workspace, ONE, TRAINS)
    first = train_run(workspace, scores(0.5))
    assert decide_run(workspace, ONE, TRAINS).name == first.name
    assert train_run(workspace, scores(0.5)) == first
    assert decide_run(workspace, ONE).name == first.name  # one that only judges
    assert names(workspace) == [first.name]


@pytest.mark.parametrize(
    "changed",
    [
        {"settings": {"verdicts": {"recipe": "camp2022"}}},
        {"version": "1.1"},
        {"stages": {"verdicts": 2}},
        {"training": {"classifier": {"max_epochs": 3}}},
    ],
)
def test_a_run_that_was_set_otherwise_is_another_one(
    workspace: Workspace, changed: dict[str, object]
) -> None:
    decide_run(workspace, ONE, TRAINS)
    assert len({decide_run(workspace, ONE, TRAINS.model_copy(update=changed)).name}) == 1
    assert len(kept_runs(workspace)) == 2


def test_on_pictures_elsewhere_it_is_another_one(workspace: Workspace) -> None:
    decide_run(workspace, ONE)
    decide_run(workspace, ONE, source="/other")
    assert len(kept_runs(workspace)) == 2


def test_a_run_that_comes_back_is_the_latest_again(workspace: Workspace) -> None:
    decide_run(workspace, ONE, TRAINS)
    first = train_run(workspace, scores(0.5))
    second = decide_run(workspace, OTHER)
    assert latest_name(workspace) == second.name
    again = decide_run(workspace, ONE)
    assert again.name == first.name == latest_name(workspace)
    assert again.kept.keys() >= {F1, F1_PAGE}
    assert not (workspace.root / F1).exists(), "the splits in the workspace are not its own"


def test_another_training_of_the_same_decisions_is_a_run_of_its_own(workspace: Workspace) -> None:
    decide_run(workspace, ONE)
    first = train_run(workspace, scores(0.5))
    second = train_run(workspace, scores(0.6), {"classifier": {"max_epochs": 9}})
    assert first.name != second.name
    assert [run.scores and run.scores.macro_f1 for run in (second, first)] == [0.6, 0.5]
    assert first.decisions == second.decisions
    shared = [folder_of(workspace, run.name) / PARQUET for run in (first, second)]
    assert shared[0].samefile(shared[1])


def test_a_run_that_only_decides_keeps_what_was_learned_from_the_same_decisions(
    workspace: Workspace,
) -> None:
    decide_run(workspace, ONE, TRAINS)
    first = train_run(workspace, scores(0.5))
    stricter = FACTS.model_copy(update={"settings": {"verdicts": {"recipe": "votes"}}})
    second = decide_run(workspace, ONE, stricter)
    assert second.name != first.name
    assert second.scores == first.scores
    assert F1 in second.kept


def test_settings_of_stages_that_did_not_run_are_those_of_the_run_before(
    workspace: Workspace,
) -> None:
    whole = {"images": {"side": 9}, "verdicts": {"recipe": "learned"}}
    decide_run(workspace, ONE, FACTS.model_copy(update={"settings": whole}))
    assert decide_run(workspace, OTHER).settings == whole


def test_a_kept_run_costs_its_record_until_other_decisions_come(workspace: Workspace) -> None:
    first = decide_run(workspace, ONE)
    folder = folder_of(workspace, first.name)
    assert own_bytes(folder) == sum((folder / name).stat().st_size for name in (RUN_FILE, CSV))
    for name in first.kept.keys() - {CSV}:
        assert (workspace.root / name).samefile(folder / name)
    decide_run(workspace, OTHER)
    assert own_bytes(folder) > (folder / PARQUET).stat().st_size
    assert not (workspace.root / PARQUET).samefile(folder / PARQUET)


def test_a_program_that_writes_into_the_csv_does_not_reach_the_kept_one(
    workspace: Workspace,
) -> None:
    first = decide_run(workspace, ONE)
    with (workspace.root / CSV).open("r+b") as sheet:
        sheet.write(b"edited")
    assert list(run_problems(workspace)) == []
    assert file_digest(folder_of(workspace, first.name) / CSV) == first.kept[CSV]
    publish_leaderboard(workspace, pd.DataFrame({"recipe": ["a"]}), PAGE)
    kept = keep_pages(workspace, [LEADERBOARD_CSV])
    with (workspace.root / LEADERBOARD_CSV).open("r+b") as sheet:
        sheet.write(b"edited")
    assert (
        file_digest(folder_of(workspace, first.name) / LEADERBOARD_CSV)
        == (kept.kept[LEADERBOARD_CSV])
    )


def test_without_links_runs_are_copied_and_the_latest_is_named_in_a_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    first, second = decide_run(workspace, ONE), decide_run(workspace, OTHER)
    assert latest_name(workspace) == second.name
    assert (runs_folder(workspace) / "latest.txt").read_text() == f"{second.name}\n"
    assert not (runs_folder(workspace) / "latest").exists()
    assert list(run_problems(workspace)) == []
    monkeypatch.undo()
    assert decide_run(workspace, ONE).name == first.name == latest_name(workspace)
    assert sorted(path.name for path in runs_folder(workspace).iterdir()) == sorted(
        [first.name, second.name, "latest"]
    )


def test_the_oldest_go_and_never_the_latest(workspace: Workspace) -> None:
    made = [decide_run(workspace, decided(a=KEPT, **{stem: PHOTO})) for stem in "bcde"]
    back = decide_run(workspace, decided(a=KEPT, b=PHOTO))  # the first again
    assert back.name == made[0].name
    newest = names(workspace)
    others = [name for name in newest if name != back.name]
    removed = prune_runs(workspace, 3)
    assert [run.name for run in removed] == others[2:]
    assert sorted(names(workspace)) == sorted([back.name, *others[:2]])
    assert [run.name for run in prune_runs(workspace, 1)] == others[:2]
    assert names(workspace) == [latest_name(workspace)] == [back.name]
    assert prune_runs(workspace, 1) == []


def test_plenty_is_kept_by_default() -> None:
    assert KeptRunParams().most >= 20
    with pytest.raises(ParamError, match="most"):
        KeptRunParams.of("kept_run", {"most": 0})


@pytest.mark.parametrize("write", range(8))
def test_killed_at_any_write_no_half_run_is_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    first = decide_run(workspace, ONE)
    publish_decisions(workspace, OTHER, source=Path("/crawl"))
    _killed_after(write, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        _forever(lambda: decide_run(workspace, OTHER))
    monkeypatch.undo()
    left = run_folders(workspace)
    assert folder_of(workspace, first.name) in left
    assert list(run_problems(workspace)) == []
    with workspace.locked():
        assert not list(runs_folder(workspace).glob(".*"))
    assert decide_run(workspace, OTHER).kept.keys() == first.kept.keys()
    assert len(kept_runs(workspace)) == 2


@pytest.mark.parametrize("write", range(8))
def test_killed_while_a_page_is_replaced_every_listed_file_is_whole(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    run = decide_run(workspace, ONE)
    workspace.publish(REPORT_PAGE, b"the same run, told anew")
    _killed_after(write, monkeypatch)

    def replace() -> None:
        workspace.publish(REPORT_PAGE, os.urandom(9))
        keep_files(workspace, current_run(workspace) or run, [REPORT_PAGE])

    with pytest.raises(KeyboardInterrupt):
        _forever(replace)
    monkeypatch.undo()
    assert list(run_problems(workspace)) == []
    assert keep_files(workspace, run, [REPORT_PAGE]).kept.keys() >= {PARQUET, REPORT_PAGE}
    assert list(run_problems(workspace)) == []


def _forever(step: Callable[[], object]) -> NoReturn:
    while True:
        step()


def _killed_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on so many files are put in place, and at the next one the process is gone."""
    left, replace = iter(range(count)), os.replace

    def last(source: Path, target: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", last)


def test_what_an_earlier_version_left_is_kept_before_it_is_replaced(workspace: Workspace) -> None:
    publish_decisions(workspace, ONE, source=Path("/crawl"))
    workspace.publish(REPORT_PAGE, b"<p>an old report")
    for name in (F1, F1_PAGE):
        workspace.publish(name, b"{}")
    second = decide_run(workspace, OTHER)
    (old,) = [run for run in kept_runs(workspace) if run.name != second.name]
    assert (old.version, old.profile, old.scores) == ("", "", None)
    assert (folder_of(workspace, old.name) / REPORT_PAGE).read_bytes() == b"<p>an old report"
    assert (folder_of(workspace, old.name) / F1_PAGE).read_bytes() == b"{}"


def test_f1_that_was_not_kept_yet_is_kept_before_it_is_withdrawn(workspace: Workspace) -> None:
    first = decide_run(workspace, ONE)
    workspace.publish(F1, b'{"macro_f1": 0.5}')  # and the process was killed
    decide_run(workspace, OTHER)
    assert (folder_of(workspace, first.name) / F1).read_bytes() == b'{"macro_f1": 0.5}'


def test_what_was_learned_is_kept_again_where_a_person_removed_the_kept_runs(
    workspace: Workspace,
) -> None:
    decide_run(workspace, ONE)
    first = train_run(workspace, scores(0.5))
    shutil.rmtree(runs_folder(workspace))
    decide_run(workspace, OTHER)
    (old,) = [run for run in kept_runs(workspace) if run.decisions == first.decisions]
    assert {PARQUET, F1, F1_PAGE} < {*old.kept}
    assert (old.name, old.scores) == (first.name, first.scores)
    assert list(run_problems(workspace)) == []


def test_decisions_of_another_run_never_get_into_a_kept_one(workspace: Workspace) -> None:
    run = decide_run(workspace, ONE)
    publish_decisions(workspace, OTHER, source=Path("/crawl"))
    with pytest.raises(StoreError, match=f"is not of run {run.name}: run `inksift run` again"):
        keep_files(workspace, run, keep.OF_DECISIONS)
    assert list(run_problems(workspace)) == []


def test_a_run_is_found_by_its_name_by_a_part_of_it_and_as_the_latest(
    workspace: Workspace,
) -> None:
    with pytest.raises(ParamError, match="no run is kept"):
        find_run(workspace, "latest")
    first, second = decide_run(workspace, ONE), decide_run(workspace, OTHER)
    assert find_run(workspace, first.name) == find_run(workspace, first.name[-6:]) == first
    assert find_run(workspace, "latest") == second
    with pytest.raises(ParamError, match=f"2 runs are called 20; there are: .*{first.name}"):
        find_run(workspace, "20")
    with pytest.raises(ParamError, match="no run is called zz; there are: "):
        find_run(workspace, "zz")


def test_a_copy_that_followed_the_link_still_knows_the_latest(
    workspace: Workspace, tmp_path: Path
) -> None:
    first, second = decide_run(workspace, ONE), decide_run(workspace, OTHER)
    copy = Workspace(Path(shutil.copytree(workspace.root, tmp_path / "copy")))
    assert not (runs_folder(copy) / "latest").is_symlink()
    assert latest_name(copy) == second.name
    assert len(kept_runs(copy)) == 2
    assert list(run_problems(copy)) == []
    decide_run(copy, ONE)
    assert os.readlink(runs_folder(copy) / "latest") == first.name


@pytest.mark.parametrize(
    ("damage", "file", "what"),
    [
        (lambda run: (run / PARQUET).unlink(), PARQUET, "kept, but not there"),
        (lambda run: (run / CSV).write_bytes(b"edited"), CSV, "changed since it was kept"),
        (lambda run: (run / RUN_FILE).write_bytes(b"{"), RUN_FILE, "JSON"),
        (lambda run: (run / RUN_FILE).write_bytes(b'{"format": 2}'), RUN_FILE, "format"),
        (lambda run: (run / RUN_FILE).unlink(), RUN_FILE, "FileNotFoundError"),
        (lambda run: redate(run / RUN_FILE, "yesterday"), RUN_FILE, "isoformat"),
        (lambda run: redate(run / RUN_FILE, "2026-01-01T00:00:00"), RUN_FILE, "its zone"),
        (lambda run: shutil.copytree(run, run.with_name("mine")), "", "holds the run"),
        (lambda run: run.rename(run.with_name("2020-01-01-abcdef")), "", "holds the run"),
        (lambda run: shutil.rmtree(run), None, "leads to"),
    ],
)
def test_damage_of_a_kept_run_is_found_and_does_not_stop_the_next(
    workspace: Workspace, damage, file: str | None, what: str
) -> None:
    run = decide_run(workspace, ONE)
    damage(folder_of(workspace, run.name))
    problems = list(run_problems(workspace))
    assert any(what in problem.what for problem in problems), problems
    assert file is None or any(problem.file.endswith(file) for problem in problems)
    again = decide_run(workspace, OTHER)
    assert latest_name(workspace) == again.name
    names = [one.name for one in kept_runs(workspace)]
    assert len(names) == len({*names})
    prune_runs(workspace, 1)
    assert find_run(workspace, "latest").name == again.name


def redate(record: Path, date: str) -> None:
    """Let a record say another date."""
    told = json.loads(record.read_bytes()) | {"date": date}
    record.unlink()
    record.write_text(json.dumps(told))


def test_a_folder_that_a_person_renamed_is_neither_listed_nor_removed(
    workspace: Workspace,
) -> None:
    first = decide_run(workspace, ONE)
    mine = folder_of(workspace, first.name).rename(runs_folder(workspace) / "mine")
    last = decide_run(workspace, OTHER)
    assert [run.name for run in kept_runs(workspace)] == [last.name]
    assert prune_runs(workspace, 1) == []
    assert (mine / PARQUET).is_file()
    (problem,) = run_problems(workspace)
    assert problem.remedy == f"call the folder {first.name} again, or move it out of runs/"


def test_a_kept_run_that_lost_its_record_gets_another_one_when_it_learns(
    workspace: Workspace,
) -> None:
    run = decide_run(workspace, ONE)
    (folder_of(workspace, run.name) / RUN_FILE).unlink()
    trained = train_run(workspace, scores(0.5))
    assert trained.name == run.name
    assert {PARQUET, REPORT_PAGE, F1} < {*trained.kept}
    assert list(run_problems(workspace)) == []


def test_a_latest_run_that_cannot_be_used_is_told_as_that(workspace: Workspace) -> None:
    decide_run(workspace, ONE)
    last = decide_run(workspace, OTHER)
    shutil.rmtree(folder_of(workspace, last.name))
    with pytest.raises(ParamError, match=f"the latest run, {last.name}, cannot be used"):
        find_run(workspace, "latest")


def test_without_link_and_record_nothing_is_the_latest_and_the_next_run_goes_on(
    workspace: Workspace,
) -> None:
    decide_run(workspace, ONE)
    (runs_folder(workspace) / "latest").unlink()
    (workspace.root / RUN_FILE).unlink()
    (workspace.root / RUN_FILE).write_bytes(b"{")
    assert latest_name(workspace) == ""
    (runs_folder(workspace) / "latest.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ParamError, match=r"the latest run, .*, cannot be used"):
        find_run(workspace, "latest")
    again = decide_run(workspace, OTHER)
    assert latest_name(workspace) == again.name


def test_a_report_is_kept_with_the_files_that_it_loads_and_no_others(workspace: Workspace) -> None:
    loaded = f"{REPORT_DATA}/a.js"
    workspace.publish(loaded, b"a")
    run = decide_run(workspace, ONE)
    kept = folder_of(workspace, run.name)
    assert loaded in run.kept
    assert (kept / loaded).samefile(workspace.root / loaded)
    assert own_bytes(kept) == sum((kept / name).stat().st_size for name in (CSV, RUN_FILE))
    workspace.withdraw(loaded)
    workspace.publish(f"{REPORT_DATA}/b.js", b"b")
    again = decide_run(workspace, ONE)
    assert again.name == run.name
    assert [path.name for path in (kept / REPORT_DATA).iterdir()] == ["b.js"]
    assert loaded not in again.kept
    assert list(run_problems(workspace)) == []


def test_a_dead_link_in_a_kept_run_does_not_hide_what_it_costs(workspace: Workspace) -> None:
    folder = folder_of(workspace, decide_run(workspace, ONE).name)
    before = own_bytes(folder)
    (folder / "mine").symlink_to("nowhere")
    assert own_bytes(folder) == before + len("nowhere")


def test_a_damaged_file_is_replaced_when_its_run_comes_again_and_shared_with_no_other(
    workspace: Workspace,
) -> None:
    run = decide_run(workspace, ONE)
    place = folder_of(workspace, run.name) / PARQUET
    place.unlink()
    place.write_bytes(b"torn")
    other = decide_run(workspace, ONE, FACTS.model_copy(update={"version": "2"}))
    assert file_digest(folder_of(workspace, other.name) / PARQUET) == other.decisions
    decide_run(workspace, ONE)
    assert list(run_problems(workspace)) == []


def test_a_folder_whose_name_is_no_text_is_told_and_known_again(workspace: Workspace) -> None:
    run = decide_run(workspace, ONE, source="/crawl\udcff")
    assert run.source == "/crawl\\udcff"
    assert decide_run(workspace, ONE, source="/crawl\udcff").name == run.name


def test_a_run_that_a_later_version_kept_is_left_as_it_is(workspace: Workspace) -> None:
    later = folder_of(workspace, decide_run(workspace, ONE).name) / RUN_FILE
    told = json.loads(later.read_bytes()) | {"format": 2, "scores": "of another kind"}
    for place in (later, workspace.root / RUN_FILE):
        place.unlink()
        place.write_text(json.dumps(told))
    with pytest.raises(LaterError, match="is of format 2, which a later inksift wrote"):
        current_run(workspace)
    (problem,) = run_problems(workspace)
    assert problem.remedy == "install the later inksift"
    decide_run(workspace, OTHER)
    assert json.loads(later.read_bytes()) == told
