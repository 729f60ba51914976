"""A ledger that is damaged, or none, is refused and left alone."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger import database
from inksift.curation.people.ledger.decisions import ACTIONS, Decision
from inksift.curation.people.ledger.exchange import export_csv
from inksift.curation.people.ledger.ledger import Ledger
from tests.ledgers import A, B, at


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inksift_ledger SET value = 'rejected'",
        "UPDATE inksift_ledger SET entry = 7 WHERE entry = 1",
        "DELETE FROM inksift_ledger",
        "DELETE FROM inksift_ledger WHERE entry = 2",
        "REPLACE INTO inksift_ledger SELECT 1, at, who, image_id, action, value, old, note, "
        "undoes, digest "
        "FROM inksift_ledger WHERE entry = 2",
        "INSERT INTO inksift_ledger SELECT 0, at, who, image_id, action, value, old, note, undoes, "
        "digest "
        "FROM inksift_ledger WHERE entry = 2",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(
    ledger: Ledger, tmp_path: Path, statement: str
) -> None:
    ledger.record([Decision(A, "outcome", "kept"), Decision(A, "label", "cat")], "ann")
    before = ledger.history()
    raw = sqlite3.connect(tmp_path / "ledger.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.commit()
    raw.close()
    pd.testing.assert_frame_equal(ledger.history(), before)


def tampered(path: Path, *statements: str) -> Ledger:
    """A ledger of three entries after what no honest writer does."""
    ledger = at(path)
    ledger.record(
        [Decision(A, "outcome", "kept"), Decision(A, "label", "cat"), Decision(B, "label", "dog")],
        "ann",
    )
    raw = sqlite3.connect(path)
    for statement in (
        "DROP TRIGGER inksift_ledger_update",
        "DROP TRIGGER inksift_ledger_delete",
        *statements,
    ):
        raw.execute(statement)
    raw.commit()
    raw.close()
    return ledger


def assert_refused(ledger: Ledger, path: Path, match: str) -> None:
    """Neither read nor written, and left as it is."""
    before = path.read_bytes()
    for use in (
        ledger.history,
        ledger.in_force,
        ledger.version,
        lambda: export_csv(ledger.entries()),
    ):
        with pytest.raises(LedgerError, match=match):
            use()
    assert path.read_bytes() == before


def assert_refused_to_writers(ledger: Ledger, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(LedgerError):
        ledger.record([Decision(A, "outcome", "kept")], "ann")
    with pytest.raises(LedgerError):
        ledger.undo([1], "ann")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "UPDATE inksift_ledger SET value = 'rejected' WHERE entry = 1",
            "entry 1 of the ledger is not as it was",
        ),
        (
            "UPDATE inksift_ledger SET who = 7 WHERE entry = 2",
            "entry 2 of the ledger is not as it was written",
        ),
        (
            "UPDATE inksift_ledger SET note = x'ff' WHERE entry = 3",
            "entry 3 of the ledger is not as it was written",
        ),
        ("DELETE FROM inksift_ledger WHERE entry = 2", "has lost entries"),
        ("ALTER TABLE inksift_ledger DROP COLUMN note", "no such column"),
    ],
)
def test_a_changed_entry_is_never_believed(tmp_path: Path, statement: str, message: str) -> None:
    path = tmp_path / "ledger.sqlite"
    assert_refused(tampered(path, statement), path, message)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "UPDATE inksift_ledger_format SET format = 2",
            "is of format 2, which a later inksift wrote",
        ),
        ("DELETE FROM inksift_ledger_format", "does not tell its format"),
        ("INSERT INTO inksift_ledger_format VALUES (2)", "is of format 1, 2"),
        ("DROP TABLE inksift_ledger_format", "no such table"),
        ("DROP TABLE inksift_ledger", "no such table"),
    ],
)
def test_another_format_is_refused(tmp_path: Path, statement: str, message: str) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = tampered(path, statement)
    assert_refused(ledger, path, message)
    assert_refused_to_writers(ledger, path)


def test_an_action_of_a_newer_inksift_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ACTIONS, "season", ACTIONS["label"])
        ledger.record([Decision(A, "season", "winter")], "ann")
    assert_refused(
        ledger, tmp_path / "ledger.sqlite", "entry 1 has an action of a newer inksift, 'season'"
    )


def other_database(path: Path) -> bytes:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE holidays (day TEXT)")
    raw.commit()
    raw.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data, _: random.Random(1).randbytes(len(data)),
        lambda data, _: b"hello",
        lambda data, _: b"",
        lambda data, _: data[:50],
        lambda data, _: data[:4096],
        lambda data, _: data[:-4096],
        lambda data, _: data[:100] + bytes(len(data) - 100),
        lambda data, path: other_database(path.with_name("other")),
    ],
    ids=[
        "random",
        "text",
        "empty",
        "header torn",
        "one page",
        "last page",
        "zeros",
        "another database",
    ],
)
def test_a_damaged_file_is_refused_and_left_alone(
    ledger: Ledger, tmp_path: Path, damage: Callable[[bytes, Path], bytes]
) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger.record([Decision(A, "outcome", "kept")], "ann")
    path.write_bytes(damage(path.read_bytes(), path))
    assert_refused(ledger, path, str(path))
    assert_refused_to_writers(ledger, path)


def test_a_page_that_forgets_its_last_entry_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger.record([Decision(A, "outcome", "kept"), Decision(A, "label", "cat")], "ann")
    raw = sqlite3.connect(path)
    (page,) = raw.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'inksift_ledger'"
    ).fetchone()
    (size,) = raw.execute("PRAGMA page_size").fetchone()
    raw.close()
    data, count = bytearray(path.read_bytes()), (page - 1) * size + 3
    assert data[count : count + 2] == b"\0\2"
    data[count + 1] = 1
    path.write_bytes(data)
    assert_refused(ledger, path, "is damaged")


def test_a_flipped_byte_changes_nothing_or_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    path, chance = tmp_path / "ledger.sqlite", random.Random(46)
    ledger.record([Decision(f"{n:064x}", "label", f"cat {n}", "x" * 50) for n in range(20)], "ann")
    whole, before, noticed = path.read_bytes(), ledger.entries(), 0
    for place in sorted(chance.sample(range(len(whole)), 300)):
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]
        )
        try:
            assert ledger.entries() == before, f"byte {place}"
        except LedgerError:
            noticed += 1
    assert noticed > 50


def test_a_folder_is_not_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="unable to open"):
        at(tmp_path).history()


def test_a_folder_that_is_gone_is_not_an_empty_ledger(tmp_path: Path) -> None:
    ledger = at(tmp_path / "unplugged" / "ledger.sqlite")
    with pytest.raises(LedgerError, match="No such file"):
        ledger.in_force()
    with pytest.raises(LedgerError, match="No such file"):
        ledger.record([Decision(A, "outcome", "kept")], "ann")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "not a database URL"),
        ("/folder/ledger.sqlite", "not a database URL"),
        ("postgresql://ann:secret@host:port/name", "not a database URL"),
        ("nosuchdb://ann:secret@host/name", "nosuchdb"),
        ("sqlite+nosuchdriver:////folder/ledger.sqlite", "nosuchdriver"),
        ("firebird+fdb://ann:secret@host/name", "firebird"),
        ("sqlite://", "does not name a file that lasts"),
        ("sqlite:///:memory:", "does not name a file that lasts"),
        ("sqlite:///file:ledger?mode=memory&uri=true", "does not name a file that lasts"),
        ("sqlite:////folder/ledger.sqlite?color=red", "does not name a file that lasts"),
    ],
)
def test_a_url_that_cannot_work_is_refused(url: str, message: str) -> None:
    with pytest.raises(LedgerError, match=message) as refused:
        Ledger(url)
    assert "expected, for example, sqlite:///" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_server_is_given_its_tables_at_the_first_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite plays the server here: no file is looked for, and other tables beside ours are no
    damage."""
    path = tmp_path / "server.sqlite"
    other_database(path)
    monkeypatch.setattr(database, "file_of", lambda url: None)
    ledger = at(path)
    assert ledger.history().empty
    ledger.record([Decision(A, "outcome", "kept")], "ann")
    assert ledger.undo([1], "ann") == [2]
    assert list(ledger.history()["undoes"]) == [0, 1]
