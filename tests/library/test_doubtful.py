"""Objects are counted where that can serve a verdict, and every other picture says that it was
not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest

from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import CLUSTERS, OBJECT_COUNTS
from inksift.curation.evidence.objects import not_counted
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.table import TABLE
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.store.measurements import Measured
from inksift.curation.verdict import evidence, recipes
from inksift.curation.verdict.camp2022 import Camp2022Params, judge_camp2022
from inksift.curation.verdict.doubtful import count_in_doubt
from inksift.curation.verdict.medium.votes import Voter
from inksift.curation.verdict.recipes import VerdictParams
from tests.frames import duplicates_of, images_of
from tests.library.test_learned import HEAD, folder

DRAWN, DOUBTED, PHOTO = -1.0, 0.0, 1.0
SIDES = [*[DRAWN] * 45, *[PHOTO] * 15, DOUBTED]
SILENT_ON_OBJECTS = replace(HEAD, voters=HEAD.voters | {"objects": Voter(0.0, 1.0, 0.0, True)})


class Counter:
    """Sees one object everywhere, and remembers where it looked."""

    def __init__(self) -> None:
        self.looked: list[str] = []

    def __call__(self, image_ids: Sequence[str]) -> Measured:
        self.looked += image_ids
        rows = not_counted(image_ids, "ok").assign(objects=1)
        return Measured(OBJECT_COUNTS.check(rows), len(image_ids))


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def head(monkeypatch):
    """The head that judges."""

    def use(chosen):
        monkeypatch.setattr(recipes, "load_head", lambda *_: chosen)

    use(SILENT_ON_OBJECTS)
    return use


def tables(*, answered: Sequence[int] = ()) -> dict[str, pd.DataFrame]:
    rows, embeddings = folder(SIDES)
    ids = rows["image_id"].tolist()
    said = [
        {"image_id": ids[number], "action": "medium", "value": "photo", "who": "ann", "note": ""}
        | {"at": "2026-11-30T12:00:00+00:00"}
        for number in answered
    ]
    return {
        "images": images_of(*({"path": key, "image_id": key} for key in ids)),
        "duplicates": duplicates_of(
            *({"path": key, "group": number} for number, key in enumerate(ids))
        ),
        "human_decisions": HUMAN_DECISIONS.frame(said),
        "signals": TABLE.check(rows[["image_id", *(signal.name for signal in SIGNALS)]]),
        "embeddings": embeddings,
        "clusters": CLUSTERS.frame(
            [{"image_id": key, "dbscan": 0, "hdbscan": 0, "kmeans": 0} for key in ids]
        ),
    }


def counted(counter: Counter, told: dict[str, pd.DataFrame], **settings: object) -> pd.DataFrame:
    params = VerdictParams.of("verdicts", settings)
    found = count_in_doubt(told, params, heads=[], count=counter)
    assert found.new == len(counter.looked) == len(set(counter.looked))
    assert found.frame["image_id"].tolist() == told_ids(told)
    return OBJECT_COUNTS.check(found.frame)


def told_ids(told: dict[str, pd.DataFrame]) -> list[str]:
    return told["duplicates"]["image_id"].tolist()


def judged_with(told: dict[str, pd.DataFrame], counts: pd.DataFrame) -> pd.DataFrame:
    measured = {name: told[name] for name in ("signals", "embeddings", "clusters")}
    known = evidence.gather(told["duplicates"], object_counts=counts, **measured, method="dbscan")
    return recipes.judge(known, told["embeddings"], VerdictParams()).judgements


@pytest.mark.usefixtures("head")
def test_only_what_is_in_doubt_is_counted_and_the_rest_says_so(counter):
    status = counted(counter, tables())["status"].tolist()
    assert status == ["not_needed"] * 60 + ["ok"]


@pytest.mark.usefixtures("head")
def test_no_verdict_differs_for_what_was_not_counted(counter):
    told = tables()
    few, every = (
        judged_with(told, rows) for rows in (counted(counter, told), counter(told_ids(told)).frame)
    )
    pd.testing.assert_frame_equal(few, every)


@pytest.mark.usefixtures("head")
def test_what_a_person_answered_is_counted_too(counter):
    rows = counted(counter, tables(answered=[3]))
    assert rows.index[rows["status"] == "ok"].tolist() == [3, 60]


@pytest.mark.usefixtures("head")
def test_camp2022_has_all_counted(counter):
    assert set(counted(counter, tables(), recipe="camp2022")["status"]) == {"ok"}


def test_a_head_that_weighs_counts_has_all_counted(counter, head):
    head(HEAD)
    assert set(counted(counter, tables())["status"]) == {"ok"}


def test_camp2022_does_not_judge_what_was_left_out():
    uncounted, _ = folder([DRAWN, PHOTO], detector="not_needed")
    with pytest.raises(ParamError, match=r"2 of 2 have none.*object_counts.only=all"):
        judge_camp2022(uncounted, Camp2022Params())
