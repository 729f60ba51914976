"""What is prepared of a run: the same each time, by what the pictures are like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.tables import CLUSTERS, EMBEDDINGS
from inksift.curation.review.looks import prepare as module
from inksift.curation.review.looks.doubts import class_doubts
from inksift.curation.review.looks.layout import points_of
from inksift.curation.review.looks.prepare import prepare
from inksift.curation.review.looks.seriation import places_in_order
from inksift.curation.review.looks.stored import read_looks
from inksift.curation.review.reading import read_run
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.workspace import Workspace

KINDS = 4


def directions(count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around four places, in no order, and the place of each."""
    rng = np.random.default_rng(3)
    kind = rng.integers(0, KINDS, count)
    vectors = np.eye(8)[kind] + 0.1 * rng.normal(size=(count, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), kind


def test_similar_vectors_stand_side_by_side() -> None:
    vectors, kind = directions()
    places = places_in_order(vectors, 0)
    assert sorted(places) == list(range(200))
    walked = kind[np.argsort(places)]
    assert (walked[1:] != walked[:-1]).sum() == KINDS - 1
    assert (places == places_in_order(vectors, 0)).all()


@pytest.mark.parametrize("landmarks", [3000, 60])
def test_the_map_keeps_kinds_together(landmarks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from inksift.curation.review.looks import layout

    monkeypatch.setattr(layout, "_MAP", layout.MapSettings(landmarks=landmarks, perplexity=15))
    vectors, kind = directions()
    points = points_of(vectors, 0)
    assert points.shape == (200, 2)
    assert points.min() >= 0
    assert points.max() <= 1
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (kind[apart.argmin(axis=1)] == kind).mean() > 0.95


def test_classes_that_do_not_fit_are_doubted_and_others_not() -> None:
    vectors, kind = directions()
    filed = kind.copy()
    swapped = np.array([3, 50, 120, 180])
    filed[swapped] = (kind[swapped] + 1) % KINDS
    found = class_doubts(vectors, filed, 0)
    assert set(np.flatnonzero(found.doubt > 0)) == set(swapped)
    assert (found.rather[swapped] == kind[swapped]).all()
    assert (found.doubt[swapped] > 0.5).all()
    alone = class_doubts(vectors[:4], np.arange(4), 0)
    assert not alone.doubt.any()


def embedded(workspace: Workspace) -> pd.Series:
    """Write embeddings of all pictures but one, of a kind each; the kinds by image_id."""
    ids = read_run(workspace).thumbnails["image_id"]
    kinds = pd.Series(np.arange(len(ids)) % 3, index=ids)
    rng = np.random.default_rng(0)
    rows = [
        {
            "image_id": image_id,
            "embedder": "toy",
            "status": "ok" if number else "bad_feature",
            "vector": (np.eye(6)[kind] + 0.05 * rng.normal(size=6)).astype(np.float16),
            "texture": np.zeros(2, np.float16),
        }
        for number, (image_id, kind) in enumerate(kinds.items())
    ]
    clusters = [
        {"image_id": image_id, "dbscan": -1, "hdbscan": -1, "kmeans": int(kind)}
        for image_id, kind in kinds.items()
    ]
    for name, frame in (
        ("embeddings", EMBEDDINGS.frame(rows)),
        ("clusters", CLUSTERS.frame(clusters)),
    ):
        write_atomically(workspace.table(name), to_parquet(frame))
    return kinds


def test_a_run_is_prepared_once(reviewable: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = embedded(reviewable)
    run = read_run(reviewable)
    assert read_looks(reviewable, run) is None
    prepare(reviewable)
    looks = read_looks(reviewable, run)
    assert looks is not None
    known = [kinds.get(image_id) for image_id in run.machine["image_id"]]
    first = run.machine["image_id"] == kinds.index[0]
    assert (looks.placed == run.machine["image_id"].isin(kinds.index[1:])).all()
    assert not looks.placed[first].any()
    file = int(np.flatnonzero(looks.placed)[0])
    nearest = np.argsort(-looks.similarity(file))[1:6]
    assert {known[one] for one in nearest} == {known[file]}
    assert set(looks.clusters[looks.placed]) == {0, 1, 2}
    readable = run.machine["image_id"].isin(kinds.index).to_numpy()
    assert np.isfinite(looks.light[readable]).all()
    assert np.isnan(looks.light[~readable]).all()
    monkeypatch.setattr(module, "prepared", lambda *_: pytest.fail("prepared again"))
    prepare(reviewable)


def test_without_embeddings_there_is_light_and_no_place(reviewable: Workspace) -> None:
    prepare(reviewable)
    looks = read_looks(reviewable, read_run(reviewable))
    assert looks is not None
    assert not looks.placed.any()
    assert 0 < np.nanmin(looks.light) < np.nanmax(looks.light) < 1
    assert np.nanmin(looks.sharpness) == 1
