"""Features as deviations from the mean of their class, in the directions in which they deviate
most."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from curation.base.arrays import Floats32, Integers

_BORROWED = 10
_FLAT = 1e-4


class Deviations(NamedTuple):
    """`means` is classes x dimension; `axes`, dimension x directions, are the leading principal
    axes of the deviations, every class weighing the same; `scales` are the deviations along them, 0
    only where nothing deviates at all."""

    means: Floats32
    axes: Floats32
    scales: Floats32

    @classmethod
    def of(cls, features: Floats32, targets: Integers, directions: int, seed: int) -> Self:
        """Those of n x dimension features of classes 0, 1, ..., none of which is missing."""
        sizes = np.bincount(targets)
        means = np.stack([features[targets == target].mean(axis=0) for target in range(len(sizes))])
        weights = 1 / (sizes[targets] * len(sizes))
        weighted = (features - means[targets]) * np.sqrt(weights)[:, None]
        with threadpool_limits(
            1
        ):  # sums over several threads differ in the last bits from run to run
            _, scales, axes = randomized_svd(
                weighted, min(directions, *features.shape), random_state=seed
            )
        deviating = max(1, int((scales > _FLAT * scales[0]).sum()))
        return cls(
            *(part.astype(np.float32) for part in (means, axes[:deviating].T, scales[:deviating]))
        )

    def coordinates(self, features: Floats32, targets: Integers) -> Floats32:
        """n x directions, of mean 0 in every class and variance 1 over the classes; 0 where nothing
        deviates."""
        scales = np.where(self.scales > 0, self.scales, np.inf)
        return np.asarray((features - self.means[targets]) @ self.axes / scales, np.float32)

    def features(self, coordinates: Floats32, targets: Integers) -> Floats32:
        """n x dimension: the class mean, and what the coordinates add to it."""
        return np.asarray(
            self.means[targets] + (coordinates * self.scales) @ self.axes.T, np.float32
        )

    def spreads(self, features: Floats32, targets: Integers) -> Floats32:
        """classes x directions: the deviation of the coordinates of every class, as if it had ten
        more examples that deviate as all classes do: of a single picture nothing is known."""
        squares = self.coordinates(features, targets) ** 2
        members = [squares[targets == target] for target in range(len(self.means))]
        sums = [(own.sum(axis=0) + _BORROWED) / (len(own) + _BORROWED) for own in members]
        return np.asarray(np.sqrt(np.stack(sums)), np.float32)
