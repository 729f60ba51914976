"""The ledger that is chosen by its URL: people decide in the one that runs hear, and its password
is told to nobody."""

from __future__ import annotations

import doctest
from pathlib import Path
from types import ModuleType

import pytest

from inksift.curation.base.errors import LedgerError, ParamError
from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.chosen_ledger import any_ledger, ledger_of, ledger_to_fill
from inksift.curation.people.heard import publish_heard, read_heard
from inksift.curation.people.ledger import address, decisions
from inksift.curation.people.ledger.address import same_place
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.project import Project
from inksift.curation.store import spreadsheet
from inksift.curation.store.published import publish_decisions
from inksift.curation.store.workspace import Workspace
from tests.ledgers import A


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def run(
    workspace: Workspace, url: str = "", source: Path = Path("crawl"), test: Path | None = None
) -> None:
    """What a run leaves of the ledger that it heard."""
    publish_heard(workspace, Ledger.of(workspace, url))
    publish_decisions(workspace, DECISIONS.frame([]), source=source, test=test)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


# --- names ---


@pytest.mark.parametrize("module", [address, decisions, spreadsheet])
def test_the_examples_in_the_docstrings_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_the_workspaces_own_ledger_has_no_name_however_it_is_called(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(workspace.root)
    for url in (
        "",
        url_of(workspace.root / "ledger.sqlite"),
        url_of(tmp_path / "w" / ".." / "link" / "ledger.sqlite"),
    ):
        ledger = Ledger.of(workspace, url)
        assert (ledger.name, ledger.file) == ("", workspace.root / "ledger.sqlite")


def test_a_relative_path_names_the_same_file_from_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    ledger = Ledger("sqlite:///team.sqlite")
    monkeypatch.chdir(tmp_path / "elsewhere")
    ledger.record([Decision(A, "outcome", "kept")], "ann")
    assert ledger.name == url_of(tmp_path / "team.sqlite")
    assert (tmp_path / "team.sqlite").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:secret@host/name",
        "postgresql://ann@host/name?password=secret&sslpassword=secret",
        "firebird+fdb://ann@host/name?PASSWD=secret",
        "sqlite:///x?password=secret",
    ],
)
def test_a_password_is_never_told(url: str) -> None:
    with pytest.raises(LedgerError) as refused:
        Ledger(url).entries()
    assert "secret" not in str(refused.value)


# --- the one that the last run heard ---


def test_before_the_first_run_any_ledger_will_do(workspace: Workspace, tmp_path: Path) -> None:
    assert ledger_of(workspace).name == ""
    assert ledger_of(workspace, url_of(tmp_path / "team.sqlite")).name == url_of(
        tmp_path / "team.sqlite"
    )


def test_a_run_says_which_ledger_it_heard(workspace: Workspace, tmp_path: Path) -> None:
    assert read_heard(workspace) is None
    run(workspace)
    assert read_heard(workspace) == ""
    run(workspace, url_of(tmp_path / "team.sqlite"))
    assert read_heard(workspace) == url_of(tmp_path / "team.sqlite")


def test_nobody_decides_in_a_ledger_that_the_run_did_not_hear(
    workspace: Workspace, tmp_path: Path
) -> None:
    team, other = url_of(tmp_path / "team.sqlite"), url_of(tmp_path / "other.sqlite")
    run(workspace, team)
    assert ledger_of(workspace, team).name == team
    with pytest.raises(
        ParamError, match=f"heard the ledger {team}, and this is the workspace's own: name it with"
    ):
        ledger_of(workspace)
    with pytest.raises(ParamError, match=f"and this is {other}: name it with --ledger {team}"):
        ledger_of(workspace, other)
    run(workspace)
    with pytest.raises(
        ParamError,
        match=f"heard the workspace's own ledger, and this is {team}: leave --ledger and "
        "INKSIFT_LEDGER",
    ):
        ledger_of(workspace, team)


def test_a_stopped_run_heard_its_ledger_too(workspace: Workspace, tmp_path: Path) -> None:
    """A brake keeps back what a run decided, not what it heard."""
    team = url_of(tmp_path / "team.sqlite")
    run(workspace)
    publish_heard(workspace, Ledger(team))
    assert ledger_of(workspace, team).name == team
    with pytest.raises(ParamError, match=f"heard the ledger {team}"):
        ledger_of(workspace)


def test_any_ledger_can_be_read_and_an_empty_one_moved_to(
    workspace: Workspace, tmp_path: Path
) -> None:
    team = url_of(tmp_path / "team.sqlite")
    run(workspace)
    assert any_ledger(workspace, team).name == team
    ledger_to_fill(workspace, team).record([Decision(A, "outcome", "kept")], "ann")
    assert any_ledger(workspace, team).last() == 1
    with pytest.raises(ParamError, match="heard the workspace's own ledger"):
        ledger_to_fill(workspace, team)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("postgresql://bob@host/name", True),
        ("postgresql+psycopg2://host/name", True),
        ("postgresql+psycopg://ann@host/other", False),
        ("postgresql+psycopg://ann@elsewhere/name", False),
        ("mysql://ann@host/name", False),
        ("", False),
    ],
)
def test_another_person_or_driver_is_no_other_ledger(other: str, same: bool) -> None:
    assert same_place("postgresql+psycopg://ann@host/name", other) is same


# --- a project's ---


def test_a_project_has_the_ledger_of_its_setting(tmp_path: Path) -> None:
    (tmp_path / "crawl").mkdir()
    own = Project(tmp_path / "crawl", tmp_path / "w")
    team = Project(tmp_path / "crawl", tmp_path / "w", ledger_url=url_of(tmp_path / "team.sqlite"))
    assert own.ledger is own.ledger
    assert (own.ledger.name, team.ledger.name) == ("", url_of(tmp_path / "team.sqlite"))
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["workspace.json"]


@pytest.mark.parametrize("test", [True, False])
def test_no_ledger_is_written_among_the_pictures(
    workspace: Workspace, tmp_path: Path, test: bool
) -> None:
    pictures, url = tmp_path / "pictures", url_of(tmp_path / "pictures" / "cats" / "ledger.sqlite")
    pictures.mkdir()
    (tmp_path / "crawl").mkdir()
    project = Project(
        tmp_path / "crawl" if test else pictures,
        workspace.root,
        pictures if test else None,
        None,
        url,
    )
    with pytest.raises(
        ParamError, match=f"lies among the pictures in {pictures}: choose another --ledger"
    ):
        _ = project.ledger
    folders = {"source": tmp_path / "crawl", "test": pictures} if test else {"source": pictures}
    run(workspace, url, **folders)
    for choose in (ledger_of, any_ledger, ledger_to_fill):
        with pytest.raises(ParamError, match="lies among the pictures"):
            choose(workspace, url)
    assert list(pictures.iterdir()) == []
