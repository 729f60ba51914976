"""What the stages found, handed to the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from inksift.curation.gather.signals.base import Limits
from inksift.curation.store.published import MEDIUM
from inksift.curation.store.tables import unusable
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.prior import logit


@dataclass(frozen=True)
class Findings:
    """What the stages found, where they ran; the report leaves out the rest.

    `duplicates`, `apart`, `families` and `search` are DUPLICATES, KEPT_APART, FAMILIES and
    PAIR_SEARCH frames; `signals` has image_id and a column per signal, `limits` their votes by
    name; `comparison` has a row per cluster method, named in its first column; `votes`, `quality`,
    `queue`, `targets` and `removal_rates` are VOTES, VOTE_QUALITY, QUEUE, TARGETS and REMOVAL_RATES
    frames.
    `reject_threshold` and `keep_threshold` are log-odds, the folder's share of photographs
    included: a photograph lies at or above the first, an illustration below the second. `human`
    are the HUMAN_DECISIONS that the run took in, and `machine` the DECISIONS before people were
    heard. `notes` are sentences for the reader."""

    duplicates: pd.DataFrame | None = None
    apart: pd.DataFrame | None = None
    families: pd.DataFrame | None = None
    search: pd.DataFrame | None = None
    signals: pd.DataFrame | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)
    comparison: pd.DataFrame | None = None
    votes: pd.DataFrame | None = None
    quality: pd.DataFrame | None = None
    queue: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    removal_rates: pd.DataFrame | None = None
    reject_threshold: float | None = None
    keep_threshold: float | None = None
    human: pd.DataFrame | None = None
    machine: pd.DataFrame | None = None
    notes: Sequence[str] = ()


def published_thresholds(workspace: Workspace) -> tuple[float, float] | None:
    """The reject and the keep threshold of the last verdict in log-odds, the folder's share of
    photographs included.

    None where its recipe has none; StoreError when medium.json is damaged. A photograph must also
    be more likely than not, and an illustration likewise, so the thresholds never lie on the wrong
    side of 0."""
    place = workspace.root / MEDIUM
    if not place.exists():
        return None
    try:
        plain = json.loads(place.read_bytes())
        prior = logit(plain["photo_share"])
        return max(plain["reject_threshold"] + prior, 0.0), min(
            plain["keep_threshold"] + prior, 0.0
        )
    except (ValueError, KeyError, TypeError) as error:
        raise unusable(place, error) from error
