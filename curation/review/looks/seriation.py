"""An order in which similar pictures stand side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans

_Floats = npt.NDArray[np.float32]
_Whole = npt.NDArray[np.int64]

MOST_GROUPS = 400
"""Groups at most that pictures are ordered by: a row of them is looked through pair by pair."""


def places_in_order(directions: _Floats, seed: int) -> _Whole:
    """The place of each of n unit vectors in an order that goes from group to nearest group, and
    within each from the group before to the one after.

    >>> places_in_order(np.array([[1, 0], [0, 1], [1, 0.1], [0.1, 1]], np.float32), 0).tolist() in (
    ...     [0, 3, 1, 2], [1, 2, 0, 3], [3, 0, 2, 1], [2, 1, 3, 0])
    True
    """
    count = len(directions)
    groups = min(int(np.ceil(np.sqrt(count))), MOST_GROUPS)
    if groups < 2:
        return np.arange(count)
    method = MiniBatchKMeans(groups, random_state=seed, n_init=1, batch_size=4096)
    member = method.fit_predict(directions)
    chain = _chain(method.cluster_centers_)
    order = np.concatenate(
        [
            _along(
                directions,
                np.flatnonzero(member == chain[step]),
                method.cluster_centers_,
                chain,
                step,
            )
            for step in range(groups)
        ]
    )
    places = np.empty(count, np.int64)
    places[order] = np.arange(count)
    return places


def _chain(centres: _Floats) -> _Whole:
    """The groups, each followed by the nearest of those left, from the one furthest off."""
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    chain = [int(apart.mean(axis=1).argmax())]
    for _ in range(len(centres) - 1):
        apart[:, chain[-1]] = np.inf
        chain.append(int(apart[chain[-1]].argmin()))
    return np.array(chain)


def _along(
    directions: _Floats, members: npt.NDArray[np.intp], centres: _Floats, chain: _Whole, step: int
) -> npt.NDArray[np.intp]:
    """The members of a group, from the group before it to the one after."""
    before, after = chain[max(step - 1, 0)], chain[min(step + 1, len(chain) - 1)]
    return members[np.argsort(directions[members] @ (centres[after] - centres[before]))]
