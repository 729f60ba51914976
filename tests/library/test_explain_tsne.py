"""t-SNE for any number of vectors, and its drawing for any number of classes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from inksift.curation.drawing.drawing import MANY_COLOURS
from inksift.curation.training.explain.scatter import MOST_CLASSES, looks_of, scatter_2d, scatter_3d
from inksift.curation.training.explain.tsne import same_class_neighbours, tsne

HOSTILE = ["$x_{2", "猫\nnew line", "\x1b[31m", "\\$\\frac{", "<b>", "", "x" * 250]


def heaps(count: int, dimension: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in two heaps far apart, and which is of which."""
    vectors = np.random.default_rng(0).normal(size=(count, dimension)).astype(np.float32)
    of_first = np.arange(count) % 2 == 0
    vectors[of_first] += 20
    return vectors, np.where(of_first, "a", "b").astype(object)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 40])
def test_any_number_of_vectors_gives_as_many_points(count, dimensions):
    points = tsne(heaps(count)[0], dimensions=dimensions, perplexity=30, seed=0)
    assert points.shape == (count, dimensions)
    assert np.isfinite(points).all()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_what_is_apart_stays_apart(dimensions):
    vectors, heap = heaps(60)
    points = tsne(vectors, dimensions=dimensions, perplexity=10, seed=0)
    assert same_class_neighbours(points, heap) == 1


@pytest.mark.parametrize("count", [1, 2, 9])
def test_vectors_that_are_all_the_same_are_one_spot(count):
    assert not tsne(np.full((count, 5), 0.1), dimensions=2, perplexity=5, seed=0).any()


@pytest.mark.parametrize(
    "vectors", [heaps(12, dimension=1)[0], heaps(12)[0].repeat(2, axis=0), np.eye(12)[:, :3]]
)
def test_few_features_and_copies_are_laid_out_too(vectors):
    points = tsne(vectors, dimensions=3, perplexity=50, seed=0)
    assert np.isfinite(points).all()
    assert points.std() > 0


def test_follows_its_seed():
    vectors = heaps(20)[0]
    first, again, other = (
        tsne(vectors, dimensions=2, perplexity=5, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_same_class_neighbours_of_too_few_is_unknown():
    assert np.isnan(same_class_neighbours(np.zeros((1, 2)), np.array(["a"], dtype=object)))
    assert same_class_neighbours(np.array([[0.0], [1.0]]), np.array(["a", "b"], dtype=object)) == 0


@pytest.mark.parametrize("classes", [1, 60])
@pytest.mark.parametrize("count", [1, 300])
@pytest.mark.parametrize(("draw", "dimensions"), [(scatter_2d, 2), (scatter_3d, 3)])
def test_is_a_small_png(draw, dimensions, count, classes):
    points = np.random.default_rng(0).normal(size=(count, dimensions))
    labels = [f"{HOSTILE[k % classes % len(HOSTILE)]}{k % classes}" for k in range(count)]
    data = draw(points, labels)
    assert len(data) <= MANY_COLOURS.most_bytes
    with Image.open(BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 345


def test_the_same_points_give_the_same_bytes():
    assert scatter_3d(np.eye(3), ["a", "b", "a"]) == scatter_3d(np.eye(3), ["a", "b", "a"])


def test_twenty_five_classes_have_a_look_each():
    looks = looks_of([f"c{number:02}" for number in range(MOST_CLASSES)])
    assert len({(look.colour, look.marker) for look in looks.values()}) == MOST_CLASSES
    assert [look.name for look in looks.values()] == sorted(looks)


def test_beyond_that_the_smaller_ones_share_one_and_the_legend_says_so():
    labels = ["large"] * 3 + [f"c{number:02}" for number in range(29)]
    looks = looks_of(labels)
    assert list(looks)[:2] == ["large", "c00"]
    assert len({(look.colour, look.marker) for look in looks.values()}) == MOST_CLASSES
    assert looks["c28"].name == looks["c23"].name == "6 smaller classes"
    assert looks["c22"].name == "c22"
