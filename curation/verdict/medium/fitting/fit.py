"""From measured pictures to a head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.verdict.medium.fitting.calibration import calibrated
from inksift.curation.verdict.medium.fitting.directions import (
    Rows,
    Scores,
    cross_scores,
    fit_direction,
)
from inksift.curation.verdict.medium.fitting.lessons import lessons_of
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures
from inksift.curation.verdict.medium.fitting.simulated import families_of
from inksift.curation.verdict.medium.fitting.sources import balance
from inksift.curation.verdict.medium.fitting.views import AS_IT_IS, SCORED_VIEWS
from inksift.curation.verdict.medium.fitting.voters import (
    Sample,
    auroc_over_sources,
    earned,
    fit_weights,
    unweighted,
)
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.quality import Interval
from inksift.curation.verdict.medium.votes import VOTERS, Voter


@dataclass(frozen=True)
class HeadSettings:
    """What a new head says of neighbours. Set by the AUROC in folders that `benchmarks/medium.py`
    prints."""

    neighbours: int = 10
    """Near pictures of a folder that pull a verdict."""

    pull_share: float = 0.5
    """Share of the way to their mean."""

    pull_limit: float = 3.0
    """Log-odds that they add or take at most."""

    quality_digits: int = 4
    """Decimals of an AUROC in a head."""


_HEAD = HeadSettings()


class Fitted(NamedTuple):
    """A head, and what it was fitted to."""

    head: Head
    scores: Scores
    """Every picture without its publisher, behind the voters and thresholds of the head."""


def fit_head(pictures: MeasuredPictures, *, embedder: str) -> Fitted:
    """The head of these pictures for the embedder of that name; the same on every run."""
    everything = np.ones(len(pictures.table), dtype=np.bool_)
    lessons = lessons_of(pictures)
    scores = cross_scores(pictures, lessons)
    voting = fit_voting(pictures, scores, everything, embedder=embedder)
    direction = fit_direction(lessons, pictures.table, everything)
    return Fitted(replace(voting, mean=direction.mean, direction=direction.weights), scores)


def fit_voting(pictures: MeasuredPictures, scores: Scores, chosen: Rows, *, embedder: str) -> Head:
    """The head of the chosen pictures but for its direction: voters, calibration and thresholds,
    fitted to scores without the pictures' publishers."""
    table = pictures.table[chosen]
    views = {view: scores.measures[view][chosen] for view in SCORED_VIEWS}
    aurocs = {name: auroc_over_sources(views[AS_IT_IS][name].to_numpy(), table) for name in VOTERS}
    voters, base = _voters(views, table, scores, chosen, aurocs)
    head = Head(
        embedder=embedder,
        content=pictures.vectors.shape[1],
        mean=np.zeros(0),
        direction=np.zeros(0),
        voters=voters,
        base=base,
        neighbours=_HEAD.neighbours,
        pull_share=_HEAD.pull_share,
        pull_limit=_HEAD.pull_limit,
        reject_thresholds={},
        keep_thresholds={},
        quality={
            name: _rounded(interval)
            for name, interval in aurocs.items()
            if not np.isnan(interval.value)
        },
        photos=int(table["photo"].sum()),
        illustrations=int((~table["photo"]).sum()),
    )
    families = families_of(pictures.table)
    return calibrated(head, table, pictures.vectors[chosen], views, families)


def _voters(
    views: Mapping[str, pd.DataFrame],
    table: pd.DataFrame,
    scores: Scores,
    chosen: Rows,
    aurocs: Mapping[str, Interval],
) -> tuple[dict[str, Voter], float]:
    """The voters with their weights, and the base, by every picture in every view."""
    measures = pd.concat(list(views.values()))
    silent = {name: unweighted(measures[name].to_numpy(), name) for name in VOTERS}
    columns = [silent[name].standardised(measures[name].to_numpy()) for name in VOTERS]
    sample = Sample(
        inputs=np.column_stack(columns),
        photo=np.tile(table["photo"].to_numpy(), len(views)),
        weight=np.tile(balance(table, "family"), len(views)),
        group=np.tile(scores.fold[chosen], len(views)),
    )
    votes = fit_weights(sample, earned(sample, aurocs))
    weights = dict(zip(VOTERS, votes.weights.tolist(), strict=True))
    voters = {name: voter._replace(weight=weights[name]) for name, voter in silent.items()}
    return voters, votes.base


def _rounded(interval: Interval) -> tuple[float, float, float]:
    value, low, high = (round(bound, _HEAD.quality_digits) for bound in interval)
    return value, low, high
