"""What people decided, as the ledger holds it."""

import dagster as dg
import pandas as pd

from assets.results import counts
from curation.ledger.decisions import ACTIONS
from curation.project import Project

LEDGER = dg.AssetSpec(
    "ledger",
    group_name="people",
    kinds={"sqlite"},
    description="What people decide, in the review app, in an audit or by import. Dagster is told when it changes",
)
"""Nothing here makes it. Every asset that shows what people decided depends on it directly, because Dagster calls stale
only what is one step away from a change."""


@dg.asset(group_name="people", kinds={"sqlite", "parquet"}, code_version="2", deps=[LEDGER])
def human_decisions(project: dg.ResourceParam[Project]) -> dg.MaterializeResult[pd.DataFrame]:
    """The decisions of people that are in force, one row per picture and action: they outrank the machine's."""
    version, decided = project.ledger.version(), project.ledger.in_force()
    return dg.MaterializeResult(
        value=decided,
        data_version=dg.DataVersion(version),
        metadata={
            "dagster/row_count": len(decided),
            **{name: counts(decided.loc[decided["action"] == name, "value"]) for name in ACTIONS},
            "decided_by": counts(decided["who"]),
        },
    )
