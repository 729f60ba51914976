"""Whether the GAN on features makes what it was shown: on mixtures of normal distributions whose
truth is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from inksift.curation.training.fit.arithmetic import arithmetic_threads
from inksift.curation.training.rebalance.deviations import Deviations
from inksift.curation.training.rebalance.feature_gan import FeatureGan, filling, learn_gan

SIZES = (600, 150, 40)
DIMENSION = 6
STEPS = 500


@pytest.fixture(autouse=True)
def _own_generator():
    with torch.random.fork_rng(devices=[]):
        yield


def mixture(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A wide class, one of two modes apart from each other along the second feature, and a small
    one; the features after the second are faint noise."""
    rng = np.random.default_rng(seed)
    upper = np.where(np.arange(SIZES[1]) % 2, 2.0, -2.0)
    wide = rng.normal([0, 0], [1, 0.3], (SIZES[0], 2))
    split = np.stack([rng.normal(4, 0.3, SIZES[1]), rng.normal(upper, 0.3)], axis=1)
    small = rng.normal([-4, 0], [0.3, 1], (SIZES[2], 2))
    seen = np.concatenate([wide, split, small])
    noise = rng.normal(0, 0.05, (len(seen), DIMENSION - 2))
    return np.concatenate([seen, noise], axis=1).astype(np.float32), np.repeat(np.arange(3), SIZES)


def learnt(steps: int, seed: int = 0) -> FeatureGan:
    return learn_gan(*mixture(), steps=steps, directions=4, seed=seed)


@pytest.fixture(scope="module")
def gan() -> FeatureGan:
    with arithmetic_threads(1), torch.random.fork_rng(devices=[]):
        return learnt(STEPS)


def made(gan: FeatureGan, target: int, count: int = 1000) -> np.ndarray:
    return gan.sample(np.full(count, target), seed=1)


def in_the_gap(features: np.ndarray) -> float:
    """Share of the features that lie between the two modes of the second class."""
    return float((np.abs(features[:, 1]) < 1).mean())


def coverage(real: np.ndarray, made: np.ndarray) -> float:
    """Share of the real examples that have a made one nearer than their fifth nearest real one
    (Naeem et al. 2020)."""
    radii = NearestNeighbors(n_neighbors=6).fit(real).kneighbors(real)[0][:, -1]
    return float(
        (NearestNeighbors(n_neighbors=1).fit(made).kneighbors(real)[0][:, 0] <= radii).mean()
    )


@pytest.mark.parametrize("target", range(3))
def test_means_and_spreads_are_those_of_the_class(gan, target):
    features, targets = mixture()
    real, drawn = features[targets == target][:, :2], made(gan, target)[:, :2]
    assert np.abs(drawn.mean(axis=0) - real.mean(axis=0)).max() < 0.25
    assert drawn.std(axis=0) == pytest.approx(real.std(axis=0), rel=0.3)


def test_classes_do_not_mix(gan):
    features, targets = mixture()
    kinds = np.repeat(np.arange(3), 500)
    nearest = (
        NearestNeighbors(n_neighbors=1)
        .fit(features)
        .kneighbors(gan.sample(kinds, 1), return_distance=False)
    )
    assert (targets[nearest[:, 0]] == kinds).mean() > 0.98


def test_both_modes_are_made_and_hardly_anything_between_them(gan):
    drawn = made(gan, 1)
    assert (drawn[:, 1] > 1).mean() > 0.3
    assert (drawn[:, 1] < -1).mean() > 0.3
    assert in_the_gap(drawn) < 0.12


def test_without_learning_the_gap_is_filled(gan):
    assert in_the_gap(made(learnt(0), 1)) > 0.3


@pytest.mark.parametrize("target", range(3))
def test_unseen_real_examples_are_covered(gan, target):
    features, targets = mixture(seed=1)
    own = features[targets == target][:, :2]
    assert coverage(own, made(gan, target, count=len(own))[:, :2]) > 0.75


def test_a_generator_that_repeats_itself_is_told_by_its_spread_and_coverage(gan):
    features, targets = mixture()
    ratios = gan.spread_ratios(features, targets, seed=0)
    assert ratios == pytest.approx(np.ones(3), abs=0.3)
    stuck = gan._replace(generator=Stuck(gan))
    assert stuck.spread_ratios(features, targets, seed=0).max() < 0.01
    assert coverage(features[targets == 0], made(stuck, 0)) < 0.05


class Stuck(torch.nn.Module):
    """Makes the class mean whatever it is given."""

    def __init__(self, gan: FeatureGan) -> None:
        super().__init__()
        self.directions = len(gan.deviations.scales)

    def forward(self, kinds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        return torch.zeros(len(kinds), self.directions)


def test_same_seed_same_gan_and_another_seed_another():
    first, again, other = (made(learnt(20, seed), 0, 50) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_real_and_made_are_scored_apart_less_in_the_end(gan):
    gaps = np.array([gan.gaps[step] for step in range(STEPS)])
    assert np.isfinite(gaps).all()
    assert np.abs(gaps[-100:]).mean() < np.abs(gaps).max() / 2


def test_filling_brings_every_class_to_the_largest(gan):
    _, targets = mixture()
    features, kinds = filling(gan, targets, seed=0)
    assert len(features) == len(kinds)
    assert (np.bincount(targets, minlength=3) + np.bincount(kinds, minlength=3)).tolist() == [
        600
    ] * 3


def test_of_equal_classes_nothing_is_filled():
    features, targets = (
        np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32),
        np.repeat([0, 1], 4),
    )
    gan = learn_gan(features, targets, steps=1, directions=2, seed=0)
    assert filling(gan, targets, seed=0)[0].shape == (0, 3)


@pytest.mark.parametrize("steps", [0, 3])
def test_a_class_of_one_borrows_the_spread_and_constant_features_stay(steps):
    rng = np.random.default_rng(0)
    features = np.concatenate([rng.normal(size=(30, 3)), [[9, 9, 9]]]).astype(np.float32)
    features[:, 2] = 7
    targets = np.repeat([0, 1], [30, 1])
    gan = learn_gan(features, targets, steps=steps, directions=8, seed=0)
    drawn = made(gan, 1)
    assert drawn[:, :2].mean(axis=0) == pytest.approx([9, 9], abs=0.5)
    assert (drawn[:, :2].std(axis=0) > 0.3).all()
    assert drawn[:, 2] == pytest.approx(7, abs=1e-4)


@pytest.mark.parametrize("steps", [0, 3])
def test_where_nothing_deviates_the_class_means_are_made(steps):
    features = np.array([[0, 1], [0, 1], [5, 5]], np.float32)
    gan = learn_gan(features, np.array([0, 0, 1]), steps=steps, directions=2, seed=0)
    assert gan.sample(np.array([1, 0]), seed=0).tolist() == [[5, 5], [0, 1]]
    assert gan.spread_ratios(features, np.array([0, 0, 1]), seed=0).tolist() == [1, 1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(2, 4))
def test_all_directions_hold_all_of_a_feature(seed, dimension, classes):
    rng = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(classes), rng.integers(classes, size=20)])
    features = rng.normal(size=(len(targets), dimension)).astype(np.float32)
    deviations = Deviations.of(features, targets, directions=dimension, seed=0)
    coordinates = deviations.coordinates(features, targets)
    assert deviations.features(coordinates, targets) == pytest.approx(features, abs=1e-4)
    weights = 1 / (np.bincount(targets)[targets] * classes)
    assert weights @ coordinates == pytest.approx(np.zeros(dimension), abs=1e-4)
    assert weights @ coordinates.astype(np.float64) ** 2 == pytest.approx(
        np.ones(dimension), abs=1e-3
    )
