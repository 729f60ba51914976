"""The ledger on a real database server, where one is at hand:

    INKSIFT_TEST_LEDGER=postgresql+psycopg://ann@host/empty pytest
    tests/library/test_ledger_server.py

The database is to be empty, and it is left with the tables of a ledger.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import LedgerConflict
from inksift.curation.people.ledger.ledger import Ledger
from tests.ledgers import HOSTILE, A, B, C, assert_each_entry_continues_the_one_before, printable


@pytest.fixture(scope="module")
def url() -> str:
    named = os.environ.get("INKSIFT_TEST_LEDGER", "")
    if not named:
        pytest.skip("INKSIFT_TEST_LEDGER names no empty database on a server")
    assert Ledger(named).entries() == [], "the database of INKSIFT_TEST_LEDGER is not empty"
    return named


def test_first_writers_at_once_make_one_ledger(url: str) -> None:
    def write(n: int) -> list[int]:
        return (
            Ledger(url)
            .record([Decision(A, "label", f"{n}"), Decision(B, "label", f"{n}")], "ann")
            .entries
        )

    with ThreadPoolExecutor(8) as threads:
        numbers = [number for numbers in threads.map(write, range(24)) for number in numbers]
    assert sorted(numbers) == list(range(1, 49))
    assert_each_entry_continues_the_one_before(Ledger(url))


def test_of_those_who_saw_the_same_one_decides(url: str) -> None:
    seen = Ledger(url).last()

    def decide(n: int) -> list[int]:
        try:
            return Ledger(url).record([Decision(C, "label", f"{n}")], "ann", seen=[seen]).entries
        except LedgerConflict:
            return []

    with ThreadPoolExecutor(8) as threads:
        assert [numbers for numbers in threads.map(decide, range(16)) if numbers] == [[seen + 1]]


def test_tags_are_several_and_taken_off_one_by_one(url: str) -> None:
    ledger = Ledger(url)
    tags = [Decision("d" * 64, "tag", tag) for tag in ("bad hands", "手が変")]
    first, _ = ledger.record(tags, "ann").new
    ledger.undo([first], "bob")
    assert ledger.record([tags[1]], "bob", seen=[ledger.last()]).new == []
    held = ledger.in_force()
    assert list(held.loc[held["action"] == "tag", "value"]) == ["手が変"]


def test_text_is_kept_and_undone_as_in_a_file(url: str) -> None:
    ledger = Ledger(url)
    before = ledger.version()
    said = [Decision(f"{n:064x}", "label", printable(text), text) for n, text in enumerate(HOSTILE)]
    numbers = ledger.record(said, "ann").new
    assert [Decision(*entry[3:6], entry.note) for entry in ledger.entries()[-len(said) :]] == said
    ledger.undo(numbers, "bob")
    assert ledger.version() == before
