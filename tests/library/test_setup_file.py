"""inksift.yaml: written once, edited by people, and strict about what they write."""

from __future__ import annotations

from pathlib import Path

import pytest

from inksift.curation.base.errors import ParamError
from inksift.curation.store.setup import (
    ScheduleParams,
    Setup,
    read_setup,
    remembered_ledger,
    setup_file,
    setup_text,
    write_setup,
)
from inksift.curation.store.workspace import Workspace

EVERYTHING = Setup(
    source=Path("/crawl/mit Lücke"),
    test=Path("/trusted"),
    link_roots=[Path("/store")],
    weights=Path("/weights"),
    ledger="postgresql://ann@host/team",
    profile="/profiles/strict.yaml",
    settings={"duplicates": {"keep": "first"}, "training_set": {"oversample_factors": {"no": 2.0}}},
    schedule=ScheduleParams(cron="30 4 * * 1", timezone="Europe/Zurich"),
)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    for setup in (EVERYTHING, Setup()):
        write_setup(tmp_path, setup)
        assert read_setup(tmp_path) == setup


def test_every_value_has_a_word_above_it() -> None:
    lines = setup_text(EVERYTHING).splitlines()
    for name in Setup.model_fields:
        (place,) = [place for place, line in enumerate(lines) if line.startswith(f"{name}:")]
        assert lines[place - 1].startswith(f"# {name}: "), name


def test_before_the_first_run_there_is_none(tmp_path: Path) -> None:
    assert read_setup(tmp_path) is None
    assert remembered_ledger(tmp_path) == ""


def test_an_empty_file_leaves_everything_open(tmp_path: Path) -> None:
    setup_file(tmp_path).write_text("# nothing yet\n")
    assert read_setup(tmp_path) == Setup()


@pytest.mark.parametrize(
    "content",
    ["test:\nsettings:\nschedule:\nlink_roots:\nprofile:", "test: ''\nweights: ''\nprofile: ''"],
)
def test_a_name_with_nothing_after_it_says_nothing(tmp_path: Path, content: str) -> None:
    setup_file(tmp_path).write_text(content)
    assert read_setup(tmp_path) == Setup()


def test_a_stage_whose_settings_are_comments_has_none(tmp_path: Path) -> None:
    setup_file(tmp_path).write_text("settings:\n  duplicates:\n    # keep: first\n")
    setup = read_setup(tmp_path)
    assert setup
    assert setup.settings == {"duplicates": {}}


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    setup_file(tmp_path).write_text("source: ~/crawl\n")
    setup = read_setup(tmp_path)
    assert setup
    assert setup.source == tmp_path / "ann" / "crawl"


def test_what_is_no_file_is_not_taken_for_none(tmp_path: Path) -> None:
    setup_file(tmp_path).symlink_to("not mounted")
    with pytest.raises(ParamError, match="No such file"):
        read_setup(tmp_path)
    setup_file(tmp_path).unlink()
    setup_file(tmp_path).mkdir()
    with pytest.raises(ParamError, match="Is a directory"):
        read_setup(tmp_path)


def test_paths_that_people_write_are_below_the_workspace(tmp_path: Path) -> None:
    setup_file(tmp_path).write_text("source: ../crawl\ntest: /trusted\nlink_roots: [store]\n")
    setup = read_setup(tmp_path)
    assert setup
    assert (setup.source, setup.test) == (tmp_path / "../crawl", Path("/trusted"))
    assert setup.link_roots == [tmp_path / "store"]


def test_a_file_that_a_person_edited_stays_beside_the_new_one(tmp_path: Path) -> None:
    assert write_setup(tmp_path, Setup()) is None
    setup_file(tmp_path).write_text("source: crawl # ann's\n")
    kept = write_setup(tmp_path, EVERYTHING)
    assert kept
    assert kept.read_text() == "source: crawl # ann's\n"
    assert read_setup(tmp_path) == EVERYTHING


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("tset: x", r"no setting called setup\.tset; there are: .*; did you mean test\?"),
        (
            "schedule: {tiemzone: UTC}",
            r"setup\.schedule\.tiemzone; there are: cron, timezone; did you mean timezone\?",
        ),
        ("schedule: {timezone: Europe/Nowhere}", r"schedule\.timezone: expected a timezone"),
        ("settings: 3", "name: value pairs"),
        ("- source", "expected name: value at the top"),
        ("source: a\nsource: b", "the key source stands twice"),
        ("source: [", "not a YAML file"),
        ("source: 2026", r"setup\.source: input should be a path, in quotes .*, got 2026"),
        ("schedule: {cron: */15 * * * *}", r"a value that begins with \* stands in quotes"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(tmp_path: Path, content: str, told: str) -> None:
    setup_file(tmp_path).write_text(content)
    with pytest.raises(ParamError, match=told) as refused:
        read_setup(tmp_path)
    assert str(refused.value).startswith(str(setup_file(tmp_path)))


@pytest.mark.parametrize(
    "url", ["postgresql://ann:hunter2@host/team", "postgresql://host/team?sslpassword=hunter2"]
)
def test_a_password_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    setup_file(tmp_path).write_text(f"ledger: {url}")
    with pytest.raises(ParamError, match="expected no password here") as refused:
        read_setup(tmp_path)
    assert "hunter2" not in str(refused.value)


def test_a_person_may_write_it_before_the_first_run(tmp_path: Path) -> None:
    setup_file(tmp_path).write_text("source: ../crawl\n")
    assert Workspace(tmp_path).root == tmp_path
