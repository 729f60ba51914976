"""How much of every class the verdict takes, and when a run stops for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.tables import DECISIONS
from inksift.curation.verdict.medium.quality import rate_interval
from inksift.curation.verdict.removal_rates import (
    REMOVAL_RATES,
    BrakeParams,
    removal_rates,
    too_heavy,
)

STAGES = {
    "unreadable": "images",
    "duplicate": "duplicates",
    "bad_feature": "embeddings",
    "photo": "verdicts",
}
Counts = dict[tuple[str, str], int]
"""Files by (label, reason); the reason is "" for what stays, and "human" or "called photo" for a
person's rejection."""


def decisions(counts: Counts):
    rows = []
    for (label, reason), count in counts.items():
        by_human = reason in ("human", "called photo")
        row = {
            "image_id": "",
            "label": label,
            "outcome": "rejected" if reason else "kept",
            "stage": "human" if by_human else STAGES.get(reason, ""),
            "reason": {"called photo": "photo"}.get(reason, reason),
            "duplicate_of": "",
            "p_photo": float("nan"),
            "medium": "unsure",
            "explanation": "",
            "decided_by": "human" if by_human else "machine",
        }
        rows += [row | {"path": f"{label}/{reason}{number}"} for number in range(count)]
    return DECISIONS.frame(rows)


def told(counts: Counts, **params: object) -> list[str]:
    table = decisions(counts)
    return too_heavy(removal_rates(table), table, BrakeParams.of("verdicts", params))


def test_distinct_readable_pictures_are_counted_and_only_the_verdict_takes() -> None:
    table = removal_rates(
        decisions(
            {
                ("cat", ""): 6,
                ("cat", "photo"): 4,
                ("cat", "duplicate"): 5,
                ("cat", "unreadable"): 2,
                ("boat", "bad_feature"): 1,
                ("boat", "human"): 3,
                ("boat", "called photo"): 2,
                ("gone", "unreadable"): 2,
            }
        )
    )
    assert table[["label", "pictures", "rejected", "share"]].to_numpy().tolist() == [
        ["boat", 6, 0, 0.0],
        ["cat", 10, 4, 0.4],
    ]
    interval = rate_interval(4, 10)
    assert table.loc[1, ["low", "high"]].tolist() == [interval.low, interval.high]


def test_what_is_under_review_is_not_lost() -> None:
    table = decisions({("cat", ""): 3})
    table.loc[0, ["outcome", "stage", "reason"]] = ["review", "verdicts", "unsure"]
    table.loc[1, ["outcome", "stage", "reason"]] = ["review", "duplicates", "label_conflict"]
    assert removal_rates(table)[["pictures", "rejected"]].to_numpy().tolist() == [[3, 0]]


def test_no_files_lose_nothing() -> None:
    table = removal_rates(decisions({}))
    assert list(table) == list(REMOVAL_RATES.columns)
    assert too_heavy(table, decisions({}), BrakeParams()) == []


def test_a_class_over_the_limit_is_named() -> None:
    counts = {("cat", "photo"): 19, ("cat", ""): 1, ("boat", ""): 40}
    assert told(counts) == ["class 'cat' would lose 19 of 20 pictures (95 %, at most 90 % allowed)"]


def test_the_limit_itself_is_allowed() -> None:
    at_limit = {("cat", "photo"): 29, ("cat", ""): 71, ("boat", ""): 9}
    assert told(at_limit, max_class_removal=0.29) == []
    assert len(told(at_limit, max_class_removal=0.28)) == 1


def test_a_small_class_is_not_stopped_for() -> None:
    counts = {("cat", "photo"): 19, ("boat", ""): 40}
    assert told(counts) == []
    assert len(told(counts, brake_min_pictures=19)) == 1


def test_the_largest_loss_comes_first() -> None:
    counts = {("a", "photo"): 20, ("c", "photo"): 30, ("b", "photo"): 30, ("d", ""): 60}
    assert [line.split("'")[1] for line in told(counts)] == ["b", "c", "a"]


@pytest.mark.parametrize("count", [1, 2, 19, 30])
def test_losing_every_picture_always_stops(count: int) -> None:
    (line,) = told({("cat", "photo"): count, ("cat", "duplicate"): 3})
    assert line == (
        f"{count} of {count} distinct pictures would be rejected as photographs (100 %, at most 90 "
        "% allowed)"
    )


def test_a_run_is_stopped_for_beside_its_classes() -> None:
    first, second = told({("a", "photo"): 60, ("b", "photo"): 5, ("b", ""): 2})
    assert first.startswith("65 of 67 distinct pictures")
    assert second.startswith("class 'a'")


def test_files_that_fall_to_any_stage_count_together() -> None:
    counts = {
        ("cat", "duplicate"): 15,
        ("cat", "unreadable"): 4,
        ("boat", "photo"): 1,
        ("boat", ""): 1,
    }
    assert told(counts) == [
        "20 of 21 files would be rejected, 15 duplicate, 4 unreadable, 1 photo (95.2 %, at most 90 "
        "% allowed)"
    ]
    assert told(counts, brake_min_pictures=22) == []


def test_a_few_broken_files_are_no_reason_to_stop() -> None:
    assert told({("cat", "unreadable"): 2}) == []


@pytest.mark.parametrize("reason", ["human", "called photo"])
def test_what_people_rejected_stops_nothing(reason: str) -> None:
    assert told({("cat", reason): 50}) == []


def test_a_limit_of_one_never_stops() -> None:
    assert told({("cat", "photo"): 50}, max_class_removal=1, max_removal=1) == []


@settings(deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["", "human", *STAGES])),
        st.integers(0, 40),
        max_size=8,
    ),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_looser_limit_never_stops_more(counts: Counts, one: float, other: float) -> None:
    strict, loose = sorted((one, other))
    stopped_for = [
        told(counts, max_class_removal=limit, max_removal=1) for limit in (strict, loose)
    ]
    assert len(stopped_for[1]) <= len(stopped_for[0])
    table = removal_rates(decisions(counts))
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
