"""A rule picks one class for a picture in several; where folders are tags a person is told."""

from __future__ import annotations

import pandas as pd
import pytest

from inksift.curation.base.errors import DataError
from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.verdict.conflicts import hold
from inksift.curation.verdict.curated import CuratedParams, curate
from inksift.curation.verdict.several import SeveralRule, demand_classes, settle, several_told
from tests.frames import duplicates_of

FILED = {"1": ("hat", "sun"), "2": ("hat", "tree"), "3": ("hat",), "4": ("sun", "unlabelled")}
"""Which folders each picture lies in; the first copy is kept."""


def tables(filed: dict[str, tuple[str, ...]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """DECISIONS of the machine and DUPLICATES."""
    rows, places = [], []
    for group, (picture, labels) in enumerate(filed.items()):
        first = f"{labels[0]}/{picture}"
        several = len(set(labels) - {"unlabelled"}) > 1
        for label in labels:
            path = f"{label}/{picture}"
            rows.append(decision(path, label, "" if path == first else first))
            conflict = ", ".join(sorted({*labels} - {label})) if several else ""
            copy = {} if path == first else {"duplicate_of": first}
            places.append({"path": path, "group": group, "conflict": conflict, **copy})
    return DECISIONS.frame(rows), duplicates_of(*places)


def decision(path: str, label: str, kept: str) -> dict[str, object]:
    gone = {"outcome": "rejected", "stage": "duplicates", "reason": "duplicate"}
    stays = {"outcome": "kept", "stage": "", "reason": ""}
    return {
        "path": path,
        "image_id": path,
        "label": label,
        "duplicate_of": kept,
        "p_photo": 0.1,
        "medium": "illustration",
        "explanation": "seen",
        "decided_by": "machine",
        **(gone if kept else stays),
    }


def held(filed: dict[str, tuple[str, ...]], rule: SeveralRule) -> pd.DataFrame:
    machine, duplicates = tables(filed)
    settled = settle(machine, duplicates, rule)
    return hold(settled, duplicates, HUMAN_DECISIONS.frame([])).set_index("path", drop=False)


@pytest.mark.parametrize(
    ("rule", "labels"), [("rarest", ["sun", "tree"]), ("commonest", ["hat", "hat"])]
)
def test_a_rule_settles_what_would_wait(rule: SeveralRule, labels: list[str]) -> None:
    decided = held(FILED, rule)
    assert (decided["reason"] != "label_conflict").all()
    assert decided.loc[["hat/1", "hat/2"], "label"].tolist() == labels
    assert decided.loc[["sun/1", "tree/2"], "label"].tolist() == labels
    assert decided.loc[["hat/3", "sun/4"], "label"].tolist() == ["hat", "sun"]
    assert (
        decided.loc["hat/1", "explanation"]
        == f"filed under hat, sun: {labels[0]} is the {rule}; seen"
    )
    assert decided.loc["hat/3", "explanation"] == "seen"


def test_a_person_is_asked_unless_a_rule_is_named() -> None:
    decided = held(FILED, "ask")
    waiting = decided.loc[decided["reason"] == "label_conflict", "path"].tolist()
    assert waiting == ["hat/1", "hat/2"]


def test_folders_that_are_tags_are_told_with_the_ways_out() -> None:
    tags = {"1": ("hat", "sun"), "2": ("hat", "tree")}
    told = several_told(held(tags, "ask").reset_index(drop=True))
    assert told.startswith("every picture that would stay is filed under several classes")
    for way in ("verdicts.several_classes=rarest", "--form labels", "inksift review"):
        assert way in told
    decisions = held(tags, "ask").reset_index(drop=True)
    with pytest.raises(DataError, match="nothing to train on: every picture"):
        demand_classes(decisions, curate(decisions, CuratedParams()))


def test_a_few_conflicts_are_no_tags() -> None:
    few = {**{str(k): ("fox",) for k in range(9)}, "x": ("fox", "owl")}
    assert several_told(held(few, "ask").reset_index(drop=True)) == ""
    assert several_told(DECISIONS.frame([])) == ""
