"""How many keypoints of two pictures agree in one turn, scale and place: for hundreds of pairs at
once.

Each two keypoints that are each other's nearest say how one picture would lie over the other. The
votes are those of the say that most others agree with, mirrored or not. Lowe, Distinctive Image
Features from Scale-Invariant Keypoints, 2004."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Flags, Floats32, Integers
from inksift.curation.base.vectors import blocks_of
from inksift.curation.dedup.aligned.guesses import MIRRORED_BINS
from inksift.curation.dedup.glances.glance import Glances


@dataclass(frozen=True)
class VoteLimits:
    """When two keypoints match, and when two matches agree. Lengths are in pixels of a glance, 96 a
    side.

    Chosen on the planted copies of `benchmarks/dedup_quality.py`; `benchmarks/glances.py` measures
    what they come to."""

    ratio: float = 0.85
    """A match must be this much closer than the second best, as a share of its distance."""

    certain_match: float = 0.95
    """Likeness (0 to 1) from which no second best makes a match doubtful."""

    most_matches: int = 16
    """Matches of a pair that vote, the closest."""

    reach_px: float = 3.0
    """How far from its place a keypoint may lie to agree."""

    reach_share: float = 0.12
    """What is added to it, as a share of the distance between the two keypoints."""

    turn_radians: float = 0.3
    """Turn by which two that agree may differ."""

    scale_log2: float = 0.45
    """Binary logarithm of the scale by which they may."""

    pairs_at_once: int = 32
    """Pairs whose likenesses are in memory at a time, half a MB. Changes no answer."""


_LIMITS = VoteLimits()

Complex = npt.NDArray[np.complex64]


class _Matches(NamedTuple):
    """The matches of some pairs: rows of pairs, columns of matches."""

    one: Integers
    """Keypoints of the first picture."""

    other: Integers
    """Keypoints of the second."""

    valid: Flags
    """Whether there are so many."""


class KeypointVotes(NamedTuple):
    """What the keypoints of each pair say: z of the second picture, as a complex number x + iy
    (-x + iy if `mirrored`), lies at `turn` z + `shift` in the first."""

    number: Integers
    """How many keypoints agree, at most 16."""

    turn: Complex
    """Turn and scale."""

    shift: Complex
    """Shift, in pixels of the first."""

    mirrored: Flags
    """Whether the second picture is seen in a mirror."""

    def of(self, rows: Integers) -> KeypointVotes:
        """Those of some pairs."""
        turn, shift = self.turn[rows], self.shift[rows]
        return KeypointVotes(self.number[rows], turn, shift, self.mirrored[rows])


def votes(glances: Glances, first: Integers, second: Integers) -> KeypointVotes:
    """The votes of each pair of rows of `glances`."""
    parts = blocks_of(len(first), _LIMITS.pairs_at_once)
    found = [_votes(glances[first[part]], glances[second[part]]) for part in parts]
    none = _votes(glances[:0], glances[:0])
    return KeypointVotes(*(np.concatenate(column) for column in zip(none, *found, strict=True)))


def keypoints_of(glances: Glances) -> Integers:
    """How many keypoints each has."""
    return np.asarray(np.count_nonzero(glances["roots"].any(axis=2), axis=1), np.int64)


def _votes(ones: Glances, others: Glances) -> KeypointVotes:
    roots, other_roots = (_unit(side["roots"]) for side in (ones, others))
    places, other_places = (side["places"].astype(np.float32) for side in (ones, others))
    upright = _said(_matches(roots, other_roots), places, other_places)
    matches = _matches(roots, other_roots[:, :, MIRRORED_BINS])
    mirrored = _said(matches, places, _mirrored(other_places))
    better = mirrored.number > upright.number
    return KeypointVotes(
        np.where(better, mirrored.number, upright.number),
        np.where(better, mirrored.turn, upright.turn),
        np.where(better, mirrored.shift, upright.shift),
        better,
    )


def _unit(roots: npt.NDArray[np.uint8]) -> Floats32:
    """Rows of length 1; zeros stay."""
    numbers = roots.astype(np.float32)
    lengths = np.sqrt(np.einsum("nij,nij->ni", numbers, numbers))
    return np.asarray(numbers / np.maximum(lengths, 1)[:, :, None], np.float32)


def _mirrored(places: Floats32) -> Floats32:
    """The keypoints of the picture as seen in a mirror."""
    x, y, angle, size = np.moveaxis(places, -1, 0)
    return np.stack([-x, y, np.float32(np.pi) - angle, size], axis=-1)


def _matches(roots: Floats32, others: Floats32) -> _Matches:
    """Keypoints that are each other's nearest and clearly or nearly the same, the closest first."""
    likeness = roots @ others.swapaxes(1, 2)
    nearest, back = likeness.argmax(axis=2), likeness.argmax(axis=1)
    best = np.take_along_axis(likeness, nearest[:, :, None], axis=2)[:, :, 0]
    np.put_along_axis(likeness, nearest[:, :, None], -1, axis=2)
    clear = 1 - best < _LIMITS.ratio * (1 - likeness.max(axis=2))
    rows = np.arange(roots.shape[1])
    mutual = np.take_along_axis(back, nearest, axis=1) == rows
    # What is absent is like nothing.
    valid = mutual & (clear | (best > _LIMITS.certain_match)) & (best > 0)
    order = np.argsort(np.where(valid, -best, 1), axis=1, kind="stable")
    order = order[:, : _LIMITS.most_matches]
    other = np.take_along_axis(nearest, order, axis=1)
    return _Matches(order, other, np.take_along_axis(valid, order, axis=1))


def _said(matches: _Matches, places: Floats32, other_places: Floats32) -> KeypointVotes:
    """What most matches of each pair agree on."""
    one = np.take_along_axis(places, matches.one[:, :, None], axis=1)
    other = np.take_along_axis(other_places, matches.other[:, :, None], axis=1)
    agree = _agree(one, other) & matches.valid[:, :, None] & matches.valid[:, None]
    number = agree.sum(axis=2)
    # A match without others still agrees with itself, and a pair without matches says nothing.
    best = number.argmax(axis=1)
    rows = np.arange(len(best))
    turn, shift = _fitted(_points(one), _points(other), agree[rows, best])
    return KeypointVotes(number[rows, best], turn, shift, np.zeros(len(best), np.bool_))


def _agree(one: Floats32, other: Floats32) -> Flags:
    """n x matches x matches: whether what the one says of the place, the turn and the scale of the
    other is nearly true."""
    # Turn and scale as one complex number: it lays the second picture over the first.
    scale, turn = one[:, :, 3] - other[:, :, 3], one[:, :, 2] - other[:, :, 2]
    laying = np.exp2(scale) * np.exp(1j * turn)
    steps, other_steps = _steps(_points(one)), _steps(_points(other))
    off = np.abs(laying[:, :, None] * other_steps - steps)
    reach = _LIMITS.reach_px + _LIMITS.reach_share * np.abs(steps)
    apart = np.abs(np.angle(laying[:, :, None] / laying[:, None]))
    same_scale = np.abs(scale[:, :, None] - scale[:, None]) < _LIMITS.scale_log2
    return np.asarray((off < reach) & (apart < _LIMITS.turn_radians) & same_scale)


def _fitted(one: Complex, other: Complex, chosen: Flags) -> tuple[Complex, Complex]:
    """Turn and shift that lay the chosen points of the second over those of the first, by least
    squares; without a second point no turn."""
    weight = chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1)
    middle, other_middle = ((weight * side).sum(axis=1) for side in (one, other))
    off, other_off = one - middle[:, None], other - other_middle[:, None]
    spread = (weight * np.abs(other_off) ** 2).sum(axis=1)
    turn = (weight * off * other_off.conj()).sum(axis=1) / np.maximum(spread, 1e-6)
    return turn.astype(np.complex64), (middle - turn * other_middle).astype(np.complex64)


def _points(places: Floats32) -> Complex:
    return np.asarray(places[:, :, 0] + 1j * places[:, :, 1], np.complex64)


def _steps(points: Complex) -> Complex:
    """From each point to each other."""
    return np.asarray(points[:, None] - points[:, :, None], np.complex64)
