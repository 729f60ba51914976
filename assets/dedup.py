"""Copies of one picture, and which of them stays."""

import dagster as dg
import pandas as pd

from assets.results import counts, table
from curation import dedup
from curation.dedup import DedupParams


class DedupConfig(DedupParams, dg.Config):
    """Settings of the duplicate search."""


@dg.asset(group_name="dedup", kinds={"numpy", "parquet"}, code_version=str(dedup.VERSION))
def duplicates(images: pd.DataFrame, hashes: pd.DataFrame, config: DedupConfig) -> dg.MaterializeResult[pd.DataFrame]:
    """Every readable file with its group of copies; one file of each group is kept."""
    found = dedup.find_duplicates(images, hashes, config)
    dropped = found[~found["keep"]]
    return table(
        found,
        duplicates=len(dropped),
        groups_with_copies=int(dropped["group"].nunique()),
        relations=counts(dropped["relation"]),
    )
