"""One folder as any head sees it: everything that does not depend on the head is computed once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.base.errors import WeightsError
from curation.evidence.features import feature_matrix
from curation.verdict.medium.head import Head
from curation.verdict.medium.neighbours import nearest, pull
from curation.verdict.medium.prior import EVEN, logit, photo_share
from curation.verdict.medium.refit import Refitted, refit, shipped_quality
from curation.verdict.medium.strata import sample_weight
from curation.verdict.medium.style import style_features
from curation.verdict.medium.thresholds import Thresholds, media
from curation.verdict.medium.votes import EMBEDDING, MEASURES, PARTS, VOTES, Floats

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

    weights: dict[str, float]
    """The weight of each of VOTERS."""


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
        thresholds: Thresholds,
        adapt: bool,
    ) -> None:
        rows = measures.sort_values("image_id", ignore_index=True)
        usable = (embeddings["status"] == "ok") & embeddings["image_id"].isin(rows["image_id"])
        sound = embeddings[usable].sort_values("image_id", ignore_index=True)
        self._rows, self._head, self._thresholds, self._adapt = rows, head, thresholds, adapt
        self._sound = rows["image_id"].isin(sound["image_id"]).to_numpy()
        self._style = _style(sound, head)
        self._near = nearest(feature_matrix(sound), head.neighbours if adapt else 0)

    def see(self, answers: pd.Series) -> Seen:
        """The folder by the head refitted on `answers` (True for a photograph, by image_id); by the
        head as it is where none of them is for a picture with a usable embedding."""
        head, quality = self._fitted(answers)
        measured = self._measured(head)
        voted = _votes(head, measured)
        pulled, share = self._adapted(head, head.base + voted.sum(axis=1).to_numpy())
        voted = voted.assign(base=head.base, neighbours=pulled, prior=logit(share))
        # rounded before they are summed: what is shown adds up, on every machine
        parts = voted[list(PARTS)].round(DIGITS)
        log_odds = parts.sum(axis=1).rename("log_odds")
        votes = VOTES.check(pd.concat([measured["image_id"], log_odds, parts], axis=1))
        medium = media(
            log_odds.to_numpy(),
            self._sound,
            prior=parts["prior"].to_numpy(),
            thresholds=self._thresholds,
        )
        weights = {name: voter.weight for name, voter in head.voters.items()}
        return Seen(measured, votes, quality, medium, share, weights)

    def judge(self, answers: pd.Series) -> pd.DataFrame:
        """`image_id`, `log_odds` and `medium` of every picture, as `see` finds them."""
        seen = self.see(answers)
        return seen.votes[["image_id", "log_odds"]].assign(medium=seen.medium)

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


def _votes(head: Head, measured: pd.DataFrame) -> pd.DataFrame:
    votes = {name: voter.vote(measured[name].to_numpy()) for name, voter in head.voters.items()}
    return pd.DataFrame(votes, index=measured.index)
