"""Held-out answers move scale and thresholds as far as they bear it out."""

from __future__ import annotations

import numpy as np
import pytest

from curation.verdict.medium.fit import probability
from curation.verdict.medium.held_out import say_enough, suited
from curation.verdict.medium.quality import ece
from curation.verdict.medium.thresholds import Promises

PROMISED = Promises(illustrations_rejected=0.01, photos_kept=0.03)


def drawn(
    rng: np.random.Generator, illustrations: int, photos: int, apart: float
) -> tuple[np.ndarray, np.ndarray]:
    """Evidence of two classes, of spread 1 each, that far apart around 0."""
    photo = np.arange(illustrations + photos) >= illustrations
    return rng.normal(size=len(photo)) + np.where(photo, apart / 2, -apart / 2), photo


@pytest.mark.parametrize(
    ("illustrations", "photos", "enough"), [(5, 5, True), (400, 4, False), (4, 400, False)]
)
def test_a_few_answers_of_a_class_say_nothing(
    illustrations: int, photos: int, *, enough: bool
) -> None:
    assert say_enough(np.arange(illustrations + photos) < photos) == enough


def test_promises_hold_on_further_pictures(rng: np.random.Generator) -> None:
    lost, kept = [], []
    for _ in range(200):
        evidence, photo = drawn(rng, 40, 12, apart=3.0)
        suits = suited(evidence, photo, PROMISED)
        further, truth = drawn(rng, 2000, 2000, apart=3.0)
        scaled = suits.gain * further + suits.offset
        lost.append(np.mean(scaled[~truth] >= suits.thresholds.reject))
        kept.append(np.mean(scaled[truth] < suits.thresholds.keep))
    assert np.mean(lost) == pytest.approx(PROMISED.illustrations_rejected, abs=0.004)
    assert np.mean(kept) == pytest.approx(PROMISED.photos_kept, abs=0.012)


@pytest.mark.parametrize("factor", [0.5, 15.0], ids=["timid", "bold"])
def test_numbers_of_a_wrong_scale_become_chances(factor: float, rng: np.random.Generator) -> None:
    evidence, photo = drawn(rng, 150, 150, apart=3.0)
    suits = suited(factor * evidence, photo, PROMISED)
    further, truth = drawn(rng, 3000, 3000, apart=3.0)
    assert ece(probability(factor * further), truth) > 0.05
    assert ece(probability(suits.gain * factor * further + suits.offset), truth) < 0.04


def test_classes_far_apart_leave_nothing_to_review(rng: np.random.Generator) -> None:
    suits = suited(*drawn(rng, 40, 12, apart=12.0), PROMISED)
    assert suits.thresholds.reject == suits.thresholds.keep


def test_classes_that_overlap_leave_what_lies_between(rng: np.random.Generator) -> None:
    suits = suited(*drawn(rng, 40, 12, apart=1.0), PROMISED)
    assert suits.thresholds.keep < 0 < suits.thresholds.reject
