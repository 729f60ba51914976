"""The ledger: what a person decided, what was before, and how it is taken back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.decisions import ACTIONS, Decision
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS, LEDGER_ENTRIES, LedgerConflict
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.workspace import Workspace
from tests.ledgers import (
    HOSTILE,
    A,
    B,
    C,
    assert_each_entry_continues_the_one_before,
    at,
    decided,
    printable,
)


def test_a_workspace_without_decisions_has_an_empty_ledger_and_no_file(tmp_path: Path) -> None:
    ledger = Ledger.of(Workspace(tmp_path / "w"))
    assert LEDGER_ENTRIES.check(ledger.history()).empty
    assert HUMAN_DECISIONS.check(ledger.in_force()).empty
    assert ledger.record([], "ann").entries == []
    assert ledger.version() == Ledger.of(Workspace(tmp_path / "w")).version()
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["workspace.json"]


NOTED = {".ledgers.json", "run.guard", "workspace.json"}
"""What a decision leaves in a workspace beside the ledger: how many there are, noted alone."""


def test_a_workspace_keeps_its_ledger_in_one_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "a ?#% folder")
    Ledger.of(workspace).record([Decision(A, "outcome", "kept")], "ann")
    assert {path.name for path in workspace.root.iterdir()} == NOTED | {"ledger.sqlite"}
    assert len(Ledger.of(workspace).history()) == 1


def test_another_url_leaves_no_ledger_in_the_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    Ledger.of(workspace, f"sqlite:///{tmp_path / 'other.sqlite'}").record(
        [Decision(A, "outcome", "kept")], "ann"
    )
    assert {path.name for path in workspace.root.iterdir()} == NOTED
    assert (tmp_path / "other.sqlite").exists()


def test_history_says_who_decided_what_when_and_what_held_before(ledger: Ledger) -> None:
    assert ledger.record(
        [Decision(A, "label", "cat"), Decision(B, "outcome", "kept", "why not")], "ann"
    ).entries == [
        1,
        2,
    ]
    assert ledger.record([Decision(A, "label", "dog")], "bob").entries == [3]
    history = LEDGER_ENTRIES.check(ledger.history())
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
    assert ledger.record([same, same, Decision(A, "outcome", "rejected"), same], "ann").entries == [
        1,
        1,
        2,
        3,
    ]
    assert ledger.record([same, Decision(B, "outcome", "kept"), same], "bob") == ([3, 4, 3], [4])
    assert len(ledger.history()) == 4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            Decision(A[:-1], "outcome", "kept"),
            "image_id: expected 64 lower-case hexadecimal digits",
        ),
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
        (
            Decision(A, "label", "a\x1b[31m"),
            "value: expected 1 to 255 bytes of UTF-8 on one line, without control",
        ),
        (
            Decision(A, "label", "\u202egpj"),
            "value: expected 1 to 255 bytes of UTF-8 on one line, without control",
        ),
        (Decision(A, "label", "\ud800"), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "é" * 128), "value: expected 1 to 255 bytes"),
        (Decision(A, "label", "cat", "\0"), "note: expected at most 10000 characters"),
        (Decision(A, "label", "cat", "\ud800"), "note: expected at most 10000 characters"),
        (Decision(A, "label", "cat", "x" * 10_001), "note: expected at most 10000 characters"),
    ],
)
def test_one_malformed_decision_is_named_and_none_is_written(
    ledger: Ledger, wrong: Decision, message: str
) -> None:
    with pytest.raises(LedgerError) as refused:
        ledger.record([Decision(B, "outcome", "kept"), wrong], "ann")
    assert str(refused.value).startswith(f"decision 2 of 2: {message}")
    assert len(str(refused.value)) < 200
    assert refused.value.exit_code == 2
    assert ledger.history().empty


@pytest.mark.parametrize("who", ["", "a\nb", "\0", "\u202eann", "x" * 256, "\ud800"])
def test_nobody_cannot_decide(ledger: Ledger, who: str) -> None:
    (entry,) = ledger.record([Decision(A, "outcome", "kept")], "ann").new
    with pytest.raises(LedgerError, match="who: expected 1 to 255 bytes"):
        ledger.record([Decision(B, "outcome", "kept")], who)
    with pytest.raises(LedgerError, match="who: expected 1 to 255 bytes"):
        ledger.undo([entry], who)
    assert len(ledger.history()) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_kept_as_it_came(ledger: Ledger, text: str) -> None:
    name = printable(text)
    ledger.record([Decision(A, "label", name, text)], name)
    assert decided(ledger) == [(A, "label", name, text)]


@pytest.mark.parametrize("name", ["نی\u200cنی", "👩\u200d🎨", "a\u00a0b", "絵\u3000本"])
def test_joiners_and_wide_blanks_belong_to_names(ledger: Ledger, name: str) -> None:
    ledger.record([Decision(A, "label", name)], name)
    assert decided(ledger) == [(A, "label", name, "")]


def test_a_longest_label_fits(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "é" * 127 + "x")], "ann")
    assert ledger.in_force()["value"][0] == "é" * 127 + "x"


def test_line_ends_of_notes_are_plain(ledger: Ledger) -> None:
    (entry,) = ledger.record([Decision(A, "label", "cat", "a\r\nb\rc")], "ann").new
    ledger.undo([entry], "ann", "d\r\ne")
    assert list(ledger.history()["note"]) == ["a\nb\nc", "d\ne"]


def test_one_line_adds_an_action(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIONS, "season", ACTIONS["label"])
    ledger.record([Decision(A, "season", "winter")], "ann")
    assert ledger.history()["action"][0] == "season"


def test_undo_brings_the_value_before_back(ledger: Ledger) -> None:
    ledger.record(
        [Decision(A, "label", "cat"), Decision(A, "label", "dog"), Decision(A, "outcome", "kept")],
        "ann",
    )
    assert ledger.undo([2], "bob", "a slip") == [4]
    assert decided(ledger) == [(A, "label", "cat", ""), (A, "outcome", "kept", "")]
    undo = ledger.history().iloc[3]
    assert (undo["who"], undo["image_id"], undo["action"], undo["undoes"]) == ("bob", A, "label", 2)
    assert (undo["old"], undo["value"], undo["note"]) == ("dog", "cat", "a slip")


def test_undo_of_the_only_decision_leaves_none(ledger: Ledger) -> None:
    empty = ledger.version()
    ledger.record([Decision(A, "label", "cat")], "ann")
    ledger.undo([1], "ann")
    assert ledger.in_force().empty
    assert ledger.version() == empty
    assert ledger.record([Decision(A, "label", "cat")], "ann").entries == [3]
    assert list(ledger.history()["old"]) == ["", "cat", ""]


def test_undo_of_an_undo_is_a_redo(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(A, "label", "dog")], "ann")
    versions = [ledger.version()]
    for entry in (2, 3, 4, 5):
        ledger.undo([entry], "ann")
        versions.append(ledger.version())
    assert list(ledger.history()["value"]) == ["cat", "dog", "cat", "dog", "cat", "dog"]
    assert versions[0] == versions[2] == versions[4] != versions[1] == versions[3]


def test_undo_of_what_no_longer_holds_changes_nothing_until_that_is_undone(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(A, "label", "dog")], "ann")
    before = ledger.version()
    ledger.undo([1], "ann")
    assert ledger.version() == before
    ledger.undo([2], "ann")
    assert ledger.in_force().empty


def test_nothing_is_undone_twice(ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat")], "ann")
    ledger.undo([1], "ann")
    with pytest.raises(
        LedgerConflict, match="entry 1 is taken back already, by entry 2: undo 2 to bring it"
    ) as refused:
        ledger.undo([1], "ann")
    assert refused.value.entries == ledger.entries()[1:]
    ledger.undo([2], "ann")
    assert ledger.undo([1], "ann") == [4]


@pytest.mark.parametrize("entry", [0, -1, 2, 2**70])
def test_what_is_not_there_is_not_undone(ledger: Ledger, entry: int) -> None:
    ledger.record([Decision(A, "label", "cat")], "ann")
    with pytest.raises(LedgerError, match=f"there is no entry {entry}: the last one is 1"):
        ledger.undo([entry], "ann")
    assert len(ledger.history()) == 1


def test_several_entries_are_undone_in_one_go(ledger: Ledger) -> None:
    ledger.record(
        [Decision(A, "label", "cat"), Decision(B, "outcome", "kept"), Decision(A, "label", "dog")],
        "ann",
    )
    assert ledger.undo([1, 2, 3], "bob", "all wrong") == [4, 5, 6]
    assert ledger.in_force().empty
    assert list(ledger.history()["undoes"]) == [0, 0, 0, 1, 2, 3]
    assert list(ledger.history()["note"][3:]) == ["all wrong"] * 3
    assert ledger.undo([6, 4], "ann") == [7, 8]
    assert decided(ledger) == [(A, "label", "dog", "")]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([2, 9], "there is no entry 9"),
        ([2, 1], "entry 1 is taken back already"),
        ([2, 2], "each entry to undo once"),
    ],
)
def test_of_several_undos_all_are_done_or_none(
    ledger: Ledger, entries: list[int], message: str
) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(B, "label", "dog")], "ann")
    ledger.undo([1], "ann")
    with pytest.raises(LedgerError, match=message):
        ledger.undo(entries, "ann")
    assert len(ledger.history()) == 3


def test_nothing_to_undo_is_no_entry(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.undo([], "ann") == []
    assert list(tmp_path.iterdir()) == []


def test_the_last_entry_has_a_number(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.last() == 0
    assert list(tmp_path.iterdir()) == []
    ledger.record([Decision(A, "label", "cat"), Decision(B, "label", "dog")], "ann")
    assert ledger.last() == 2
    ledger.undo([1], "ann")
    assert ledger.last() == 3


# --- different from several ---


def test_a_picture_is_told_apart_from_several_others(ledger: Ledger) -> None:
    assert ledger.record(
        [Decision(A, "different", B), Decision(A, "different", C, "look")], "ann"
    ).entries == [1, 2]
    assert decided(ledger) == [(A, "different", B, ""), (A, "different", C, "look")]
    assert list(HUMAN_DECISIONS.check(ledger.in_force())["value"]) == [B, C]
    assert list(ledger.history()["old"]) == ["", ""]
    assert ledger.record([Decision(A, "different", B)], "bob").entries == [1]


def test_undo_of_one_of_them_leaves_the_others(ledger: Ledger) -> None:
    ledger.record([Decision(A, "different", B), Decision(A, "different", C)], "ann")
    assert ledger.undo([1], "ann") == [3]
    assert decided(ledger) == [(A, "different", C, "")]
    undo = ledger.entries()[-1]
    assert (undo.old, undo.value, undo.subject()) == (B, "", (A, "different", B))
    assert ledger.undo([3], "ann") == [4]
    assert [row[2] for row in decided(ledger)] == [B, C]
    assert ledger.entries()[-1].subject() == (A, "different", B)


# --- a simple model says the same ---

DECISIONS = st.builds(
    lambda picture, choice: Decision(picture, *choice),
    st.sampled_from([A, B]),
    st.sampled_from(
        [
            ("outcome", "kept"),
            ("outcome", "rejected"),
            ("label", "cat"),
            ("different", B),
            ("different", C),
            ("tag", "feet"),
            ("tag", "hands"),
        ]
    ),
)
STEPS = st.lists(
    st.one_of(st.lists(DECISIONS, min_size=1, max_size=4), st.integers(1, 8)), max_size=10
)


class Model:
    """A ledger as a list of (subject, value, entry that it undoes), read from its definition."""

    def __init__(self) -> None:
        self.entries: list[tuple[tuple[str, ...], str, int]] = []

    def holds(self, number: int) -> bool:
        undos = [n for n, entry in enumerate(self.entries, 1) if entry[2] == number]
        return not any(self.holds(undo) for undo in undos)

    def value(self, subject: tuple[str, ...]) -> str:
        values = [
            value
            for n, (about, value, undoes) in enumerate(self.entries, 1)
            if about == subject and not undoes and self.holds(n)
        ]
        return values[-1] if values else ""

    def record(self, decision: Decision) -> None:
        picture, action, value, _ = decision
        many = action in ("different", "tag")
        subject = (picture, action, value) if many else (picture, action)
        if self.value(subject) != value:
            self.entries.append((subject, value, 0))

    def undo(self, number: int) -> bool:
        possible = number <= len(self.entries) and self.holds(number)
        if possible:
            self.entries.append((self.entries[number - 1][0], "", number))
        return possible

    def in_force(self) -> list[tuple[str, str, str]]:
        standing = {subject: self.value(subject) for subject, _, _ in self.entries}
        return sorted((*subject[:2], value) for subject, value in standing.items() if value)


def apply(step: list[Decision] | int, ledger: Ledger, model: Model) -> None:
    if isinstance(step, list):
        ledger.record(step, "ann")
        for decision in step:
            model.record(decision)
    elif model.undo(step):
        ledger.undo([step], "ann")
    else:
        with pytest.raises(LedgerError):
            ledger.undo([step], "ann")


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_any_sequence_agrees_with_the_definition(steps: list[list[Decision] | int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger, model, versions = at(Path(folder) / "ledger.sqlite"), Model(), {}
        for step in steps:
            apply(step, ledger, model)
            frame = ledger.in_force()
            assert (
                list(frame[["image_id", "action", "value"]].itertuples(index=False, name=None))
                == model.in_force()
            )
            versions.setdefault(ledger.version(), frame)
            pd.testing.assert_frame_equal(versions[ledger.version()], frame)
        assert list(ledger.history()["undoes"]) == [undoes for _, _, undoes in model.entries]
        assert_each_entry_continues_the_one_before(ledger)
        states = [frame.to_csv() for frame in versions.values()]
        assert len(set(states)) == len(states)
