"""The learned recipe for real photographs: signed votes that sum to calibrated log-odds, and three
answers.

A head fitted on openly licensed pictures judges alone; the folder then helps without labels (near
pictures, the share of photographs), and a person's answers refit the head."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from pydantic import Field

from curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from curation.base.params import Params
from curation.base.reasons import PHOTO_VERDICT, UNSURE_VERDICT
from curation.verdict.judgements import JUDGEMENTS
from curation.verdict.medium.explain import explain_verdict
from curation.verdict.medium.fit import probability
from curation.verdict.medium.folder import DIGITS, Folder, Seen
from curation.verdict.medium.head import Head
from curation.verdict.medium.thresholds import Thresholds, thresholds
from curation.verdict.medium.votes import PARTS, evidence_measures

_OUTCOMES = {
    ILLUSTRATION: ("kept", ""),
    UNSURE: (UNSURE_VERDICT.outcome, UNSURE_VERDICT.name),
    PHOTO: (PHOTO_VERDICT.outcome, PHOTO_VERDICT.name),
}
"""The outcome and its reason, by medium."""


class LearnedParams(Params):
    """Settings of the recipe."""

    max_illustrations_rejected: float = Field(
        0.01,
        ge=0.001,
        le=0.2,
        description="Share of illustrations that may be rejected as photographs",
    )
    max_photos_kept: float = Field(
        0.03, ge=0.001, le=0.2, description="Share of photographs that may be kept without review"
    )
    adapt: bool = Field(
        True, description="Let near pictures and the folder's share of photographs move a verdict"
    )


class Learned(NamedTuple):
    """JUDGEMENTS, what the folder looks like to the head, and the thresholds that were used."""

    judgements: pd.DataFrame
    seen: Seen
    thresholds: Thresholds


def judge_learned(
    evidence: pd.DataFrame,
    embeddings: pd.DataFrame,
    params: LearnedParams,
    *,
    head: Head,
    answers: pd.Series,
) -> Learned:
    """A JUDGEMENTS row for every row of EVIDENCE, by image_id, by a head for the network behind
    EMBEDDINGS.

    `answers` are a person's, by image_id: True for a photograph; they refit the head. The answer
    does not depend on the order of the rows."""
    chosen = thresholds(
        head,
        illustrations_rejected=params.max_illustrations_rejected,
        photos_kept=params.max_photos_kept,
    )
    folder = Folder(
        evidence_measures(evidence), embeddings, head=head, thresholds=chosen, adapt=params.adapt
    )
    seen = folder.see(answers)
    return Learned(_judgements(seen), seen, chosen)


def _judgements(seen: Seen) -> pd.DataFrame:
    chances = probability(seen.votes["log_odds"].to_numpy()).round(DIGITS)
    rows = zip(seen.votes.to_dict("records"), chances.tolist(), seen.medium.tolist(), strict=True)
    return JUDGEMENTS.frame(
        [
            {"image_id": row["image_id"], "p_photo": p_photo, "medium": medium}
            | dict(zip(("outcome", "reason"), _OUTCOMES[medium], strict=True))
            | {
                "explanation": explain_verdict(
                    {part: row[part] for part in PARTS},
                    seen.weights,
                    medium=medium,
                    p_photo=p_photo,
                )
            }
            for row, p_photo, medium in rows
        ]
    )
