"""Small logistic models find what made the answers, and heed their prior and their signs."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from inksift.curation.verdict.medium.fit import fit_change, fit_votes, log_loss, probability

TRUE = np.array([2.0, -1.0, 0.0])


def drawn(
    rng: np.random.Generator, count: int = 4000, base: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    measures = rng.normal(size=(count, 3))
    photos = rng.random(count) < probability(measures @ TRUE + base)
    return measures, photos, np.ones(count)


def fitted(measures, photos, weights, **changes):
    settings = {
        "prior_weights": np.zeros(3),
        "prior_base": 0.0,
        "strength": 1.0,
        "signs": [1, -1, 1],
    }
    return fit_votes(measures, photos, weights, **(settings | changes))


def test_it_recovers_the_weights_that_made_the_answers(rng: np.random.Generator) -> None:
    weights, base = fitted(*drawn(rng))
    assert weights == pytest.approx(TRUE, abs=0.15)
    assert base == pytest.approx(0.5, abs=0.1)


def test_without_signs_in_its_way_it_is_ridge_regression(rng: np.random.Generator) -> None:
    measures, photos, ones = drawn(rng, 300)
    weight = rng.uniform(0.5, 2, 300)
    with_one = np.column_stack([measures, ones])
    peer = LogisticRegression(C=1 / 3, fit_intercept=False, tol=1e-10, max_iter=5000)
    expected = peer.fit(with_one, photos, sample_weight=weight).coef_[0]
    signs = [1 if value > 0 else -1 for value in expected[:3]]
    weights, base = fitted(measures, photos, weight, strength=3.0, signs=signs)
    assert np.append(weights, base) == pytest.approx(expected, abs=1e-5)


def test_it_obeys_the_signs(rng: np.random.Generator) -> None:
    against, _ = fitted(*drawn(rng), signs=[-1, 1, 0])
    assert against.tolist() == [0, 0, 0]
    prior = np.array([1.0, -1.0, 1.0])
    held, _ = fitted(*drawn(rng), signs=[1, 0, -1], prior_weights=prior, strength=1e9)
    assert held == pytest.approx([1, 0, 0], abs=1e-3)


def test_a_strong_prior_stays_and_a_weak_one_goes(rng: np.random.Generator) -> None:
    prior = {"prior_weights": np.array([0.3, -0.2, 0.1]), "prior_base": -1.0}
    strong, strong_base = fitted(*drawn(rng), **prior, strength=1e9)
    assert np.append(strong, strong_base) == pytest.approx([0.3, -0.2, 0.1, -1.0], abs=1e-4)
    weak, _ = fitted(*drawn(rng), **prior, strength=1e-3)
    assert weak == pytest.approx(TRUE, abs=0.2)


@pytest.mark.parametrize("photo", [True, False])
def test_one_class_only_stays_finite(photo: bool, rng: np.random.Generator) -> None:
    measures = rng.normal(size=(50, 3))
    weights, base = fitted(measures, np.full(50, photo), np.ones(50))
    assert np.abs(weights).max() < 2
    assert 1 < (base if photo else -base) < 5


def test_no_answers_give_the_prior() -> None:
    prior = np.array([1.0, -2.0, 0.5])
    weights, base = fitted(
        np.zeros((0, 3)), np.zeros(0, bool), np.zeros(0), prior_weights=prior, prior_base=0.7
    )
    assert (weights.tolist(), base) == (prior.tolist(), 0.7)


def test_a_missing_measure_counts_as_the_mean(rng: np.random.Generator) -> None:
    measures, photos, weights = drawn(rng, 200)
    gaps = rng.random(measures.shape) < 0.3
    missing, base = fitted(np.where(gaps, np.nan, measures), photos, weights)
    at_mean, same_base = fitted(np.where(gaps, 0.0, measures), photos, weights)
    assert (missing.tolist(), base) == (at_mean.tolist(), same_base)


def test_a_measure_that_never_varies_keeps_its_prior(rng: np.random.Generator) -> None:
    measures, photos, weights = drawn(rng, 200)
    measures[:, 2] = np.nan
    found, _ = fitted(measures, photos, weights, prior_weights=np.array([0.0, 0.0, 0.4]))
    assert found[2] == pytest.approx(0.4, abs=1e-6)


def test_a_weight_is_so_many_answers(rng: np.random.Generator) -> None:
    measures, photos, _ = drawn(rng, 80)
    times = rng.integers(1, 4, 80)
    weighted, base = fitted(measures, photos, times.astype(float))
    repeated, same_base = fitted(
        measures.repeat(times, axis=0), photos.repeat(times), np.ones(times.sum())
    )
    assert np.append(weighted, base) == pytest.approx(np.append(repeated, same_base), abs=1e-5)


def test_no_log_odds_overflow() -> None:
    assert probability(np.array([-1e4, 1e4])).tolist() == [0, 1]
    assert log_loss(np.array([-1e4, 1e4]), np.array([True, True])).tolist() == [1e4, 0]


def loss_of(change: np.ndarray, coefficients: np.ndarray, log_odds, photo, weight) -> float:
    return float(weight @ log_loss(log_odds + change, photo) + coefficients @ change / 2)


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_no_other_change_suits_the_answers_better(scale: float, rng: np.random.Generator) -> None:
    features = rng.normal(size=(40, 5))
    covariance = scale * features @ features.T + 1
    asked = rng.normal(0, 4, 40), rng.random(40) < 0.3, rng.uniform(0.2, 3, 40)
    coefficients = fit_change(*asked, covariance=covariance)
    best = loss_of(covariance @ coefficients, coefficients, *asked)
    for _ in range(50):
        other = coefficients + rng.normal(0, 0.01, 40)
        assert loss_of(covariance @ other, other, *asked) >= best - 1e-9


def test_a_change_of_all_alike_is_a_fitted_base(rng: np.random.Generator) -> None:
    log_odds, photo = rng.normal(size=60), rng.random(60) < 0.8
    coefficients = fit_change(log_odds, photo, np.ones(60), covariance=np.full((60, 60), 1 / 0.3))
    change = np.full((60, 60), 1 / 0.3) @ coefficients
    assert change == pytest.approx(np.full(60, change[0]))
    slope = (probability(log_odds + change[0]) - photo).sum() + 0.3 * change[0]
    assert slope == pytest.approx(0, abs=1e-4)


def test_wildly_wrong_log_odds_are_mended_without_overflow(rng: np.random.Generator) -> None:
    photo = np.arange(30) % 2 == 0
    coefficients = fit_change(
        np.where(photo, -500.0, 500.0), photo, np.ones(30), covariance=np.eye(30) * 1e4
    )
    mended = np.where(photo, -500.0, 500.0) + 1e4 * coefficients
    assert np.isfinite(mended).all()
    assert ((mended > 0) == photo).all()


def test_no_answers_ask_for_no_change() -> None:
    assert (
        fit_change(np.zeros(0), np.zeros(0, bool), np.zeros(0), covariance=np.zeros((0, 0))).size
        == 0
    )
