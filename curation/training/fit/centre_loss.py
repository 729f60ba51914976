"""Centres that pull the features of their own class in and push those of other classes away.

After Wen et al. 2016, with centres found by KMeans within each class at the start of every epoch,
so that a class of several looks has several, and with a push beside the pull."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits


class Centres(NamedTuple):
    """`points` is centres x dimension, `owners` the class of each as a number."""

    points: torch.Tensor
    owners: torch.Tensor


def find_centres(
    features: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], per_class: int, seed: int
) -> Centres:
    """At most `per_class` KMeans centres of every class that has features (n x dimension); fewer
    where a class has fewer distinct ones."""
    found = [
        _centres_of(features[targets == target], per_class, seed) for target in np.unique(targets)
    ]
    owners = np.repeat(np.unique(targets), [len(points) for points in found])
    return Centres(
        torch.from_numpy(np.concatenate(found).astype(np.float32)), torch.from_numpy(owners)
    )


def centre_loss(features: torch.Tensor, targets: torch.Tensor, centres: Centres) -> torch.Tensor:
    """n losses from 0, on the nearest centre of the own class, to 1, on the nearest of another; 0.5
    half way.

    own / (own + other) of squared distances: without a unit, so it needs no care for the scale of
    the features."""
    distances = torch.cdist(features, centres.points).square()
    own = targets[:, None] == centres.owners[None, :]
    nearest_own = distances.masked_fill(~own, torch.inf).amin(1)
    nearest_other = distances.masked_fill(own, torch.inf).amin(1)
    return nearest_own / (nearest_own + nearest_other).clamp_min(1e-12)


def _centres_of(
    features: npt.NDArray[np.float32], count: int, seed: int
) -> npt.NDArray[np.float32]:
    distinct = len(np.unique(features, axis=0)) if count > 1 else 1
    with threadpool_limits(1):  # sums over several threads differ in the last bits from run to run
        fitted = KMeans(min(count, distinct), n_init=1, random_state=seed).fit(features)
    centres: npt.NDArray[np.float32] = fitted.cluster_centers_
    return centres
