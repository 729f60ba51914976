"""What a network can do here, and what its module hands to the registry (`families`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.evidence.models.pinned import Weights

Boxes = npt.NDArray[np.float32]
"""n x 6: x1, y1, x2, y2 as fractions of the picture, confidence, class index."""


class Detector(Protocol):
    """Finds objects. `version` changes whenever an answer may change; `classes` names the class
    indices."""

    version: str
    classes: Sequence[str]

    def __call__(self, batch: Sequence[Rgb]) -> list[Boxes]: ...


class Embedder(Protocol):
    """Turns pictures into rows of `dimension` numbers for what they show and `texture_dimension`
    for how they are made.

    `name` is that of the network; `version` changes whenever a number may."""

    name: str
    version: str
    dimension: int
    texture_dimension: int

    def __call__(self, batch: Sequence[Rgb]) -> npt.NDArray[np.float32]: ...


class LoadDetector(Protocol):
    """Makes a detector from a verified file of weights; what it exports goes into `folder`."""

    def __call__(
        self, weights: Path, folder: Path, *, confidence: float, overlap: float, input_side_px: int
    ) -> Detector: ...


@dataclass(frozen=True)
class DetectorModel:
    """A detector that can be chosen by the name of its weights; `classes` names the class indices
    of its boxes."""

    weights: Weights
    load: LoadDetector
    classes: Sequence[str]


@dataclass(frozen=True)
class EmbedderModel:
    """An embedder that can be chosen by the name of its weights; `load` takes a verified file of
    weights and the folder for what it exports."""

    weights: Weights
    load: Callable[[Path, Path], Embedder]
