"""One folder as any head sees it: everything that does not depend on the head is computed once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.base.arrays import Integers
from curation.base.errors import WeightsError
from curation.base.folds import stratified_folds
from curation.evidence.features import feature_matrix
from curation.verdict.medium.alike import alike_order
from curation.verdict.medium.explain import Sight, leaning
from curation.verdict.medium.fit import FITTING
from curation.verdict.medium.head import Head
from curation.verdict.medium.held_out import Suited, say_enough, suited
from curation.verdict.medium.neighbours import nearest_units, pull, unit_vectors
from curation.verdict.medium.prior import EVEN, logit, photo_share
from curation.verdict.medium.quality import CHANCE
from curation.verdict.medium.refit import Refitted, refit, shipped_quality
from curation.verdict.medium.strata import sample_weight
from curation.verdict.medium.style import style_features
from curation.verdict.medium.thresholds import Promises, Thresholds, media, thresholds
from curation.verdict.medium.votes import EMBEDDING, MEASURES, PARTS, VOTERS, VOTES, Floats

DIGITS = 6
"""Decimals of a vote: what lies beyond differs from machine to machine."""


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
    """Where the answers change: the head's, or those that suit a person's answers."""

    sights: list[Sight]
    """What is known of every picture beside its votes, in the order of `measures`."""


class _Look(NamedTuple):
    """A folder by one head, before held-out answers say how far to trust it."""

    head: Head
    quality: pd.DataFrame
    measured: pd.DataFrame

    parts: pd.DataFrame
    """PARTS of every log-odds, in the order of `measured`."""

    photo_share: float

    def evidence(self) -> Floats:
        """Every log-odds without the folder's share."""
        return np.asarray(self.parts.drop(columns="prior").sum(axis=1))


class Folder:
    """The pictures of a MEASURES and an EMBEDDINGS frame, in whatever order; the measures of
    EMBEDDING are made anew.

    `head` is the one to start from; `adapt` says whether near pictures and the share of photographs
    move a verdict. WeightsError when the head was fitted on features of another width."""

    def __init__(
        self,
        measures: pd.DataFrame,
        embeddings: pd.DataFrame,
        *,
        head: Head,
        promised: Promises,
        adapt: bool,
    ) -> None:
        rows = measures.sort_values("image_id", ignore_index=True)
        usable = (embeddings["status"] == "ok") & embeddings["image_id"].isin(rows["image_id"])
        sound = embeddings[usable].sort_values("image_id", ignore_index=True)
        self._rows, self._head, self._promised, self._adapt = rows, head, promised, adapt
        self._sound = rows["image_id"].isin(sound["image_id"]).to_numpy()
        self._style = _style(sound, head)
        unit = unit_vectors(feature_matrix(sound))
        self._near = nearest_units(unit, head.neighbours if adapt else 0)
        self._alike = _alike(unit, self._sound)

    def see(self, answers: pd.Series) -> Seen:
        """The folder by the head refitted on `answers` (True for a photograph, by image_id), and by
        thresholds that suit them where there are enough; by the head as it is where no answer is
        for a picture with a usable embedding."""
        look, suits = self._look(answers), self._suited(answers)
        parts = _suiting(look.parts, suits)
        log_odds = parts.sum(axis=1)
        placed = look.measured[["image_id"]].assign(alike=self._alike, log_odds=log_odds)
        medium = media(
            log_odds.to_numpy(),
            self._sound,
            prior=parts["prior"].to_numpy(),
            thresholds=suits.thresholds,
        )
        weights = {name: voter.weight * suits.gain for name, voter in look.head.voters.items()}
        return Seen(
            measures=look.measured,
            votes=VOTES.check(pd.concat([placed, parts], axis=1)),
            quality=look.quality.assign(weight=look.quality["voter"].map(weights)),
            medium=medium,
            photo_share=look.photo_share,
            thresholds=suits.thresholds,
            sights=self._sights(look, medium),
        )

    def judge(self, answers: pd.Series) -> pd.DataFrame:
        """`image_id`, `log_odds` and `medium` of every picture, as `see` finds them."""
        seen = self.see(answers)
        return seen.votes[["image_id", "log_odds"]].assign(medium=seen.medium)

    def _look(self, answers: pd.Series) -> _Look:
        head, quality = self._fitted(answers)
        measured = self._measured(head)
        voted = _votes(head, measured)
        pulled, share = self._adapted(head, head.base + voted.sum(axis=1).to_numpy())
        parts = voted.assign(base=head.base, neighbours=pulled, prior=logit(share))[list(PARTS)]
        return _Look(head, quality, measured, parts, share)

    def _sights(self, look: _Look, medium: npt.NDArray[np.str_]) -> list[Sight]:
        """What a sentence may say of every picture."""
        near, alike = np.zeros((2, len(medium)), dtype=np.int64)
        own, similar = medium[self._sound], self._near.similarities > 0
        near[self._sound] = similar.sum(axis=1)
        alike[self._sound] = (similar & (own[self._near.rows] == own[:, None])).sum(axis=1)
        names = [name for name in VOTERS if name not in (*EMBEDDING, "cluster_noise")]
        columns = [
            look.head.voters[name].standardised(look.measured[name].to_numpy()) for name in names
        ]
        ranked = {name: auroc for name, (auroc, *_) in look.head.quality.items()}
        leanings = {name: leaning(ranked.get(name, CHANCE)) for name in names}
        return [
            Sight(dict(zip(names, row, strict=True)), leanings, near_row, alike_row)
            for *row, near_row, alike_row in zip(*columns, near, alike, strict=True)
        ]

    def _suited(self, answers: pd.Series) -> Suited:
        """What suits the answers, each looked at by a head that did not know it; the head's own
        thresholds where there are too few."""
        known = answers[answers.index.isin(self._rows["image_id"][self._sound])].sort_index()
        photo = known.to_numpy(dtype=np.bool_)
        if not say_enough(photo):
            return Suited(1.0, 0.0, thresholds(self._head, self._promised))
        # image_ids are digests: their order is as good as random
        fold, evidence = stratified_folds(photo, FITTING.folds), np.zeros(len(photo))
        places = pd.Index(self._rows["image_id"]).get_indexer(known.index)
        for number in range(FITTING.folds):
            out = fold == number
            evidence[out] = self._look(known[~out]).evidence()[places[out]]
        return suited(evidence, photo, self._promised)

    def _fitted(self, answers: pd.Series) -> Refitted:
        """The head for these answers, each weighted by how many pictures of the folder there are in
        its stratum for each answer."""
        image_ids = self._rows["image_id"][self._sound]
        asked = image_ids.isin(answers.index).to_numpy()
        if not asked.any():
            return Refitted(self._head, shipped_quality(self._head))
        measured = self._measured(self._head)[self._sound]
        alone = self._head.base + _votes(self._head, measured).sum(axis=1).to_numpy()
        weight = sample_weight(alone + logit(photo_share(alone)), asked)
        photo = image_ids[asked].map(answers).to_numpy(dtype=np.bool_)
        return refit(self._head, self._style[asked], measured[asked], photo, weight)

    def _measured(self, head: Head) -> pd.DataFrame:
        embedding = np.full((len(self._rows), len(EMBEDDING)), np.nan)
        embedding[self._sound] = head.embedding_measures(self._style)
        return MEASURES.check(self._rows.assign(**dict(zip(EMBEDDING, embedding.T, strict=True))))

    def _adapted(self, head: Head, alone: Floats) -> tuple[Floats, float]:
        """What near pictures add to every log-odds, and the folder's share of photographs; pictures
        without a usable embedding have no part in either."""
        pulled = np.zeros(len(alone))
        if not self._adapt:
            return pulled, EVEN
        pulled[self._sound] = pull(
            alone[self._sound], self._near, share=head.pull_share, limit=head.pull_limit
        )
        return pulled, photo_share((alone + pulled)[self._sound])


def _style(sound: pd.DataFrame, head: Head) -> npt.NDArray[np.float32]:
    style = style_features(sound)
    if len(style) and style.shape[1] != len(head.mean):
        raise WeightsError(
            f"the medium head for {head.embedder} was fitted on {len(head.mean)} features, but "
            f"{sound['embedder'].iloc[0]} gives {style.shape[1]}: refit it with "
            "`inksift head fit`"
        )
    return style


def _alike(unit: npt.NDArray[np.float32], sound: npt.NDArray[np.bool_]) -> Integers:
    """The place of every picture among those that look alike; those without a usable embedding come
    last."""
    places = np.empty(len(sound), dtype=np.int64)
    places[sound] = alike_order(unit)
    places[~sound] = np.arange(len(unit), len(sound))
    return places


def _suiting(parts: pd.DataFrame, suits: Suited) -> pd.DataFrame:
    """The parts as they suit held-out answers; the folder's share, which every head takes as it is,
    stays."""
    scaled = parts * suits.gain
    kept = scaled.assign(base=scaled["base"] + suits.offset, prior=parts["prior"])
    # rounded before they are summed: what is shown adds up, on every machine
    return kept[list(PARTS)].round(DIGITS)


def _votes(head: Head, measured: pd.DataFrame) -> pd.DataFrame:
    votes = {name: voter.vote(measured[name].to_numpy()) for name, voter in head.voters.items()}
    return pd.DataFrame(votes, index=measured.index)
