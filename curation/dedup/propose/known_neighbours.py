"""Neighbours found in earlier runs: only new pictures are searched for among all.

The answer is that of a search from scratch. A list of the nearest few stays right when pictures
come, as long as these are merged into it; when one of its pictures goes, it is made anew. Beyond
the bound up to which the search is exact, all is searched again as soon as one picture comes or
goes: cells of a k-means depend on every one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import Integers
from inksift.curation.base.vectors import blocks_of
from inksift.curation.dedup.propose.nearest import Nearest, nearest_few, nothing_near
from inksift.curation.dedup.propose.neighbours import (
    Vectors,
    is_exact,
    known_vectors,
    nearest_of_all,
    nearest_of_some,
)
from inksift.curation.store.measurements import Measurements

VERSION = 1
"""Raised whenever other neighbours may be found, so that all are searched again."""

_DIGEST = 16
"""Bytes by which a picture and its vector are known again."""

_AT_ONCE = 2048
"""Vectors in memory at a time."""

_ROW = "neighbours"
"""What the one row of the store is called."""

Digests = npt.NDArray[np.void]


def known_neighbours(
    image_ids: Sequence[str],
    vectors: Vectors,
    neighbours: int,
    min_cosine: float,
    *,
    stored: Measurements,
) -> Nearest:
    """The nearest few of every vector, as `near_vectors` finds them. `image_ids` name the rows and
    keep their order among themselves from run to run; `stored` is of these settings alone."""
    if not neighbours:
        return nothing_near()
    digests = _digests(image_ids, vectors)
    before, found = _remembered(stored)
    if len(before) == len(digests) and (before == digests).all():
        return found
    known = known_vectors(vectors)
    if is_exact(len(known)) and is_exact(len(before)):
        near = _brought_forward(digests, vectors, neighbours, min_cosine, before, found)
    else:
        near = nearest_of_all(vectors, neighbours, min_cosine)
    _remember(stored, digests, near)
    return near


def _brought_forward(
    digests: Digests,
    vectors: Vectors,
    neighbours: int,
    min_cosine: float,
    before: Digests,
    found: Nearest,
) -> Nearest:
    """Earlier neighbours with those of what is new."""
    now = _places(before, digests)
    lists, gone = found._replace(one=now[found.one], other=now[found.other]), -1
    full = np.bincount(found.one, minlength=len(before)) >= neighbours
    # A list that was not full had room for all that are near enough, and lacks none.
    broken = lists.one[full[found.one] & (lists.other == gone)]
    new = np.setdiff1d(np.arange(len(digests)), now)
    search = np.union1d(new, broken[broken != gone])
    kept = (lists.one != gone) & (lists.other != gone)
    still = Nearest(*(column[kept] for column in lists))
    found_now = nearest_of_some(vectors, search, neighbours, min_cosine)
    return nearest_few([still, found_now], neighbours)


def _places(before: Digests, digests: Digests) -> Integers:
    """Where each earlier picture is now, -1 where it is gone."""
    place = dict(zip(digests.tolist(), range(len(digests)), strict=True))
    return np.array([place.get(digest, -1) for digest in before.tolist()], np.int64)


def _digests(image_ids: Sequence[str], vectors: Vectors) -> Digests:
    """Of each picture and its vector, so that neither is mistaken for another."""
    found = []
    for some in blocks_of(len(image_ids), _AT_ONCE):
        rows = np.ascontiguousarray(vectors[np.arange(some.start, some.stop)])
        told = zip(image_ids[some], rows, strict=True)
        found += [_digest(image_id.encode() + row.tobytes()) for image_id, row in told]
    return np.frombuffer(b"".join(found), f"V{_DIGEST}")


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()


def _remembered(stored: Measurements) -> tuple[Digests, Nearest]:
    """The pictures of the last search, and what it found."""
    rows = stored.frame()
    if not len(rows):
        return np.empty(0, f"V{_DIGEST}"), nothing_near()
    row = rows.iloc[0]
    one, other = (np.frombuffer(row[name], np.int64) for name in ("one", "other"))
    near = Nearest(one, other, np.frombuffer(row["cosine"], np.float64))
    return np.frombuffer(row["digests"], f"V{_DIGEST}"), near


def _remember(stored: Measurements, digests: Digests, near: Nearest) -> None:
    columns = {name: column.tobytes() for name, column in near._asdict().items()}
    row = {"image_id": _ROW, "digests": digests.tobytes(), **columns}
    stored.replace(pd.DataFrame([row]))
