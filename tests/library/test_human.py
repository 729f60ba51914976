"""What people decided outranks the machine, reaches the kept copy, and breaks no law."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.verdict.conservation import conservation_problems
from inksift.curation.verdict.human import answers, apply
from tests.frames import duplicates_of

REASONS = {
    "images": "unreadable",
    "duplicates": "duplicate",
    "embeddings": "bad_feature",
    "verdicts": "photo",
    "": "",
}


def decision(
    path: str, *, stage: str = "", of: str = "", outcome: str = "kept"
) -> dict[str, object]:
    review = outcome == "review" and not stage
    return {
        "path": path,
        "image_id": path,
        "label": "cat",
        "outcome": "rejected" if stage else outcome,
        "stage": "verdicts" if review else stage,
        "reason": "unsure" if review else REASONS[stage],
        "duplicate_of": of,
        "p_photo": 0.7,
        "medium": "unsure",
        "explanation": "seen",
        "decided_by": "machine",
    }


def place(path: str, group: int, of: str = "") -> dict[str, object]:
    return {"path": path, "group": group, "duplicate_of": of}


Rows = list[dict[str, object]]


def said(
    image_id: str,
    *,
    who: str = "ana",
    at: str = "2026-05-01T09:30:59.000001+00:00",
    note: str = "",
    **values: str,
) -> Rows:
    signed = {"image_id": image_id, "who": who, "at": at, "note": note}
    return [signed | {"action": action, "value": value} for action, value in values.items()]


def table(*people: Rows) -> pd.DataFrame:
    return HUMAN_DECISIONS.frame([row for rows in people for row in rows])


MACHINE = [
    decision("kept"),
    decision("review", outcome="review"),
    decision("photo", stage="verdicts"),
    decision("copy", stage="duplicates", of="photo"),
    decision("torn", stage="images"),
    decision("flat", stage="embeddings"),
]
PLACES = [
    place("kept", 0),
    place("review", 1),
    place("photo", 2),
    place("copy", 2, of="photo"),
    place("flat", 3),
]


def decided(*people: Rows) -> dict[str, dict[str, Any]]:
    decisions = apply(DECISIONS.frame(MACHINE), duplicates_of(*PLACES), table(*people))
    return decisions.set_index("path").to_dict("index")


def fields(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("outcome", "stage", "reason", "medium", "decided_by"))


def test_without_decisions_nothing_changes() -> None:
    machine = DECISIONS.frame(MACHINE)
    unchanged = apply(machine, duplicates_of(*PLACES), table())
    pd.testing.assert_frame_equal(unchanged, machine)


@pytest.mark.parametrize("path", ["kept", "review", "photo", "flat"])
def test_an_outcome_holds_whatever_the_machine_said(path: str) -> None:
    assert fields(decided(said(path, outcome="kept"))[path]) == ("kept", "", "", "unsure", "human")
    rejected = decided(said(path, outcome="rejected"))[path]
    assert fields(rejected) == ("rejected", "human", "human", "unsure", "human")


@pytest.mark.parametrize("path", ["kept", "review", "photo"])
def test_a_medium_keeps_illustrations_and_rejects_photographs(path: str) -> None:
    assert fields(decided(said(path, medium="illustration"))[path]) == (
        "kept",
        "",
        "",
        "illustration",
        "human",
    )
    called = decided(said(path, medium="photo"))[path]
    assert fields(called) == ("rejected", "human", "photo", "photo", "human")
    assert called["p_photo"] == 0.7


@pytest.mark.parametrize("medium", ["illustration", "photo"])
def test_a_medium_changes_no_rejection_before_the_verdict(medium: str) -> None:
    row = decided(said("flat", medium=medium))["flat"]
    assert fields(row) == ("rejected", "embeddings", "bad_feature", medium, "machine")


def test_an_outcome_outranks_a_medium() -> None:
    row = decided(said("photo", outcome="kept", medium="photo"))["photo"]
    assert fields(row) == ("kept", "", "", "photo", "human")


@pytest.mark.parametrize(
    "values", [{"outcome": "kept"}, {"medium": "illustration"}, {"label": "dog"}]
)
def test_an_unreadable_file_stays_as_it_is(values: dict[str, str]) -> None:
    assert decided(said("torn", **values))["torn"] == decided()["torn"]


def test_a_decision_on_a_copy_reaches_the_kept_one_and_the_copy_stays_a_copy() -> None:
    rows = decided(said("copy", outcome="kept", medium="illustration", label="dog"))
    assert fields(rows["photo"]) == ("kept", "", "", "illustration", "human")
    assert fields(rows["copy"]) == (
        "rejected",
        "duplicates",
        "duplicate",
        "illustration",
        "machine",
    )
    assert (rows["photo"]["label"], rows["copy"]["label"]) == ("dog", "dog")
    assert rows["copy"]["duplicate_of"] == "photo"


@pytest.mark.parametrize(("later", "outcome"), [("photo", "kept"), ("copy", "rejected")])
def test_of_two_copies_the_latest_decision_holds(later: str, outcome: str) -> None:
    dates = {"photo": "2026-05-01", "copy": "2026-05-01"} | {later: "2026-05-02"}
    rows = decided(
        said("photo", outcome="kept", at=f"{dates['photo']}T08:00:00.000000+00:00"),
        said("copy", outcome="rejected", at=f"{dates['copy']}T08:00:00.000000+00:00"),
    )
    assert rows["photo"]["outcome"] == outcome


def test_a_later_decision_of_another_kind_makes_an_earlier_one_no_later() -> None:
    people = [
        said("photo", medium="photo", at="2026-05-01T08:00:00.000000+00:00"),
        said("copy", medium="illustration", at="2026-05-02T08:00:00.000000+00:00"),
        said("photo", label="dog", at="2026-05-03T08:00:00.000000+00:00"),
    ]
    row = decided(*people)["photo"]
    assert (row["outcome"], row["medium"], row["label"]) == ("kept", "illustration", "dog")
    assert answers(duplicates_of(*PLACES), table(*people)).to_dict() == {"photo": False}


def test_decisions_on_copies_add_up_where_they_differ_in_kind() -> None:
    rows = decided(
        said("photo", medium="illustration"),
        said("copy", label="dog", at="2026-06-01T08:00:00+00:00"),
    )
    assert (rows["photo"]["outcome"], rows["photo"]["label"]) == ("kept", "dog")


def test_a_decision_on_a_picture_elsewhere_has_no_effect() -> None:
    assert decided(said("elsewhere", outcome="rejected", label="dog")) == decided()


def test_the_explanation_says_who_when_why_and_what_the_machine_thought() -> None:
    assert decided(said("kept", outcome="rejected", note="blurred\n  scan"))["kept"][
        "explanation"
    ] == ("rejected by ana on 2026-05-01 09:30 UTC (blurred scan); the machine: seen")
    assert decided(said("photo", medium="illustration"))["photo"]["explanation"] == (
        "called an illustration by ana on 2026-05-01 09:30 UTC; the machine: seen"
    )
    assert decided(said("kept", label="dog"))["kept"]["explanation"] == (
        "seen; class 'dog' instead of 'cat' by ana on 2026-05-01 09:30 UTC"
    )


@pytest.mark.parametrize(
    ("first", "told"),
    [({"medium": "photo"}, "called a photo by ana"), ({"outcome": "rejected"}, "rejected by ana")],
)
def test_two_people_each_sign_what_they_decided_on_one_picture(
    first: dict[str, str], told: str
) -> None:
    bob = said(
        "kept", label="dog", who="bob", at="2026-05-02T10:00:00.000000+00:00", note="wrong class"
    )
    row = decided(said("kept", **first, note="grain"), bob)["kept"]
    assert (row["outcome"], row["label"]) == ("rejected", "dog")
    assert row["explanation"] == (
        f"{told} on 2026-05-01 09:30 UTC (grain); the machine: seen; "
        "class 'dog' instead of 'cat' by bob on 2026-05-02 10:00 UTC (wrong class)"
    )


def test_a_label_alone_leaves_the_outcome_to_the_machine_and_the_same_label_says_nothing() -> None:
    row = decided(said("photo", label="dog"))["photo"]
    assert (row["label"], *fields(row)) == (
        "dog",
        "rejected",
        "verdicts",
        "photo",
        "unsure",
        "machine",
    )
    assert decided(said("photo", label="cat"))["photo"] == decided()["photo"]


def test_answers_are_those_on_any_copy_by_the_kept_one() -> None:
    people = [
        said("copy", medium="photo"),
        said("kept", medium="illustration"),
        said("review", outcome="kept"),
    ]
    found = answers(duplicates_of(*PLACES), table(*people, said("elsewhere", medium="photo")))
    assert found.to_dict() == {"photo": True, "kept": False}
    assert answers(duplicates_of(*PLACES), table()).dtype == "bool"


@st.composite
def folders(draw: st.DrawFn) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The machine's DECISIONS and DUPLICATES rows of a random folder."""
    decisions, places = [], []
    for group, size in enumerate(draw(st.lists(st.integers(0, 3), max_size=5))):
        keeper = f"{group}.0"
        stage = draw(st.sampled_from(["", "embeddings", "verdicts"]))
        decisions += [
            decision(keeper, stage=stage, outcome=draw(st.sampled_from(["kept", "review"]))),
            *(decision(f"{group}.{n}", stage="duplicates", of=keeper) for n in range(1, size)),
        ]
        places += [
            place(keeper, group),
            *(place(f"{group}.{n}", group, of=keeper) for n in range(1, size)),
        ]
    broken = [decision(f"torn{n}", stage="images") for n in range(draw(st.integers(0, 2)))]
    return draw(st.permutations([*decisions, *broken])), places


IDS = [f"{group}.{n}" for group in range(5) for n in range(3)] + ["torn0", "elsewhere"]
VALUES = [
    ("outcome", "kept"),
    ("outcome", "rejected"),
    ("medium", "illustration"),
    ("medium", "photo"),
]
PEOPLE = st.lists(
    st.builds(
        lambda image_id, choice, at: said(image_id, at=at, **dict([choice])),
        st.sampled_from(IDS),
        st.sampled_from([*VALUES, ("label", "cat"), ("label", "dog")]),
        st.sampled_from(["2026-05-01T08:00:00+00:00", "2026-05-02T08:00:00+00:00"]),
    ),
    unique_by=lambda rows: (rows[0]["image_id"], rows[0]["action"]),
)


@settings(deadline=None)
@given(folders(), PEOPLE)
def test_no_decision_of_people_breaks_the_law(folder, people: list[Rows]) -> None:
    rows, places = folder
    machine = DECISIONS.frame(rows)
    images = machine[["path", "image_id"]].assign(readable=machine["reason"] != "unreadable")
    human = table(*people)
    decisions = apply(machine, duplicates_of(*places), human)
    assert conservation_problems(images, machine) == []
    assert conservation_problems(images, decisions) == []
    assert decisions["path"].tolist() == machine["path"].tolist()
    assert decisions["p_photo"].tolist() == machine["p_photo"].tolist()
    pd.testing.assert_frame_equal(
        apply(machine, duplicates_of(*places), human.iloc[::-1]), decisions
    )
