"""The ways to tell photographs from drawings, by name: each maps evidence to judgements."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

import pandas as pd
from pydantic import Field

from inksift.curation.verdict.camp2022 import Camp2022Params, judge_camp2022
from inksift.curation.verdict.learned import LearnedParams, judge_learned
from inksift.curation.verdict.medium.folder import Folder
from inksift.curation.verdict.medium.head import digest, load_head
from inksift.curation.verdict.medium.queue import QUEUE
from inksift.curation.verdict.medium.votes import MEASURES, VOTE_QUALITY, VOTES
from inksift.curation.verdict.pages import PageParams
from inksift.curation.verdict.removal_rates import BrakeParams
from inksift.curation.verdict.several import SeveralRule


class RecipeParams(Camp2022Params, LearnedParams):
    """Which recipe judges, on which clusters, and the settings of both."""

    recipe: Literal["learned", "camp2022"] = Field(
        "learned", description="How photographs are told from drawings"
    )
    clusters: Literal["dbscan", "hdbscan", "kmeans"] = Field(
        "dbscan", description="Whose noise counts as evidence"
    )


class OutcomeParams(PageParams, BrakeParams):
    """What becomes of pages without a drawing, and how much a verdict may take away."""


class VerdictParams(RecipeParams, OutcomeParams):
    """How the verdict is found, what it may take away, and what class a picture in several has."""

    several_classes: SeveralRule = Field(
        "ask",
        description="The class of a picture whose copies lie in several: a person says, or the one "
        "with the fewest or the most pictures",
    )

    ai_marked: Literal["no_matter", "review", "rejected"] = Field(
        "no_matter", description="Pictures of which any copy says that an AI made it"
    )


class Judged(NamedTuple):
    """What a recipe found. One that does not vote leaves all but the judgements empty."""

    judgements: pd.DataFrame
    """JUDGEMENTS of every distinct picture."""

    measures: pd.DataFrame
    """MEASURES behind them."""

    votes: pd.DataFrame
    """VOTES behind them."""

    quality: pd.DataFrame
    """VOTE_QUALITY of the voters."""

    folder: Folder | None
    """The folder as the head sees it."""

    queue: pd.DataFrame
    """QUEUE: how answers shortened what is left to review."""

    settled: dict[str, str | int | float]
    """What holds for all: `embedder`, `head` (the digest of the one to start from), `answers` (how
    many refitted it), `photo_share`, the thresholds `reject_threshold` and `keep_threshold` in
    log-odds without the share, and the errors that were promised, named as their settings."""

    @classmethod
    def without_votes(cls, judgements: pd.DataFrame) -> Self:
        """By a recipe of rules."""
        measures, votes = MEASURES.frame([]), VOTES.frame([])
        quality, queue = VOTE_QUALITY.frame([]), QUEUE.frame([])
        return cls(judgements, measures, votes, quality, None, queue, settled={})


def judge(
    evidence: pd.DataFrame,
    embeddings: pd.DataFrame,
    params: VerdictParams,
    *,
    heads: Sequence[Path] = (),
    answers: pd.Series | None = None,
) -> Judged:
    """What the recipe that `params` names says of every distinct picture.

    `heads` are folders with a user's own heads; `answers` are a person's, by image_id: True for a
    photograph. WeightsError when there is no head for the network behind `embeddings`."""
    if params.recipe == "camp2022" or evidence.empty:
        judgements = judge_camp2022(evidence, params)
        return Judged.without_votes(judgements)
    embedder = str(embeddings["embedder"].iloc[0])
    known = pd.Series(dtype="bool") if answers is None else answers
    head = load_head(embedder, heads)
    told = judge_learned(evidence, embeddings, params, head=head, answers=known)
    settled: dict[str, str | int | float] = {
        "embedder": embedder,
        "head": digest(head),
        "answers": len(told.folder.heard(known)),
        "photo_share": round(told.seen.photo_share, 4),
        "reject_threshold": round(told.seen.thresholds.reject, 4),
        "keep_threshold": round(told.seen.thresholds.keep, 4),
        "max_illustrations_rejected": params.max_illustrations_rejected,
        "max_photos_kept": params.max_photos_kept,
    }
    seen = told.seen
    return Judged(
        judgements=told.judgements,
        measures=seen.measures,
        votes=seen.votes,
        quality=seen.quality,
        folder=told.folder,
        queue=told.queue,
        settled=settled,
    )
