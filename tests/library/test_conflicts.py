"""A picture whose copies lie in several classes waits for a person; what is rejected or settled
does not."""

from __future__ import annotations

import pandas as pd
import pytest

from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.verdict.conflicts import hold, is_conflict
from inksift.curation.verdict.conservation import conservation_problems
from inksift.curation.verdict.human import apply
from tests.frames import duplicates_of


def decision(path: str, **changes: str) -> dict[str, object]:
    row = {
        "path": path,
        "image_id": path,
        "outcome": "kept",
        "stage": "",
        "reason": "",
        "duplicate_of": "",
    }
    row |= {
        "medium": "unsure",
        "explanation": "seen",
        "decided_by": "machine",
        "label": path.split("/")[0],
    }
    return {**row, "p_photo": 0.5, **changes}


def copy(path: str, of: str) -> dict[str, object]:
    return decision(
        path, outcome="rejected", stage="duplicates", reason="duplicate", duplicate_of=of
    )


PHOTO = {"outcome": "rejected", "stage": "verdicts", "reason": "photo"}
UNSURE = {"outcome": "review", "stage": "verdicts", "reason": "unsure"}
COPIES = [copy("fox/2", "fox/1"), copy("wolf/3", "fox/1"), copy("elk/4", "fox/1")]
PLACES = duplicates_of(
    {"path": "fox/1", "group": 0, "conflict": "elk, wolf"},
    {"path": "fox/2", "group": 0, "conflict": "elk, wolf", "duplicate_of": "fox/1"},
    {"path": "wolf/3", "group": 0, "conflict": "elk, fox", "duplicate_of": "fox/1"},
    {"path": "elk/4", "group": 0, "conflict": "fox, wolf", "duplicate_of": "fox/1"},
    {"path": "fox/5", "group": 1},
)


def decided(*said: dict[str, str], **changes: str) -> pd.DataFrame:
    """What is decided in the end, the machine having decided on the kept file as `changes` say."""
    machine = DECISIONS.frame([decision("fox/1", **changes), *COPIES, decision("fox/5")])
    rows = [
        {"image_id": "fox/1", "who": "ana", "at": "2026-05-01", "note": ""} | word for word in said
    ]
    human = HUMAN_DECISIONS.frame(rows)
    held = hold(apply(machine, PLACES, human), PLACES, human)
    images = machine[["path", "image_id"]].assign(readable=True)
    assert conservation_problems(images, held) == []
    return held.set_index("path")


@pytest.mark.parametrize("changes", [{}, UNSURE])
def test_what_would_stay_goes_to_review_and_says_who_files_it_where(
    changes: dict[str, str],
) -> None:
    table = decided(**changes)
    row = table.loc["fox/1"]
    assert row[["outcome", "stage", "reason"]].tolist() == [
        "review",
        "duplicates",
        "label_conflict",
    ]
    assert row["explanation"] == (
        "copies of it are filed under fox (2), elk (1) and wolf (1): a person has to say which; "
        "seen"
    )
    assert table["reason"].tolist()[1:] == ["duplicate"] * 3 + [""]
    assert is_conflict(table).tolist() == [True, False, False, False, False]


def test_a_photograph_is_rejected_all_the_same() -> None:
    assert decided(**PHOTO).loc["fox/1", "reason"] == "photo"


@pytest.mark.parametrize(
    ("action", "value", "label"), [("label", "wolf", "wolf"), ("label", "fox", "fox")]
)
@pytest.mark.parametrize("image_id", ["fox/1", "elk/4"])
def test_a_class_given_to_any_copy_settles_it(
    image_id: str, action: str, value: str, label: str
) -> None:
    row = decided({"image_id": image_id, "action": action, "value": value}).loc["fox/1"]
    assert row[["outcome", "reason", "label"]].tolist() == ["kept", "", label]


def test_settled_a_picture_has_the_verdict_of_the_machine() -> None:
    row = decided({"action": "label", "value": "wolf"}, **UNSURE).loc["fox/1"]
    assert row[["outcome", "reason", "label"]].tolist() == ["review", "unsure", "wolf"]


@pytest.mark.parametrize(
    ("value", "outcome", "reason"), [("kept", "kept", ""), ("rejected", "rejected", "human")]
)
def test_an_outcome_on_any_copy_settles_it(value: str, outcome: str, reason: str) -> None:
    row = decided({"image_id": "wolf/3", "action": "outcome", "value": value}).loc["fox/1"]
    assert row[["outcome", "reason"]].tolist() == [outcome, reason]


def test_a_medium_settles_nothing_but_a_photograph_is_rejected() -> None:
    assert (
        decided({"action": "medium", "value": "illustration"}).loc["fox/1", "reason"]
        == "label_conflict"
    )
    assert decided({"action": "medium", "value": "photo"}).loc["fox/1", "reason"] == "photo"


def test_a_word_on_another_picture_or_on_the_copies_themselves_settles_nothing() -> None:
    other, chosen = (
        {"image_id": "fox/5", "action": "label", "value": "elk"},
        {"action": "copy", "value": "keep"},
    )
    assert decided(other, chosen).loc["fox/1", "reason"] == "label_conflict"


def test_without_files_there_is_no_conflict() -> None:
    assert hold(DECISIONS.frame([]), duplicates_of(), HUMAN_DECISIONS.frame([])).empty
