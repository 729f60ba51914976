"""Which pairs of pictures are worth looking at: those with close hashes in some orientation, or
close embeddings.

Many drawings have nearly one hash: thin lines on white, flat colour. In such a crowd a picture is
compared with the nearest and with the best of the others, not with all: comparisons grow with the
pictures and not with the pairs. Equal hashes cost nothing; the search itself still visits every
pair of unequal hashes that are near."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curation.dedup.near import Hashes, Indices, iter_near_pairs
from curation.dedup.neighbours import Vectors, near_vectors, ordered_pairs

Flags = npt.NDArray[np.bool_]

_ORIENTATIONS = 8
_DISTANCES = 65
_MOST_WAITING = 1 << 21


class Candidates(NamedTuple):
    """Pairs of positions, `first` < `second`, in ascending order, each once; `crowded` pictures
    have more near hashes before them than they keep."""

    first: Indices
    second: Indices
    crowded: int


def find_candidates(
    oriented: Hashes,
    trusted: Flags,
    vectors: Vectors,
    *,
    max_distance: int = 8,
    min_cosine: float,
    neighbours: int,
    most: int,
) -> Candidates:
    """The candidates among n pictures, of which the better come first.

    `oriented` is n x 8, column k the hash in orientation k, used only where `trusted`; `vectors` is
    n x dimension, zeros where there is none. Two pictures are candidates if a hash of the later is
    at most `max_distance` bits from hash 0 of the earlier, or if one is among the `neighbours`
    nearest embeddings of the other, with at least `min_cosine`. Of more than `most` earlier
    pictures with near hashes each keeps `most`: half of them (rounded down) the earliest, the rest
    the nearest of the others, at equal distance the earlier. So copies stay tied to the best."""
    shortlist = _near_by_hash(oriented, np.flatnonzero(trusted), max_distance, most)
    earlier, later = shortlist.pairs()
    one, other = near_vectors(vectors, neighbours, min_cosine)
    first, second = ordered_pairs(np.append(earlier, one), np.append(later, other), len(oriented))
    return Candidates(first, second, shortlist.crowded)


class _Shortlist:
    """What each picture keeps of the earlier ones added. A pair waits as one number: small, and
    quick to sort."""

    def __init__(self, pictures: int, most: int) -> None:
        self._most = most
        self._by_position = (pictures, pictures, _DISTANCES)  # later, earlier, distance
        self._by_distance = (pictures, _DISTANCES, pictures)  # later, distance, earlier
        self._codes = [np.empty(0, np.int64)]
        self._waiting, self._limit = 0, _MOST_WAITING
        self._is_crowded = np.zeros(pictures, np.bool_)

    def add(self, earlier: Indices, later: Indices, distance: Indices) -> None:
        """Pairs; those in the wrong order are ignored. A pair may come again at another
        distance."""
        some = np.flatnonzero(earlier < later)
        self._codes.append(
            np.ravel_multi_index((later[some], earlier[some], distance[some]), self._by_position)
        )
        self._waiting += len(some)
        if self._waiting > self._limit:
            self._shorten()
            self._limit = max(_MOST_WAITING, 2 * self._waiting)

    def pairs(self) -> tuple[Indices, Indices]:
        """The pairs kept: earlier and later."""
        self._shorten()
        later, earlier, _ = np.unravel_index(self._codes[0], self._by_position)
        return earlier, later

    @property
    def crowded(self) -> int:
        """Pictures that could not keep all."""
        return int(self._is_crowded.sum())

    def _shorten(self) -> None:
        """Leaves out what each picture has enough better ones for: more pairs can only add to
        these."""
        codes = np.sort(np.concatenate(self._codes))
        codes = codes[np.diff(codes // _DISTANCES, prepend=-1) > 0]
        later, earlier, distance = np.unravel_index(codes, self._by_position)
        rank = _rank(later)
        self._is_crowded[later[rank >= self._most]] = True
        others = np.flatnonzero(rank >= self._most // 2)
        by_distance = np.sort(
            np.ravel_multi_index(
                (later[others], distance[others], earlier[others]), self._by_distance
            )
        )
        later, distance, earlier = np.unravel_index(by_distance, self._by_distance)
        near = np.flatnonzero(_rank(later) < self._most - self._most // 2)
        nearest = np.ravel_multi_index(
            (later[near], earlier[near], distance[near]), self._by_position
        )
        self._codes = [np.append(codes[rank < self._most // 2], nearest)]
        self._waiting = len(self._codes[0])


def _near_by_hash(oriented: Hashes, positions: Indices, max_distance: int, most: int) -> _Shortlist:
    """The shortlist of the pictures at these positions. Of pictures with one hash only the first
    few can be on it."""
    shortlist = _Shortlist(len(oriented), most)
    order = positions[np.argsort(oriented[positions, 0], kind="stable")]
    leaders = order[_rank(oriented[order, 0]) <= most]
    turned = oriented[positions].ravel()
    for leader, other, distance in iter_near_pairs(oriented[leaders, 0], max_distance, turned):
        shortlist.add(leaders[leader], positions[other // _ORIENTATIONS], distance)
    return shortlist


def _rank(ordered: npt.NDArray[np.generic]) -> Indices:
    """How many equal values stand before each one, in ascending values."""
    place = np.arange(len(ordered))
    place[1:] -= np.maximum.accumulate(np.where(ordered[1:] != ordered[:-1], place[1:], 0))
    return place
