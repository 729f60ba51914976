"""What comes back of a damaged ledger, and how its loss is told from outside of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from inksift.curation.base.errors import LedgerError, StoreError
from inksift.curation.people.heard import HearingParams, note_heard, whole_ledger
from inksift.curation.people.ledger import database, recovery
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.people.ledger.last_seen import SEEN
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.people.ledger.recovery import (
    begin_again,
    is_damaged,
    nobody_writing,
    recovered,
)
from inksift.curation.publish.mending import of_ledger
from inksift.curation.publish.mending.of_ledger import ledger_mends
from inksift.curation.publish.verify import verify
from inksift.curation.store.moved_aside import MovedAside
from inksift.curation.store.workspace import Workspace
from tests.kills import Killed
from tests.ledgers import A, at

COUNT = 200


def written(file: Path, count: int = COUNT) -> list[Entry]:
    ledger = at(file)
    told = [Decision(f"{n:064x}", "label", f"cat {n}", "x" * 50) for n in range(count)]
    ledger.record(told, "ann")
    return ledger.entries()


def changed(file: Path, *statements: str) -> None:
    raw = sqlite3.connect(file)
    for name in ("update", "delete"):
        raw.execute(f"DROP TRIGGER inksift_ledger_{name}")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


@pytest.mark.parametrize("count", [0, 1, COUNT])
def test_a_sound_ledger_is_not_damaged(tmp_path: Path, count: int) -> None:
    file = tmp_path / "l.sqlite"
    with at(file)._database.writing():
        pass
    if count:
        written(file, count)
    before = file.read_bytes()
    assert not is_damaged(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_of_a_ledger_that_was_cut_comes_back_what_can_be_read(tmp_path: Path, share: float) -> None:
    file, whole = tmp_path / "l.sqlite", written(tmp_path / "l.sqlite")
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    assert is_damaged(file)
    found = recovered(file)
    assert found.entries == whole[: len(found.entries)]
    assert [*found.entries, *found.apart] == [
        entry for entry in whole if entry in found.entries or entry in found.apart
    ]
    begin_again(file, found.entries, generation=found.generation)
    again = at(file)
    assert again.entries() == found.entries
    assert not is_damaged(file)
    assert again.generation() == found.generation + 1
    added = again.record([Decision(A, "outcome", "kept")], "bob").entries
    assert added == [len(found.entries) + 1]


def test_a_changed_entry_is_a_gap_and_what_follows_stays_apart(tmp_path: Path) -> None:
    file, whole = tmp_path / "l.sqlite", written(tmp_path / "l.sqlite")
    changed(file, "UPDATE inksift_ledger SET value = x'ff' WHERE entry = 150")
    assert is_damaged(file)
    found = recovered(file)
    assert (found.entries, found.apart) == (whole[:149], whole[150:])


@pytest.mark.parametrize(
    ("statement", "damaged"),
    [
        ("DELETE FROM inksift_ledger WHERE entry = 2", True),
        ("DELETE FROM inksift_ledger_format", True),
        ("DROP TABLE inksift_ledger", True),
        ("UPDATE inksift_ledger_format SET format = 2", False),
    ],
)
def test_another_format_is_no_damage(tmp_path: Path, statement: str, damaged: bool) -> None:
    file = tmp_path / "l.sqlite"
    written(file, 3)
    changed(file, statement)
    assert is_damaged(file) is damaged


def test_a_ledger_that_somebody_writes_into_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "l.sqlite"
    written(file, 3)
    monkeypatch.setattr("inksift.curation.people.ledger.recovery.BUSY_S", 0)
    raw = sqlite3.connect(file, isolation_level=None)
    raw.execute("BEGIN EXCLUSIVE")
    assert not is_damaged(file)
    with pytest.raises(LedgerError, match="check that nobody else writes into it"):
        recovered(file)
    with (
        pytest.raises(LedgerError, match="check that nobody else writes into it"),
        nobody_writing(file),
    ):
        pass
    raw.execute("ROLLBACK")
    raw.close()


def test_an_entry_that_is_added_while_a_ledger_is_looked_at_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "l.sqlite"
    written(file, 3)
    monkeypatch.setattr(database, "BUSY_S", 0)
    looked = recovery.is_format

    def adding(formats: list[int]) -> bool:
        with suppress(LedgerError):  # it may have to wait, or may not
            at(file).record([Decision(A, "outcome", "kept")], "bob")
        return looked(formats)

    monkeypatch.setattr(recovery, "is_format", adding)
    assert not is_damaged(file)


def test_what_cannot_be_read_now_is_not_taken_for_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "l.sqlite"
    written(file, 3)
    out_of_reach = sqlite3.OperationalError("disk I/O error")
    out_of_reach.sqlite_errorcode = sqlite3.SQLITE_IOERR

    def unread(*_: object) -> str:
        raise out_of_reach

    monkeypatch.setattr(recovery, "entry_digest", unread)
    assert not is_damaged(file)
    with pytest.raises(LedgerError, match="disk I/O error"):
        recovered(file)


def test_who_waited_while_a_ledger_was_replaced_writes_into_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "l.sqlite"
    whole, ledger = written(file, 3), at(file)
    real = database.Database._check_format

    def replaced(*told: Any) -> None:
        monkeypatch.setattr(database.Database, "_check_format", real)
        begin_again(file, whole, generation=0)
        real(*told)

    monkeypatch.setattr(database.Database, "_check_format", replaced)
    with pytest.raises(LedgerError, match="nothing was recorded; do it again"):
        ledger.record([Decision(A, "outcome", "kept")], "bob")
    assert ledger.record([Decision(A, "outcome", "kept")], "bob").entries == [4]
    assert len(ledger.entries()) == 4


def kill(*_: object, **__: object) -> None:
    raise Killed


KILLED_AT = (
    (MovedAside, "write"),
    (MovedAside, "keep"),
    (of_ledger, "begin_again"),
    (recovery, "append"),
    (recovery, "put_in_place"),
    (Ledger, "accept"),
)


@pytest.mark.parametrize(("place", "name"), KILLED_AT, ids=[name for _, name in KILLED_AT])
def test_a_repair_that_was_killed_loses_nothing_and_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    workspace, file = Workspace(tmp_path), tmp_path / "ledger.sqlite"
    whole = decided(workspace, 5).entries()
    changed(file, "UPDATE inksift_ledger SET value = 'dog' WHERE entry = 4")
    damaged = file.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(place, name, kill)
        with pytest.raises(Killed):
            mend_ledger(workspace, "killed")
    assert recovered(file).entries == whole[:3]
    told = mend_ledger(workspace, "again")
    assert Ledger.of(workspace).entries() == whole[:3]
    assert Ledger.of(workspace).noted() == 3
    assert damaged in [one.read_bytes() for one in tmp_path.glob("set-aside/*/ledger.sqlite")]
    assert not any("nothing here has them" in one for one in told)
    assert verify(workspace, {}) == []


def mend_ledger(workspace: Workspace, name: str) -> list[str]:
    aside = MovedAside(workspace.root)
    aside.folder = aside.folder.with_name(name)
    mends = [*ledger_mends(workspace, Ledger.of(workspace), aside)]
    for mend in mends:
        mend.do()
    return [mend.what for mend in mends]


def test_a_ledger_that_a_link_leads_to_is_left_to_who_keeps_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    real, link = tmp_path / "real.sqlite", workspace.root / "ledger.sqlite"
    link.symlink_to(real)
    decided(workspace, 3)
    changed(real, "DELETE FROM inksift_ledger WHERE entry = 2")
    before = real.read_bytes()
    assert mend_ledger(workspace, "aside") == []
    assert (link.is_symlink(), real.read_bytes()) == (True, before)
    (problem,) = verify(workspace, {})
    assert problem.file == "ledger.sqlite"
    assert "inksift repair" not in problem.remedy


@pytest.mark.parametrize("data", [b"", b"hello", bytes(8192)])
def test_nothing_comes_back_of_what_is_no_ledger(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "l.sqlite"
    file.write_bytes(data)
    assert is_damaged(file)
    assert recovered(file) == ([], [], 0)
    begin_again(file, [], generation=0)
    assert not is_damaged(file)
    assert (at(file).entries(), at(file).generation()) == ([], 1)


def decided(workspace: Workspace, count: int = 3) -> Ledger:
    ledger = Ledger.of(workspace)
    ledger.record([Decision(f"{n:064x}", "label", "cat") for n in range(count)], "ann")
    return ledger


def remove(file: Path) -> None:
    file.unlink()


def older(file: Path) -> None:
    file.unlink()
    written(file, 2)


@pytest.mark.parametrize(("harm", "left"), [(remove, 0), (older, 2)])
def test_a_run_refuses_fewer_entries_than_there_were(
    tmp_path: Path, harm: Callable[[Path], None], left: int
) -> None:
    workspace = Workspace(tmp_path)
    harm(tmp_path / Path(str(decided(workspace).file)).name)
    ledger = Ledger.of(workspace)
    told = f"had 3 entries when it was last seen, and has {left} now"
    with pytest.raises(LedgerError, match=told):
        whole_ledger(workspace, ledger, HearingParams())
    found = whole_ledger(workspace, ledger, HearingParams(accept_other_ledger=True))
    assert len(found) == left
    ledger.accept(left)
    assert whole_ledger(workspace, ledger, HearingParams()) == found


def deciding_after(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, method: str) -> None:
    """Somebody decides each time that this method of a ledger has answered."""
    real, made = getattr(Ledger, method), count(1_000)

    def answered(ledger: Ledger) -> object:
        answer = real(ledger)
        Ledger.of(workspace).record([Decision(f"{next(made):064x}", "label", "cat")], "bob")
        return answer

    monkeypatch.setattr(Ledger, method, answered)


@pytest.mark.parametrize("method", ["noted", "entries"])
def test_a_decision_that_is_made_meanwhile_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    workspace = Workspace(tmp_path)
    ledger = decided(workspace)
    deciding_after(monkeypatch, workspace, method)
    assert len(whole_ledger(workspace, ledger, HearingParams())) in (3, 4)
    assert verify(workspace, {}) == []
    assert [*ledger_mends(workspace, ledger, MovedAside(tmp_path))] == []


def test_a_run_lowers_no_number_unless_that_is_accepted(tmp_path: Path) -> None:
    ledger = decided(Workspace(tmp_path))
    note_heard(ledger, 2, HearingParams())
    assert ledger.noted() == 3
    note_heard(ledger, 2, HearingParams(accept_other_ledger=True))
    assert ledger.noted() == 2


def test_every_entry_is_noted_and_none_is_taken_off(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    ledger = decided(workspace, 2)
    ledger.undo([1], "ann")
    assert Ledger.of(workspace).noted() == 3
    (tmp_path / "ledger.sqlite").unlink()
    decided(workspace, 1)
    assert Ledger.of(workspace).noted() == 3


def test_ledgers_elsewhere_are_noted_by_their_names(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    elsewhere = Ledger.of(workspace, f"sqlite:///{tmp_path / 'l.sqlite'}")
    elsewhere.record([Decision(A, "outcome", "kept")], "ann")
    assert (elsewhere.noted(), Ledger.of(workspace).noted()) == (1, 0)


def test_a_damaged_note_is_told_and_stops_no_decision(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    decided(workspace)
    (tmp_path / SEEN).write_text("{")
    ledger = Ledger.of(workspace)
    with pytest.raises(StoreError, match="run `inksift repair`"):
        ledger.noted()
    assert ledger.record([Decision(A, "outcome", "kept")], "ann").entries == [4]
    assert ledger.noted() == 4


def cut_off(text: str) -> str:
    return text[:-1]


def of_another_kind(text: str) -> str:
    return text.replace("}", ', "odd": "many"}')


def overwritten(text: str) -> str:
    return f"\ufffd{text[1:]}"


@pytest.mark.parametrize("harm", [cut_off, of_another_kind, overwritten])
def test_a_damaged_note_still_tells_of_other_ledgers(
    tmp_path: Path, harm: Callable[[str], str]
) -> None:
    workspace = Workspace(tmp_path / "w")
    named = tmp_path / 'a "name.sqlite'
    elsewhere = Ledger.of(workspace, f"sqlite:///{named}")
    elsewhere.note(7)
    ledger = decided(workspace, 3)
    note = workspace.root / SEEN
    note.write_text(harm(note.read_text()))
    damaged = note.read_bytes()
    with pytest.raises(StoreError):
        ledger.noted()
    (told,) = mend_ledger(workspace, "aside")
    assert told == "set aside, and made anew of what can be read: there are 3 entries"
    assert (ledger.noted(), elsewhere.noted()) == (3, 7)
    assert (workspace.root / "set-aside" / "aside" / SEEN).read_bytes() == damaged
    assert mend_ledger(workspace, "again") == []


def test_a_note_that_is_a_folder_is_set_aside(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    ledger = decided(workspace)
    (tmp_path / SEEN).unlink()
    (tmp_path / SEEN).mkdir()
    assert len(mend_ledger(workspace, "aside")) == 1
    assert ledger.noted() == 3


def test_a_note_that_the_disk_had_not_taken_yet_accuses_nobody(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    ledger = decided(workspace)
    (tmp_path / SEEN).write_bytes(b"")
    assert ledger.noted() == 0
    ledger.note(3)
    assert ledger.noted() == 3


def test_a_digest_is_of_all_that_an_entry_says(tmp_path: Path) -> None:
    (one, *_) = written(tmp_path / "l.sqlite", 1)
    assert database.entry_digest(one) != database.entry_digest(one._replace(note="y"))
