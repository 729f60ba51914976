"""YOLO as a detector: exactly the boxes of ultralytics' `predict`, without its file reading and without torchvision.

`predict` letterboxes each picture (longest side to the input's side, the other padded to a multiple of 32), runs the
network, drops weak candidates, suppresses overlapping ones and scales the boxes back. The same steps are here, around
the network's own forward pass and ultralytics' own suppression.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from curation.engine import per_item
from curation.inference import Floats, Network, open_network
from curation.signals.base import Rgb
from curation.weights import digest_of, load_yolo, prepare_ultralytics

if TYPE_CHECKING:
    from torch import nn

VERSION = 1
STRIDE = 32
MOST_OBJECTS = 300
END_TO_END = 6
"""An array of just so many candidates is taken for another kind of network's output by ultralytics."""
GREY = (114, 114, 114)
_COCO = """
person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella,
handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard,
surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange,
broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv,
laptop, mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase,
scissors, teddy bear, hair drier, toothbrush
"""
COCO = tuple(name.strip() for name in _COCO.split(","))


class Letterbox(NamedTuple):
    """A picture made to fit the network, and how to get back: the size (width, height) to which it was scaled, and
    the padding left of it and above it, in pixels."""

    picture: Rgb
    scaled: tuple[int, int]
    left: int
    top: int


def letterbox(picture: Rgb, side_px: int) -> Letterbox:
    """The picture with its longest side at `side_px`, on grey, both sides multiples of 32."""
    height, width = picture.shape[:2]
    ratio = min(side_px / height, side_px / width)
    scaled = max(round(width * ratio), 1), max(round(height * ratio), 1)
    fitted = picture if scaled == (width, height) else cv2.resize(picture, scaled, interpolation=cv2.INTER_LINEAR)
    left, right = _halves((side_px - scaled[0]) % STRIDE)
    top, bottom = _halves((side_px - scaled[1]) % STRIDE)
    padded = cv2.copyMakeBorder(fitted, top, bottom, left, right, cv2.BORDER_CONSTANT, value=GREY)
    return Letterbox(padded.astype(np.uint8, copy=False), scaled, left, top)


def fractions(boxes: Floats, box: Letterbox) -> Floats:
    """Boxes (n x 4, x1 y1 x2 y2, in pixels of the letterboxed picture) as fractions of the picture inside."""
    x, y = (boxes[:, 0::2] - box.left) / box.scaled[0], (boxes[:, 1::2] - box.top) / box.scaled[1]
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1).clip(0, 1)


class YoloDetector:
    """YOLO on a letterboxed picture, one picture per core at a time."""

    classes: Sequence[str] = COCO

    def __init__(self, weights: Path, folder: Path, *, confidence: float, overlap: float, input_side_px: int) -> None:
        """From verified `weights`; the exported network is kept in `folder`."""
        prepare_ultralytics()
        weights_digest = digest_of(weights)
        sizes = (input_side_px, input_side_px), (input_side_px * 3 // 4 // STRIDE * STRIDE or STRIDE, input_side_px)
        self._run = open_network(Network(f"yolo-{weights_digest}", lambda: _network(weights), sizes), folder)
        self._confidence, self._overlap, self._side_px = confidence, overlap, input_side_px
        settings = f"{VERSION} {weights_digest} {confidence} {overlap} {input_side_px}"
        self.version = hashlib.sha256(settings.encode()).hexdigest()[:16]

    def __call__(self, batch: Sequence[Rgb]) -> list[Floats]:
        """Boxes of every picture: n x 6 of x1, y1, x2, y2 (0 to 1), confidence, class index."""
        return per_item(self._detect, batch)

    def _detect(self, picture: Rgb) -> Floats:
        fitted = letterbox(picture, self._side_px)
        found = self._suppress(self._run(fitted.picture))
        return np.concatenate([fractions(found[:, :4], fitted), found[:, 4:]], axis=1)

    def _suppress(self, candidates: Floats) -> Floats:
        """Of candidates (4 + classes) x n, those that stand out: m x 6 of pixel box, confidence, class index."""
        import torch
        from ultralytics.utils.nms import non_max_suppression

        likely = candidates[:, candidates[4:].max(axis=0) >= self._confidence]
        padded = np.pad(likely, ((0, 0), (0, END_TO_END + 1)))  # with no confidence, so that they are dropped
        found: Floats = non_max_suppression(
            torch.from_numpy(padded)[None], self._confidence, self._overlap, max_det=MOST_OBJECTS
        )[0].numpy()
        return found


def _network(weights: Path) -> nn.Module:
    from torch import Tensor, nn

    class Yolo(nn.Module):
        """Pixels in, candidates (4 + classes) x n out."""

        def __init__(self, detector: nn.Module) -> None:
            super().__init__()
            self.detector = detector

        def forward(self, picture: Tensor) -> Tensor:
            candidates: Tensor = self.detector(picture.permute(0, 3, 1, 2).float() / 255)
            return candidates

    detector: Any = load_yolo(weights)
    head = detector.model[-1]
    head.export, head.dynamic, head.format = True, True, "onnx"  # one plain output, for any input size
    return Yolo(detector).eval()


def _halves(padding: int) -> tuple[int, int]:
    return round(padding / 2 - 0.1), round(padding / 2 + 0.1)
