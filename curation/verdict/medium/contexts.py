"""What is known of every picture of a folder beside its votes: signals that a person can check, and
how near pictures were judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.verdict.medium.neighbours import Near
from inksift.curation.verdict.medium.quality import CHANCE, UNKNOWN, Interval, at_chance
from inksift.curation.verdict.medium.readings import Reading
from inksift.curation.verdict.medium.votes import EMBEDDING, VOTERS, Bools, Floats

CHECKABLE = tuple(name for name in VOTERS if name not in (*EMBEDDING, "cluster_noise"))
"""Voters whose measure a person can check in the picture."""


class PictureContext(NamedTuple):
    """Of one picture."""

    signals: Mapping[str, float]
    """Each of CHECKABLE in standard deviations from the mean of labelled pictures; NaN where not
    measured."""

    leanings: Mapping[str, int]
    """Which way each of them leans where it is high: 1 to photographs, -1 to illustrations, 0 where
    it may be chance."""

    near: int
    """Pictures of the folder that are near."""

    near_alike: int
    """How many of them have the same answer."""


@dataclass(frozen=True)
class Contexts:
    """Those of n pictures, a column each; one of them at a time is what a sentence takes."""

    signals: Floats
    """Standard deviations, n x CHECKABLE."""

    leanings: Mapping[str, int]
    """Of each of CHECKABLE."""

    company: npt.NDArray[np.int64]
    """How many pictures are near, and how many of them have the same answer, n x 2."""

    def __iter__(self) -> Iterator[PictureContext]:
        for signals, (near, near_alike) in zip(self.signals, self.company, strict=True):
            by_name = dict(zip(CHECKABLE, signals.tolist(), strict=True))
            yield PictureContext(by_name, self.leanings, int(near), int(near_alike))


def contexts(
    reading: Reading, medium: npt.NDArray[np.str_], *, sound: Bools, near: Near
) -> Contexts:
    """The context of every picture of a reading, in its order. `medium` are its answers, `near` the
    nearest of the pictures that are `sound`."""
    columns = [
        reading.head.voters[name].standardised(reading.measured[name].to_numpy())
        for name in CHECKABLE
    ]
    known = {name: Interval(*row) for name, row in reading.head.quality.items()}
    leanings = {name: leaning(known.get(name, UNKNOWN)) for name in CHECKABLE}
    return Contexts(np.column_stack(columns), leanings, _company(medium, sound, near))


def leaning(auroc: Interval) -> int:
    """Which way a high measure leans that ranks photographs and illustrations so: 1 to photographs,
    -1 to illustrations, 0 where it may be chance.

    >>> [leaning(Interval(*row)) for row in ((0.8, 0.7, 0.9), (0.3, 0.2, 0.4), (0.6, 0.4, 0.7))]
    [1, -1, 0]
    """
    return 0 if at_chance(auroc) else int(np.sign(auroc.value - CHANCE))


def _company(medium: npt.NDArray[np.str_], sound: Bools, near: Near) -> npt.NDArray[np.int64]:
    """How many pictures are near each, and how many of them have its answer, n x 2."""
    counts = np.zeros((len(medium), 2), dtype=np.int64)
    own, similar = medium[sound], near.similarities > 0
    counts[sound, 0] = similar.sum(axis=1)
    counts[sound, 1] = (similar & (own[near.rows] == own[:, None])).sum(axis=1)
    return counts
