"""Views: little is kept of each picture, and nothing of its descriptors is lost."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import WHITE, Unseen
from inksift.curation.dedup.aligned.view import View, ViewLimits, detected, roots
from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import STYLES, paint

LIMITS = ViewLimits()


def drawing(style: str) -> Rgb:
    rng = np.random.default_rng(0)
    return paint(draw_scene("house", 1.0, 0.8, rng), style, 480, rng)


def view(rgb: Rgb) -> View:
    return View(rgb, width=rgb.shape[1], height=rgb.shape[0])


@pytest.mark.parametrize("style", STYLES)
def test_descriptors_fit_into_bytes_unchanged(style: str) -> None:
    seen = view(drawing(style))
    places, descriptors = seen.keypoints
    points, expected = detected(seen.rgb, LIMITS.most_keypoints)
    assert descriptors.dtype == np.uint8
    assert len(expected) > 0
    np.testing.assert_array_equal(descriptors, expected)
    np.testing.assert_array_equal(places, np.array([point.pt for point in points], np.float32))


def test_roots_compare_descriptors_whatever_their_sums() -> None:
    one = np.array([[4, 0, 12], [0, 0, 0], [1, 0, 3]], np.uint8)
    likeness = roots(one) @ roots(one).T
    np.testing.assert_allclose(likeness, [[1, 0, 1], [0, 0, 0], [1, 0, 1]], atol=1e-6)


def test_a_square_has_mean_0_and_length_1() -> None:
    seen = view(drawing("cartoon"))
    for square in (seen.content_square, seen.page_square):
        assert square.shape == (LIMITS.square_px, LIMITS.square_px)
        assert float(square.mean()) == pytest.approx(0, abs=1e-6)
        assert float(np.linalg.norm(square)) == pytest.approx(1)


def test_a_flat_picture_has_neither_keypoints_nor_a_square() -> None:
    seen = view(np.full((50, 70, 3), 255, np.uint8))
    assert [part.shape for part in seen.keypoints] == [(0, 2), (0, 128)]
    assert not seen.content_square.any()


def test_a_view_holds_at_most_its_pixels_and_some_bytes_per_keypoint(
    rng: np.random.Generator,
) -> None:
    busy = np.asarray(
        Image.fromarray(rng.integers(0, 256, (80, 80, 3), dtype=np.uint8)).resize((640, 640))
    )
    seen = view(busy)
    parts = (seen.rgb, *seen.keypoints, seen.content_square, seen.page_square)
    assert len(seen.keypoints[0]) >= LIMITS.most_keypoints
    assert sum(
        part.nbytes for part in parts
    ) < 3 * LIMITS.side_px**2 + 8 * LIMITS.square_px**2 + 140 * (LIMITS.most_keypoints + 10)


def test_a_view_gives_its_thumbnail_again_whole() -> None:
    rgb = drawing("cartoon")
    np.testing.assert_array_equal(view(rgb).thumbnail(), rgb)


def test_a_thumbnail_is_read_again_only_when_asked_for() -> None:
    rgb, reads = drawing("cartoon"), list[str]()

    def source() -> tuple[Rgb, Unseen]:
        reads.append("read")
        return rgb, Unseen()

    seen = View(rgb, width=rgb.shape[1], height=rgb.shape[0], source=source)
    assert seen.keypoints
    assert reads == []
    np.testing.assert_array_equal(seen.thumbnail(), rgb)
    assert reads == ["read"]


def test_on_another_ground_the_thumbnail_is_laid_on_it_too() -> None:
    rgb = drawing("cartoon")
    alpha = np.full(rgb.shape[:2], 255, np.uint8)
    alpha[:100] = 0
    white = np.where(alpha[..., None] > 0, rgb, np.uint8(WHITE))
    seen = View(white, width=rgb.shape[1], height=rgb.shape[0], unseen=Unseen(alpha, WHITE))
    black = seen.on((0, 0, 0)).thumbnail()
    assert black.shape == rgb.shape
    assert not black[:100].any()
    np.testing.assert_array_equal(black[100:], rgb[100:])
