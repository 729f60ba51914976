"""One folder as a head and a person's answers judge it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.folds import stratified_folds
from inksift.curation.verdict.medium.contexts import Contexts, contexts
from inksift.curation.verdict.medium.fit import FITTING
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.readings import Reading, Readings
from inksift.curation.verdict.medium.recalibration import (
    HeldOut,
    Recalibration,
    has_enough_answers,
    recalibrated,
)
from inksift.curation.verdict.medium.thresholds import Promises, Thresholds, media, thresholds
from inksift.curation.verdict.medium.votes import PARTS, VOTES

DIGITS = 6
"""Decimals of a vote: what lies beyond differs from machine to machine."""

Judge = Callable[[pd.Series], pd.DataFrame]
"""From answers (True for a photograph, by image_id) to a folder as heads that heed them see it:
`image_id`, `log_odds` and `medium`, the answer of the machine."""


class Seen(NamedTuple):
    """A folder by one head."""

    measures: pd.DataFrame
    """MEASURES of every picture, by image_id."""

    votes: pd.DataFrame
    """VOTES, in the order of `measures`."""

    quality: pd.DataFrame
    """VOTE_QUALITY of the head's voters."""

    medium: npt.NDArray[np.str_]
    """The answer for every picture, in that order: one of MEDIA."""

    photo_share: float
    """The estimated share of photographs, 0 to 1; 0.5 where the folder is not looked at."""

    thresholds: Thresholds
    """Where the answers change: the head's, or those that a person's answers moved."""

    contexts: Contexts
    """What a sentence may say of every picture beside its votes, in the order of `measures`."""


class Folder:
    """The pictures of a MEASURES and an EMBEDDINGS frame, as `Readings` takes them.

    `promised` are the errors that the verdict may make."""

    def __init__(
        self,
        measures: pd.DataFrame,
        embeddings: pd.DataFrame,
        *,
        head: Head,
        promised: Promises,
        adapt: bool,
    ) -> None:
        self._readings = Readings(measures, embeddings, head=head, adapt=adapt)
        self._promised = promised

    def heard(self, answers: pd.Series) -> pd.Series:
        """The answers that the verdict heeds: those on pictures with a usable embedding."""
        return self._readings.heard(answers)

    def see(self, answers: pd.Series) -> Seen:
        """The folder by the head refitted on `answers` (True for a photograph, by image_id), its
        numbers and thresholds moved as far as held-out answers bear that out; by the head as it is
        where none of them is heard."""
        return self._seen(self._readings.read(answers), self._recalibration(answers))

    def judge(self, answers: pd.Series) -> pd.DataFrame:
        """`image_id`, `log_odds` and `medium` of every picture, as `see` finds them."""
        return _judged(self.see(answers))

    def judge_after(self, answers: pd.Series) -> Judge:
        """A judge whose heads heed whatever answers it is given, while numbers and thresholds stay
        where all of `answers` moved them: what an answer's own picture is told is then no different
        for its being held out."""
        recalibration = self._recalibration(answers)
        return lambda some: _judged(self._seen(self._readings.read(some), recalibration))

    def _recalibration(self, answers: pd.Series) -> Recalibration:
        """What the answers make of the head's thresholds, each looked at by a head that did not
        know it."""
        own = thresholds(self._readings.head, self._promised)
        known = self.heard(answers)
        photo = known.to_numpy(dtype=np.bool_)
        if not has_enough_answers(photo):
            return Recalibration(1.0, 0.0, own)
        fold, evidence = stratified_folds(photo, FITTING.folds), np.zeros(len(photo))
        places = self._readings.places(known)
        for number in range(FITTING.folds):
            out = fold == number
            evidence[out] = self._readings.read(known[~out]).evidence()[places[out]]
        held_out = HeldOut(evidence, photo, self._readings.sample_weight(known))
        return recalibrated(held_out, own, self._promised)

    def _seen(self, reading: Reading, moved: Recalibration) -> Seen:
        parts = _rescaled(reading.parts, moved)
        log_odds = parts.sum(axis=1)
        placed = reading.measured[["image_id"]].assign(
            alike=self._readings.alike, log_odds=log_odds
        )
        medium = media(
            log_odds.to_numpy(),
            self._readings.sound,
            prior=parts["prior"].to_numpy(),
            thresholds=moved.thresholds,
        )
        weights = {name: voter.weight * moved.gain for name, voter in reading.head.voters.items()}
        return Seen(
            measures=reading.measured,
            votes=VOTES.check(pd.concat([placed, parts], axis=1)),
            quality=reading.quality.assign(weight=reading.quality["voter"].map(weights)),
            medium=medium,
            photo_share=reading.photo_share,
            thresholds=moved.thresholds,
            contexts=contexts(
                reading, medium, sound=self._readings.sound, near=self._readings.near
            ),
        )


def _judged(seen: Seen) -> pd.DataFrame:
    return seen.votes[["image_id", "log_odds"]].assign(medium=seen.medium)


def _rescaled(parts: pd.DataFrame, moved: Recalibration) -> pd.DataFrame:
    """The parts as held-out answers bear them out; the folder's share, which every head takes as it
    is, stays."""
    scaled = parts * moved.gain
    kept = scaled.assign(base=scaled["base"] + moved.offset, prior=parts["prior"])
    # rounded before they are summed: what is shown adds up, on every machine
    return kept[list(PARTS)].round(DIGITS)
