"""Which pictures of a class that is too large stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Integers


def at_random(count: int, keep: int, rng: np.random.Generator) -> Integers:
    """`keep` of `count` places, ascending, or all of them where there are no more."""
    if count <= keep:
        return np.arange(count)
    return np.sort(rng.choice(count, keep, replace=False))


def over_clusters(
    features: npt.NDArray[np.float32], keep: int, clusters: int, *, rng: np.random.Generator
) -> Integers:
    """`keep` places of the rows of `features` (n x dimension), ascending: equally many of each of
    so many KMeans clusters, so that what is common gives way before what is rare. A cluster with
    fewer gives all that it has."""
    from sklearn.cluster import KMeans

    if len(features) <= keep:
        return np.arange(len(features))
    # No more clusters than different vectors, or some would be empty.
    kinds = min(clusters, len(np.unique(features, axis=0)))
    kmeans = KMeans(kinds, n_init=1, random_state=int(rng.integers(2**31)))
    with threadpool_limits(1):  # sums over several threads differ in the last bits from run to run
        fitted = kmeans.fit_predict(features)
    members = [np.flatnonzero(fitted == cluster) for cluster in range(kinds)]
    quotas = even_quotas([len(rows) for rows in members], keep)
    wanted = zip(members, quotas, strict=True)
    drawn = [rng.choice(rows, quota, replace=False) for rows, quota in wanted]
    return np.sort(np.concatenate(drawn))


def even_quotas(sizes: Sequence[int], total: int) -> list[int]:
    """How many to take of groups of these sizes so that `total` come together and the numbers
    differ least.

    >>> even_quotas([2, 10, 10], 12)
    [2, 5, 5]
    >>> even_quotas([3, 9, 9], 10)
    [3, 4, 3]
    """
    quotas = [0] * len(sizes)
    # Small groups first: what they cannot give falls to all the larger ones alike.
    smallest_first = sorted(range(len(sizes)), key=lambda group: (sizes[group], -group))
    left = min(total, sum(sizes))
    for done, group in enumerate(smallest_first):
        quotas[group] = min(sizes[group], left // (len(sizes) - done))
        left -= quotas[group]
    return quotas
