"""A glance keeps little of a picture, and stops pairs only where nothing speaks for them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import BLACK, WHITE, Unseen
from inksift.curation.dedup.glances import glance_store as library
from inksift.curation.dedup.glances.cascade import CascadeLimits, may_be_related
from inksift.curation.dedup.glances.glance import (
    GLANCE,
    Glances,
    glance_at,
    packed_glance,
    unpacked_glances,
)
from inksift.curation.dedup.glances.glance_store import GlanceStore
from inksift.curation.dedup.glances.overlay import outlined, overlaid
from inksift.curation.dedup.glances.votes import keypoints_of, votes
from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import paint
from inksift.curation.store.workspace import Workspace

LIMITS = CascadeLimits()


def drawing(subject: str = "cat", style: str = "cartoon", seed: int = 0) -> Rgb:
    rng = np.random.default_rng(seed)
    return paint(draw_scene(subject, 1.33, 1.0, rng), style, 300, rng)


def resized(rgb: Rgb, share: float) -> Rgb:
    return np.asarray(cv2.resize(rgb, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def cut(rgb: Rgb, share: float) -> Rgb:
    down, across = (round(side * share) for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[down : -down or None, across : -across or None])


def framed(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.copyMakeBorder(rgb, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(9, 9, 9)))


COPIES = {
    "half the size": lambda rgb: resized(rgb, 0.5),
    "cropped": lambda rgb: cut(rgb, 0.1),
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
    "turned": lambda rgb: np.ascontiguousarray(np.rot90(rgb)),
    "mirrored and cropped": lambda rgb: cut(np.ascontiguousarray(rgb[:, ::-1]), 0.1),
    "turned and cropped": lambda rgb: cut(np.ascontiguousarray(np.rot90(rgb)), 0.08),
    "framed": framed,
    "brighter": lambda rgb: np.minimum(rgb * 1.3, 255).astype(np.uint8),
}


def pairs_of(first: list[Rgb], second: list[Rgb]) -> tuple[Glances, np.ndarray, np.ndarray]:
    glances = np.stack([glance_at(rgb) for rgb in (*first, *second)])
    rows = np.arange(len(first))
    return glances, rows, rows + len(first)


@pytest.mark.parametrize("style", ["flat", "cartoon", "line", "shaded"])
def test_no_copy_is_stopped(style: str) -> None:
    original = drawing("house", style)
    copies = [change(original) for change in COPIES.values()]
    passed = may_be_related(*pairs_of([original] * len(copies), copies))
    assert dict(zip(COPIES, passed.tolist(), strict=True)) == dict.fromkeys(COPIES, True)


def test_most_other_drawings_are_stopped() -> None:
    subjects = ["cat", "fish", "house", "tree", "boat", "robot"]
    drawings = [drawing(subject, "shaded", seed) for seed, subject in enumerate(subjects)]
    others = [drawing(subject, "line", seed) for seed, subject in enumerate(subjects[::-1], 50)]
    assert may_be_related(*pairs_of(drawings, others)).mean() < 0.5


def test_what_has_too_few_keypoints_to_say_is_looked_at_closely() -> None:
    slope = np.linspace(0, 255, 200).astype(np.uint8)
    shade = np.ascontiguousarray(np.broadcast_to(slope[:, None, None], (200, 200, 3)))
    glances, first, second = pairs_of([drawing("house", "line")], [shade])
    assert keypoints_of(glances).min() < LIMITS.telling_keypoints
    assert may_be_related(glances, first, second).tolist() == [True]


def test_a_pair_on_another_ground_than_it_is_compared_on_is_looked_at_closely() -> None:
    cat, house = drawing("cat", "shaded"), drawing("house", "line", 4)
    alpha = np.full(cat.shape[:2], 255, np.uint8)
    glances = np.stack(
        [
            glance_at(cat, Unseen(alpha, WHITE)),
            glance_at(house, Unseen(alpha[: house.shape[0], : house.shape[1]], BLACK)),
            glance_at(house, Unseen(alpha[: house.shape[0], : house.shape[1]], WHITE)),
        ]
    )
    passed = may_be_related(glances, np.array([0, 0]), np.array([1, 2]))
    assert passed.tolist() == [True, False]


def test_blocks_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    drawings = [drawing("cat", "shaded", seed) for seed in range(5)]
    glances = np.stack([glance_at(rgb) for rgb in drawings])
    first, second = np.triu_indices(len(drawings), 1)
    expected = may_be_related(glances, first, second)
    monkeypatch.setattr(
        "inksift.curation.dedup.glances.cascade._LIMITS", CascadeLimits(pairs_at_once=3)
    )
    np.testing.assert_array_equal(may_be_related(glances, first, second), expected)


def test_votes_say_how_a_copy_lies_over_the_original() -> None:
    original = drawing("house", "shaded")
    glances, first, second = pairs_of([original] * 2, [COPIES["cropped"](original), original])
    said = votes(glances, first, second)
    assert said.number.min() >= 8
    assert np.abs(said.turn).tolist() == pytest.approx([0.8, 1.0], abs=0.03)
    assert overlaid(glances[first], glances[second], said).min() > 0.8


def test_outlines_are_compared_where_levels_agree_best_near_what_keypoints_say() -> None:
    glances, first, second = pairs_of([drawing("house", "shaded")], [drawing("house", "shaded")])
    said = votes(glances, first, second)
    beside = said._replace(shift=said.shift + 4)
    ends = glances[first], glances[second]
    assert outlined(*ends, beside, enough=-1)[0] < 0.55
    assert outlined(*ends, beside, enough=0.55)[0] > 0.9


def test_pictures_that_share_a_figure_and_no_outlines_are_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figure = resized(drawing("cat", "shaded", 2)[40:190, 70:220], 0.7)
    one, other = drawing("tree", "line", 5), drawing("fish", "cartoon", 9)
    one[30:135, 20:125] = figure
    other[70:175, 120:225] = figure
    pair = pairs_of([one], [other])
    assert may_be_related(*pair).tolist() == [False]
    limits = CascadeLimits(min_outlined=-1)
    monkeypatch.setattr("inksift.curation.dedup.glances.cascade._LIMITS", limits)
    assert may_be_related(*pair).tolist() == [True]


def test_a_mirror_is_seen() -> None:
    original = drawing("house", "shaded")
    said = votes(*pairs_of([original], [COPIES["mirrored"](original)]))
    assert said.mirrored.tolist() == [True]
    assert said.number[0] >= 8


def test_a_glance_is_small_and_comes_back_from_its_bytes() -> None:
    kept = glance_at(drawing())
    assert GLANCE.itemsize < 14_000
    assert unpacked_glances([packed_glance(kept)] * 2)[1].tobytes() == kept.tobytes()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (7, 5), (47, 640)])
def test_a_picture_of_any_shape_has_a_glance(shape: tuple[int, int]) -> None:
    kept = glance_at(np.full((*shape, 3), 200, np.uint8))
    assert not kept["squares"].any()
    assert max(kept["tiny_size"]) <= 48


def test_glances_are_made_once_and_read_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_LIMITS", library.HoldingLimits(in_memory=3, batch=2))
    pictures = {f"picture-{seed}": drawing(seed=seed) for seed in range(5)}
    reads: list[str] = []

    def read(image_id: str) -> tuple[Rgb, Unseen]:
        reads.append(image_id)
        return pictures[image_id], Unseen()

    stored = Workspace(tmp_path).measurements("glances", "1")
    store = GlanceStore(stored, read)
    ids = [*pictures]
    made = store(ids[:3])
    assert store(ids[2:])[0].tobytes() == made[2].tobytes()
    assert sorted(reads) == sorted(ids)
    again = GlanceStore(Workspace(tmp_path).measurements("glances", "1"), read)
    assert again(ids[2::-1])[0].tobytes() == made[2].tobytes()
    assert sorted(reads) == sorted(ids)
