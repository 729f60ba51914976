"""Tags: words that people give pictures, as many as they like. They decide nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.decisions import Decision, plain_tag
from inksift.curation.people.ledger.entries import LedgerConflict, human_decisions
from inksift.curation.people.ledger.exchange import decisions_in, export_csv
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.people.tags import decisions_with_tags, tags_by_path
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.workspace import Workspace
from tests.frames import duplicates_of
from tests.ledgers import A, B, at, decided
from tests.web.finished import finish

HANDS, FEET = Decision(A, "tag", "bad hands"), Decision(A, "tag", "feet")
BEFORE_TAGS = f"""
CREATE TABLE inksift_ledger (
    entry INTEGER NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, image_id TEXT NOT NULL,
    action TEXT NOT NULL, value TEXT NOT NULL, old TEXT NOT NULL, note TEXT NOT NULL,
    undoes INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, PRIMARY KEY (entry));
INSERT INTO inksift_ledger VALUES(1,'2026-11-30T14:00:54.297991+00:00','ann','{A}','label','cat',
    '','why',0,'853d280c2b4f92a80f3f37d69615042ed799864e3e7aa5ff9a2a70fc80387463');
INSERT INTO inksift_ledger VALUES(2,'2026-11-30T14:00:54.297991+00:00','ann','{A}','different',
    '{B}','','',0,'7cdf10dabfb08e806c3b954630835375498d83fc93246026a95faaa20a11e8c8');
CREATE TABLE inksift_ledger_format (format INTEGER NOT NULL, PRIMARY KEY (format));
INSERT INTO inksift_ledger_format VALUES(1);
CREATE INDEX inksift_ledger_pictures ON inksift_ledger (image_id);
CREATE TRIGGER inksift_ledger_update BEFORE UPDATE ON inksift_ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
"""A ledger as inksift wrote it before there were tags."""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return at(tmp_path / "ledger.sqlite")


def test_a_picture_has_as_many_tags_as_people_give_it(ledger: Ledger) -> None:
    assert ledger.record([HANDS, FEET], "ann").new == [1, 2]
    assert ledger.record([HANDS], "bob") == ([1], []), "whoever gave it first"
    assert decided(ledger) == [(A, "tag", "bad hands", ""), (A, "tag", "feet", "")]


def test_taking_one_off_leaves_the_others_and_is_taken_back(ledger: Ledger) -> None:
    ledger.record([HANDS, FEET], "ann")
    assert ledger.undo([1], "bob") == [3]
    assert decided(ledger) == [(A, "tag", "feet", "")]
    ledger.undo([3], "ann")
    assert [row[2] for row in decided(ledger)] == ["bad hands", "feet"]
    assert ledger.undo([4], "ann") == [5]
    assert ledger.record([HANDS], "bob").new == [6], "it can be given again"


def test_two_people_who_tag_at_once_are_not_in_conflict(ledger: Ledger) -> None:
    ledger.record([HANDS], "ann", seen=[0])
    assert ledger.record([FEET, HANDS], "bob", seen=[0, 0]).new == [2]


def test_who_took_a_tag_off_meanwhile_is_told_which(ledger: Ledger) -> None:
    ledger.record([HANDS], "ann")
    ledger.undo([1], "ann")
    with pytest.raises(LedgerConflict, match="'ann' took the tag 'bad hands' off meanwhile"):
        ledger.record([HANDS], "bob", seen=[1])


@pytest.mark.parametrize("tag", ["x" * 40, "手が変", "bad hands", "=1+1", "#7", "<b>", "e\u0301x"])
def test_a_tag_is_a_few_words_in_any_script(ledger: Ledger, tag: str) -> None:
    ledger.record([Decision(A, "tag", plain_tag(tag))], "ann")
    assert decided(ledger) == [(A, "tag", plain_tag(tag), "")]


@pytest.mark.parametrize(
    "tag", ["", "x" * 41, "a,b", " a", "a  b", "a\nb", "a\u202eb", "e\u0301", "\ud800", "\0"]
)
def test_what_is_no_tag_is_refused(ledger: Ledger, tag: str) -> None:
    with pytest.raises(LedgerError, match="value: expected 1 to 40 characters in composed form"):
        ledger.record([Decision(A, "tag", tag)], "ann")
    assert ledger.last() == 0


def test_an_export_takes_tags_along(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record([HANDS, FEET, Decision(A, "tag", "=1+1")], "ann")
    other = at(tmp_path / "other.sqlite")
    other.record(decisions_in(export_csv(ledger.entries()), form="csv"), "bob")
    assert decided(other) == decided(ledger)


def test_a_ledger_from_before_there_were_tags_opens_and_takes_them(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "ledger.sqlite")
    raw.executescript(BEFORE_TAGS)
    raw.close()
    ledger = at(tmp_path / "ledger.sqlite")
    earlier = [(A, "different", B, ""), (A, "label", "cat", "why")]
    assert decided(ledger) == earlier
    assert ledger.record([HANDS], "bob").new == [3]
    assert decided(ledger) == [*earlier, (A, "tag", "bad hands", "")]


def test_tags_of_a_picture_are_those_of_all_its_copies() -> None:
    copies = duplicates_of(
        {"path": "a.png", "group": 0, "image_id": A},
        {"path": "b.png", "group": 0, "image_id": B, "duplicate_of": "a.png"},
        {"path": "c.png", "group": 1},
    )
    human = human_decisions([])
    assert tags_by_path(copies, human) == {}
    rows = [(A, "feet"), (B, "feet"), (B, "bad hands"), ("f" * 64, "elsewhere")]
    human = human.reindex(range(len(rows))).assign(
        image_id=[one for one, _ in rows], action="tag", value=[tag for _, tag in rows]
    )
    both = ["bad hands", "feet"]
    assert tags_by_path(copies, human) == {"a.png": both, "b.png": both}


def test_the_decisions_of_a_run_have_the_tags_that_it_heard(tmp_path: Path) -> None:
    workspace = finish(tmp_path / "workspace")
    image_id = read_parquet(workspace.tables / "duplicates.parquet")["image_id"][0]
    Ledger.of(workspace).record([Decision(image_id, "tag", one) for one in ("b", "a")], "ann")
    assert set(decisions_with_tags(workspace)["tags"]) == {""}, "not heard yet"
    heard(workspace)
    told = decisions_with_tags(workspace)
    tagged = told[told["tags"] != ""]
    assert set(tagged["tags"]) == {"a, b"}
    assert image_id in set(tagged["image_id"])


def heard(workspace: Workspace) -> None:
    """Let the last run have heard the ledger."""
    frame = human_decisions(Ledger.of(workspace).entries())
    write_atomically(workspace.tables / "human_decisions.parquet", to_parquet(frame))
