"""The networks that can be chosen: a new family is one module, and one line here.

The first of each kind is the default."""

from __future__ import annotations

from collections.abc import Mapping

from inksift.curation.evidence.models import efficientnet, yolo
from inksift.curation.evidence.models.pinned import Weights
from inksift.curation.evidence.models.roles import DetectorModel, EmbedderModel

DETECTORS: tuple[DetectorModel, ...] = (*yolo.DETECTOR_MODELS,)
EMBEDDERS: tuple[EmbedderModel, ...] = (*efficientnet.EMBEDDER_MODELS,)


def detectors() -> Mapping[str, DetectorModel]:
    """The detectors by name."""
    return {model.weights.name: model for model in DETECTORS}


def embedders() -> Mapping[str, EmbedderModel]:
    """The embedders by name."""
    return {model.weights.name: model for model in EMBEDDERS}


def known_weights() -> Mapping[str, Weights]:
    """The weights of all of them, by name."""
    found = [model.weights for model in DETECTORS] + [model.weights for model in EMBEDDERS]
    return {weights.name: weights for weights in found}
