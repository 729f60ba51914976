"""Of decisions, chosen rows are changed and the others stay as they are, in their order."""

from __future__ import annotations

import pytest

from inksift.curation.verdict import changes
from inksift.curation.verdict.changes import changed_rows
from tests.reports import PHOTO, frames


@pytest.mark.parametrize("block", [1, 2, 100])
def test_chosen_rows_change_in_place(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_BLOCK", block)
    decisions, _ = frames([{}, PHOTO, {}, PHOTO, PHOTO])
    made = changed_rows(
        decisions, decisions["reason"] == "photo", lambda row: {**row, "label": "seen"}
    )
    assert made["label"].tolist() == ["c", "seen", "c", "seen", "seen"]
    assert made.drop(columns="label").equals(decisions.drop(columns="label"))
    assert list(decisions["label"]) == ["c"] * 5


def test_without_a_chosen_row_they_are_the_same() -> None:
    decisions, _ = frames([{}, PHOTO])
    assert changed_rows(decisions, decisions["path"] == "none", dict).equals(decisions)


@pytest.mark.parametrize("chosen", ["photo", "no reason"])
def test_rows_of_a_larger_table_stay_in_the_order_given(chosen: str) -> None:
    decisions, _ = frames([{}, PHOTO, {}, PHOTO])
    some = decisions.iloc[[3, 0, 1]]
    made = changed_rows(some, some["reason"] == chosen, lambda row: {**row, "label": "seen"})
    assert made["path"].tolist() == some["path"].tolist()
    assert made.index.tolist() == [0, 1, 2]
