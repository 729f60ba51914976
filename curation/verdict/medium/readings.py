"""A folder as one head after another reads it: everything that does not depend on the head is
computed once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.arrays import Integers
from inksift.curation.base.errors import WeightsError
from inksift.curation.evidence.features import feature_matrix
from inksift.curation.verdict.medium.alike import alike_order
from inksift.curation.verdict.medium.deviations import unit_vectors
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.neighbours import nearest_units, pull
from inksift.curation.verdict.medium.prior import EVEN, logit, photo_share
from inksift.curation.verdict.medium.refit import Refitted, refit, shipped_quality
from inksift.curation.verdict.medium.strata import sample_weight
from inksift.curation.verdict.medium.style import Style
from inksift.curation.verdict.medium.votes import EMBEDDING, MEASURES, PARTS, Bools, Floats


class Reading(NamedTuple):
    """A folder by one head, before held-out answers say how far to trust it."""

    head: Head
    """The head, refitted on the answers that it knows."""

    quality: pd.DataFrame
    """VOTE_QUALITY of its voters."""

    measured: pd.DataFrame
    """MEASURES of every picture, by image_id."""

    parts: pd.DataFrame
    """PARTS of every log-odds, in the order of `measured`."""

    photo_share: float
    """The estimated share of photographs; 0.5 where the folder is not looked at."""

    def evidence(self) -> Floats:
        """Every log-odds without the folder's share."""
        return np.asarray(self.parts.drop(columns="prior").sum(axis=1))


class Readings:
    """The pictures of a MEASURES and an EMBEDDINGS frame, in whatever order; the measures of
    EMBEDDING are made anew.

    `head` is the one to start from; `adapt` says whether near pictures and the share of photographs
    move a verdict. WeightsError when the head was fitted on features of another width."""

    def __init__(
        self, measures: pd.DataFrame, embeddings: pd.DataFrame, *, head: Head, adapt: bool
    ) -> None:
        rows = measures.sort_values("image_id", ignore_index=True)
        usable = (embeddings["status"] == "ok") & is_among(embeddings["image_id"], rows["image_id"])
        sound = embeddings[usable].sort_values("image_id", ignore_index=True)
        self._rows, self.head, self._adapt = rows, head, adapt
        self.sound: Bools = is_among(rows["image_id"], sound["image_id"]).to_numpy()
        """Which pictures have a usable embedding."""
        self._style = _style(sound, head)
        unit = unit_vectors(len(sound), lambda places: feature_matrix(sound.iloc[places]))
        order = alike_order(unit)
        self.near = nearest_units(unit, head.neighbours if adapt else 0, alike=order)
        """The nearest others of each picture with a usable embedding, among those."""
        self.alike = _alike(order, self.sound)
        """The place of every picture among those that look alike."""
        self._own = self._measured(head)

    def heard(self, answers: pd.Series) -> pd.Series:
        """The answers on pictures with a usable embedding, by image_id: the others refit no head.
        An image_id is a digest, so that their order is as good as random."""
        return answers[answers.index.isin(self._rows["image_id"][self.sound])].sort_index()

    def places(self, answers: pd.Series) -> Integers:
        """Where the answered pictures stand among all."""
        found: Integers = pd.Index(self._rows["image_id"]).get_indexer(answers.index)
        return found

    def read(self, answers: pd.Series) -> Reading:
        """The folder by the head refitted on `answers` (True for a photograph, by image_id); by the
        head as it is where none of them is heard."""
        head, quality = self._fitted(self.heard(answers))
        measured = self._own if head is self.head else self._measured(head)
        voted = _votes(head, measured)
        pulled, share = self._adapted(head, head.base + voted.sum(axis=1).to_numpy())
        parts = voted.assign(base=head.base, neighbours=pulled, prior=logit(share))[list(PARTS)]
        return Reading(head, quality, measured, parts, share)

    def sample_weight(self, heard: pd.Series) -> Floats:
        """How many pictures of the folder there are, in its stratum, for each answer that is
        heard."""
        asked = self._rows["image_id"][self.sound].isin(heard.index).to_numpy()
        alone = self.head.base + _votes(self.head, self._own[self.sound]).sum(axis=1).to_numpy()
        return sample_weight(alone + logit(photo_share(alone)), asked)

    def _fitted(self, heard: pd.Series) -> Refitted:
        if heard.empty:
            return Refitted(self.head, shipped_quality(self.head))
        asked = self._rows["image_id"][self.sound].isin(heard.index).to_numpy()
        measured, photo = self._own[self.sound][asked], heard.to_numpy(dtype=np.bool_)
        return refit(self.head, self._style.some(asked), measured, photo, self.sample_weight(heard))

    def _measured(self, head: Head) -> pd.DataFrame:
        embedding = np.full((len(self._rows), len(EMBEDDING)), np.nan)
        embedding[self.sound] = _embedding_measures(head, self._style)
        return MEASURES.check(self._rows.assign(**dict(zip(EMBEDDING, embedding.T, strict=True))))

    def _adapted(self, head: Head, alone: Floats) -> tuple[Floats, float]:
        """What near pictures add to every log-odds, and the folder's share of photographs; pictures
        without a usable embedding have no part in either."""
        pulled = np.zeros(len(alone))
        if not self._adapt:
            return pulled, EVEN
        pulled[self.sound] = pull(
            alone[self.sound], self.near, share=head.pull_share, limit=head.pull_limit
        )
        return pulled, photo_share((alone + pulled)[self.sound])


def _style(sound: pd.DataFrame, head: Head) -> Style:
    style = Style(sound)
    if len(style) and style.width != len(head.mean):
        raise WeightsError(
            f"the medium head for {head.embedder} was fitted on {len(head.mean)} features, but "
            f"{sound['embedder'].iloc[0]} gives {style.width}: refit it with "
            "`inksift head fit`"
        )
    return style


def _embedding_measures(head: Head, style: Style) -> Floats:
    """The measures of EMBEDDING of every picture, n x 2."""
    nothing = np.zeros((0, len(EMBEDDING)))
    return np.concatenate([nothing, *(head.embedding_measures(some) for some in style.blocks())])


def _alike(order: Integers, sound: Bools) -> Integers:
    """Pictures without a usable embedding come last."""
    places = np.empty(len(sound), dtype=np.int64)
    places[sound] = order
    places[~sound] = np.arange(len(order), len(sound))
    return places


def _votes(head: Head, measured: pd.DataFrame) -> pd.DataFrame:
    votes = {name: voter.vote(measured[name].to_numpy()) for name, voter in head.voters.items()}
    return pd.DataFrame(votes, index=measured.index)
