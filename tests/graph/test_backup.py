"""A workspace in one file, and back again as it was."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from inksift.curation.base.errors import LockedError
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.publish.backup import back_up
from inksift.curation.store.published import read_decisions
from inksift.curation.store.workspace import Workspace
from tests.graph.conftest import Command


def restored(backup: Path, folder: Path) -> Workspace:
    with tarfile.open(backup) as tar:
        tar.extractall(folder, filter="tar")
    return Workspace(folder)


def test_what_was_lost_comes_back_as_it_was(judged: Path, tmp_path: Path, inksift: Command) -> None:
    here, kept = Workspace(judged), judged / "runs" / "latest" / "decisions.parquet"
    kept.unlink()  # a run links what it keeps, and the copy that the test works on has lost that
    kept.hardlink_to(judged / "decisions.parquet")
    picture = read_decisions(here)["image_id"].iloc[0]
    Ledger.of(here).record([Decision(picture, "outcome", "rejected", "why not")], "ann")
    told = inksift("backup", tmp_path / "b.tar", "--workspace", judged)
    assert told.exit_code == 0
    back = restored(tmp_path / "b.tar", tmp_path / "back")
    assert inksift("verify", "--workspace", back.root).output == "everything matches\n"
    assert read_decisions(back).equals(read_decisions(here))
    assert Ledger.of(back).entries() == Ledger.of(here).entries()
    names = {path.relative_to(judged) for path in judged.rglob("*")}
    gone = {str(name) for name in names - {p.relative_to(back.root) for p in back.root.rglob("*")}}
    assert gone <= {"run.lock", "run.guard", ".manifest.guard"}
    (latest,) = [path for path in back.root.glob("runs/latest") if path.is_symlink()]
    assert (latest / "decisions.parquet").samefile(back.root / "decisions.parquet")


def test_decisions_that_are_being_written_are_whole(tmp_path: Path) -> None:
    """A writer in the middle: what it has committed is in the backup, wherever SQLite keeps it."""
    here = Workspace(tmp_path / "w")
    with closing(sqlite3.connect(here.root / "ledger.sqlite", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE told (word TEXT)")
        writer.execute("INSERT INTO told VALUES ('kept')")
        writer.execute("BEGIN")
        writer.execute("INSERT INTO told VALUES ('half')")
        assert (here.root / "ledger.sqlite-wal").stat().st_size
        back_up(here, tmp_path / "b.tar")
    back = restored(tmp_path / "b.tar", tmp_path / "back").root
    assert sorted(path.name for path in back.iterdir()) == ["ledger.sqlite", "workspace.json"]
    with closing(sqlite3.connect(back / "ledger.sqlite")) as reader:
        assert reader.execute("SELECT word FROM told").fetchall() == [("kept",)]


def test_a_run_that_goes_on_is_not_backed_up(tmp_path: Path, monkeypatch) -> None:
    here = Workspace(tmp_path / "w")

    def refused(*_: object, **__: object) -> None:
        raise LockedError("another run holds it")

    monkeypatch.setattr("inksift.curation.store.workspace.run_lock", refused)
    with pytest.raises(LockedError):
        back_up(here, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [("b.zip", "expected a .tar file"), ("w/b.tar", "lies inside the workspace")],
)
def test_a_file_that_will_not_do_is_refused(
    judged: Path, tmp_path: Path, inksift: Command, name: str, why: str
) -> None:
    result = inksift("backup", tmp_path / name, "--workspace", judged)
    assert result.exit_code == 2
    assert why in result.stderr


def test_a_ledger_elsewhere_is_named(judged: Path, tmp_path: Path, inksift: Command) -> None:
    elsewhere = f"sqlite:///{tmp_path / 'team.sqlite'}"
    result = inksift("backup", tmp_path / "b.tar", "--workspace", judged, "--ledger", elsewhere)
    assert f"the ledger is not in it but in {elsewhere}" in result.output
