"""Long strips are looked at in windows; pictures of ordinary shape take the way that they always
took."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.strips import (
    LONGEST_STRIP_PX,
    MOST_WINDOWS,
    WINDOW_SIDE_PX,
    cut_windows,
    is_strip,
    over_windows,
    windows,
    working_size,
)
from inksift.curation.base.thumbnail_codec import pack, unpack
from inksift.curation.evidence.features import FeatureParams as Params
from inksift.curation.evidence.features import embed, load_embedder
from inksift.curation.evidence.in_windows import boxes_of_typical, mean_row
from inksift.curation.gather.gate.pixels import measure_pixels
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.store.workspace import Workspace


def _panel(seed: int) -> Rgb:
    """A drawn panel of 320 x 320: flat shapes with outlines on white."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (320, 320), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((10, 10, 309, 309), fill=tuple(rng.integers(120, 250, 3)), outline="black")
    for _ in range(9):
        left, top, width, height = (int(value) for value in rng.integers(20, 140, 4))
        box = (left, top, left + width, top + height)
        pen.ellipse(box, fill=tuple(rng.integers(0, 255, 3)), outline="black", width=4)
    return np.asarray(image)


def _strip(panels: int) -> Rgb:
    return np.concatenate([_panel(seed) for seed in range(panels)])


@pytest.mark.parametrize("size", [(640, 640), (300, 1000), (1000, 300), (1, 640), (640, 20)])
def test_ordinary_pictures_and_rules_are_one_window(size):
    picture = np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert [window.shape for window in cut_windows(picture)] == [picture.shape]
    assert np.array_equal(working_size(picture, 256), shrink(picture, 256, cv2.INTER_LINEAR))
    assert mean_row([np.arange(3, dtype=np.float32)]).tolist() == [0, 1, 2]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("panels", [5, 12, 40, 300])
def test_windows_are_about_square_few_and_spread_from_end_to_end(panels, turned):
    size = (64, 64 * panels) if turned else (64 * panels, 64)
    found = windows(size)
    assert len(found) == min(panels, MOST_WINDOWS)
    assert {(box.width, box.height) for box in found} == {(64, 64)}
    assert (found[0].left, found[0].top) == (0, 0)
    assert (found[-1].left + 64, found[-1].top + 64) == (size[1], size[0])


def test_a_strips_thumbnail_has_room_for_its_windows_and_an_end():
    assert min(working_size(_strip(9), 640).shape[:2]) == WINDOW_SIDE_PX
    endless = working_size(np.zeros((40_000, 40, 3), np.uint8), 640)
    assert endless.shape[0] == LONGEST_STRIP_PX
    assert np.array_equal(unpack(pack(endless)), endless)


def test_signals_of_a_strip_are_those_of_its_panels():
    strip = measure_pixels(_strip(8), thumbnail_side_px=256).signals
    panels = [measure_pixels(_panel(seed), thumbnail_side_px=256).signals for seed in range(8)]
    for signal in SIGNALS:
        values = [panel[signal.name] for panel in panels]
        assert strip[signal.name] == pytest.approx(np.mean(values), rel=0.1)


def test_what_is_measured_is_a_mean():
    halves = np.concatenate(
        [np.zeros((64 * 3, 64, 3), np.uint8), np.ones((64 * 3, 64, 3), np.uint8)]
    )
    assert is_strip(halves.shape)
    assert over_windows(lambda rgb: float(rgb.mean()), halves) == 0.5


def test_boxes_of_a_strip_lie_in_its_typical_window():
    size, whole = (500, 100), [[0.0, 0.0, 1.0, 0.5, 0.9, 0.0]]
    found = [np.array(whole * count, np.float32).reshape(-1, 6) for count in (5, 1, 0, 3, 0)]
    boxes = boxes_of_typical(found, size)
    assert np.allclose(boxes, [[0.0, 0.2, 1.0, 0.3, 0.9, 0.0]])
    assert boxes_of_typical([None, found[0]], size) is None


def test_a_strip_is_near_its_panels_in_features(tmp_path: Path):
    workspace = Workspace(tmp_path / "work")
    pictures = {"strip": _strip(7), **{str(seed): _panel(seed) for seed in range(7)}}
    pictures["squashed"] = cv2.resize(pictures["strip"], (320, 320), interpolation=cv2.INTER_AREA)
    params = Params(download=False)
    embedder = load_embedder(workspace, None, params)
    rows = embed(
        list(pictures), pictures.__getitem__, embedder=embedder, workspace=workspace, params=params
    ).frame.set_index("image_id")["vector"]
    mean = np.mean([rows[str(seed)] for seed in range(7)], axis=0)
    assert _cosine(rows["strip"], mean) > 0.99 > _cosine(rows["squashed"], mean)


def _cosine(one, other) -> float:
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
