"""The learned recipe on toy folders whose answer is known, and on every degenerate one."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.tables import EMBEDDINGS
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.verdict.evidence import EVIDENCE
from inksift.curation.verdict.learned import LearnedParams, judge_learned
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.votes import EMBEDDING, PARTS, VOTERS, Voter

NOBODY = pd.Series(dtype="bool")
WIDTH = 6
HEAD = Head(
    embedder="toy",
    content=4,
    mean=np.zeros(WIDTH),
    direction=np.array([1.0, 0, 0, 0, 1.0, 0]),
    voters={name: Voter(0.0, 1.0, 3.0 if name in EMBEDDING else 0.0, False) for name in VOTERS}
    | {"objects": Voter(0.0, 1.0, 0.5, True)},
    base=0.0,
    neighbours=10,
    pull_share=0.5,
    pull_limit=1.5,
    reject_thresholds={0.001: 4.0, 0.01: 2.0, 0.2: 0.5},
    keep_thresholds={0.001: -4.0, 0.03: -1.0, 0.2: 0.0},
    quality=dict.fromkeys(VOTERS, (0.9, 0.8, 0.95)),
    photos=100,
    illustrations=200,
)


def folder(sides, *, seed=0, statuses=None, objects=1, detector="ok"):
    """EVIDENCE and EMBEDDINGS of pictures that lie `sides` away from the middle, towards
    photographs."""
    rng = np.random.default_rng(seed)
    ids = [hashlib.sha256(f"{seed} {number}".encode()).hexdigest() for number in range(len(sides))]
    statuses = statuses or ["ok"] * len(sides)
    features = rng.normal(0, 0.05, (len(sides), WIDTH))
    features[:, 0], features[:, 4] = (np.sign(sides) * np.square(sides),) * 2
    features[[status != "ok" for status in statuses]] = 0
    evidence = EVIDENCE.frame(
        [
            {
                "image_id": key,
                "detector": detector,
                "objects": objects,
                "embedding": status,
                "cluster": 0,
            }
            | {signal.name: 0.1 for signal in SIGNALS}
            for key, status in zip(ids, statuses, strict=True)
        ]
    )
    embeddings = EMBEDDINGS.frame(
        [
            {"image_id": key, "embedder": "toy", "status": status}
            | {"vector": row[:4].astype(np.float16), "texture": row[4:].astype(np.float16)}
            for key, status, row in zip(ids, statuses, features, strict=True)
        ]
    )
    return evidence, embeddings


def judged(sides, *, answers=NOBODY, params=None, **given):
    return judge_learned(
        *folder(sides, **given), params or LearnedParams(), head=HEAD, answers=answers
    )


def media(told) -> list[str]:
    return told.judgements["medium"].tolist()


MIXED = [-1.0] * 45 + [1.0] * 15


def test_photographs_are_rejected_illustrations_kept_and_the_middle_goes_to_review():
    told = judged([*MIXED, 0.0])
    by_id = told.judgements.set_index("image_id")
    rows = by_id.loc[folder([*MIXED, 0.0])[0]["image_id"]]
    assert rows["medium"].tolist() == ["illustration"] * 45 + ["photo"] * 15 + ["unsure"]
    assert rows["outcome"].tolist() == ["kept"] * 45 + ["rejected"] * 15 + ["review"]
    assert rows["reason"].tolist() == [""] * 45 + ["photo"] * 15 + ["unsure"]
    assert rows["explanation"].str.match(r"(photo|illustration|unsure) [01]\.\d\d: ").all()


def test_the_votes_sum_to_the_log_odds_and_these_to_the_probability():
    told = judged(MIXED)
    votes = told.seen.votes
    assert votes["log_odds"].to_numpy() == pytest.approx(
        votes[list(PARTS)].sum(axis=1).to_numpy(), abs=1e-9
    )
    chances = told.judgements.set_index("image_id")["p_photo"].loc[votes["image_id"]].to_numpy()
    assert chances == pytest.approx(1 / (1 + np.exp(-votes["log_odds"].to_numpy())), abs=1e-6)


def test_the_folder_gives_its_share_of_photographs():
    assert judged(MIXED).seen.photo_share == pytest.approx(0.25, abs=0.06)


def test_without_adaptation_a_picture_stands_for_itself():
    alone, (evidence, embeddings) = LearnedParams(adapt=False), folder(MIXED)
    among = judge_learned(evidence, embeddings, alone, head=HEAD, answers=NOBODY).seen.votes
    single = judge_learned(
        evidence.head(1), embeddings.head(1), alone, head=HEAD, answers=NOBODY
    ).seen.votes
    same = among[among["image_id"] == single["image_id"][0]].reset_index(drop=True)
    # only its place among others depends on them
    pd.testing.assert_frame_equal(same.drop(columns="alike"), single.drop(columns="alike"))
    assert (among[["neighbours", "prior"]] == 0).all().all()


def test_the_answer_does_not_depend_on_the_order_of_the_rows():
    evidence, embeddings = folder([*MIXED, 0.2, -0.2])
    straight = judge_learned(evidence, embeddings, LearnedParams(), head=HEAD, answers=NOBODY)
    turned = judge_learned(
        evidence.iloc[::-1],
        embeddings.sample(frac=1, random_state=1),
        LearnedParams(),
        head=HEAD,
        answers=NOBODY,
    )
    pairs = zip(
        (straight.judgements, *straight.seen[:3]),
        (turned.judgements, *turned.seen[:3]),
        strict=True,
    )
    for one, other in pairs:
        pd.testing.assert_frame_equal(one, other)


def test_stricter_promises_send_more_to_review():
    sides = np.linspace(-1, 1, 60)
    loose = LearnedParams(max_illustrations_rejected=0.2, max_photos_kept=0.2)
    strict = LearnedParams(max_illustrations_rejected=0.001, max_photos_kept=0.001)
    assert media(judged(sides, params=loose)).count("unsure") < media(
        judged(sides, params=strict)
    ).count("unsure")


def test_a_missing_detector_casts_no_vote():
    assert (judged(MIXED, detector="detector_unavailable").seen.votes["objects"] == 0).all()
    assert (judged(MIXED, objects=3).seen.votes["objects"] > 0).all()


def test_a_picture_without_an_embedding_is_unsure_and_disturbs_no_other():
    statuses = ["ok"] * 60 + ["bad_feature"]
    told = judged([*MIXED, 0.0], statuses=statuses)
    blind = folder([*MIXED, 0.0], statuses=statuses)[0]["image_id"].iloc[-1]
    row = told.seen.votes.set_index("image_id").loc[blind]
    assert (row[[*EMBEDDING, "neighbours"]] == 0).all()
    assert told.judgements.set_index("image_id").loc[blind, "medium"] == "unsure"
    others = told.seen.votes[told.seen.votes["image_id"] != blind].reset_index(drop=True)
    pd.testing.assert_frame_equal(others, judged(MIXED).seen.votes)


def test_no_picture_gives_empty_tables():
    told = judged([])
    assert [len(frame) for frame in (told.judgements, *told.seen[:2])] == [0, 0, 0]
    assert told.seen.photo_share == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("side", "medium"), [(-1.0, "illustration"), (0.1, "unsure"), (1.2, "photo")]
)
def test_one_picture_is_judged_by_the_head_alone(side, medium):
    told = judged([side])
    assert media(told) == [medium]
    assert (told.seen.votes["neighbours"] == 0).all()


def test_a_folder_of_photographs_alone_is_rejected_as_such():
    told = judged([1.0] * 60)
    assert set(media(told)) == {"photo"}
    assert told.seen.photo_share > 0.8


def test_a_folder_of_drawings_alone_keeps_them_all():
    told = judged([-1.0] * 60)
    assert set(media(told)) == {"illustration"}
    assert told.seen.photo_share < 0.02


@pytest.mark.parametrize(("side", "medium"), [(-1.0, "illustration"), (1.0, "photo")])
def test_pictures_that_all_look_the_same_share_one_answer(side, medium):
    evidence, embeddings = folder([side] * 30)
    first = embeddings.iloc[0]
    embeddings["vector"], embeddings["texture"] = [first["vector"]] * 30, [first["texture"]] * 30
    told = judge_learned(evidence, embeddings, LearnedParams(), head=HEAD, answers=NOBODY)
    assert set(media(told)) == {medium}
    assert told.seen.votes["log_odds"].nunique() == 1


def test_answers_refit_the_head():
    sides = [0.5] * 30 + [-1.0] * 30 + [1.4] * 30
    evidence, embeddings = folder(sides)
    before = judge_learned(evidence, embeddings, LearnedParams(), head=HEAD, answers=NOBODY)
    ids = evidence["image_id"].to_numpy()
    answers = pd.Series([False] * 40 + [True] * 10, index=[*ids[:20], *ids[30:50], *ids[60:70]])
    after = judge_learned(evidence, embeddings, LearnedParams(), head=HEAD, answers=answers)
    unasked = ids[20:30]
    earlier, later = (
        told.seen.votes.set_index("image_id").loc[unasked, "log_odds"] for told in (before, after)
    )
    assert (later < earlier).all()
    assert (after.seen.quality["measured_on"] == "audited sample").any()
