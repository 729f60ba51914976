"""The data set that stays: what a training or an export uses."""

from __future__ import annotations

import pandas as pd

from curation.tables import Table

CURATED = Table("curated_dataset", {"path": "str", "image_id": "str", "label": "str"}, key=("path",))
"""One row per picture that stays."""


def curate(decisions: pd.DataFrame) -> pd.DataFrame:
    """The CURATED rows of DECISIONS: everything that was not rejected. Pictures under review stay."""
    return CURATED.check(decisions[decisions["outcome"] != "rejected"])
