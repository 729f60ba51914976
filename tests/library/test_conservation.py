"""Each way of breaking the conservation law is told apart."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from inksift.curation.verdict.conservation import conservation_problems


def frames(changes: dict[int, dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    row = {
        "label": "c",
        "outcome": "kept",
        "stage": "",
        "reason": "",
        "duplicate_of": "",
        "p_photo": 0.5,
        "medium": "photo",
        "decided_by": "machine",
    }
    rejected = {
        "outcome": "rejected",
        "stage": "duplicates",
        "reason": "duplicate",
        "duplicate_of": "0",
    }
    rows = [row | {"path": str(number), "image_id": str(number)} for number in range(4)]
    rows[1] |= rejected
    rows[3] |= {
        "outcome": "review",
        "stage": "verdicts",
        "reason": "unsure",
        "decided_by": "human",
        "p_photo": float("nan"),
    }
    images = pd.DataFrame({"path": list("0123"), "image_id": list("0123"), "readable": True})
    return images, pd.DataFrame([row | changes.get(number, {}) for number, row in enumerate(rows)])


def test_lawful_decisions_have_no_problem() -> None:
    assert conservation_problems(*frames({})) == []


def test_no_files_and_no_decisions_are_lawful() -> None:
    images, decisions = frames({})
    assert conservation_problems(images.head(0), decisions.head(0)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({2: {"path": "0", "image_id": "0"}}, "decided more than once"),
        ({2: {"path": "0", "image_id": "0"}}, "without a decision"),
        ({2: {"path": "9"}}, "not among the files found"),
        ({2: {"image_id": "9"}}, "another image_id"),
        ({2: {"outcome": "maybe"}}, "outcome other than"),
        ({2: {"medium": ""}}, "medium other than"),
        ({2: {"decided_by": "dice"}}, "decided_by other than"),
        ({2: {"p_photo": 1.5}}, "p_photo outside"),
        ({2: {"outcome": "rejected", "stage": "verdicts"}}, "without a reason"),
        ({2: {"outcome": "rejected", "reason": "photo"}}, "without a stage"),
        ({2: {"reason": "photo"}}, "kept, yet with a reason"),
        ({2: {"stage": "verdicts"}}, "kept, yet with a stage"),
        ({3: {"reason": ""}}, "for review without a reason"),
        ({3: {"stage": ""}}, "for review without a stage"),
        (
            {
                2: {
                    "outcome": "rejected",
                    "stage": "verdicts",
                    "reason": "photo",
                    "decided_by": "human",
                }
            },
            "than human",
        ),
        ({2: {"outcome": "rejected", "stage": "human", "reason": "human"}}, "than human"),
        ({1: {"duplicate_of": ""}}, "no named file"),
        ({1: {"duplicate_of": "gone"}}, "file that was not found"),
        ({1: {"duplicate_of": "1"}}, "itself rejected as a duplicate"),
        ({1: {"reason": "variant", "duplicate_of": ""}}, "as variants of no file that stays"),
        ({1: {"reason": "variant", "duplicate_of": "1"}}, "as variants of no file that stays"),
    ],
)
def test_a_breach_is_named(changes: dict[int, dict[str, Any]], problem: str) -> None:
    assert any(problem in told for told in conservation_problems(*frames(changes)))


def test_an_unreadable_file_must_be_rejected() -> None:
    images, decisions = frames({})
    told = conservation_problems(images.assign(readable=images["path"] != "2"), decisions)
    assert told == ["1 file(s) unreadable, yet not rejected, such as '2'"]


def test_what_people_reject_is_lawful() -> None:
    by_human = {"outcome": "rejected", "stage": "human", "decided_by": "human"}
    assert (
        conservation_problems(
            *frames({0: by_human | {"reason": "human"}, 2: by_human | {"reason": "photo"}})
        )
        == []
    )


def test_a_copy_of_a_file_rejected_for_another_reason_is_lawful() -> None:
    assert (
        conservation_problems(
            *frames({0: {"outcome": "rejected", "stage": "verdicts", "reason": "photo"}})
        )
        == []
    )
