"""The peer of throughput.py: the same work as a notebook does it, one step after another, every
file opened anew.

This is the only place in the repository where OpenCV reads image files, because that is what
notebooks do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import imagehash
import numpy as np
import torch
from PIL import Image

from inksift.curation.evidence.features import DEFAULT_EMBEDDER
from inksift.curation.evidence.models.efficientnet import VARIANTS
from inksift.curation.evidence.models.hardened import import_ultralytics
from inksift.curation.evidence.models.pinned import load_state
from inksift.curation.evidence.models.weights import find_weights

SIDE_PX = 640
CONFIDENCE, OVERLAP, MOST = 0.25, 0.7, 300
NETWORK = VARIANTS[DEFAULT_EMBEDDER]

Step = Callable[[Path], Any]


def steps() -> dict[str, Step]:
    """The notebook's cells: each maps a file to its result. The networks are loaded here, before
    the clock starts."""
    return {"hash": phash, "filters": filters, "objects": detector(), "features": embedder()}


def phash(file: Path) -> int:
    """The 64-bit perceptual hash of the file."""
    return int(str(imagehash.phash(Image.open(file))), 16)


def filters(file: Path) -> tuple[float, float]:
    """The share of edge pixels, and the mean saturation, both at full size."""
    picture = cv2.imread(str(file))
    edges = cv2.Canny(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 100, 200)
    saturation = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[..., 1]
    return float((edges > 0).mean()), float(saturation.mean())


def detector() -> Step:
    """A file's object count and the shape that the network saw: `YOLO(...)`, or its steps where
    torchvision is broken.

    With a broken torchvision `predict` cannot run at all; the steps are those of its source.
    """
    import_ultralytics()
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        return _by_hand()
    return _by_predict()


def embedder() -> Step:
    """A file's features, eager, one picture at a time."""
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name(DEFAULT_EMBEDDER)
    network.load_state_dict(load_state(find_weights(DEFAULT_EMBEDDER)))
    network.eval()
    mean, deviation = np.float32(NETWORK.mean), np.float32(NETWORK.deviation)

    def features(file: Path) -> np.ndarray:
        picture = (
            Image.open(file)
            .convert("RGB")
            .resize((NETWORK.side_px, NETWORK.side_px), Image.Resampling.BILINEAR)
        )
        pixels = (np.asarray(picture, dtype=np.float32) - mean) / deviation
        with torch.no_grad():
            channels = network.extract_features(
                torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]
            )[0].flatten(1)
        return torch.cat([channels.mean(1), channels.std(1, unbiased=False)]).numpy()

    return features


def _by_predict() -> Step:
    from ultralytics import YOLO

    model = YOLO(find_weights("yolov8n"))

    def count(file: Path) -> tuple[int, Sequence[int]]:
        found = model.predict(
            str(file), imgsz=SIDE_PX, conf=CONFIDENCE, iou=OVERLAP, verbose=False
        )[0]
        return len(found.boxes), ()

    return count


def _by_hand() -> Step:
    from ultralytics.data.augment import LetterBox
    from ultralytics.utils.nms import non_max_suppression

    from inksift.curation.evidence.models.yolo_network import load_yolo

    network = load_yolo(find_weights("yolov8n"))
    fit = LetterBox((SIDE_PX, SIDE_PX), auto=True, stride=32)

    def count(file: Path) -> tuple[int, Sequence[int]]:
        fitted = fit(image=cv2.imread(str(file)))[..., ::-1].transpose(2, 0, 1)
        pixels = torch.from_numpy(np.ascontiguousarray(fitted))[None].float() / 255
        with torch.no_grad():
            found = non_max_suppression(network(pixels), CONFIDENCE, OVERLAP, max_det=MOST, nc=80)[
                0
            ]
        return len(found), pixels.shape[2:]

    return count
