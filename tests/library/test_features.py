"""Embeddings: toys for the mechanism, the real network for what it promises."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from inksift.curation.base import engine
from inksift.curation.base.errors import ParamError, SchemaError, WeightsError
from inksift.curation.evidence import features
from inksift.curation.evidence.features import FeatureParams, embed, feature_matrix, load_embedder
from inksift.curation.evidence.models.efficientnet import (
    VARIANTS,
    EfficientNetEmbedder,
    build_embedder,
    shrink_to_square,
)
from inksift.curation.evidence.models.inference import Eager
from inksift.curation.evidence.models.weights import find_weights
from inksift.curation.store.workspace import Workspace


class Toy:
    """A vector of three numbers made of a picture's first pixel; raises on 250."""

    name = "toy"
    version = "toy-1"
    dimension = 3
    texture_dimension = 0

    def __call__(self, batch):
        values = [float(one.flat[0]) for one in batch]
        if 250.0 in values:
            raise RuntimeError("cannot")
        odd = {251.0: np.nan, 252.0: np.inf, 253.0: 1e6, 254.0: -1e6}
        return np.array(
            [[odd.get(value, value), value / 2, 1] for value in values], dtype=np.float32
        )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def lite(models: Path) -> EfficientNetEmbedder:
    return EfficientNetEmbedder("efficientnet-lite0", find_weights("efficientnet-lite0"), models)


def read(image_id: str) -> np.ndarray:
    return np.full((4, 4, 3), int(image_id), dtype=np.uint8)


def embedded(workspace, image_ids, embedder=None, **settings):
    return embed(
        image_ids,
        read,
        embedder=embedder or Toy(),
        workspace=workspace,
        params=FeatureParams.of("features", settings),
    )


def pictures(number: int) -> list[np.ndarray]:
    generator = np.random.default_rng(5)
    return [
        generator.integers(0, 256, (90 + 70 * (i % 3), 240, 3), dtype=np.uint8)
        for i in range(number)
    ]


def test_a_row_holds_the_vector_at_half_precision(workspace):
    frame = embedded(workspace, ["7", "8"]).frame
    assert frame["status"].tolist() == ["ok", "ok"]
    assert [vector.dtype for vector in frame["vector"]] == [np.float16, np.float16]
    matrix = feature_matrix(frame)
    assert (matrix == [[7, 3.5, 1], [8, 4, 1]]).all()
    assert matrix.dtype == np.float32


@pytest.mark.parametrize(
    "value", [250, 251, 252, 253, 254], ids=["raises", "nan", "inf", "large", "small"]
)
def test_a_vector_that_is_no_use_is_a_bad_feature_and_spoils_no_other(workspace, value):
    frame = embedded(workspace, ["1", str(value), "2"]).frame
    assert frame["status"].tolist() == ["ok", "bad_feature", "ok"]
    assert (feature_matrix(frame) == [[1, 0.5, 1], [0, 0, 0], [2, 1, 1]]).all()


def test_a_second_run_measures_only_what_is_new(workspace):
    assert embedded(workspace, ["1", "2"], batch=1).new == 2
    again = embedded(workspace, ["2", "3"], batch=9)
    assert again.new == 1
    assert again.frame["image_id"].tolist() == ["2", "3"]


def test_no_pictures_give_an_empty_table(workspace):
    frame = embedded(workspace, []).frame
    assert frame.empty
    assert feature_matrix(frame).shape == (0, 0)


def test_vectors_of_another_length_than_promised_are_broken_code(workspace):
    toy = Toy()
    toy.dimension = 4
    with pytest.raises(SchemaError, match="promised 4 numbers"):
        embedded(workspace, ["1"], toy)


def test_missing_weights_stop_the_stage(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("INKSIFT_WEIGHTS", raising=False)
    with pytest.raises(WeightsError, match=r"efficientnet-b4-6ed6700e\.pth"):
        load_embedder(workspace, None, FeatureParams(embedder="efficientnet-b4", download=False))


def test_every_name_that_can_be_set_is_a_network(tmp_path):
    assert set(features.FeatureParams.model_json_schema()["properties"]["embedder"]["enum"]) == set(
        VARIANTS
    )
    with pytest.raises(ParamError, match="no embedder called b9"):
        EfficientNetEmbedder("b9", tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "side_px", "texture"),
    [("efficientnet-lite0", 224, 1408 + 4496), ("efficientnet-lite2", 260, 1536 + 5528)],
)
def test_the_network_agrees_with_torch(models, name, side_px, texture):
    ours = EfficientNetEmbedder(name, find_weights(name), models)
    eager = Eager(build_embedder(name, find_weights(name)), "cpu")
    for picture, vector in zip(pictures(3), ours(pictures(3)), strict=True):
        expected = eager(shrink_to_square(picture, side_px))
        assert vector.shape == (ours.dimension + ours.texture_dimension,) == (2560 + texture,)
        assert vector @ expected / np.linalg.norm(vector) / np.linalg.norm(expected) > 0.9999


def pooled(features: torch.Tensor) -> np.ndarray:
    channels = features[0].flatten(1).numpy()
    return np.concatenate([channels.mean(axis=1), channels.std(axis=1)])


def covariances(features: torch.Tensor) -> np.ndarray:
    matrix = np.cov(features[0].flatten(1).numpy(), bias=True)
    return matrix[np.triu_indices(len(matrix))]


def test_a_row_is_means_deviations_and_covariances_of_feature_maps(lite):
    backbone = build_embedder("efficientnet-lite0", find_weights("efficientnet-lite0")).backbone
    picture = shrink_to_square(pictures(1)[0], 224)
    maps = {}
    for number, block in enumerate(backbone._blocks):
        block.register_forward_hook(
            lambda _, __, output, number=number: maps.setdefault(number, output)
        )
    with torch.inference_mode():
        pixels = (torch.from_numpy(picture).permute(2, 0, 1)[None].float() - 127) / 128
        last = backbone.extract_features(pixels)
    texture = [
        output for number, output in maps.items() if number + 1 not in maps or _ends(maps, number)
    ]
    assert [output.shape[1] for output in texture] == [16, 24, 40, 80, 112, 192, 320]
    told = [pooled(output) for output in (last, *texture[-4:])]
    told += [covariances(output) for output in texture[:4]]
    assert np.allclose(lite([picture])[0], np.concatenate(told), rtol=1e-4, atol=1e-3)


def _ends(maps: dict[int, torch.Tensor], number: int) -> bool:
    """Whether the stage of this block ends with it."""
    return maps[number].shape[1] != maps[number + 1].shape[1]


def test_the_lite_network_keeps_its_relu6():
    module = build_embedder("efficientnet-lite0", find_weights("efficientnet-lite0"))
    assert isinstance(module.backbone._swish, torch.nn.ReLU6)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_vectors_do_not_depend_on_batches_or_workers(lite, monkeypatch, workers):
    monkeypatch.setattr(engine, "worker_count", lambda: workers)
    given = pictures(9)
    alone = np.stack([lite([one])[0] for one in given])
    for size in (1, 5, 8):
        batches = [lite(given[start : start + size]) for start in range(0, len(given), size)]
        assert (np.concatenate(batches) == alone).all()


def test_torch_is_not_imported_where_the_export_is_there(lite, models):
    code = (
        "import sys; from pathlib import Path;"
        "from inksift.curation.evidence.models.efficientnet import EfficientNetEmbedder as E;"
        "from inksift.curation.evidence.models.weights import find_weights as f;"
        f"e = E('efficientnet-lite0', f('efficientnet-lite0'), Path({str(models)!r}));"
        "import numpy as np; assert e([np.zeros((9, 9, 3), np.uint8)]).shape == (1, 8464);"
        "assert 'torch' not in sys.modules and 'torchvision' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2], timeout=300
    )


@pytest.mark.slow
def test_a_full_network_is_exported_too(tmp_path):
    from efficientnet_pytorch import EfficientNet

    torch.manual_seed(1)
    torch.save(EfficientNet.from_name("efficientnet-b0").state_dict(), tmp_path / "b0.pth")
    embedder = EfficientNetEmbedder("efficientnet-b0", tmp_path / "b0.pth", tmp_path / "models")
    eager = Eager(build_embedder("efficientnet-b0", tmp_path / "b0.pth"), "cpu")
    vector, expected = embedder(pictures(1))[0], eager(shrink_to_square(pictures(1)[0], 224))
    assert vector @ expected / np.linalg.norm(vector) / np.linalg.norm(expected) > 0.9999
    assert (embedder.dimension, embedder.texture_dimension) == (2560, 1408 + 4496)


def test_another_process_gets_the_same_embedder(lite: EfficientNetEmbedder) -> None:
    again = copy.copy(lite)  # by what it would be pickled by
    assert again.version == lite.version
    assert (again(pictures(2)) == lite(pictures(2))).all()
