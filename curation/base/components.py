"""Connected components: what a chain of ties joins. All code that follows such chains asks here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import Integers


def connected_components(
    size: int, starts: npt.NDArray[np.integer], ends: npt.NDArray[np.integer]
) -> Integers:
    """A label for each of `size` nodes, the same where a chain of ties joins two of them.

    `starts` and `ends` hold the two nodes of every tie, from 0 to `size` - 1; the direction, the
    order and the number of equal ties are of no account, and a tie of a node with itself joins
    nothing. Labels count from 0 in order of first appearance: node 0 has label 0, and a label is
    never larger than the largest before it plus one. ValueError for a node out of range.

    >>> connected_components(5, np.array([3, 0]), np.array([1, 2])).tolist()
    [0, 1, 0, 1, 2]
    """
    from scipy.sparse import coo_array, csgraph

    graph = coo_array((np.ones(len(starts), np.int8), (starts, ends)), shape=(size, size))
    found = csgraph.connected_components(graph, directed=False)[1]
    # Scipy's order is an accident of its search, and labels decide what comes first in tables.
    labels: Integers = pd.factorize(found)[0].astype(np.int64)
    return labels
