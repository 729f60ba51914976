"""The ledger: what a person decided is never lost, never changed and never half there."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.errors import LedgerError
from curation.ledger import database
from curation.ledger.decisions import ACTIONS, Decision
from curation.ledger.entries import HUMAN_DECISIONS, LEDGER, Entry
from curation.ledger.exchange import export_csv, export_jsonl, import_entries
from curation.ledger.ledger import Ledger
from curation.store.workspace import Workspace

A, B = "a" * 64, "b" * 64
EXPORTS = {"csv": export_csv, "jsonl": export_jsonl}
HOSTILE = [
    "=cmd()",
    "'=cmd()",
    "''+1,'-1,\"@x",
    'say "no", they\nsaid\n\n=1',
    "\t=1",
    "'\t'=1",
    "\n'",
    "a\u2028b\u2029c\x85d\x1b[31m\x0c",
    "🦊 猫 é e\u0301",
    " ",
    "NaN",
    "1e3",
    "'",
    "</script>{{x}}; DROP TABLE inksift_ledger; --",
    "\\n\\x00\\",
]
forms = pytest.mark.parametrize("form", ["csv", "jsonl"])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return at(tmp_path / "ledger.sqlite")


def at(path: Path) -> Ledger:
    return Ledger(f"sqlite:///{path}")


def decided(ledger: Ledger) -> list[tuple[str, ...]]:
    """What is in force, without when and by whom."""
    return list(ledger.in_force().drop(columns=["who", "at"]).itertuples(index=False, name=None))


def of(form: str, ledger: Ledger) -> bytes:
    return EXPORTS[form](ledger)


# --- recording ---


def test_a_workspace_without_decisions_has_an_empty_ledger_and_no_file(tmp_path: Path) -> None:
    ledger = Ledger.of(Workspace(tmp_path / "w"))
    assert LEDGER.check(ledger.history()).empty
    assert HUMAN_DECISIONS.check(ledger.in_force()).empty
    assert ledger.record([], "ann") == []
    assert ledger.version() == Ledger.of(Workspace(tmp_path / "w")).version()
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["workspace.json"]


def test_a_workspace_keeps_its_ledger_in_one_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "a ?#% folder")
    Ledger.of(workspace).record([Decision(A, "outcome", "kept")], "ann")
    assert sorted(path.name for path in workspace.root.iterdir()) == ["ledger.sqlite", "workspace.json"]
    assert len(Ledger.of(workspace).history()) == 1


def test_another_url_leaves_the_workspace_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    Ledger.of(workspace, f"sqlite:///{tmp_path / 'other.sqlite'}").record([Decision(A, "outcome", "kept")], "ann")
    assert [path.name for path in workspace.root.iterdir()] == ["workspace.json"]
    assert (tmp_path / "other.sqlite").exists()


def test_history_says_who_decided_what_when_and_what_held_before(ledger: Ledger) -> None:
    assert ledger.record([Decision(A, "label", "cat"), Decision(B, "outcome", "kept", "why not")], "ann") == [1, 2]
    assert ledger.record([Decision(A, "label", "dog")], "bob") == [3]
    history = LEDGER.check(ledger.history())
    assert list(history["old"]) == ["", "", "cat"]
    assert list(history["who"]) == ["ann", "ann", "bob"]
    assert list(history["note"]) == ["", "why not", ""]
    assert list(history["undoes"]) == [0, 0, 0]
    assert history["at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00").all()


def test_in_force_says_of_each_picture_and_action_who_decided_when_and_why(ledger: Ledger) -> None:
    ledger.record([Decision(B, "medium", "photo"), Decision(A, "outcome", "kept", "first")], "ann")
    ledger.record([Decision(A, "label", "cat", "second")], "ann")
    ledger.record([Decision(A, "outcome", "rejected", "third")], "bob")
    in_force = ledger.in_force()
    assert decided(ledger) == [
        (A, "label", "cat", "second"),
        (A, "outcome", "rejected", "third"),
        (B, "medium", "photo", ""),
    ]
    assert list(in_force["who"]) == ["ann", "bob", "ann"]
    assert list(in_force["at"]) == [ledger.history()["at"][entry - 1] for entry in (3, 4, 1)]


def test_the_value_in_force_is_not_recorded_again(ledger: Ledger) -> None:
    same = Decision(A, "outcome", "kept")
    assert ledger.record([same, same, Decision(A, "outcome", "rejected"), same], "ann") == [1, 1, 2, 3]
    assert ledger.record([same], "bob") == [3]
    assert len(ledger.history()) == 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Decision(A[:-1], "outcome", "kept"), "image_id: expected 64 lower-case hexadecimal digits"),
        (Decision(A.upper(), "outcome", "kept"), "image_id: expected 64 lower"),
        (Decision(f"{A}\n", "outcome", "kept"), "image_id: expected 64 lower"),
        (Decision("", "outcome", "kept"), "image_id: expected 64 lower"),
        (
            Decision(A, "delete", "kept"),
            "no action called 'delete'; there are: outcome, label, medium, copy, different",
        ),
        (Decision(A, "copy", "drop"), "value: expected keep, got 'drop'"),
        (Decision(A, "different", B[:-1]), "value: expected 64 lower-case hexadecimal digits"),
        (Decision(A, "outcome", "review"), "value: expected kept or rejected, got 'review'"),
        (Decision(A, "outcome", ""), "value: expected kept or rejected, got ''"),
        (Decision(A, "medium", "unsure"), "value: expected illustration or photo"),
        (Decision(A, "label", ""), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "a\nb"), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "a\0b"), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "\ud800"), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "é" * 128), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "cat", "\0"), "note: expected at most 10000 characters"),
        (Decision(A, "label", "cat", "\ud800"), "note: expected at most 10000 characters"),
        (Decision(A, "label", "cat", "x" * 10_001), "note: expected at most 10000 characters"),
    ],
)
def test_one_malformed_decision_is_named_and_none_is_written(ledger: Ledger, wrong: Decision, message: str) -> None:
    with pytest.raises(LedgerError) as refused:
        ledger.record([Decision(B, "outcome", "kept"), wrong], "ann")
    assert str(refused.value).startswith(f"decision 2 of 2: {message}")
    assert len(str(refused.value)) < 200
    assert refused.value.exit_code == 2
    assert ledger.history().empty


@pytest.mark.parametrize("who", ["", "a\nb", "\0", "x" * 256, "\ud800"])
def test_nobody_cannot_decide(ledger: Ledger, who: str) -> None:
    (entry,) = ledger.record([Decision(A, "outcome", "kept")], "ann")
    with pytest.raises(LedgerError, match="who: expected 1 to 255 bytes"):
        ledger.record([Decision(B, "outcome", "kept")], who)
    with pytest.raises(LedgerError, match="who: expected 1 to 255 bytes"):
        ledger.undo(entry, who)
    assert len(ledger.history()) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_kept_as_it_came(ledger: Ledger, text: str) -> None:
    label = text.replace("\n", " ")
    ledger.record([Decision(A, "label", label, text)], text.replace("\n", "") or "ann")
    assert decided(ledger) == [(A, "label", label, text)]


def test_a_longest_label_fits(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "é" * 127 + "x")], "ann")
    assert ledger.in_force()["value"][0] == "é" * 127 + "x"


def test_line_ends_of_notes_are_plain(ledger: Ledger) -> None:
    (entry,) = ledger.record([Decision(A, "label", "cat", "a\r\nb\rc")], "ann")
    ledger.undo(entry, "ann", "d\r\ne")
    assert list(ledger.history()["note"]) == ["a\nb\nc", "d\ne"]


def test_one_line_adds_an_action(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIONS, "season", ACTIONS["label"])
    ledger.record([Decision(A, "season", "winter")], "ann")
    assert ledger.history()["action"][0] == "season"


# --- undo ---


def test_undo_brings_the_value_before_back(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(A, "label", "dog"), Decision(A, "outcome", "kept")], "ann")
    assert ledger.undo(2, "bob", "a slip") == 4
    assert decided(ledger) == [(A, "label", "cat", ""), (A, "outcome", "kept", "")]
    undo = ledger.history().iloc[3]
    assert (undo["who"], undo["image_id"], undo["action"], undo["undoes"]) == ("bob", A, "label", 2)
    assert (undo["old"], undo["value"], undo["note"]) == ("dog", "cat", "a slip")


def test_undo_of_the_only_decision_leaves_none(ledger: Ledger) -> None:
    empty = ledger.version()
    ledger.record([Decision(A, "label", "cat")], "ann")
    ledger.undo(1, "ann")
    assert ledger.in_force().empty
    assert ledger.version() == empty
    assert ledger.record([Decision(A, "label", "cat")], "ann") == [3]
    assert list(ledger.history()["old"]) == ["", "cat", ""]


def test_undo_of_an_undo_is_a_redo(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(A, "label", "dog")], "ann")
    versions = [ledger.version()]
    for entry in (2, 3, 4, 5):
        ledger.undo(entry, "ann")
        versions.append(ledger.version())
    assert list(ledger.history()["value"]) == ["cat", "dog", "cat", "dog", "cat", "dog"]
    assert versions[0] == versions[2] == versions[4] != versions[1] == versions[3]


def test_undo_of_what_no_longer_holds_changes_nothing_until_that_is_undone(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(A, "label", "dog")], "ann")
    before = ledger.version()
    ledger.undo(1, "ann")
    assert ledger.version() == before
    ledger.undo(2, "ann")
    assert ledger.in_force().empty


def test_nothing_is_undone_twice(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat")], "ann")
    ledger.undo(1, "ann")
    with pytest.raises(LedgerError, match="entry 1 is taken back already, by entry 2: undo 2 to bring it back"):
        ledger.undo(1, "ann")
    ledger.undo(2, "ann")
    assert ledger.undo(1, "ann") == 4


@pytest.mark.parametrize("entry", [0, -1, 2, 2**70])
def test_what_is_not_there_is_not_undone(ledger: Ledger, entry: int) -> None:
    ledger.record([Decision(A, "label", "cat")], "ann")
    with pytest.raises(LedgerError, match=f"there is no entry {entry}: the last one is 1"):
        ledger.undo(entry, "ann")
    assert len(ledger.history()) == 1


# --- a simple model says the same ---

DECISIONS = st.builds(
    lambda picture, choice: Decision(picture, *choice),
    st.sampled_from([A, B]),
    st.sampled_from([("outcome", "kept"), ("outcome", "rejected"), ("label", "cat"), ("label", "dog")]),
)
STEPS = st.lists(st.one_of(st.lists(DECISIONS, min_size=1, max_size=4), st.integers(1, 8)), max_size=10)


class Model:
    """A ledger as a list of (picture, action, value, entry that it undoes), read from its definition."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str, int]] = []

    def holds(self, number: int) -> bool:
        undos = [n for n, entry in enumerate(self.entries, 1) if entry[3] == number]
        return not any(self.holds(undo) for undo in undos)

    def value(self, picture: str, action: str) -> str:
        values = [
            entry[2]
            for n, entry in enumerate(self.entries, 1)
            if entry[:2] == (picture, action) and not entry[3] and self.holds(n)
        ]
        return values[-1] if values else ""

    def record(self, decision: Decision) -> None:
        if self.value(decision.image_id, decision.action) != decision.value:
            self.entries.append((decision.image_id, decision.action, decision.value, 0))

    def undo(self, number: int) -> bool:
        possible = number <= len(self.entries) and self.holds(number)
        if possible:
            self.entries.append((*self.entries[number - 1][:2], "", number))
        return possible

    def in_force(self) -> list[tuple[str, str, str]]:
        pages = itertools.product((A, B), ("label", "outcome"))
        return [(*page, self.value(*page)) for page in pages if self.value(*page)]


def apply(step: list[Decision] | int, ledger: Ledger, model: Model) -> None:
    if isinstance(step, list):
        ledger.record(step, "ann")
        for decision in step:
            model.record(decision)
    elif model.undo(step):
        ledger.undo(step, "ann")
    else:
        with pytest.raises(LedgerError):
            ledger.undo(step, "ann")


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_any_sequence_agrees_with_the_definition(steps: list[list[Decision] | int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger, model, versions = at(Path(folder) / "ledger.sqlite"), Model(), {}
        for step in steps:
            apply(step, ledger, model)
            frame = ledger.in_force()
            assert list(frame[["image_id", "action", "value"]].itertuples(index=False, name=None)) == model.in_force()
            versions.setdefault(ledger.version(), frame)
            pd.testing.assert_frame_equal(versions[ledger.version()], frame)
        assert list(ledger.history()["undoes"]) == [entry[3] for entry in model.entries]
        assert_each_entry_continues_the_one_before(ledger)
        states = [frame.to_csv() for frame in versions.values()]
        assert len(set(states)) == len(states)


def assert_each_entry_continues_the_one_before(ledger: Ledger) -> None:
    history = ledger.history()
    assert list(history["entry"]) == list(range(1, len(history) + 1))
    for _, page in history.groupby(["image_id", "action"]):
        assert list(page["old"]) == ["", *page["value"][:-1]]


# --- many writers, killed writers ---

WRITER = """
import sys; from curation.ledger.ledger import Ledger; from curation.ledger.decisions import Decision
ledger = Ledger(sys.argv[1]); print("ready", flush=True); sys.stdin.readline()
for n in range(int(sys.argv[3])):
    print(*ledger.record([Decision("a" * 64, "label", f"{sys.argv[2]} {n}")], sys.argv[2]))
"""


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, url, name, "25"], **pipes) for name in ("ann", "bob")]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n", "ready\n"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    numbers = [int(number) for writer in writers for number in writer.communicate(timeout=60)[0].split()]
    assert sorted(numbers) == list(range(1, 51))
    assert_each_entry_continues_the_one_before(Ledger(url))


def test_threads_write_at_once(ledger: Ledger) -> None:
    def write(n: int) -> list[int]:
        return ledger.record([Decision(A, "label", f"{n}"), Decision(B, "label", f"{n}")], "ann")

    with ThreadPoolExecutor(8) as threads:
        numbers = list(itertools.chain(*threads.map(write, range(24))))
    assert sorted(numbers) == list(range(1, 49))
    assert_each_entry_continues_the_one_before(ledger)


def test_a_ledger_that_stays_busy_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    at(tmp_path / "ledger.sqlite").record([Decision(A, "outcome", "kept")], "ann")
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="database is locked"):
        at(tmp_path / "ledger.sqlite").record([Decision(B, "outcome", "kept")], "ann")
    other.close()
    assert len(at(tmp_path / "ledger.sqlite").history()) == 1


RECORDER = """
import os, sys; from curation.ledger.ledger import Ledger; from curation.ledger.decisions import Decision
for line in sys.stdin:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("dead", flush=True)
    else:
        print(os.getpid(), flush=True)
        ledger = Ledger(sys.argv[1])
        for n in range(10**9):
            print(*ledger.record([Decision(os.urandom(32).hex(), "outcome", "kept")], "ann"), flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """One interpreter forks the children that die, so that none of them costs its start."""
    path, moments = tmp_path / "ledger.sqlite", random.Random(49)
    command = [sys.executable, "-c", RECORDER, f"sqlite:///{path}"]
    acknowledged: list[int] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as recorder:
        for _ in range(40):
            recorder.stdin.write("go\n")
            recorder.stdin.flush()
            child = int(recorder.stdout.readline())
            time.sleep(moments.uniform(0, 0.15))
            os.kill(child, signal.SIGKILL)
            acknowledged += map(int, iter(recorder.stdout.readline, "dead\n"))
            written = list(at(path).history()["entry"])
            assert written == list(range(1, len(written) + 1))
            assert set(acknowledged) <= set(written)
        recorder.stdin.close()
    assert len(acknowledged) > 40
    assert len(set(acknowledged)) == len(acknowledged)


def test_power_loss_is_provided_for(ledger: Ledger) -> None:
    ledger.record([Decision(A, "outcome", "kept")], "ann")
    with ledger._database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    at(path).record([Decision(A, "outcome", "kept")], "ann")
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from curation.ledger.ledger import Ledger; from curation.ledger.decisions import Decision;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000));"
        "Ledger(sys.argv[1]).record([Decision('b' * 64, 'label', str(n)) for n in range(1000)], 'ann')"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{path}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "LedgerError: cannot use the ledger" in ended.stderr
    assert decided(at(path)) == [(A, "outcome", "kept", "")]


# --- append-only, damage, formats ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inksift_ledger SET value = 'rejected'",
        "UPDATE inksift_ledger SET entry = 7 WHERE entry = 1",
        "DELETE FROM inksift_ledger",
        "DELETE FROM inksift_ledger WHERE entry = 2",
        "REPLACE INTO inksift_ledger SELECT 1, at, who, image_id, action, value, old, note, undoes, digest "
        "FROM inksift_ledger WHERE entry = 2",
        "INSERT INTO inksift_ledger SELECT 0, at, who, image_id, action, value, old, note, undoes, digest "
        "FROM inksift_ledger WHERE entry = 2",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(ledger: Ledger, tmp_path: Path, statement: str) -> None:
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
    ledger.record([Decision(A, "outcome", "kept"), Decision(A, "label", "cat"), Decision(B, "label", "dog")], "ann")
    raw = sqlite3.connect(path)
    for statement in ("DROP TRIGGER inksift_ledger_update", "DROP TRIGGER inksift_ledger_delete", *statements):
        raw.execute(statement)
    raw.commit()
    raw.close()
    return ledger


def assert_refused(ledger: Ledger, path: Path, match: str) -> None:
    """Neither read nor written, and left as it is."""
    before = path.read_bytes()
    for use in (ledger.history, ledger.in_force, ledger.version, lambda: export_csv(ledger)):
        with pytest.raises(LedgerError, match=match):
            use()
    assert path.read_bytes() == before


def assert_refused_to_writers(ledger: Ledger, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(LedgerError):
        ledger.record([Decision(A, "outcome", "kept")], "ann")
    with pytest.raises(LedgerError):
        ledger.undo(1, "ann")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE inksift_ledger SET value = 'rejected' WHERE entry = 1", "entry 1 of the ledger is not as it was"),
        ("UPDATE inksift_ledger SET who = 7 WHERE entry = 2", "entry 2 of the ledger is not as it was written"),
        ("UPDATE inksift_ledger SET note = x'ff' WHERE entry = 3", "entry 3 of the ledger is not as it was written"),
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
        ("UPDATE inksift_ledger_format SET format = 2", "has format 2, expected 1: another version of inksift"),
        ("DELETE FROM inksift_ledger_format", "has format none, expected 1"),
        ("INSERT INTO inksift_ledger_format VALUES (2)", "has format 1, 2, expected 1"),
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
    assert_refused(ledger, tmp_path / "ledger.sqlite", "entry 1 has an action of a newer inksift, 'season'")


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
    ids=["random", "text", "empty", "header torn", "one page", "last page", "zeros", "another database"],
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
    (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'inksift_ledger'").fetchone()
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
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
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


def test_a_server_is_given_its_tables_at_the_first_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite plays the server here: no file is looked for, and other tables beside ours are no damage."""
    path = tmp_path / "server.sqlite"
    other_database(path)
    monkeypatch.setattr(database, "_file", lambda url: None)
    ledger = at(path)
    assert ledger.history().empty
    ledger.record([Decision(A, "outcome", "kept")], "ann")
    assert ledger.undo(1, "ann") == 2
    assert list(ledger.history()["undoes"]) == [0, 1]


# --- files ---


@pytest.fixture
def rich(tmp_path: Path) -> Ledger:
    """Every hostile text as a label and a note, with decisions replaced and undone."""
    ledger = at(tmp_path / "rich.sqlite")
    texts = enumerate(HOSTILE)
    ledger.record([Decision(f"{n:064x}", "label", text.replace("\n", " "), text) for n, text in texts], "=ann")
    ledger.record([Decision(f"{n:064x}", "outcome", "kept", HOSTILE[-n]) for n in range(5)], "bob")
    ledger.record([Decision(f"{n:064x}", "outcome", "rejected") for n in range(5)], "bob")
    ledger.undo(ledger.record([Decision(A, "medium", "photo")], "ann")[0], "ann")
    for entry in (1, len(HOSTILE) + 6, len(HOSTILE) + 7):
        ledger.undo(entry, "ann")
    return ledger


@forms
def test_an_export_brings_the_same_state_to_another_ledger(rich: Ledger, ledger: Ledger, form: str) -> None:
    entries = import_entries(ledger, of(form, rich), form=form, who="zoe")
    assert entries == list(range(1, len(ledger.history()) + 1))
    assert decided(ledger) == decided(rich)
    assert set(ledger.in_force()["who"]) == {"zoe"}
    assert import_entries(ledger, of(form, rich), form=form, who="ann") == entries


class Stub:
    """A ledger of these entries that hands back what it is to record."""

    def __init__(self, *entries: Entry) -> None:
        self._entries = list(entries)

    def entries(self) -> list[Entry]:
        return self._entries

    def record(self, decisions: list[Decision], who: str) -> list[Decision]:
        return decisions


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.sampled_from("'\"=+-@,;|\t\n\\ a\u2028")))
def test_csv_is_harmless_and_still_exact(text: str) -> None:
    label = "x" + text.replace("\n", "")
    data = export_csv(Stub(Entry(1, "now", "ann", A, "label", label, "", text, 0)))
    cells = list(itertools.chain(*csv.reader(io.StringIO(data.decode(), newline=""))))
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert import_entries(Stub(), data, form="csv", who="ann") == [Decision(A, "label", label, text)]


def test_jsonl_is_exact_and_has_one_line_per_decision(rich: Ledger) -> None:
    lines = [json.loads(line) for line in export_jsonl(rich).decode("ascii").splitlines()]
    assert len(lines) == lines[0]["of"]
    assert {line["note"] for line in lines if line["action"] == "label"} == set(HOSTILE[1:])


def edited(data: bytes, form: str) -> bytes:
    """As an editor or a spreadsheet leaves it: BOM, CRLF, rows and columns in another order, more columns."""
    if form == "jsonl":
        rows = [json.loads(line) for line in data.splitlines()]
        lines = [json.dumps(dict(reversed(row.items())) | {"seen": [1, None]}) for row in reversed(rows)]
        return b"\xef\xbb\xbf" + "\r\n\r\n".join([*lines, ""]).encode()
    header, *cells = csv.reader(io.StringIO(data.decode(), newline=""))
    table = io.StringIO(newline="")
    rows = [["seen", *reversed(header)], *(["x", *reversed(row)] for row in reversed(cells)), [""] * 8, []]
    csv.writer(table, lineterminator="\n").writerows(rows)
    return b"\xef\xbb\xbf" + table.getvalue().replace("\n", "\r\n").encode()


@forms
def test_an_edited_export_is_taken(rich: Ledger, ledger: Ledger, form: str) -> None:
    import_entries(ledger, edited(of(form, rich), form), form=form, who="zoe")
    assert decided(ledger) == decided(rich)


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("csv", f"value,note,image_id,action\nkept,,{A},outcome\ncat,,{B},label\n"),
        ("csv", f"image_id,action,value,note,of\n{A},outcome,kept,,1\n{B},label,cat,,\n"),
        ("jsonl", f'{{"image_id":"{A}","action":"outcome","value":"kept","note":""}}\n\n'
         f'{{"image_id":"{B}","action":"label","value":"cat","note":"","by":"\u2028","of":1}}\n'),
    ],
)  # fmt: skip
def test_a_file_written_by_hand_is_taken(ledger: Ledger, form: str, data: str) -> None:
    assert import_entries(ledger, data.encode(), form=form, who="zoe") == [1, 2]
    assert decided(ledger) == [(A, "outcome", "kept", ""), (B, "label", "cat", "")]


HEAD = "image_id,action,value,note,of\n"
ROW = f"{A},outcome,kept,,\n"
LINE = f'{{"image_id":"{A}","action":"outcome","value":"kept","note":""}}\n'


@pytest.mark.parametrize(
    ("form", "data", "message"),
    [
        ("csv", "", "row 1: the file ends within a line"),
        ("csv", "\n", "row 1: expected the column"),
        ("csv", f"image_id,action,note\n{A},outcome,\n", r"row 1: expected the column\(s\) value once each"),
        ("csv", f"image_id,action,value,note,value\n{A},outcome,kept,,kept\n", "row 1: expected the column"),
        ("csv", HEAD.replace(",", ";"), "row 1: expected the column"),
        ("csv", HEAD, "row 2: the file ends before its first decision"),
        ("csv", f"{HEAD}{ROW}{A},outcome\n", "row 3: expected 5 cells, got 2"),
        ("csv", f'{HEAD}{ROW}{A},outcome,kept,"\n', "row 3: not CSV"),
        ("csv", f'{HEAD}{ROW}"{A}"x,outcome,kept,,\n', "row 3: not CSV"),
        ("csv", f"{HEAD}{ROW}{A},hide,kept,,\n", "row 3: no action called 'hide'"),
        ("csv", f"{HEAD}{ROW}{A[1:]},outcome,kept,,\n", "row 3: image_id: expected 64"),
        ("csv", f"{HEAD}{ROW}{B},outcome,maybe,,\n", "row 3: value: expected kept or rejected"),
        ("csv", f'{HEAD}{B},label,cat,"two\nlines",\n{A},label,,,\n', "row 3: value: expected 1 to 255"),
        ("csv", f"{HEAD}{ROW}\n{A},outcome,rejected,,\n", "row 4 contradicts row 2"),
        ("csv", f"{HEAD}{B},label,cat,,2\n", "row 3: the file ends after 1 decisions of '2'"),
        ("csv", f"{HEAD}{B},label,cat,,1\n{ROW[:-1]}1\n", "row 4: the file ends after 2 decisions of '1'"),
        ("jsonl", "[1]\n", "row 1: expected an object with text in image_id, action, value, note"),
        ("jsonl", "[" * 100_000 + "\n", "row 1: not JSON"),
        ("jsonl", f"{LINE}{LINE[:-3]}\n", "row 2: not JSON"),
        ("jsonl", f'{LINE}{LINE.replace("value", "values")}', "row 2: expected an object with text in value"),
        ("jsonl", LINE.replace('"kept"', "1"), "row 1: expected an object with text in value"),
        ("jsonl", f"{LINE}\n{LINE.replace('kept', 'rejected')}", "row 3 contradicts row 1"),
        ("jsonl", LINE.replace('"note":""', r'"note":"\ud800"'), "row 1: note: expected at most"),
        ("jsonl", LINE.replace("}", ',"of":3}'), "row 2: the file ends after 1 decisions of '3'"),
    ],
)  # fmt: skip
def test_a_file_with_one_fault_is_refused_whole(ledger: Ledger, form: str, data: str, message: str) -> None:
    with pytest.raises(LedgerError, match=f"^{message}"):
        import_entries(ledger, data.encode(), form=form, who="zoe")
    assert ledger.history().empty


@forms
def test_other_encodings_are_refused(rich: Ledger, ledger: Ledger, form: str) -> None:
    with pytest.raises(LedgerError, match="row 3: not UTF-8"):
        import_entries(ledger, b"a\nb\n\xff\n", form=form, who="zoe")
    with pytest.raises(LedgerError, match="row "):
        import_entries(ledger, of(form, rich).decode().encode("utf-16"), form=form, who="zoe")
    assert ledger.history().empty


@forms
@pytest.mark.parametrize("shuffled", [False, True], ids=["as exported", "edited"])
def test_a_file_cut_anywhere_is_refused(rich: Ledger, ledger: Ledger, form: str, shuffled: bool) -> None:
    data = edited(of(form, rich), form).rstrip(b"\r\n,") + b"\r\n" if shuffled else of(form, rich)
    for end in range(len(data)):
        with pytest.raises(LedgerError, match=r"^row \d+"):
            import_entries(ledger, data[:end], form=form, who="zoe")
    assert ledger.history().empty
    import_entries(ledger, data, form=form, who="zoe")


@forms
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_mangled_file_is_taken_whole_or_not_at_all(form: str, data: st.DataObject) -> None:
    entries = [Entry(n, "now", "ann", digit * 64, "label", "cat", "", "=1\n", 0) for n, digit in enumerate("abc")]
    whole = EXPORTS[form](Stub(*entries))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2), label="cut"))
    mangled = whole[:start] + data.draw(st.binary(max_size=3), label="put in") + whole[end:]
    try:
        taken = import_entries(Stub(), mangled, form=form, who="zoe")
    except LedgerError:
        return
    assert len(taken) == 3
