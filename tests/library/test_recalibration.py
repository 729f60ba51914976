"""Held-out answers move scale and thresholds as far as they bear it out."""

from __future__ import annotations

import numpy as np
import pytest

from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.quality import ece
from inksift.curation.verdict.medium.recalibration import HeldOut, has_enough_answers, recalibrated
from inksift.curation.verdict.medium.thresholds import Promises, Thresholds

PROMISED = Promises(illustrations_rejected=0.01, photos_kept=0.03)

OWN = Thresholds(reject=2.0, keep=-1.0)


def answered(*groups: tuple[bool, np.ndarray]) -> HeldOut:
    """Answers with the evidence of each group, all of one weight."""
    evidence = np.concatenate([values for _, values in groups])
    photo = np.concatenate([np.full(len(values), photo) for photo, values in groups])
    return HeldOut(evidence, photo, np.ones(len(evidence)))


def drawn(rng: np.random.Generator, illustrations: int, photos: int, apart: float) -> HeldOut:
    """Evidence of two classes, of spread 1 each, that far apart around 0."""
    return answered(
        (False, rng.normal(-apart / 2, 1, illustrations)), (True, rng.normal(apart / 2, 1, photos))
    )


@pytest.mark.parametrize(
    ("illustrations", "photos", "enough"), [(5, 5, True), (400, 4, False), (4, 400, False)]
)
def test_a_few_answers_of_a_class_move_nothing(
    illustrations: int, photos: int, *, enough: bool, rng: np.random.Generator
) -> None:
    held_out = drawn(rng, illustrations, photos, apart=3.0)
    assert has_enough_answers(held_out.photo) == enough
    assert (recalibrated(held_out, OWN, PROMISED).thresholds == OWN) != enough


def test_promises_hold_on_further_pictures(rng: np.random.Generator) -> None:
    lost, kept = [], []
    for _ in range(200):
        moved = recalibrated(drawn(rng, 40, 12, apart=3.0), OWN, PROMISED)
        further = drawn(rng, 2000, 2000, apart=3.0)
        scaled = moved.gain * further.evidence + moved.offset
        lost.append(np.mean(scaled[~further.photo] >= moved.thresholds.reject))
        kept.append(np.mean(scaled[further.photo] < moved.thresholds.keep))
    assert np.mean(lost) <= PROMISED.illustrations_rejected
    assert np.mean(kept) <= PROMISED.photos_kept


@pytest.mark.parametrize("factor", [0.5, 15.0], ids=["timid", "bold"])
def test_numbers_of_a_wrong_scale_become_chances(factor: float, rng: np.random.Generator) -> None:
    held_out = drawn(rng, 150, 150, apart=3.0)
    moved = recalibrated(held_out._replace(evidence=factor * held_out.evidence), OWN, PROMISED)
    further = drawn(rng, 3000, 3000, apart=3.0)
    assert ece(probability(factor * further.evidence), further.photo) > 0.05
    chances = probability(moved.gain * factor * further.evidence + moved.offset)
    assert ece(chances, further.photo) < 0.04


def test_easy_answers_reject_nothing_that_the_head_would_not(rng: np.random.Generator) -> None:
    """Of drawings unlike those asked about nothing was learnt."""
    moved = recalibrated(drawn(rng, 20, 20, apart=14.0), OWN, PROMISED)
    assert moved.thresholds.reject >= OWN.reject
    assert OWN.keep < moved.thresholds.keep <= moved.thresholds.reject


def test_no_answered_drawing_is_rejected_though_its_kind_is_rare(rng: np.random.Generator) -> None:
    paintings = np.array([2.5, 3.0, 3.5])
    held_out = answered(
        (False, rng.normal(-7, 0.5, 44)), (False, paintings), (True, rng.normal(7, 0.5, 8))
    )
    moved = recalibrated(held_out, OWN, PROMISED)
    scaled = moved.gain * held_out.evidence + moved.offset
    assert not (scaled[~held_out.photo] >= moved.thresholds.reject).any()
    assert not (scaled[held_out.photo] < moved.thresholds.keep).any()


@pytest.mark.parametrize("evidence", ["reversed", "constant"])
def test_answers_that_do_not_bear_out_the_ranking_move_nothing(evidence: str) -> None:
    way = -1.0 if evidence == "reversed" else 0.0
    held_out = answered((False, way * np.linspace(-3, -1, 20)), (True, way * np.linspace(1, 3, 20)))
    moved = recalibrated(held_out, OWN, PROMISED)
    assert (moved.gain, moved.offset, moved.thresholds) == (1.0, 0.0, OWN)


def test_answers_from_the_borderline_weigh_what_they_stand_for(rng: np.random.Generator) -> None:
    """Half of the questions are asked where it is hardest; each stands for few pictures."""
    easy, hard = rng.normal(4, 0.5, 20), rng.normal(0, 0.5, 20)
    photos = answered((True, easy), (True, hard), (False, rng.normal(-4, 0.5, 40)))
    weight = np.where(np.arange(80) < 20, 20.0, np.where(np.arange(80) < 40, 0.5, 10.0))
    heavy = recalibrated(photos._replace(weight=weight), OWN, PROMISED)
    alike = recalibrated(photos, OWN, PROMISED)
    # in the head's own numbers, as each was scaled its own way
    keeps = [(moved.thresholds.keep - moved.offset) / moved.gain for moved in (heavy, alike)]
    assert keeps[0] > keeps[1] + 0.1
