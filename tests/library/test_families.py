"""A network of another family comes in by one line of the registry."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import numpy as np
import pytest

from inksift.curation.base.errors import ParamError
from inksift.curation.evidence.features import FeatureParams, embed, load_embedder
from inksift.curation.evidence.models import families
from inksift.curation.evidence.models.pinned import Weights
from inksift.curation.evidence.models.roles import DetectorModel, EmbedderModel
from inksift.curation.evidence.models.weights import list_weights
from inksift.curation.evidence.objects import (
    ObjectParams,
    box_classes,
    count_objects,
    load_detector,
)
from inksift.curation.store.workspace import Workspace

ROOT = Path(__file__).parents[2]
FILE = b"what the network has learned"
OWN_MODULES = {"yolo.py", "yolo_network.py", "efficientnet.py", "families.py"}
"""Those of the two families, and the registry."""


class Corner:
    """Sees one thing per picture, as sure as it was told to be, in the corner."""

    classes = ("thing",)

    def __init__(
        self, weights: Path, folder: Path, *, confidence: float, overlap: float, input_side_px: int
    ) -> None:
        self.version = f"corner-{len(weights.read_bytes())}-{input_side_px}"
        self._confidence = confidence

    def __call__(self, batch):
        box = [0, 0, 0.5, 0.5, self._confidence, 0]
        return [np.array([box], dtype=np.float32) for _ in batch]


class Mean:
    """One number per picture."""

    name, version, dimension, texture_dimension = "toy-mean", "mean-1", 1, 0

    def __init__(self, weights: Path, folder: Path) -> None:
        self.read = weights.read_bytes()

    def __call__(self, batch):
        return np.array([[picture.mean()] for picture in batch], dtype=np.float32)


def weights_of(name: str) -> Weights:
    return Weights(name, f"{name}.bin", (hashlib.sha256(FILE).hexdigest(),), "", "MIT")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the weights of both networks, each registered by one line."""
    corner, mean = weights_of("toy-corner"), weights_of("toy-mean")
    for weights in (corner, mean):
        (tmp_path / weights.file).write_bytes(FILE)
    monkeypatch.setattr(
        families, "DETECTORS", [*families.DETECTORS, DetectorModel(corner, Corner, Corner.classes)]
    )
    monkeypatch.setattr(families, "EMBEDDERS", (*families.EMBEDDERS, EmbedderModel(mean, Mean)))
    return tmp_path


def read(image_id: str) -> np.ndarray:
    return np.full((4, 4, 3), int(image_id), dtype=np.uint8)


def test_another_detector_is_chosen_by_name_and_counts(folder: Path) -> None:
    workspace = Workspace(folder / "work")
    params = ObjectParams.of("object_counts", {"weights": "toy-corner", "confidence": 0.5})
    detector = load_detector(workspace, folder, params)
    counted = count_objects(["1", "2"], read, detector=detector, workspace=workspace, params=params)
    assert counted.frame["classes"].tolist() == ["thing:1", "thing:1"]
    assert counted.frame["boxes"].iloc[0][4] == 0.5


def test_another_embedder_is_chosen_by_name_and_embeds(folder: Path) -> None:
    workspace = Workspace(folder / "work")
    params = FeatureParams.model_construct(embedder="toy-mean", download=False, batch=2)
    embedder = load_embedder(workspace, folder, params)
    embedded = embed(["3", "7"], read, embedder=embedder, workspace=workspace, params=params)
    assert [vector.tolist() for vector in embedded.frame["vector"]] == [[3.0], [7.0]]
    assert set(embedded.frame["embedder"]) == {"toy-mean"}


def test_its_weights_are_listed_and_its_name_is_offered(folder: Path) -> None:
    found = {line.name: line.where for line in list_weights([folder])}
    assert found["toy-corner"] == str(folder / "toy-corner.bin")
    assert box_classes(ObjectParams(weights="toy-corner")) == Corner.classes
    with pytest.raises(ParamError, match=r"no weights called eyes; there are: .*toy-corner"):
        ObjectParams.of("object_counts", {"weights": "eyes"})


def test_the_settings_offer_every_embedder() -> None:
    """The list is made when the module is first imported, so that forms can show it."""
    offered = FeatureParams.model_json_schema()["properties"]["embedder"]["enum"]
    assert offered == list(families.embedders())
    assert FeatureParams().embedder == offered[0]


def test_families_are_named_in_their_own_modules_only() -> None:
    """Heads are fitted to one network and say so; examples of commands name a file to fetch; and
    YOLO is a format of training sets too, with the classes of COCO, and a word in switches."""
    told = subprocess.run(
        ["grep", "-rliE", "yolo|efficientnet", "--include=*.py", "curation", "assets", "pipelines"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    models = {f"curation/evidence/models/{name}" for name in OWN_MODULES}
    heads = {place for place in told.stdout.split() if place.startswith("curation/verdict/medium/")}
    assert set(told.stdout.split()) - heads - models == {
        "curation/base/switches.py",
        "curation/publish/forms/__init__.py",
        "curation/publish/forms/as_yolo.py",
        "curation/training/networks/transfer.py",
        "pipelines/commands/export.py",
        "pipelines/commands/head.py",
        "pipelines/commands/weights.py",
    }
