"""The YOLO adapter gives the boxes that ultralytics' own steps give, one after the other, on the
same array."""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inksift.curation.evidence.models import yolo_network
from inksift.curation.evidence.models.hardened import import_ultralytics
from inksift.curation.evidence.models.weights import find_weights
from inksift.curation.evidence.models.yolo import YoloDetector, letterbox, strongest
from inksift.curation.evidence.models.yolo_network import load_yolo

SIZES = [
    (640, 640),
    (427, 640),
    (640, 321),
    (100, 133),
    (1, 640),
    (640, 1),
    (2, 3),
    (772, 500),
    (639, 640),
    (31, 33),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def yolo_file(weights: Path, cache: Path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return find_weights("yolov8n", [weights])


@pytest.fixture
def detector(yolo_file: Path, cache: Path) -> YoloDetector:
    return YoloDetector(
        yolo_file, cache / "models", confidence=0.25, overlap=0.7, input_side_px=640
    )


def as_predict(network: torch.nn.Module, picture: np.ndarray) -> np.ndarray:
    """What `YOLO(...).predict` does with one picture: pixel boxes, confidences, classes."""
    from ultralytics.data.augment import LetterBox
    from ultralytics.utils.nms import non_max_suppression
    from ultralytics.utils.ops import scale_boxes

    fitted = LetterBox((640, 640), auto=True, stride=32)(image=picture)
    pixels = torch.from_numpy(np.ascontiguousarray(fitted.transpose(2, 0, 1)))[None].float() / 255
    with torch.no_grad():
        found = non_max_suppression(network(pixels), 0.25, 0.7, max_det=300, nc=80)[0]
    found[:, :4] = scale_boxes(pixels.shape[2:], found[:, :4], picture.shape)
    return found.numpy()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_letterbox_equals_the_one_of_ultralytics(size, rng, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    import_ultralytics()
    from ultralytics.data.augment import LetterBox

    picture = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    fitted = letterbox(picture, 640)
    assert (fitted.picture == LetterBox((640, 640), auto=True, stride=32)(image=picture)).all()
    inside = fitted.picture[
        fitted.top : fitted.top + fitted.scaled[1], fitted.left : fitted.left + fitted.scaled[0]
    ]
    assert inside.shape[:2] == fitted.scaled[::-1]


@pytest.mark.slow
def test_the_boxes_are_those_of_predict(detector, yolo_file, shared):
    network = load_yolo(yolo_file)
    files = sorted((shared / "data" / "crawl" / "images").rglob("*.jpg"))[::40]
    pictures = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    for picture, found in zip(pictures, detector(pictures), strict=True):
        expected = as_predict(network, picture)
        height, width = picture.shape[:2]
        assert len(found) == len(expected)
        assert (found[:, 5] == expected[:, 5]).all()
        assert np.allclose(found[:, 4], expected[:, 4], atol=1e-4)
        assert np.allclose(found[:, :4] * (width, height, width, height), expected[:, :4], atol=0.5)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    number=st.integers(0, 60),
    overlap=st.sampled_from([0.3, 0.45, 0.7]),
)
def test_suppression_equals_the_one_of_ultralytics(seed, number, overlap):
    """Seven places without confidence keep ultralytics from taking six candidates for another
    network's output."""
    import_ultralytics()
    from ultralytics.utils.nms import non_max_suppression

    generator = np.random.default_rng(seed)
    candidates = np.zeros((4 + 3, number + 7), dtype=np.float32)
    candidates[:2, :number] = generator.integers(0, 4, (2, number)) * 40 + generator.normal(
        0, 6, (2, number)
    )
    candidates[2:4, :number] = generator.uniform(20, 60, (2, number))
    candidates[4:, :number] = generator.uniform(0, 1, (3, number)) ** 3
    expected = non_max_suppression(
        torch.from_numpy(candidates)[None].clone(), 0.25, overlap, max_det=300
    )[0].numpy()
    assert (strongest(candidates, 0.25, overlap) == expected).all()


def test_no_more_than_three_hundred_objects_are_reported():
    candidates = np.full((5, 400), 0.9, dtype=np.float32)
    candidates[:4] = np.stack(
        [np.arange(400) * 20, np.zeros(400), np.full(400, 9), np.full(400, 9)]
    )
    assert len(strongest(candidates, 0.25, 0.7)) == 300


def test_the_class_names_are_those_of_the_network(yolo_file):
    assert tuple(load_yolo(yolo_file).names.values()) == YoloDetector.classes


def test_nothing_odd_is_left_behind(detector, cache):
    """Fused, safe, offline, its settings not in the home folder, and torchvision never imported."""
    from ultralytics.utils import SAFE_LOAD, SETTINGS_FILE

    assert "torchvision" not in sys.modules
    assert os.environ["ULTRALYTICS_SAFE_LOAD"] == "1"
    assert os.environ["YOLO_AUTOINSTALL"] == "False"
    assert SAFE_LOAD
    assert Path.home() / ".config" not in Path(SETTINGS_FILE).parents


def test_settings_and_weights_make_the_version(yolo_file, cache, detector):
    other = YoloDetector(
        yolo_file, cache / "models", confidence=0.3, overlap=0.7, input_side_px=640
    )
    assert other.version != detector.version
    assert len(list((cache / "models").glob("*.onnx"))) == 1


def test_pictures_of_any_shape_are_taken_alone_or_together(detector, rng):
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in SIZES[1:5]]
    together = detector(pictures)
    assert all(
        (detector([one])[0] == found).all() for one, found in zip(pictures, together, strict=True)
    )
    assert detector([]) == []


def test_every_place_says_what_it_says_among_all_of_them(yolo_file, monkeypatch, rng):
    """At the edges too, where there is nothing for the layers to see."""
    monkeypatch.setattr(yolo_network, "FLOOR", 1e-30)
    pixels = torch.from_numpy(rng.integers(0, 256, (1, 96, 160, 3), dtype=np.uint8))
    with torch.no_grad():
        ours = yolo_network.network(yolo_file)(pixels)
        theirs = load_yolo(yolo_file)(pixels.permute(0, 3, 1, 2).float() / 255)[0]
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_another_process_gets_the_same_detector(detector: YoloDetector) -> None:
    again = copy.copy(detector)  # by what it would be pickled by
    assert (again.version, again.classes) == (detector.version, detector.classes)
