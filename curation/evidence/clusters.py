"""Groups of similar pictures by three methods, so that they can be compared: DBSCAN, HDBSCAN and
KMeans.

Vectors are scaled to unit length and reduced by PCA first. DBSCAN and HDBSCAN call a picture in no
dense place noise (-1). With fewer pictures than make a dense place there is nothing to judge by,
and none is noise.

Up to a bound all pictures are clustered. Of more, a sample is, and each other picture goes where
the nearest one of the sample is; it is noise to the two where that lies beyond DBSCAN's radius. So
small groups in a large folder are noise: `benchmarks/cluster_sample.py` measures how much that
changes."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Integers
from inksift.curation.base.params import Params
from inksift.curation.base.tables import CLUSTERS
from inksift.curation.base.vectors import blocks_of
from inksift.curation.evidence.dense import NOISE, dbscan
from inksift.curation.evidence.features import feature_matrix

VERSION = 4
"""Raised whenever a picture may come to another cluster, so that stored tables are made anew."""

_SILHOUETTE_SAMPLE = 2000
"""Pictures by which the silhouette is estimated: it takes all pairs of them. By eye."""

_TINY_EPS = 1e-6
"""Least radius of DBSCAN, which refuses 0: where many vectors are equal, so is their distance."""

_KMEANS_STARTS = 3
"""Starts of KMeans, of which the best counts. By eye."""


@dataclass(frozen=True)
class ClusterLimits:
    """From how many pictures on a sample stands for all. Chosen by eye, for a minute of one core
    at most."""

    exact_up_to: int = 20_000
    """Pictures up to which all are clustered."""

    sample: int = 8192
    """Pictures of a sample, at most; at least half as many."""

    at_once: int = 4096
    """Vectors in memory at a time, beyond that bound."""


_LIMITS = ClusterLimits()

_Matrix = npt.NDArray[np.float32]


class ClusterParams(Params):
    """Settings of the three methods."""

    eps: float | None = Field(
        None, gt=0, le=2, description="DBSCAN's radius; empty estimates it from the k-distances"
    )
    min_samples: int = Field(
        5, ge=2, le=1000, description="Pictures, itself included, that make a place dense"
    )
    components: int = Field(
        50, ge=0, le=2048, description="PCA components kept before clustering; 0 keeps the vectors"
    )
    clusters: int = Field(20, ge=1, le=1000, description="Clusters of KMeans")
    seed: int = Field(0, ge=0, description="Seed of PCA, KMeans and the silhouette's sample")


class Clusters(NamedTuple):
    """What the three methods found."""

    frame: pd.DataFrame
    """CLUSTERS."""

    comparison: pd.DataFrame
    """Per method its outcome in words, clusters, noise share, silhouette (NaN where undefined) and
    seconds."""

    eps: float
    """DBSCAN's radius; 0 where no method was run."""

    distances: npt.NDArray[np.float64]
    """Every picture's distance to its k-th nearest, ascending; none where no method was run."""


def find_clusters(embeddings: pd.DataFrame, params: ClusterParams) -> Clusters:
    """Clusters of the pictures with a sound embedding, by image_id: the same on every run, in any
    order of the rows and on any number of cores."""
    import sklearn.cluster  # noqa: F401 - threads are limited of what is loaded by then

    sound = embeddings[embeddings["status"] == "ok"].sort_values("image_id")
    with threadpool_limits(1):  # sums over several threads differ in the last bits from run to run
        return _clusters(sound["image_id"].tolist(), sound, params)


def reduced(vectors: _Matrix, components: int, seed: int) -> _Matrix:
    """Vectors at unit length, then their leading principal components (all of them for 0
    components)."""
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import normalize

    unit: _Matrix = normalize(vectors)
    kept = min(components, *unit.shape)
    if kept in (0, unit.shape[1]) or _all_equal(unit):
        return unit
    pca = PCA(kept, svd_solver="randomized", random_state=seed)
    return np.ascontiguousarray(pca.fit_transform(unit))


def k_distances(points: _Matrix, k: int) -> npt.NDArray[np.float64]:
    """Distance of every point to its `k`-th nearest, itself included, ascending."""
    from sklearn.neighbors import NearestNeighbors

    distances, _ = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(points)
    return np.sort(distances[:, -1].astype(np.float64))


def knee(ascending: npt.NDArray[np.float64]) -> float:
    """The value at which a rising curve bends most: the point furthest below the line between its
    ends.

    >>> knee(np.array([0.1, 0.11, 0.12, 0.13, 0.9]))
    0.13
    """
    line = np.linspace(ascending[0], ascending[-1], len(ascending))
    return float(ascending[np.argmax(line - ascending)])


def _clusters(image_ids: list[str], sound: pd.DataFrame, params: ClusterParams) -> Clusters:
    if len(image_ids) < params.min_samples:
        return _together(image_ids, "too few pictures")
    points, sample = _laid_out(sound, params)
    if _all_equal(points):
        return _together(image_ids, "one cluster")
    some = points[sample]
    distances = k_distances(some, params.min_samples)
    eps = params.eps or max(knee(distances), _TINY_EPS)
    nearest = _nearest(points, sample)
    methods: dict[str, Callable[[], Integers]] = {
        "dbscan": lambda: nearest.labels(dbscan(some, eps, params.min_samples), eps),
        "hdbscan": lambda: nearest.labels(_hdbscan(some, params.min_samples), eps),
        "kmeans": lambda: nearest.labels(_kmeans(some, params.clusters, params.seed), np.inf),
    }
    labels: dict[str, Integers] = {}
    rows = []
    for method, cluster in methods.items():
        start = time.perf_counter()
        found = cluster().astype(np.int64)
        seconds = time.perf_counter() - start
        labels[method] = found
        rows.append(_compared(method, points, found, params.seed, seconds))
    return Clusters(_frame(image_ids, labels), pd.DataFrame(rows), eps, distances)


class _Nearest(NamedTuple):
    """The nearest picture of the sample to each picture, and how far it is."""

    place: Integers
    distance: npt.NDArray[np.float64]

    def labels(self, found: Integers, reach: float) -> Integers:
        """The labels of all pictures by those of the sample; noise beyond `reach`."""
        return np.where(self.distance <= reach, found[self.place], NOISE)


def _laid_out(sound: pd.DataFrame, params: ClusterParams) -> tuple[_Matrix, Integers]:
    """The points of all pictures, and the places of those that are clustered."""
    every = np.arange(len(sound))
    if len(sound) <= _LIMITS.exact_up_to:
        vectors = feature_matrix(sound)
        points = (
            vectors if _all_equal(vectors) else reduced(vectors, params.components, params.seed)
        )
        return points, every
    sample = every[:: -(-len(sound) // _LIMITS.sample)]
    fitted = _directions(feature_matrix(sound.iloc[sample]), params)
    blocks = blocks_of(len(sound), _LIMITS.at_once)
    return np.concatenate([fitted(feature_matrix(sound.iloc[some])) for some in blocks]), sample


def _directions(vectors: _Matrix, params: ClusterParams) -> Callable[[_Matrix], _Matrix]:
    """What `reduced` does to vectors, by the directions of a sample of them."""
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import normalize

    unit: _Matrix = normalize(vectors)
    kept = min(params.components, *unit.shape)
    if kept in (0, unit.shape[1]) or _all_equal(unit):
        return normalize  # type: ignore[no-any-return]
    pca = PCA(kept, svd_solver="randomized", random_state=params.seed).fit(unit)
    return lambda some: np.ascontiguousarray(pca.transform(normalize(some)))


def _nearest(points: _Matrix, sample: Integers) -> _Nearest:
    if len(sample) == len(points):
        return _Nearest(sample, np.zeros(len(points)))
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(points[sample])
    blocks = blocks_of(len(points), _LIMITS.at_once)
    found = [search.kneighbors(points[some]) for some in blocks]
    distance, place = (np.concatenate(part)[:, 0] for part in zip(*found, strict=True))
    return _Nearest(place, distance.astype(np.float64))


def _hdbscan(points: _Matrix, min_samples: int) -> Integers:
    from hdbscan import HDBSCAN

    # It counts the neighbours of a point without the point itself, where DBSCAN counts it too.
    method = HDBSCAN(min_cluster_size=min_samples, min_samples=min_samples - 1, core_dist_n_jobs=1)
    labels: Integers = method.fit_predict(points.astype(np.float64))
    return labels


def _kmeans(points: _Matrix, clusters: int, seed: int) -> Integers:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    method = KMeans(min(clusters, len(points)), n_init=_KMEANS_STARTS, random_state=seed)
    with warnings.catch_warnings():
        # That there are fewer clusters than asked for is what the outcome says.
        warnings.filterwarnings("ignore", "Number of distinct clusters", ConvergenceWarning)
        labels: Integers = method.fit_predict(points)
    return labels


def _compared(
    method: str, points: _Matrix, labels: Integers, seed: int, seconds: float
) -> dict[str, object]:
    clusters = len(set(labels.tolist()) - {-1})
    clustered = labels >= 0
    return {
        "method": method,
        "outcome": _outcome(clusters),
        "clusters": clusters,
        "noise_share": float((labels == -1).mean()),
        "silhouette": _silhouette(points[clustered], labels[clustered], seed),
        "seconds": seconds,
    }


def _outcome(clusters: int) -> str:
    return {0: "all noise", 1: "one cluster"}.get(clusters, "clusters")


def _silhouette(points: _Matrix, labels: Integers, seed: int) -> float:
    """Mean silhouette of a sample of the pictures that are not noise; NaN unless there are 2 to n -
    1 clusters."""
    from sklearn.metrics import silhouette_score

    if len(points) > _SILHOUETTE_SAMPLE:
        rng = np.random.default_rng(seed)
        sample = rng.choice(len(points), _SILHOUETTE_SAMPLE, replace=False)
        points, labels = points[sample], labels[sample]
    if not 2 <= len(set(labels.tolist())) < len(labels):
        return float("nan")
    return float(silhouette_score(points, labels))


def _all_equal(vectors: _Matrix) -> bool:
    return bool((vectors == vectors[0]).all())


def _together(image_ids: list[str], outcome: str) -> Clusters:
    """All in cluster 0 by every method, where there is nothing to tell them apart by."""
    everybody = np.zeros(len(image_ids), dtype=np.int64)
    labels = dict.fromkeys(("dbscan", "hdbscan", "kmeans"), everybody)
    rows = [
        {
            "method": method,
            "outcome": outcome,
            "clusters": min(len(image_ids), 1),
            "noise_share": 0.0,
            "silhouette": float("nan"),
            "seconds": 0.0,
        }
        for method in labels
    ]
    return Clusters(_frame(image_ids, labels), pd.DataFrame(rows), 0.0, np.zeros(0))


def _frame(image_ids: list[str], labels: dict[str, Integers]) -> pd.DataFrame:
    ids = pd.Series(image_ids, dtype="str")
    return CLUSTERS.check(pd.DataFrame({"image_id": ids, **labels}))
