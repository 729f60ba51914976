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

from inksift.curation.base.arrays import Flags, Integers
from inksift.curation.dedup.propose.near import Hashes, iter_near_pairs
from inksift.curation.dedup.propose.nearest import Nearest
from inksift.curation.dedup.propose.neighbours import (
    Vectors,
    nearest_of_all,
    ordered_pairs,
)
from inksift.curation.gather.gate.fingerprint import ORIENTATIONS

VERSION = 1
"""Raised whenever other pairs may be proposed: pairs are then found again."""

_DISTANCES = 65
"""Bits in which two hashes may differ, 0 to 64."""

_MOST_WAITING = 1 << 21
"""Pairs that wait until they are shortened, 16 MB. Changes no answer; chosen by eye."""


class Candidates(NamedTuple):
    """Pairs of positions, in ascending order, each once."""

    first: Integers
    """The earlier of each pair, which is the better picture."""

    second: Integers
    """The later of each pair."""

    crowded: int
    """How many pictures have more near hashes before them than they keep."""


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
    near = nearest_of_all(vectors, neighbours, min_cosine)
    return gathered(oriented, trusted, near, max_distance=max_distance, most=most)


def gathered(
    oriented: Hashes, trusted: Flags, near: Nearest, *, max_distance: int, most: int
) -> Candidates:
    """As `find_candidates`, of nearest embeddings that are found already."""
    # Either source alone misses copies: hashes those cut or bordered, embeddings those turned.
    shortlist = _near_by_hash(oriented, np.flatnonzero(trusted), max_distance, most)
    earlier, later = shortlist.pairs()
    ends = np.append(earlier, near.one), np.append(later, near.other)
    first, second = ordered_pairs(*ends, len(oriented))
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
        # Codes sort by later picture first, so that what one picture keeps lies side by side.
        self._is_crowded = np.zeros(pictures, np.bool_)

    def add(self, earlier: Integers, later: Integers, distance: Integers) -> None:
        """Pairs; those in the wrong order are ignored. A pair may come again at another
        distance."""
        some = np.flatnonzero(earlier < later)
        pairs = (later[some], earlier[some], distance[some])
        self._codes.append(np.ravel_multi_index(pairs, self._by_position))
        self._waiting += len(some)
        if self._waiting > self._limit:
            self._shorten()
            # Twice what is left: else a crowd that keeps nearly all would be sorted at each call.
            self._limit = max(_MOST_WAITING, 2 * self._waiting)

    def pairs(self) -> tuple[Integers, Integers]:
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
        # Of one pair at several distances the nearest, which comes first.
        codes = codes[np.diff(codes // _DISTANCES, prepend=-1) > 0]
        later, earlier, distance = np.unravel_index(codes, self._by_position)
        rank = _rank(later)
        self._is_crowded[later[rank >= self._most]] = True
        earliest = self._most // 2
        others = np.flatnonzero(rank >= earliest)
        nearest = self._nearest(later[others], earlier[others], distance[others])
        self._codes = [np.append(codes[rank < earliest], nearest)]
        self._waiting = len(self._codes[0])

    def _nearest(self, later: Integers, earlier: Integers, distance: Integers) -> Integers:
        """The codes of the nearest few of these pairs for each later picture."""
        codes = np.sort(np.ravel_multi_index((later, distance, earlier), self._by_distance))
        later, distance, earlier = np.unravel_index(codes, self._by_distance)
        near = np.flatnonzero(_rank(later) < self._most - self._most // 2)
        pairs = (later[near], earlier[near], distance[near])
        return np.ravel_multi_index(pairs, self._by_position)


def _near_by_hash(
    oriented: Hashes, positions: Integers, max_distance: int, most: int
) -> _Shortlist:
    """The shortlist of the pictures at these positions. Of pictures with one hash only the first
    few can be on it."""
    shortlist = _Shortlist(len(oriented), most)
    order = positions[np.argsort(oriented[positions, 0], kind="stable")]
    # One more than `most`, so that a crowd of equal hashes is known to be one.
    leaders = order[_rank(oriented[order, 0]) <= most]
    turned = oriented[positions].ravel()
    for leader, other, distance in iter_near_pairs(oriented[leaders, 0], max_distance, turned):
        shortlist.add(leaders[leader], positions[other // ORIENTATIONS], distance)
    return shortlist


def _rank(ordered: npt.NDArray[np.generic]) -> Integers:
    """How many equal values stand before each one, in ascending values."""
    place = np.arange(len(ordered))
    starts = np.where(ordered[1:] != ordered[:-1], place[1:], 0)
    place[1:] -= np.maximum.accumulate(starts)
    return place
