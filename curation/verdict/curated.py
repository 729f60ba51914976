"""The data set that stays: what a training or an export uses."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import Field

from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table
from inksift.curation.verdict.conflicts import is_conflict

CURATED = Table(
    "curated_dataset", {"path": "str", "image_id": "str", "label": "str"}, key=("path",)
)
"""One row per picture that stays."""


class CuratedParams(Params):
    """What belongs to the data set."""

    review: Literal["kept", "held"] = Field(
        "kept",
        description="Pictures under review: in the data set, or held back until a person decides",
    )


def staying(decisions: pd.DataFrame, review: str) -> pd.DataFrame:
    """The rows of DECISIONS that stay: what was kept, and what is under review where that counts as
    "kept".

    A picture whose class is in doubt stays out either way: its label would be wrong for some of its
    copies."""
    waiting = (decisions["outcome"] == "review") & ~is_conflict(decisions)
    return decisions[(decisions["outcome"] == "kept") | (waiting & (review == "kept"))]


def curate(decisions: pd.DataFrame, params: CuratedParams) -> pd.DataFrame:
    """The CURATED rows of DECISIONS."""
    return CURATED.check(staying(decisions, params.review))
