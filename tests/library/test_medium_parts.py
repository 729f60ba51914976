"""Neighbours, prior, thresholds, explanation and head: each on toys whose answer is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.errors import WeightsError
from inksift.curation.verdict.medium import cells
from inksift.curation.verdict.medium.contexts import PictureContext
from inksift.curation.verdict.medium.explain import explain_verdict
from inksift.curation.verdict.medium.head import SILENT, Head, load_head
from inksift.curation.verdict.medium.neighbours import nearest, pull
from inksift.curation.verdict.medium.prior import PRIOR, logit, photo_share
from inksift.curation.verdict.medium.thresholds import Promises, Thresholds, media, thresholds
from inksift.curation.verdict.medium.votes import EMBEDDING, PARTS, VOTERS, Voter


def toy_head(**changed) -> Head:
    fields = {
        "embedder": "toy",
        "content": 2,
        "mean": np.zeros(3),
        "direction": np.array([1.0, 0.0, 0.0]),
        "voters": {
            name: Voter(0.0, 1.0, 1.0 if name in EMBEDDING else 0.0, False) for name in VOTERS
        },
        "base": 0.0,
        "neighbours": 5,
        "pull_share": 0.5,
        "pull_limit": 1.0,
        "reject_thresholds": {0.001: 4.0, 0.01: 2.0, 0.2: 0.5},
        "keep_thresholds": {0.001: -4.0, 0.03: -1.0, 0.2: 0.0},
        "quality": dict.fromkeys(VOTERS, (0.9, 0.8, 0.95)),
        "photos": 100,
        "illustrations": 200,
    }
    return Head(**(fields | changed))


def families(rng: np.random.Generator) -> np.ndarray:
    """Two families of 20 vectors each, far apart."""
    return np.concatenate([rng.normal(side, 0.05, (20, 8)) for side in (1.0, 4.0)]).astype(
        np.float32
    )


def test_the_nearest_are_of_the_own_family_and_never_the_picture_itself():
    near = nearest(families(np.random.default_rng(0)), 5)
    for row, others in enumerate(near.rows):
        assert len(set(others)) == 5
        assert row not in others
        assert {other // 20 for other in others} == {row // 20}


def test_many_pictures_are_compared_block_by_block(monkeypatch):
    vectors = np.random.default_rng(1).normal(size=(50, 6)).astype(np.float32)
    whole = nearest(vectors, 4)
    monkeypatch.setattr(cells, "CELLS", replace(cells.CELLS, size=7))
    parts = nearest(vectors, 4)
    assert [set(row) for row in parts.rows] == [set(row) for row in whole.rows]


def test_wide_vectors_are_reduced_and_keep_their_neighbours():
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(10, 400))
    vectors = np.repeat(centres, 20, axis=0) + rng.normal(0, 0.2, (200, 400))
    near = nearest(vectors.astype(np.float32), 5)
    assert all(
        {other // 20 for other in others} == {row // 20} for row, others in enumerate(near.rows)
    )


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_pictures_have_fewer_neighbours(count):
    near = nearest(np.eye(3, dtype=np.float32)[:count], 5)
    assert near.rows.shape == (count, max(count - 1, 0))
    assert (pull(np.ones(count), near, share=0.5, limit=1.0) == 0).all()


def test_equal_pictures_pull_nothing():
    near = nearest(np.ones((6, 4), dtype=np.float32), 3)
    assert (pull(np.arange(6.0), near, share=0.5, limit=1.0) == 0).all()


def test_a_stray_is_pulled_to_its_family_but_not_further_than_the_limit():
    near = nearest(families(np.random.default_rng(0)), 5)
    log_odds = np.where(np.arange(40) < 20, -3.0, 3.0)
    log_odds[0], log_odds[1] = 5.0, -2.8
    pulled = pull(log_odds, near, share=0.5, limit=1.0)
    assert pulled[0] == -1.0
    assert abs(pulled[1]) < 1.0


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_the_share_of_photographs_is_found_without_labels(share):
    rng = np.random.default_rng(3)
    photo = rng.random(2000) < share
    # two Gaussians of deviation 2 whose means are 2 d / 4 apart give log-odds that are exactly
    # calibrated
    log_odds = rng.normal(np.where(photo, 2.0, -2.0), 2.0)
    assert photo_share(log_odds) == pytest.approx(photo.mean(), abs=0.03)


def test_one_picture_says_little_of_a_share():
    assert 0.05 < photo_share(np.array([-8.0])) < photo_share(np.array([8.0])) < 0.25


@pytest.mark.parametrize(("log_odds", "bound"), [(-9.0, PRIOR.least), (9.0, PRIOR.most)])
def test_a_folder_of_one_kind_stays_within_the_bounds(log_odds, bound):
    assert photo_share(np.full(5000, log_odds)) == bound


def test_no_picture_leaves_the_expectation():
    assert photo_share(np.zeros(0)) == pytest.approx(0.1)


def test_thresholds_lie_between_the_stored_promises():
    head = toy_head()
    exact = thresholds(head, Promises(0.01, 0.03))
    assert exact == Thresholds(2.0, -1.0)
    strict = thresholds(head, Promises(0.003, 0.005))
    assert 2.0 < strict.reject < 4.0
    assert -4.0 < strict.keep < -1.0


def test_where_there_is_no_room_for_doubt_one_threshold_serves_both():
    head = toy_head(keep_thresholds={0.001: 3.0, 0.2: 3.5})
    assert thresholds(head, Promises(0.01, 0.03)) == Thresholds(2.0, 2.0)


def test_an_answer_needs_the_promise_and_the_greater_chance():
    chosen = Thresholds(2.0, -1.0)
    evidence, seen = np.array([-3.0, 0.0, 2.5, 5.0]), np.ones(4, dtype=bool)
    few, many = logit(0.01), logit(0.9)
    assert media(evidence + few, seen, prior=few, thresholds=chosen).tolist() == [
        "illustration",
        "unsure",
        "unsure",
        "photo",
    ]
    assert media(evidence + many, seen, prior=many, thresholds=chosen).tolist() == [
        "illustration",
        "unsure",
        "photo",
        "photo",
    ]


def test_what_was_never_seen_is_no_clear_illustration():
    log_odds, seen = np.array([-5.0, -5.0]), np.array([True, False])
    answers = media(log_odds, seen, prior=0.0, thresholds=Thresholds(2.0, -1.0))
    assert answers.tolist() == ["illustration", "unsure"]


VOTES = dict.fromkeys(PARTS, 0.0)
LEANINGS = {"noise": 1, "entropy": 1, "flat_area": -1, "colours": 1, "edges": 0}


def context(near: int = 0, near_alike: int = 0, **signals: float) -> PictureContext:
    return PictureContext(signals, LEANINGS, near, near_alike)


def test_what_a_person_can_check_is_said_the_clearest_first():
    seen = context(10, 9, noise=-1.2, flat_area=2.1, colours=-1.1, entropy=-0.4, edges=3.0)
    assert explain_verdict(VOTES, seen, medium="illustration", p_photo=0.03) == (
        "illustration 0.03: flat areas, no sensor noise, few colours; near pictures judged "
        "alike: 9 of 10"
    )


def test_a_verdict_that_knows_less_says_less_and_names_what_speaks_against_it():
    seen = context(4, 1, noise=1.5, entropy=1.1, flat_area=1.9, colours=-1.4)
    assert explain_verdict(VOTES, seen, medium="unsure", p_photo=0.6) == (
        "unsure 0.60: sensor-like noise, many grey levels, but flat areas; near pictures judged "
        "alike: 1 of 4"
    )


def test_the_loudest_of_the_machines_own_votes_is_said_after_what_can_be_checked():
    votes = VOTES | {"texture": 2.5, "content": 0.9, "prior": -2.0}
    assert explain_verdict(votes, context(noise=1.2), medium="photo", p_photo=0.97) == (
        "photo 0.97: sensor-like noise, the texture of known photographs, but photographs are rare "
        "in this folder"
    )


def test_silence_is_said():
    assert explain_verdict(VOTES, context(), medium="unsure", p_photo=0.4) == (
        "unsure 0.40: nothing that stands out decides"
    )


@given(
    st.dictionaries(st.sampled_from(PARTS), st.floats(-9, 9)),
    st.dictionaries(st.sampled_from(list(LEANINGS)), st.floats(-9, 9) | st.just(float("nan"))),
    st.floats(0, 1),
)
def test_every_verdict_has_one_line_of_words(votes, signals, p_photo):
    words = explain_verdict(VOTES | votes, context(**signals), medium="unsure", p_photo=p_photo)
    assert words.startswith(f"unsure {p_photo:.2f}: ")
    assert "\n" not in words


def test_a_head_survives_its_file(tmp_path):
    head = toy_head(mean=np.array([0.5, -1.25, 3.0]))
    (tmp_path / "medium-toy.json").write_bytes(head.to_json())
    read = load_head("toy", [tmp_path])
    assert read.to_json() == head.to_json()
    assert read.mean.tolist() == [0.5, -1.25, 3.0]
    assert read.voters == head.voters


def test_a_signal_younger_than_the_head_is_silent():
    plain = json.loads(toy_head().to_json())
    del plain["voters"]["noise"]
    assert Head.of(json.dumps(plain).encode(), "old.json").voters["noise"] == SILENT


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 99}, "format is not 3"),
        ({"voters": {}}, "lack content or texture"),
        ({"direction": [1.0]}, "of one length"),
        ({"mean": [float("nan")] * 3}, "finite"),
        ({"content": 3}, "within the 3 features"),
        ({"surprise": 1}, "surprise"),
        ({"mean": [[0.0] * 3], "direction": [[0.0] * 3], "content": 0}, "within the 3 features"),
        ({"content": 1.5}, "as a whole number"),
        *(
            ({name: value}, f"{name} must be a finite number")
            for name in ("base", "pull_share", "pull_limit")
            for value in ("1", None, True, float("nan"), float("inf"))
        ),
        ({"base": 10**400}, "too large"),
        *(
            ({name: stored}, f"{name} must map at least one error")
            for name in ("reject_thresholds", "keep_thresholds")
            for stored in ({}, {"0.01": float("nan")}, {"0": 1.0}, {"nan": 1.0}, {"-0.1": 1.0})
        ),
        ({"reject_thresholds": {"0.01": None}}, "NoneType"),
        *(
            ({"neighbours": value}, "neighbours must be a whole number")
            for value in (-1, 2.5, "5", None, True)
        ),
        ({"photos": "many"}, "photos must be a whole number"),
        ({"quality": {"noise": [0.5, None, 0.6]}}, "three numbers for each voter"),
        ({"quality": {"noise": [0.5]}}, "three numbers for each voter"),
    ],
)
def test_a_file_that_is_no_head_is_named(change, told):
    plain = json.loads(toy_head().to_json()) | change
    with pytest.raises(WeightsError, match=f"mine.json is not a medium head.*{told}"):
        Head.of(json.dumps(plain).encode(), "mine.json")


@pytest.mark.parametrize(
    "change",
    [
        {"spread": 0},
        {"spread": -1.0},
        {"spread": float("inf")},
        {"spread": "1"},
        {"center": float("nan")},
        {"weight": None},
        {"log": 3},
    ],
)
def test_a_voter_that_cannot_vote_is_named(change):
    plain = json.loads(toy_head().to_json())
    plain["voters"]["noise"] |= change
    with pytest.raises(
        WeightsError,
        match=r"mine\.json is not a medium head \(voter noise must have .* spread above 0",
    ):
        Head.of(json.dumps(plain).encode(), "mine.json")


def test_the_shipped_head_is_sound():
    assert load_head("efficientnet-lite0").neighbours > 0


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\x80", b"null"])
def test_bytes_that_are_no_head_are_no_traceback(data):
    with pytest.raises(WeightsError, match=r"mine\.json is not a medium head"):
        Head.of(data, "mine.json")


def test_an_embedder_without_a_head_is_told_what_to_do(tmp_path):
    with pytest.raises(WeightsError, match=r"no medium head for efficientnet-b7.*recipe=camp2022"):
        load_head("efficientnet-b7", [tmp_path])


def test_content_and_texture_are_measured_apart():
    head = toy_head(mean=np.array([1.0, 0.0, 0.0]), direction=np.array([2.0, 1.0, -3.0]))
    assert head.embedding_measures(np.array([[2.0, 5.0, 1.0]], dtype=np.float32)).tolist() == [
        [7.0, -3.0]
    ]
    assert head.embedding_measures(np.zeros((0, 3), dtype=np.float32)).shape == (0, 2)


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=3))
def test_a_measure_does_not_depend_on_its_neighbours_in_the_batch(row):
    head, other = toy_head(), np.array([[9.0, 9.0, 9.0]], dtype=np.float32)
    alone = np.array([row], dtype=np.float32)
    both = np.concatenate([other, alone])
    assert (head.embedding_measures(both)[1] == head.embedding_measures(alone)[0]).all()
