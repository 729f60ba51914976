"""What people decided, as the ledger holds it."""

import dagster as dg
import pandas as pd

from assets.results import counts
from curation.people.heard import HearingParams, publish_heard, refuse_to_forget
from curation.people.ledger import entries
from curation.people.ledger.decisions import ACTIONS
from curation.project import Project

LEDGER = dg.AssetSpec(
    "ledger",
    group_name="people",
    kinds={"sqlite"},
    description="What people decide, in the review app, in an audit or by import. Dagster is told "
    "when it changes",
)
"""Nothing here makes it. Every asset that shows what people decided depends on it directly, because
Dagster calls stale only what is one step away from a change."""


class HearingConfig(HearingParams, dg.Config):
    """What may be forgotten."""


@dg.asset(group_name="people", kinds={"sqlite", "parquet"}, code_version="2", deps=[LEDGER])
def human_decisions(
    config: HearingConfig, project: dg.ResourceParam[Project]
) -> dg.MaterializeResult[pd.DataFrame]:
    """The decisions of people that are in force: they outrank the machine's. A picture has one row
    per action, and one of `different` for every other picture that it was told apart from."""
    made = project.ledger.entries()
    refuse_to_forget(project.workspace, project.ledger, made, config)
    decided = entries.human_decisions(made)
    publish_heard(project.workspace, project.ledger)
    return dg.MaterializeResult(
        value=decided,
        data_version=dg.DataVersion(entries.version(decided)),
        metadata={
            "dagster/row_count": len(decided),
            **{name: counts(decided.loc[decided["action"] == name, "value"]) for name in ACTIONS},
            "decided_by": counts(decided["who"]),
        },
    )
