"""Objects per picture: what a detector trained on photographs sees in it."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, field_validator

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import WeightsError
from inksift.curation.base.params import Params
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import OBJECT_COUNTS
from inksift.curation.evidence.in_windows import answers_in_windows, boxes_of_typical
from inksift.curation.evidence.models.downloads import fetch_weights
from inksift.curation.evidence.models.families import DETECTORS, detectors
from inksift.curation.evidence.models.roles import Boxes, Detector
from inksift.curation.evidence.models.weights import how_to_get, search_weights
from inksift.curation.spread.engine import LOCAL, THUMBNAIL_BYTES, Batching, Engine
from inksift.curation.store.measurements import Measured
from inksift.curation.store.workspace import Workspace

VERSION = 2
"""Raised whenever a count may change: what was stored under another is counted again."""

DETECTOR_UNAVAILABLE, NOT_NEEDED = "detector_unavailable", "not_needed"
"""Statuses of what was not counted: nothing could, or `only` left it out."""
MODEL_ERROR = "model_error"
log = logging.getLogger("inksift")


class ObjectParams(Params):
    """Settings of the object detector; the defaults are those of ultralytics' `predict`."""

    only: Literal["all", "doubtful"] = Field(
        "all",
        description="Which kept pictures are counted: every one, or those whose verdict is unsure "
        "without; camp2022, and a head that weighs counts, need every one",
    )
    weights: str = Field(DETECTORS[0].weights.name, description="Name of the detector's weights")
    confidence: float = Field(0.25, ge=0.01, lt=1, description="Least confidence of an object")
    overlap: float = Field(
        0.7, gt=0, le=1, description="Two boxes of a class that overlap more are one object"
    )
    input_side_px: int = Field(
        640,
        ge=320,
        le=640,
        multiple_of=32,
        description="Longest side that the network sees; less changes most counts",
    )
    required: bool = Field(
        False, description="Stop when there are no weights, instead of going on without a vote"
    )
    download: bool = Field(
        False,
        description="Download the weights when they are nowhere on this machine; a run reaches no "
        "network of itself",
    )
    batch: int = Field(64, ge=1, le=1024, description="Pictures measured between two saves")

    @field_validator("weights")
    @classmethod
    def _known_weights(cls, name: str) -> str:
        if name not in detectors():
            raise ValueError(f"no weights called {name}; there are: {', '.join(detectors())}")
        return name


def load_detector(
    workspace: Workspace, weights_folder: Path | None, params: ObjectParams
) -> Detector | None:
    """The detector of `params`, or None (with a warning) when its weights cannot be had and are not
    required.

    WeightsError when weights of that name are there but are not the pinned ones.
    """
    path = search_weights(params.weights, [weights_folder] if weights_folder else [])
    try:
        path = path or _obtain(params)
    except WeightsError as error:
        if params.required:
            raise
        log.warning("objects are not counted: %s", error)
        return None
    return detectors()[params.weights].load(
        path,
        workspace.models,
        confidence=params.confidence,
        overlap=params.overlap,
        input_side_px=params.input_side_px,
    )


def count_objects(
    image_ids: Sequence[str],
    read: Callable[[str], Rgb],
    *,
    detector: Detector | None,
    workspace: Workspace,
    params: ObjectParams,
    pictures_version: str = "",
    engine: Engine = LOCAL,
) -> Measured:
    """An OBJECT_COUNTS row per picture; `pictures_version` names what `read` gives, and what is
    stored under it.

    Without a detector nothing is stored, so that a later run can count."""
    if detector is None:
        return Measured(not_counted(list(dict.fromkeys(image_ids)), DETECTOR_UNAVAILABLE), 0)
    if not image_ids:
        return Measured(OBJECT_COUNTS.frame([]), 0)
    facts = f"{VERSION} {detector.version} {pictures_version}"
    version = hashlib.sha256(facts.encode()).hexdigest()[:16]
    measured = workspace.measurements("object_counts", version).measure(
        image_ids,
        partial(_count, read=read, detector=detector),
        batch=Batching(params.batch, THUMBNAIL_BYTES),
        title="objects",
        engine=engine,
        lost=lambda image_id: OBJECT_COUNTS.frame([_row(image_id, MODEL_ERROR)]),
    )
    return Measured(OBJECT_COUNTS.check(measured.frame), measured.new)


def not_counted(image_ids: Sequence[str], status: str = NOT_NEEDED) -> pd.DataFrame:
    """OBJECT_COUNTS rows of pictures that no detector looked at, and why."""
    return OBJECT_COUNTS.frame([_row(image_id, status) for image_id in image_ids])


def box_classes(params: ObjectParams) -> Sequence[str]:
    """The names of the class indices that boxes by the detector of `params` have."""
    return detectors()[params.weights].classes


def sound_boxes(boxes: Boxes) -> Boxes:
    """Boxes that can be counted: finite ones, cut to the picture, of more than no area.

    >>> boxes = [[-1, 0, 0.5, 1, 0.9, 0], [0, 0, np.nan, 1, 0.9, 0]]
    >>> sound_boxes(np.array(boxes, dtype=np.float32)).tolist()[0][:4]
    [0.0, 0.0, 0.5, 1.0]
    """
    boxes = boxes[np.isfinite(boxes).all(axis=1)].copy()
    boxes[:, :4] = boxes[:, :4].clip(0, 1)
    kept: Boxes = boxes[areas(boxes) > 0]
    return kept


def areas(boxes: Boxes) -> npt.NDArray[np.float32]:
    """The share of the picture that each box covers, 0 where its corners are swapped."""
    left, top, right, bottom = boxes.T[:4]
    area: npt.NDArray[np.float32] = (right - left).clip(0) * (bottom - top).clip(0)
    return area


def class_counts(boxes: Boxes, classes: Sequence[str]) -> str:
    """Objects per class, the commonest first; an index without a name is an "unknown".

    >>> boxes = [[0, 0, 1, 1, 0.9, 1], [0, 0, 1, 1, 0.8, 7]]
    >>> class_counts(np.array(boxes, dtype=np.float32), ["cat", "dog"])
    'dog:1,unknown:1'
    """
    named = dict(enumerate(classes))
    indices = boxes[:, 5].astype(int).tolist()
    names = Counter(named.get(index, "unknown") for index in indices)
    # The commonest first, of equal ones by name, so that a count has one spelling.
    ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return ",".join(f"{name}:{count}" for name, count in ranked)


def _obtain(params: ObjectParams) -> Path:
    if params.download:
        return fetch_weights(params.weights)
    raise WeightsError(how_to_get(params.weights))


def _count(
    image_ids: Sequence[str], read: Callable[[str], Rgb], detector: Detector
) -> pd.DataFrame:
    pictures = per_item(read, image_ids)
    answers = answers_in_windows(detector, pictures, "the object detector")
    found = [
        boxes_of_typical(some, picture.shape)
        for some, picture in zip(answers, pictures, strict=True)
    ]
    counted = zip(image_ids, found, strict=True)
    rows = [_counted(image_id, boxes, detector) for image_id, boxes in counted]
    return OBJECT_COUNTS.frame(rows)


def _counted(image_id: str, boxes: Boxes | None, detector: Detector) -> dict[str, object]:
    if boxes is None:
        return _row(image_id, MODEL_ERROR)
    boxes = sound_boxes(np.asarray(boxes, dtype=np.float32).reshape(-1, 6))
    return _row(image_id, "ok") | {
        "objects": len(boxes),
        "classes": class_counts(boxes, detector.classes),
        "largest_share": float(areas(boxes).max(initial=0)),
        "boxes": boxes.ravel(),
    }


def _row(image_id: str, status: str) -> dict[str, object]:
    nothing = np.zeros(0, dtype=np.float32)
    return {
        "image_id": image_id,
        "status": status,
        "objects": 0,
        "classes": "",
        "largest_share": 0.0,
        "boxes": nothing,
    }
