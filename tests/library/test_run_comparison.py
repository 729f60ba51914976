"""What changed from one run to another, file by file, class by class, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.errors import StoreError
from inksift.curation.report.diff_page import build_diff_page
from inksift.curation.runs.changes import (
    CAME,
    CHANGES,
    CONTENT,
    GONE,
    LABEL,
    OUTCOME,
    REASON,
    decision_changes,
    moves,
)
from inksift.curation.runs.comparison import RunComparison, compare_runs
from inksift.curation.runs.kept import folder_of
from inksift.curation.store.published import F1, PARQUET
from inksift.curation.store.workspace import Workspace
from tests.runs import FACTS, KEPT, PHOTO, TRAINING, decide_run, decided, scores, train_run

UNSURE = {
    "label": "cat",
    "outcome": "review",
    "stage": "verdicts",
    "reason": "unsure",
    "explanation": "unsure 0.50",
}
BY_ANN = PHOTO | {"stage": "human", "reason": "human", "decided_by": "human"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture
def compared(workspace: Workspace) -> RunComparison:
    before = decide_run(workspace, decided(a=KEPT, b=KEPT, c=UNSURE, d=PHOTO))
    before = train_run(workspace, scores(0.5, cat=0.5, dog=0.7))
    stricter = FACTS.model_copy(
        update={
            "profile": "strict.yaml",
            "settings": {"verdicts": {"recipe": "votes", "share": 0.2}},
            "training": TRAINING,
        }
    )
    decide_run(workspace, decided(a=KEPT, b=PHOTO, c=KEPT, e=KEPT), stricter)
    after = train_run(workspace, scores(0.6, cat=0.6, dog=0.7))
    return compare_runs(workspace, before, after)


def test_every_file_that_is_decided_differently_is_listed_with_both_reasons(
    compared: RunComparison,
) -> None:
    told = compared.changes.set_index("path")
    assert told["change"].to_dict() == {
        "cat/b.png": OUTCOME,
        "cat/c.png": OUTCOME,
        "cat/d.png": GONE,
        "cat/e.png": CAME,
    }
    lost = told.loc["cat/b.png"]
    assert (lost["outcome_before"], lost["outcome"], lost["reason"]) == (
        "kept",
        "rejected",
        "photo",
    )
    assert (lost["explanation_before"], lost["explanation"]) == ("drawn", "photo 0.98")
    assert told.loc["cat/d.png", ["outcome_before", "outcome"]].tolist() == ["rejected", ""]
    assert told.loc["cat/e.png", ["outcome_before", "outcome"]].tolist() == ["", "kept"]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (KEPT, KEPT | {"explanation": "in other words"}, None),
        (PHOTO, BY_ANN, REASON),
        (KEPT, KEPT | {"image_id": "9" * 64}, CONTENT),
        (PHOTO, UNSURE | {"image_id": "9" * 64}, OUTCOME),
    ],
)
def test_a_change_is_the_first_that_holds(before: dict, after: dict, change: str | None) -> None:
    found = decision_changes(decided(a=before), decided(a=after))
    assert found["change"].tolist() == [change] * (change is not None)


def test_the_same_file_in_another_class_is_a_change() -> None:
    after = decided(a=KEPT).assign(label=pd.Series(["dog"], dtype="str"))
    assert decision_changes(decided(a=KEPT), after)["change"].tolist() == [LABEL]


OUTCOMES_OF = st.dictionaries(
    st.sampled_from("abcdefgh"), st.sampled_from([KEPT, UNSURE, PHOTO]), max_size=8
)


@settings(max_examples=20, deadline=None)
@given(OUTCOMES_OF, OUTCOMES_OF)
def test_changes_lead_from_one_run_to_the_other_and_nothing_is_missing(
    old: dict, new: dict
) -> None:
    changes = decision_changes(decided(**old), decided(**new))
    outcomes = {f"cat/{stem}.png": row["outcome"] for stem, row in old.items()}
    for row in changes.to_dict("records"):
        assert outcomes.pop(row["path"], "") == row["outcome_before"]
        if row["outcome"]:
            outcomes[row["path"]] = row["outcome"]
    assert outcomes == {f"cat/{stem}.png": row["outcome"] for stem, row in new.items()}
    assert moves(changes)["files"].sum() == len(changes)
    assert decision_changes(decided(**new), decided(**new)).empty


def test_moves_count_the_ways_the_outcomes_first(compared: RunComparison) -> None:
    told = compared.moves[["outcome_before", "reason_before", "outcome", "reason", "files"]]
    assert sorted(told.head(2).to_numpy().tolist()) == [
        ["kept", "", "rejected", "photo", 1],
        ["review", "unsure", "kept", "", 1],
    ]
    assert set(compared.moves["change"].tail(2)) == {CAME, GONE}


def test_classes_and_f1_stand_side_by_side(compared: RunComparison) -> None:
    told = compared.classes.set_index("label")
    cat = told.loc["cat", ["kept_before", "kept", "review_before", "review", "rejected"]]
    assert cat.tolist() == [2, 3, 1, 0, 1]
    assert told.loc["cat", ["f1_before", "f1"]].tolist() == [0.5, 0.6]
    assert told.loc["dog", ["found_before", "found", "f1"]].tolist() == [0, 0, 0.7]
    assert compared.same_test


def test_settings_and_facts_that_differ_are_named(compared: RunComparison) -> None:
    told = [(one.name, one.before, one.after) for one in (*compared.facts, *compared.settings)]
    assert told == [
        ("profile", "default", "strict.yaml"),
        ("verdicts.recipe", "learned", "votes"),
        ("verdicts.share", "not set", "0.2"),
    ]


def test_f1_on_other_test_pictures_is_not_to_be_compared(workspace: Workspace) -> None:
    decide_run(workspace, decided(a=KEPT))
    first = train_run(workspace, scores(0.5))
    second = train_run(workspace, scores(0.5) | {"test_pictures": 9})
    assert not compare_runs(workspace, first, second).same_test


def test_a_class_without_f1_and_a_run_without_training_have_none(workspace: Workspace) -> None:
    first = decide_run(workspace, decided(a=KEPT))
    second = train_run(workspace, scores(0.5) | {"per_class": {"cat": {"f1": None}}})
    told = compare_runs(workspace, first, second).classes.set_index("label").loc["cat"]
    assert np.isnan([told["f1_before"], told["f1"]]).all()


def test_damage_is_an_error_that_says_what_to_do(
    workspace: Workspace, compared: RunComparison
) -> None:
    folder = folder_of(workspace, compared.before.name)
    (folder / F1).unlink()
    for torn, what in (
        (b"{}", "cannot be used .*"),
        (b'{"per_class": {"cat": {"f1": "x"}}}', "cannot be used .*"),
        (b'{"per_class": {"cat": {"f1": 1.0}}}', "changed since it was kept:"),
    ):
        (folder / F1).write_bytes(torn)
        with pytest.raises(StoreError, match=rf"f1_report\.json {what} compare other runs"):
            compare_runs(workspace, compared.before, compared.after)
    whole = (folder / PARQUET).read_bytes()
    (folder / PARQUET).unlink()
    (folder / PARQUET).write_bytes(whole[:-1])
    with pytest.raises(StoreError, match="compare other runs"):
        compare_runs(workspace, compared.before, compared.after)


def test_the_page_shows_pictures_where_there_are_some_and_says_where_not(
    compared: RunComparison,
) -> None:
    def read(image_id: str) -> np.ndarray | None:
        return None if image_id[0] == "d" else np.zeros((40, 60, 3), np.uint8)

    page = build_diff_page(compared, read)
    assert page.count("data:image/jpeg") == len(compared.changes) - 1
    assert page.count("no thumbnail in this workspace") == 1
    assert "strict.yaml" in page
    assert "Before: drawn" in page


def test_a_page_of_many_changes_shows_some_of_each_way_and_says_so(workspace: Workspace) -> None:
    many = decided(a=KEPT)
    rows = pd.concat([many] * 200, ignore_index=True)
    rows["path"] = pd.Series([f"cat/{number:03}.png" for number in range(200)], dtype="str")
    lost = rows.assign(outcome="rejected", stage="verdicts", reason="photo")
    lost = lost.astype({"outcome": "str", "stage": "str", "reason": "str"})
    first, second = decide_run(workspace, rows), decide_run(workspace, lost)
    page = build_diff_page(compare_runs(workspace, first, second), lambda _: None)
    assert page.count('<li>\n<div class="pair">') == 60
    assert "60 of 200 files are shown" in page
    assert "and 140 more" in page


def test_no_change_is_an_empty_table() -> None:
    assert decision_changes(decided(), decided()).columns.tolist() == list(CHANGES.columns)
    assert moves(decision_changes(decided(), decided())).empty
