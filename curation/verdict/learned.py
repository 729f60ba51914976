"""The learned recipe for real photographs: signed votes that sum to calibrated log-odds, and three
answers.

A head fitted on openly licensed pictures judges alone; the folder then helps without labels (near
pictures, the share of photographs), and a person's answers refit the head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
from pydantic import Field

from inksift.curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from inksift.curation.base.params import Params
from inksift.curation.base.reasons import PHOTO_VERDICT, UNSURE_VERDICT
from inksift.curation.verdict.judgements import JUDGEMENTS
from inksift.curation.verdict.medium.explain import explain_verdict
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.folder import DIGITS, Folder, Seen
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.queue import queue_by_answers
from inksift.curation.verdict.medium.thresholds import Promises
from inksift.curation.verdict.medium.votes import PARTS, Floats, evidence_measures

_OUTCOME = {ILLUSTRATION: "kept", UNSURE: UNSURE_VERDICT.outcome, PHOTO: PHOTO_VERDICT.outcome}
"""The outcome of a picture of each medium."""

_REASON = {ILLUSTRATION: "", UNSURE: UNSURE_VERDICT.name, PHOTO: PHOTO_VERDICT.name}
"""Its reason, "" for what is kept."""


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

    def promised(self) -> Promises:
        """The errors that a verdict with these settings may make."""
        return Promises(self.max_illustrations_rejected, self.max_photos_kept)


class Learned(NamedTuple):
    """What the recipe found."""

    judgements: pd.DataFrame
    """JUDGEMENTS of every picture."""

    seen: Seen
    """What the folder looks like to the head."""

    folder: Folder
    """The folder itself, which can be judged once more after other answers."""

    queue: pd.DataFrame
    """QUEUE: what the answers did for the pictures left to review."""


def judge_learned(
    evidence: pd.DataFrame,
    embeddings: pd.DataFrame,
    params: LearnedParams,
    *,
    head: Head,
    answers: pd.Series,
) -> Learned:
    """What a head for the network behind EMBEDDINGS finds: among it a JUDGEMENTS row for every row
    of EVIDENCE, by image_id.

    `answers` are a person's, by image_id: True for a photograph; they refit the head. The answer
    does not depend on the order of the rows."""
    folder = Folder(
        evidence_measures(evidence),
        embeddings,
        head=head,
        promised=params.promised(),
        adapt=params.adapt,
    )
    seen = folder.see(answers)
    heard = folder.heard(answers)
    queue = queue_by_answers(lambda some: folder.see(some).medium, heard, after=seen.medium)
    return Learned(_judgements(seen), seen, folder, queue)


def _judgements(seen: Seen) -> pd.DataFrame:
    chances = probability(seen.votes["log_odds"].to_numpy()).round(DIGITS)
    outcomes, reasons = (pd.Series(seen.medium).map(names) for names in (_OUTCOME, _REASON))
    columns = {
        "image_id": seen.votes["image_id"],
        "outcome": outcomes.astype("str"),
        "reason": reasons.astype("str"),
        "p_photo": chances,
        "medium": pd.Series(seen.medium, dtype="str"),
        "explanation": pd.Series(list(_sentences(seen, chances)), dtype="str"),
    }
    return JUDGEMENTS.check(pd.DataFrame(columns))


def _sentences(seen: Seen, chances: Floats) -> Iterator[str]:
    """Why each picture was judged so, in the order of its votes."""
    votes = seen.votes[list(PARTS)].to_numpy()
    rows = zip(votes, seen.contexts, chances.tolist(), seen.medium.tolist(), strict=True)
    for vote, context, p_photo, medium in rows:
        parts = dict(zip(PARTS, vote.tolist(), strict=True))
        yield explain_verdict(parts, context, medium=medium, p_photo=p_photo)
