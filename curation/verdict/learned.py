"""The learned recipe for real photographs: signed votes that sum to calibrated log-odds, and three
answers.

A head fitted on openly licensed pictures judges alone; the folder then helps without labels (near
pictures, the share of photographs), and a person's answers refit the head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from pydantic import Field

from curation.base.params import Params
from curation.verdict.judgements import JUDGEMENTS
from curation.verdict.medium.explain import explain
from curation.verdict.medium.fit import probability
from curation.verdict.medium.folder import DIGITS, Folder, Seen
from curation.verdict.medium.head import Head
from curation.verdict.medium.thresholds import Thresholds, thresholds
from curation.verdict.medium.votes import PARTS, evidence_measures

_OUTCOMES = {"illustration": "kept", "unsure": "review", "photo": "rejected"}
_REASONS = {"illustration": "", "unsure": "unsure", "photo": "photo"}


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


def judge(
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
    judged = [
        _judgement(row, seen, medium=medium, p_photo=p_photo) for row, p_photo, medium in rows
    ]
    return JUDGEMENTS.frame(judged)


def _judgement(
    row: Mapping[Any, Any], seen: Seen, *, medium: str, p_photo: float
) -> dict[str, object]:
    """A JUDGEMENTS row of a VOTES row."""
    parts = {part: row[part] for part in PARTS}
    return {
        "image_id": row["image_id"],
        "outcome": _OUTCOMES[medium],
        "reason": _REASONS[medium],
        "p_photo": p_photo,
        "medium": medium,
        "explanation": explain(parts, seen.weights, medium=medium, p_photo=p_photo),
    }
