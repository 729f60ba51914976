"""What people decided, as the ledger holds it."""

import dagster as dg
import pandas as pd

from assets.results import counts
from curation.ledger.decisions import ACTIONS
from curation.ledger.ledger import Ledger
from curation.project import Project


@dg.asset(group_name="verdict", kinds={"sqlite", "parquet"}, code_version="2")
def human_decisions(project: dg.ResourceParam[Project]) -> dg.MaterializeResult[pd.DataFrame]:
    """The decisions of people that are in force, one row per picture and action: they outrank the machine's."""
    ledger = Ledger.of(project.workspace)
    version, decided = ledger.version(), ledger.in_force()
    return dg.MaterializeResult(
        value=decided,
        data_version=dg.DataVersion(version),
        metadata={
            "dagster/row_count": len(decided),
            **{name: counts(decided.loc[decided["action"] == name, "value"]) for name in ACTIONS},
            "decided_by": counts(decided["who"]),
        },
    )
