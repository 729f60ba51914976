"""AUROC, calibration error and rates agree with their definitions, and their intervals with the
truth."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from inksift.curation.verdict.medium import fit, quality, strata
from inksift.curation.verdict.medium.quality import (
    Interval,
    at_chance,
    auroc,
    auroc_interval,
    ece,
    ece_interval,
    rate_interval,
)

ROWS = st.lists(
    st.tuples(st.sampled_from([-1.5, 0.0, 0.1, 0.3, 7.0]), st.booleans(), st.integers(1, 9)),
    min_size=2,
    max_size=40,
)


def columns(rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores, photos, weights = zip(*rows, strict=True)
    return np.array(scores), np.array(photos), np.array(weights, float)


@pytest.mark.parametrize("module", [quality, fit, strata], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@given(rows=ROWS)
def test_auroc_agrees_with_scikit_learn_on_ties_and_weights(rows) -> None:
    scores, photos, weights = columns(rows)
    if photos.all() or not photos.any():
        assert np.isnan(auroc(scores, photos, weights))
        return
    assert auroc(scores, photos) == pytest.approx(roc_auc_score(photos, scores))
    assert auroc(scores, photos, weights) == pytest.approx(
        roc_auc_score(photos, scores, sample_weight=weights)
    )


@given(rows=ROWS)
def test_a_whole_weight_is_that_many_pictures(rows) -> None:
    scores, photos, weights = columns(rows)
    times = weights.astype(int)
    chances = 1 / (1 + np.exp(-scores))
    assert auroc(scores, photos, weights) == pytest.approx(
        auroc(scores.repeat(times), photos.repeat(times)), nan_ok=True
    )
    assert ece(chances, photos, weights, 3) == pytest.approx(
        ece(chances.repeat(times), photos.repeat(times), None, 3)
    )


@given(rows=ROWS)
def test_intervals_hold_their_estimate_and_stay_in_range(rows) -> None:
    scores, photos, weights = columns(rows)
    interval = auroc_interval(scores, photos, weights)
    if np.isnan(interval.value):
        assert (interval.low, interval.high) == (0, 1)
    else:
        assert 0 <= interval.low <= interval.value <= interval.high <= 1
        assert interval.high - interval.low > 0.05


def test_the_order_of_the_pictures_does_not_matter(rng: np.random.Generator) -> None:
    scores, photos, weights = (
        rng.random(60),
        rng.random(60) < 0.4,
        rng.integers(1, 5, 60).astype(float),
    )
    turned = (scores[::-1], photos[::-1], weights[::-1])
    assert auroc_interval(scores, photos, weights) == pytest.approx(auroc_interval(*turned))
    assert ece_interval(scores, photos, weights) == ece_interval(*turned)


def test_pictures_without_a_score_are_left_out() -> None:
    scores, photos = np.array([0.2, np.nan, 0.9, np.nan]), np.array([False, True, True, False])
    assert auroc(scores, photos) == 1.0
    assert auroc_interval(scores, photos) == auroc_interval(scores[::2], photos[::2])


@pytest.mark.parametrize(
    ("true", "photos", "illustrations"),
    [(0.5, 25, 25), (0.75, 10, 90), (0.95, 5, 45), (0.995, 25, 25)],
)
def test_the_interval_of_auroc_holds_the_truth_as_often_as_promised(
    true: float, photos: int, illustrations: int, rng: np.random.Generator
) -> None:
    is_photo = np.arange(photos + illustrations) < photos
    shift = np.sqrt(2) * norm.ppf(true) * is_photo
    drawn = [auroc_interval(rng.normal(shift, 1), is_photo) for _ in range(300)]
    held = np.mean([interval.low <= true <= interval.high for interval in drawn])
    assert held > 0.92
    assert np.mean([interval.high - interval.low for interval in drawn]) < 0.45


def test_a_perfect_ranking_of_few_pictures_is_not_certain() -> None:
    few = auroc_interval(np.arange(10.0), np.arange(10) > 6)
    many = auroc_interval(np.arange(1000.0), np.arange(1000) > 600)
    assert few.low < 0.65
    assert 0.98 < many.low < 1 == many.high == few.high
    reversed_few = auroc_interval(-np.arange(10.0), np.arange(10) > 6)
    assert (reversed_few.low, reversed_few.high) == pytest.approx((0, 1 - few.low))


def test_unequal_weights_tell_less() -> None:
    scores, photos = np.arange(100.0), np.arange(100) % 3 == 0
    weights = np.where(np.arange(100) < 10, 50.0, 1.0)
    flat, uneven = auroc_interval(scores, photos), auroc_interval(scores, photos, weights)
    assert uneven.high - uneven.low > 1.5 * (flat.high - flat.low)
    assert auroc_interval(scores, photos, np.full(100, 7.0)) == pytest.approx(flat)


def test_chance_is_an_interval_around_a_half() -> None:
    assert at_chance(auroc_interval([1, 1, 1, 1], [True, False, True, False]))
    assert not at_chance(auroc_interval(-np.arange(50.0), np.arange(50) > 20))


def test_rates_are_wilsons() -> None:
    assert rate_interval(5, 10) == pytest.approx((0.5, 0.2366, 0.7634), abs=1e-4)
    assert rate_interval(81, 263) == pytest.approx((0.308, 0.2553, 0.3662), abs=1e-4)
    assert rate_interval(7, 7) == pytest.approx((1, 0.6457, 1), abs=1e-4)
    nothing = rate_interval(0, 0)
    assert np.isnan(nothing.value)
    assert (nothing.low, nothing.high) == (0, 1)


@given(trials=st.integers(1, 400), share=st.floats(0, 1))
def test_a_rate_lies_in_its_interval(trials: int, share: float) -> None:
    interval = rate_interval(round(share * trials), trials)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.high - interval.low > 0


def test_ece_is_the_distance_between_promise_and_share() -> None:
    chances = np.repeat([0.1, 0.7], 100)
    photos = np.concatenate([np.arange(100) < 30, np.arange(100) < 70])
    assert ece(chances, photos, bins=2) == pytest.approx((0.2 + 0) / 2)
    assert ece(chances, photos, np.repeat([3.0, 1.0], 100), bins=4) == pytest.approx(0.15)
    assert np.isnan(ece([], []))


@settings(max_examples=20, deadline=None)
@given(
    shift=st.sampled_from([0.0, 0.5, 1.5]), count=st.sampled_from([40, 300]), seed=st.integers(0, 9)
)
def test_the_interval_of_ece_holds_its_value(shift: float, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = rng.normal(0, 2, count)
    photos = rng.random(count) < 1 / (1 + np.exp(-true))
    interval = ece_interval(1 / (1 + np.exp(-true - shift)), photos, bins=5)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.low < interval.high


@pytest.mark.parametrize(("shift", "expected"), [(0.0, 0.0), (1.5, 0.21)])
def test_the_interval_of_ece_holds_the_truth(
    shift: float, expected: float, rng: np.random.Generator
) -> None:
    held = []
    for _ in range(40):
        true = rng.normal(0, 2, 200)
        photos = rng.random(200) < 1 / (1 + np.exp(-true))
        interval = ece_interval(1 / (1 + np.exp(-true - shift)), photos, bins=5)
        held.append(interval.low <= expected <= interval.high)
    assert np.mean(held) > 0.9


def test_answers_all_alike_leave_room_for_the_other_one() -> None:
    interval = ece_interval(np.full(50, 0.001), np.zeros(50, bool), bins=5)
    assert interval.low == 0
    assert 0.03 < interval.high < 0.12
    nothing = ece_interval([], [])
    assert np.isnan(nothing.value)
    assert nothing[1:] == Interval(0, 0, 1)[1:]
