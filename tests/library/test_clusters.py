"""Clusters: planted groups are found, odd tables have a stated outcome, and every run says the
same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import EMBEDDINGS
from inksift.curation.evidence import clusters, dense, known_clusters
from inksift.curation.evidence.clusters import (
    ClusterParams,
    find_clusters,
    k_distances,
    knee,
    reduced,
)
from inksift.curation.store.last_result import LastResult
from inksift.curation.store.workspace import Workspace

METHODS = ["dbscan", "hdbscan", "kmeans"]


def table(vectors, status="ok") -> pd.DataFrame:
    rows = [
        {
            "image_id": f"i{number:03}",
            "embedder": "toy",
            "status": status,
            "vector": np.asarray(vector, dtype=np.float16),
            "texture": np.zeros(0, np.float16),
        }
        for number, vector in enumerate(vectors)
    ]
    return EMBEDDINGS.frame(rows)


@pytest.fixture
def planted(rng) -> pd.DataFrame:
    """Three dense groups of 40 in 60 dimensions, then 12 strays."""
    centres = np.eye(3, 60) * 4
    groups = np.repeat(centres, 40, axis=0) + rng.normal(0, 0.1, (120, 60))
    return table(np.concatenate([groups, rng.normal(0, 1, (12, 60))]))


def compared(found, column):
    return dict(zip(found.comparison["method"], found.comparison[column], strict=True))


def test_planted_groups_are_found_and_strays_are_noise(planted):
    found = find_clusters(planted, ClusterParams(clusters=3, components=10))
    for method in ("dbscan", "hdbscan"):
        labels = found.frame[method].to_numpy()
        assert [len(set(labels[start : start + 40])) for start in (0, 40, 80)] == [1, 1, 1]
        assert len(set(labels[:120])) == 3
        assert -1 not in labels[:120]
        assert (labels[120:] == -1).mean() > 0.6
    assert (found.frame["kmeans"] >= 0).all()
    assert compared(found, "clusters")["dbscan"] == 3
    assert compared(found, "silhouette")["dbscan"] > 0.8
    assert 0 < found.eps < 1
    assert len(found.distances) == len(planted)
    assert (np.diff(found.distances) >= 0).all()


@pytest.mark.parametrize("few", [2, 5])
def test_as_many_pictures_as_make_a_place_dense_are_a_cluster_by_every_method(rng, few):
    """A picture counts itself, so that the smallest group holds `min_samples` of them."""
    sizes = (few, few, 30)
    groups = np.repeat(np.eye(3, 60) * 4, sizes, axis=0) + rng.normal(0, 0.05, (sum(sizes), 60))
    found = find_clusters(table(groups), ClusterParams(min_samples=few, eps=0.5, clusters=3))
    assert compared(found, "clusters") == {"dbscan": 3, "hdbscan": 3, "kmeans": 3}
    assert not (found.frame[["dbscan", "hdbscan"]] == -1).any(axis=None)


def test_two_runs_say_the_same(planted):
    params = ClusterParams(clusters=3, components=10)
    first, second = find_clusters(planted, params), find_clusters(planted, params)
    assert first.frame.equals(second.frame)
    assert first.comparison.drop(columns="seconds").equals(
        second.comparison.drop(columns="seconds")
    )


def test_a_given_eps_is_used_as_it_is(planted):
    found = find_clusters(planted, ClusterParams(eps=0.05, components=0))
    vectors = np.stack(planted["vector"].to_list()).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert found.eps == 0.05
    assert (found.frame["dbscan"] == DBSCAN(eps=0.05, min_samples=5).fit_predict(unit)).all()


@pytest.mark.parametrize("rows", [0, 1, 2, 4])
def test_fewer_pictures_than_make_a_dense_place_are_no_noise(rows):
    found = find_clusters(table(np.eye(max(rows, 1), 8)[:rows]), ClusterParams(min_samples=5))
    assert len(found.frame) == rows
    assert (found.frame[METHODS] == 0).all(axis=None)
    assert set(compared(found, "outcome").values()) == {"too few pictures"}
    assert (found.eps, len(found.distances)) == (0.0, 0)


def test_equal_pictures_are_one_cluster():
    found = find_clusters(table(np.ones((30, 8))), ClusterParams())
    assert compared(found, "outcome") == dict.fromkeys(METHODS, "one cluster")
    assert (found.frame[METHODS] == 0).all(axis=None)


def test_pictures_all_alone_are_all_noise():
    found = find_clusters(table(np.eye(20)), ClusterParams(eps=0.5, components=0))
    assert compared(found, "outcome")["dbscan"] == "all noise"
    assert compared(found, "noise_share")["dbscan"] == 1.0
    assert np.isnan(compared(found, "silhouette")["dbscan"])


def test_the_order_of_the_pictures_does_not_matter(planted):
    found = [
        find_clusters(rows, ClusterParams(clusters=3)).frame
        for rows in (planted, planted.iloc[::-1])
    ]
    pd.testing.assert_frame_equal(*found)


def test_bad_features_are_left_out():
    frame = pd.concat(
        [table(np.eye(6, 4)), table(np.zeros((2, 4)), "bad_feature").assign(image_id=["a", "b"])]
    )
    assert find_clusters(frame, ClusterParams()).frame["image_id"].tolist() == [
        f"i{n:03}" for n in range(6)
    ]


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(0, 14),
    distinct=st.integers(1, 4),
    min_samples=st.integers(2, 6),
    components=st.sampled_from([0, 1, 3, 50]),
    clusters=st.integers(1, 20),
)
def test_small_tables_of_any_kind_have_an_outcome(
    rows, distinct, min_samples, components, clusters
):
    vectors = np.vstack([np.zeros((1, 5)), np.eye(3, 5)])[np.arange(rows) % distinct]
    params = ClusterParams(min_samples=min_samples, components=components, clusters=clusters)
    found = find_clusters(table(vectors), params)
    assert len(found.frame) == rows
    assert np.isfinite(found.distances).all()
    assert found.comparison["noise_share"].between(0, 1).all()


def test_the_knee_is_where_the_curve_bends():
    flat, steep = np.linspace(0.1, 0.2, 90), np.linspace(0.2, 2.0, 11)
    assert knee(np.concatenate([flat, steep])) == pytest.approx(0.2)
    assert knee(np.full(5, 0.3)) == 0.3


def test_k_distances_count_the_point_itself():
    points = np.array([[0.0], [1.0], [3.0]], dtype=np.float32)
    assert k_distances(points, 2).tolist() == [1.0, 1.0, 2.0]


def test_reduction_keeps_distances_when_nothing_is_lost(rng):
    vectors = rng.normal(size=(30, 6)).astype(np.float32)
    unit, turned = reduced(vectors, 0, 0), reduced(vectors, 5, 0)
    assert np.allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    assert turned.shape == (30, 5)
    assert (reduced(vectors, 5, 0) == turned).all()


@pytest.mark.parametrize(
    "bad", [{"eps": 0}, {"min_samples": 1}, {"clusters": 0}, {"eps": float("nan")}]
)
def test_impossible_settings_are_named(bad):
    with pytest.raises(ParamError, match=f"clusters.{next(iter(bad))}"):
        ClusterParams.of("clusters", bad)


@pytest.mark.parametrize("eps", [0.2, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("dimensions", [2, 20])
def test_dbscan_by_blocks_is_that_of_scikit_learn(rng, monkeypatch, dimensions, eps):
    monkeypatch.setattr(dense, "_AT_ONCE", 37)
    spread = np.linspace(0.05, 1.5, 200)[:, None]
    points = (rng.integers(0, 3, (200, 1)) + spread * rng.normal(size=(200, dimensions))).astype(
        np.float32
    )
    found = dense.dbscan(points, eps, 4)
    assert (found == DBSCAN(eps=eps, min_samples=4).fit_predict(points)).all()


def test_dbscan_counts_points_that_rounding_keeps_out_of_their_own_radius(monkeypatch):
    monkeypatch.setattr(dense, "_AT_ONCE", 10)
    pairs = dense._pairs

    def without_themselves(search, points, some):
        one, other = pairs(search, points, some)
        kept = one + some.start != other
        return one[kept], other[kept]

    monkeypatch.setattr(dense, "_pairs", without_themselves)
    points = np.arange(20, dtype=np.float32)[:, None]
    points[12:16] = 12
    found = dense.dbscan(points, 0.5, 3)
    assert found.tolist() == [-1] * 12 + [0] * 4 + [-1] * 4


def test_beyond_the_bound_a_sample_stands_for_all(planted, monkeypatch):
    params = ClusterParams(clusters=3, components=10)
    exact = find_clusters(planted, params)
    monkeypatch.setattr(clusters, "_LIMITS", clusters.ClusterLimits(exact_up_to=99, sample=70))
    sampled = find_clusters(planted, params)
    assert sampled.frame["image_id"].equals(exact.frame["image_id"])
    assert len(sampled.distances) == 66
    for method in ("dbscan", "hdbscan"):
        groups = (one.frame[method][:120] for one in (exact, sampled))
        assert adjusted_rand_score(*groups) > 0.95
        assert (sampled.frame[method][120:] == -1).mean() > 0.6
    shuffled = find_clusters(planted.sample(frac=1, random_state=0), params)
    pd.testing.assert_frame_equal(shuffled.frame, sampled.frame)


def test_clusters_are_found_once(planted, tmp_path, monkeypatch):
    params = ClusterParams(clusters=3, components=10)
    stored = LastResult(Workspace(tmp_path / "w"), "clusters")
    first = known_clusters.known_clusters(planted, params, stored=stored)
    calls = []
    monkeypatch.setattr(
        known_clusters, "find_clusters", lambda *given: calls.append(given) or first
    )
    again = known_clusters.known_clusters(planted.iloc[::-1], params, stored=stored)
    pd.testing.assert_frame_equal(again.frame, first.frame)
    pd.testing.assert_frame_equal(again.comparison, first.comparison)
    assert (again.eps, again.distances.tolist(), calls) == (
        first.eps,
        first.distances.tolist(),
        [],
    )
    known_clusters.known_clusters(planted.iloc[1:], params, stored=stored)
    known_clusters.known_clusters(planted.iloc[1:], ClusterParams(), stored=stored)
    assert len(calls) == 2
