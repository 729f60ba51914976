"""What people decided, as the ledger holds it."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.people.heard import HearingParams, note_heard, publish_heard, whole_ledger
from inksift.curation.people.ledger import entries
from inksift.curation.people.ledger.decisions import ACTIONS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.project import Project


class HearingConfig(HearingParams, dg.Config):
    """What may be forgotten."""


STAGE = Stage(
    "human_decisions",
    settings=HearingParams,
    tables={"human_decisions": Made(HUMAN_DECISIONS)},
    version=2,
    kinds={"sqlite", "parquet"},
)


@STAGE.asset(deps=["ledger", "listing"])  # a run that `listing` refuses has heard nobody
def human_decisions(
    config: HearingConfig, project: dg.ResourceParam[Project]
) -> dg.MaterializeResult[pd.DataFrame]:
    """The decisions of people that are in force: they outrank the machine's. A picture has one row
    per action, and one of `different` for every other picture that it was told apart from."""
    made = whole_ledger(project.workspace, project.ledger, config)
    decided = entries.human_decisions(made)
    publish_heard(project.workspace, project.ledger)
    note_heard(project.ledger, len(made), config)
    return dg.MaterializeResult(
        value=decided,
        data_version=dg.DataVersion(entries.version(decided)),
        metadata={
            "dagster/row_count": len(decided),
            **{name: counts(decided.loc[decided["action"] == name, "value"]) for name in ACTIONS},
            "decided_by": counts(decided["who"]),
        },
    )
