"""YOLO's own layers as one torch module, looking for boxes only where there can be an object.

Ultralytics measures a box at each of 8,400 places and then drops nearly all of them. Here the
places that cannot count (confidence below `FLOOR`) are dropped first: a sixth of the arithmetic is
that of boxes, and what is left of it gives the same numbers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from inksift.curation.base.errors import WeightsError
from inksift.curation.evidence.models.hardened import import_ultralytics
from inksift.curation.evidence.models.pinned import first_line

FLOOR = 0.01
"""Confidence below which a candidate is not even decoded: the least that can be asked for."""
_REACH = 2
"""Places to each side that a box is measured by: two layers of 3 x 3."""


class _Places(NamedTuple):
    """n places of a map of height x width."""

    rows: Tensor
    columns: Tensor
    height: Tensor | int
    width: Tensor | int


class YoloCandidates(nn.Module):
    """Pixels in, 1 x height x width x 3 uint8, candidates out, 1 x (4 + classes) x n float32."""

    def __init__(self, detector: Any) -> None:
        super().__init__()
        head = detector.model[-1]
        detector.model[-1] = _Head(head)
        self.detector = detector

    def forward(self, picture: Tensor) -> Tensor:
        """Boxes (centre, width and height, in pixels) and a confidence for each class."""
        found: Tensor = self.detector(picture.permute(0, 3, 1, 2).float() / 255)
        return found


class _Head(nn.Module):
    """The last module of the network: maps of several strides in, candidates out."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        for wire in ("f", "i", "type"):  # by which ultralytics ties its modules together
            setattr(self, wire, getattr(head, wire))
        self.head, self._strides = head, head.stride.tolist()

    def forward(self, maps: list[Tensor]) -> Tensor:
        layers = zip(maps, self.head.cv3, self.head.cv2, self._strides, strict=True)
        return torch.cat([self._on_map(*one) for one in layers], dim=2)

    def _on_map(self, features: Tensor, classes: Any, boxes: Any, stride: float) -> Tensor:
        scores = classes(features)[0].flatten(1)
        chosen = _likely(scores)
        places = _places(chosen, features)
        centres = torch.stack([places.columns, places.rows]).float()[None] + 0.5
        found = self.head.dfl(_sides(features, boxes, places))
        decoded = self.head.decode_bboxes(found, centres) * stride
        return torch.cat([decoded, scores[None, :, chosen].sigmoid()], dim=1)


def network(weights: Path) -> nn.Module:
    """The detector of checked `weights`: 1 x height x width x 3 uint8 -> candidates 1 x
    (4 + classes) x n float32."""
    return YoloCandidates(load_yolo(weights)).eval()


def load_yolo(path: Path) -> nn.Module:
    """The network in a checked ultralytics checkpoint, fused, in float32 and evaluation mode, on
    the CPU.

    MissingError where torch cannot load safely; WeightsError where the file holds more than a known
    network."""
    import_ultralytics()
    from ultralytics.nn.tasks import torch_safe_load

    try:
        checkpoint, _ = torch_safe_load(path, safe_only=True)  # type: ignore[no-untyped-call]
        detector: nn.Module = (
            (checkpoint.get("ema") or checkpoint["model"]).float().fuse(verbose=False).eval()
        )
    except Exception as error:  # a damaged file reaches us as any of a dozen types
        raise WeightsError(f"{path} is not an ultralytics detector: {first_line(error)}") from error
    return detector


def _likely(scores: Tensor) -> Tensor:
    """The places (n of height * width) where some class of `scores` (classes x places, in log-odds)
    can count; the first place always, for no place at all cannot be decoded."""
    likely = scores.amax(0) > _logit(FLOOR)
    return torch.cat([torch.ones_like(likely[:1]), likely[1:]]).nonzero().squeeze(1)


def _places(chosen: Tensor, features: Tensor) -> _Places:
    height, width = features.shape[2:]
    rows = torch.div(chosen, width, rounding_mode="floor")
    return _Places(rows, chosen - rows * width, height, width)


def _sides(features: Tensor, layers: Any, places: _Places) -> Tensor:
    """What the layers for boxes say at some places of a map, 1 x 4 * bins x n: two of 3 x 3 and one
    of 1 x 1, on the 5 x 5 around each place."""
    first, second, last = layers
    seen = first.act(functional.conv2d(_around(features, places), *_weights(first)))
    # the second layer sees nothing beyond the edge of the map, not what the first would see there
    seen = seen * _inside(places)[:, None].float()
    seen = second.act(functional.conv2d(seen, *_weights(second)))
    sides: Tensor = last(seen).flatten(1).T[None]
    return sides


def _around(features: Tensor, places: _Places) -> Tensor:
    """The 5 x 5 around each place, n x channels x 5 x 5; zero beyond the edge."""
    edge = functional.pad(features, (_REACH,) * 4)[0].flatten(1)
    steps = torch.arange(2 * _REACH + 1, device=features.device)
    rows, columns = (line[:, None] + steps for line in (places.rows, places.columns))
    cells = rows[:, :, None] * (places.width + 2 * _REACH) + columns[:, None, :]
    return edge[:, cells].permute(1, 0, 2, 3)


def _inside(places: _Places) -> Tensor:
    """Which of the 3 x 3 around each place lie on the map, n x 3 x 3."""
    steps = torch.arange(-1, 2, device=places.rows.device)
    rows, columns = (line[:, None] + steps for line in (places.rows, places.columns))
    in_rows = (rows >= 0) & (rows < places.height)
    in_columns = (columns >= 0) & (columns < places.width)
    return in_rows[:, :, None] & in_columns[:, None, :]


def _weights(layer: Any) -> tuple[Tensor, Tensor]:
    return layer.conv.weight, layer.conv.bias


def _logit(probability: float) -> float:
    """The inverse of the logistic function.

    >>> _logit(0.5)
    0.0
    """
    return math.log(probability / (1 - probability))
