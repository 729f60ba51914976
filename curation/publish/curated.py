"""The data set that stays: what a training or an export uses."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import Field

from curation.params import Params
from curation.tables import Table

CURATED = Table("curated_dataset", {"path": "str", "image_id": "str", "label": "str"}, key=("path",))
"""One row per picture that stays."""

STAYING = {"kept": ("kept", "review"), "held": ("kept",)}
"""The outcomes that stay, by how pictures under review count."""


class CuratedParams(Params):
    """What belongs to the data set."""

    review: Literal["kept", "held"] = Field(
        "kept", description="Pictures under review: in the data set, or held back until a person decides"
    )


def curate(decisions: pd.DataFrame, params: CuratedParams) -> pd.DataFrame:
    """The CURATED rows of DECISIONS: what was kept, and what is under review where that counts as kept."""
    return CURATED.check(decisions[decisions["outcome"].isin(STAYING[params.review])])
