"""Two people decide at once: what the first one said is shown to the second one, never silently
replaced."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger import ledger as ledger_module
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import LedgerConflict
from inksift.curation.people.ledger.ledger import Ledger
from tests.ledgers import A, B, C, assert_each_entry_continues_the_one_before, at, decided

BOTH = {A: {A, B}, B: {A, B}}
KEPT, REJECTED = Decision(A, "outcome", "kept"), Decision(A, "outcome", "rejected")


def refused(ledger: Ledger, decisions: list[Decision], seen: list[int]) -> LedgerConflict:
    """The conflict that these decisions meet; the ledger stays as it was."""
    before = ledger.entries()
    with pytest.raises(LedgerConflict) as conflict:
        ledger.record(decisions, "bob", seen=seen)
    assert ledger.entries() == before
    return conflict.value


def test_a_newer_decision_is_not_replaced_unseen(ledger: Ledger) -> None:
    ledger.record([KEPT], "ann")
    conflict = refused(ledger, [REJECTED], [0])
    assert conflict.entries == ledger.entries()
    assert str(conflict).startswith(
        "'ann' made outcome 'kept' meanwhile (entry 1): nothing was recorded"
    )
    assert conflict.exit_code == 2
    assert ledger.record([REJECTED], "bob", seen=[1]).entries == [2]


def test_without_a_number_seen_the_last_word_holds(ledger: Ledger) -> None:
    ledger.record([KEPT], "ann")
    assert ledger.record([REJECTED], "bob").entries == [2]


def test_the_same_answer_is_no_conflict(ledger: Ledger) -> None:
    ledger.record([REJECTED, KEPT], "ann")
    assert ledger.record([KEPT], "bob", seen=[0]).entries == [2]
    assert ledger.last() == 2


def test_an_answer_taken_back_meanwhile_is_a_conflict(ledger: Ledger) -> None:
    ledger.record([KEPT], "ann")
    ledger.undo([1], "ann")
    conflict = refused(ledger, [REJECTED], [1])
    assert [entry.undoes for entry in conflict.entries] == [1]
    assert "undecided again" in str(conflict)
    assert [entry.entry for entry in refused(ledger, [KEPT], [0]).entries] == [1, 2]


def test_other_pictures_actions_and_partners_do_not_matter(ledger: Ledger) -> None:
    others = [
        Decision(B, "outcome", "kept"),
        Decision(A, "label", "cat"),
        Decision(A, "different", B),
    ]
    ledger.record(others, "ann")
    mine = [REJECTED, Decision(A, "different", C)]
    assert ledger.record(mine, "bob", seen=[0, 0]).entries == [4, 5]


def test_one_overtaken_decision_stops_all_and_every_newer_entry_is_told_once(
    ledger: Ledger,
) -> None:
    ledger.record([KEPT, Decision(B, "label", "cat"), Decision(B, "label", "dog")], "ann")
    mine = [Decision(C, "outcome", "kept"), Decision(B, "label", "fox"), REJECTED, REJECTED]
    assert [entry.entry for entry in refused(ledger, mine, [3, 2, 0, 0]).entries] == [1, 3]
    assert refused(ledger, mine, [3, 3, 0, 1]).entries == ledger.entries()[:1]


def test_ones_own_decisions_in_one_go_are_no_conflict(ledger: Ledger) -> None:
    assert ledger.record([KEPT, REJECTED, KEPT], "ann", seen=[0, 0, 0]).entries == [1, 2, 3]


def test_a_partner_told_apart_and_taken_back_is_a_conflict_on_that_partner(ledger: Ledger) -> None:
    word = Decision(A, "different", B)
    ledger.record([word, Decision(A, "different", C)], "ann")
    ledger.undo([1], "ann")
    assert [entry.entry for entry in refused(ledger, [word], [2]).entries] == [3]
    assert ledger.record([Decision(A, "different", C)], "bob", seen=[0]).entries == [2]


@pytest.mark.parametrize("seen", [2, -1, 2**70])
def test_another_state_of_the_ledger_is_refused(ledger: Ledger, seen: int) -> None:
    """The file may have been replaced by an older copy while the page was open."""
    ledger.record([KEPT], "ann")
    with pytest.raises(
        LedgerError, match="another state of the ledger, whose last entry is 1: look again"
    ):
        ledger.record([REJECTED], "bob", seen=[seen])
    assert decided(ledger) == [(A, "outcome", "kept", "")]


def test_each_decision_has_its_own_number_seen(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="shorter"):
        ledger.record([KEPT, REJECTED], "ann", seen=[0])
    assert ledger.entries() == []


# --- copies of one picture share a word on each action ---


def test_of_copies_the_one_chosen_before_is_chosen_again(ledger: Ledger) -> None:
    for image_id in (A, B):
        ledger.record([Decision(image_id, "copy", "keep")], "ann", copies=BOTH)
    again = [Decision(A, "copy", "keep")]
    assert ledger.record(again, "ann") == ([1], [])
    assert ledger.record(again, "ann", copies=BOTH) == ([3], [3])
    assert ledger.record(again, "bob", copies=BOTH) == ([3], [])
    assert ledger.in_force().sort_values("at")["image_id"].iloc[-1] == A
    assert_each_entry_continues_the_one_before(ledger)
    ledger.undo([3], "ann")
    assert ledger.in_force().sort_values("at")["image_id"].iloc[-1] == B


@pytest.mark.parametrize(("theirs", "told"), [("kept", ([3], [3])), ("rejected", ([1], []))])
def test_a_later_word_on_a_copy_is_outranked_where_it_says_otherwise(
    ledger: Ledger, theirs: str, told: tuple[list[int], list[int]]
) -> None:
    ledger.record([REJECTED], "ann", copies=BOTH)
    ledger.record([Decision(B, "outcome", theirs)], "bob")
    assert ledger.record([REJECTED], "ann", seen=[2], copies=BOTH) == told


def test_a_later_word_on_a_copy_is_not_outranked_unseen(ledger: Ledger) -> None:
    ledger.record([REJECTED], "ann", copies=BOTH)
    ledger.record([Decision(B, "outcome", "kept")], "bob")
    with pytest.raises(LedgerConflict, match="'bob' made outcome 'kept' meanwhile") as conflict:
        ledger.record([REJECTED], "ann", seen=[1], copies=BOTH)
    assert [entry.entry for entry in conflict.value.entries] == [2]
    assert ledger.last() == 2


def test_another_copy_chosen_meanwhile_is_a_conflict(ledger: Ledger) -> None:
    ledger.record([Decision(B, "copy", "keep")], "bob")
    with pytest.raises(LedgerConflict, match="'bob' chose another copy meanwhile"):
        ledger.record([Decision(A, "copy", "keep")], "ann", seen=[0], copies=BOTH)
    ledger.undo([1], "bob")
    with pytest.raises(LedgerConflict, match="'bob' made copy undecided again"):
        ledger.record([Decision(A, "copy", "keep")], "ann", seen=[1], copies=BOTH)


def test_each_copy_is_told_apart_for_itself(ledger: Ledger) -> None:
    ledger.record([Decision(B, "different", C)], "bob")
    assert ledger.record([Decision(A, "different", C)], "ann", seen=[0], copies=BOTH) == ([2], [2])


def test_the_later_word_holds_though_a_clock_went_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.record([Decision(B, "copy", "keep")], "bob")

    class Behind(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(ledger_module, "datetime", Behind)
    ledger.record([Decision(A, "copy", "keep")], "ann", copies=BOTH)
    first, second = (datetime.fromisoformat(entry.at) for entry in ledger.entries())
    assert second - first == timedelta(microseconds=1)


# --- at once ---


def test_of_threads_that_saw_the_same_only_one_decides(ledger: Ledger) -> None:
    def decide(n: int) -> list[int]:
        try:
            return ledger.record(
                [Decision(A, "label", f"{n}"), Decision(B, "label", f"{n}")], f"{n}", seen=[0, 0]
            ).entries
        except LedgerConflict:
            return []

    with ThreadPoolExecutor(8) as threads:
        answers = [answer for answer in threads.map(decide, range(16)) if answer]
    assert answers == [[1, 2]]
    assert len({entry.value for entry in ledger.entries()}) == 1


TAB = """
import sys; from inksift.curation.people.ledger.entries import LedgerConflict
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.people.ledger.decisions import Decision
ledger = Ledger(sys.argv[1]); print("ready", flush=True); sys.stdin.readline()
for n in range(20):
    seen, done = 0, []
    while not done:
        mine = [Decision("a" * 64, "label", f"{sys.argv[2]} {n}")]
        try: done = ledger.record(mine, sys.argv[2], seen=[seen]).entries
        except LedgerConflict as conflict: seen = conflict.entries[-1].entry
    print(*done, seen)
"""


def test_two_processes_see_each_other_before_they_decide(tmp_path: Path) -> None:
    """Each decision stands directly upon the one that its author had seen."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    tabs = [
        subprocess.Popen([sys.executable, "-c", TAB, url, name], **pipes) for name in ("ann", "bob")
    ]
    assert [tab.stdout.readline() for tab in tabs] == ["ready\n", "ready\n"]
    for tab in tabs:
        tab.stdin.write("go\n")
        tab.stdin.flush()
    told = [line.split() for tab in tabs for line in tab.communicate(timeout=300)[0].splitlines()]
    assert sorted(int(entry) for entry, _ in told) == list(range(1, 41))
    assert all(int(entry) == int(seen) + 1 for entry, seen in told)
    assert_each_entry_continues_the_one_before(at(tmp_path / "ledger.sqlite"))
