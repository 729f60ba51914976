"""YOLO as a detector: exactly the boxes of ultralytics' `predict`, without its file reading and
without torchvision.

`predict` letterboxes each picture (longest side to the input's side, the other padded to a multiple
of 32), runs the network, drops weak candidates, suppresses overlapping ones and scales the boxes
back. The same steps are here, around the network's own layers; torch and ultralytics are needed
only once, to export it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.engine import per_item
from inksift.curation.base.rgb import Rgb
from inksift.curation.evidence.models.inference import NetworkSource, open_network
from inksift.curation.evidence.models.pinned import Weights, digest_of
from inksift.curation.evidence.models.roles import DetectorModel

if TYPE_CHECKING:
    from torch import nn

VERSION = 1
"""Raised whenever a count may change: part of the version of the detector."""

_GRAPH = 2
"""Raised whenever the same counts come of another graph: part of the name of the exported one."""

STRIDE = 32
"""Pixels of a picture to one of YOLO's coarsest map: sides are multiples of it."""

MOST_OBJECTS = 300
"""Objects in a picture at most: ultralytics' default."""

CLASS_OFFSET_PX = 7680
"""Boxes of different classes are moved so far apart that they never overlap."""
_GREY = (114, 114, 114)
"""Colour of the letterbox, as ultralytics has it."""

_NAMES = """
person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light,
fire hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant,
bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard,
sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle,
wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot,
hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock,
vase, scissors, teddy bear, hair drier, toothbrush
"""
_COCO = tuple(name.strip() for name in _NAMES.split(","))


class Letterbox(NamedTuple):
    """A picture made to fit the network, and how to get back: the size (width, height) to which it
    was scaled, and the padding left of it and above it, in pixels."""

    picture: Rgb
    scaled: tuple[int, int]
    left: int
    top: int


def letterbox(picture: Rgb, side_px: int) -> Letterbox:
    """The picture with its longest side at `side_px`, on grey, both sides multiples of 32."""
    height, width = picture.shape[:2]
    ratio = min(side_px / height, side_px / width)
    scaled = max(round(width * ratio), 1), max(round(height * ratio), 1)
    fitted = (
        picture
        if scaled == (width, height)
        else cv2.resize(picture, scaled, interpolation=cv2.INTER_LINEAR)
    )
    left, right = _halves((side_px - scaled[0]) % STRIDE)
    top, bottom = _halves((side_px - scaled[1]) % STRIDE)
    padded = cv2.copyMakeBorder(fitted, top, bottom, left, right, cv2.BORDER_CONSTANT, value=_GREY)
    return Letterbox(padded.astype(np.uint8, copy=False), scaled, left, top)


def fractions(boxes: Floats32, box: Letterbox) -> Floats32:
    """Boxes (n x 4, x1 y1 x2 y2, in pixels of the letterboxed picture) as fractions of the picture
    inside."""
    x, y = (boxes[:, 0::2] - box.left) / box.scaled[0], (boxes[:, 1::2] - box.top) / box.scaled[1]
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1).clip(0, 1)


class YoloDetector:
    """YOLO on a letterboxed picture, one picture per core at a time."""

    classes: Sequence[str] = _COCO

    def __init__(
        self, weights: Path, folder: Path, *, confidence: float, overlap: float, input_side_px: int
    ) -> None:
        """From verified `weights`; the exported network is kept in `folder`."""
        self._files = (weights, folder)
        weights_digest = digest_of(weights)
        sizes = (
            (input_side_px, input_side_px),
            (input_side_px * 3 // 4 // STRIDE * STRIDE or STRIDE, input_side_px),
        )
        self._run = open_network(
            NetworkSource(f"yolo-{weights_digest}-v{_GRAPH}", lambda: _network(weights), sizes),
            folder,
        )
        self._confidence, self._overlap, self._side_px = confidence, overlap, input_side_px
        settings = f"{VERSION} {weights_digest} {confidence} {overlap} {input_side_px}"
        self.version = hashlib.sha256(settings.encode()).hexdigest()[:16]

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process loads it from the same files."""
        made = partial(
            YoloDetector,
            confidence=self._confidence,
            overlap=self._overlap,
            input_side_px=self._side_px,
        )
        return made, self._files

    def __call__(self, batch: Sequence[Rgb]) -> list[Floats32]:
        """Boxes of every picture: n x 6 of x1, y1, x2, y2 (0 to 1), confidence, class index."""
        return per_item(self._detect, batch)

    def _detect(self, picture: Rgb) -> Floats32:
        fitted = letterbox(picture, self._side_px)
        found = strongest(self._run(fitted.picture), self._confidence, self._overlap)
        return np.concatenate([fractions(found[:, :4], fitted), found[:, 4:]], axis=1)


def strongest(candidates: Floats32, confidence: float, overlap: float) -> Floats32:
    """Of candidates (4 + classes) x n, those that stand out: m x 6 of pixel box, confidence, class
    index, best first.

    The answer of ultralytics' `non_max_suppression`, step by step in float32, but without torch,
    whose threads make waiting for each other cost ten times the work here."""
    scores = candidates[4:].max(axis=0)
    candidates, scores = candidates[:, scores > confidence], scores[scores > confidence]
    centres, halves = candidates[:2], candidates[2:4] / 2
    boxes, classes = (
        np.concatenate([centres - halves, centres + halves]).T,
        candidates[4:].argmax(axis=0),
    )
    kept = _apart(boxes + (classes * CLASS_OFFSET_PX)[:, None].astype(np.float32), scores, overlap)[
        :MOST_OBJECTS
    ]
    return np.column_stack([boxes[kept], scores[kept], classes[kept].astype(np.float32)])


def _apart(boxes: Floats32, scores: Floats32, overlap: float) -> list[int]:
    """Indices of boxes, best first, leaving out those that overlap a better one by more than
    `overlap`."""
    order, kept = np.argsort(-scores, kind="stable"), []
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        corners = (
            np.maximum(boxes[best, :2], boxes[order, :2]),
            np.minimum(boxes[best, 2:], boxes[order, 2:]),
        )
        common = (corners[1] - corners[0]).clip(0).prod(axis=1)
        with np.errstate(
            invalid="ignore", divide="ignore"
        ):  # a box without area overlaps by 0 / 0 and is dropped
            order = order[common / (areas[best] + areas[order] - common) <= overlap]
    return kept


def _network(weights: Path) -> nn.Module:
    # torch, which takes seconds to import, is needed for the export alone
    from inksift.curation.evidence.models.yolo_network import network

    return network(weights)


def _halves(padding: int) -> tuple[int, int]:
    return round(padding / 2 - 0.1), round(padding / 2 + 0.1)


DETECTOR_MODELS = (
    DetectorModel(
        Weights(
            "yolov8n",
            "yolov8n.pt",
            ("31e20dde3def09e2cf938c7be6fe23d9150bbbe503982af13345706515f2ef95", "f59b3d83"),
            "https://github.com/ultralytics/assets/releases/download/v0.0.0/yolov8n.pt",
            "AGPL-3.0",
        ),
        YoloDetector,
        _COCO,
    ),
)
