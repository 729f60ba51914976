"""Features as deviations from the mean of their class, in the directions in which they deviate
most."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Floats32, Integers

_BORROWED = 10
"""Examples that deviate as all classes do, added to every class. By eye."""

_FLAT = 1e-4
"""Share of the largest deviation up to which a direction is rounding, in float32. By eye."""


class Deviations(NamedTuple):
    """How features deviate from the means of their classes."""

    means: Floats32
    """classes x dimension: the mean of every class."""

    axes: Floats32
    """dimension x directions: the leading principal axes of the deviations, every class weighing
    the same."""

    scales: Floats32
    """The deviations along these, 0 only where nothing deviates at all."""

    @classmethod
    def of(cls, features: Floats32, targets: Integers, directions: int, seed: int) -> Self:
        """Those of n x dimension features of classes 0, 1, ..., none of which is missing."""
        sizes = np.bincount(targets)
        means = np.stack([features[targets == target].mean(axis=0) for target in range(len(sizes))])
        weights = 1 / (sizes[targets] * len(sizes))
        weighted = (features - means[targets]) * np.sqrt(weights)[:, None]
        most = min(directions, *features.shape)
        # Sums over several threads differ in the last bits from run to run.
        with threadpool_limits(1):
            _, scales, axes = randomized_svd(weighted, most, random_state=seed)
        deviating = max(1, int((scales > _FLAT * scales[0]).sum()))
        parts = (means, axes[:deviating].T, scales[:deviating])
        return cls(*(part.astype(np.float32) for part in parts))

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
