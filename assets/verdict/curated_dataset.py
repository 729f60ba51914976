"""The decisions, published for people and programs, and the data set that they leave."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import table
from inksift.assets.shared.settings_used import settings_of
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.this_run import facts_of
from inksift.curation.base.errors import DataError
from inksift.curation.project import Project, RunSettings
from inksift.curation.runs.begin import begin_run, keep_what_is_there
from inksift.curation.store.published import PROPOSAL, publish_decisions
from inksift.curation.verdict.curated import CURATED, CuratedParams, curate


class CuratedConfig(CuratedParams, dg.Config):
    """What belongs to the data set."""


STAGE = Stage(
    "curated_dataset",
    settings=CuratedParams,
    tables={"curated_dataset": Made(CURATED)},
    version=3,
    kinds={"csv", "parquet"},
    work="publishes",
)


@STAGE.asset(deps=["ledger"])
def curated_dataset(
    context: dg.AssetExecutionContext,
    verdicts: pd.DataFrame,
    config: CuratedConfig,
    project: dg.ResourceParam[Project],
    run_settings: dg.ResourceParam[RunSettings],
) -> dg.MaterializeResult[pd.DataFrame]:
    """decisions.csv and decisions.parquet in the workspace; the table holds the pictures that
    stay."""
    if (project.workspace.root / PROPOSAL).exists():
        raise DataError(
            f"{PROPOSAL} waits for your word: run the verdicts again with accept_removals, or "
            "allow more"
        )
    keep_what_is_there(project.workspace)
    publish_decisions(
        project.workspace,
        verdicts,
        source=project.source,
        test=project.test,
        review=config.review,
        link_roots=project.link_roots,
        differs=run_settings.differs,
    )
    facts = facts_of(context, run_settings)
    run = begin_run(project.workspace, facts, verdicts, ledger=project.ledger.name)
    staying = curate(verdicts, config)
    return table(
        staying,
        classes=int(staying["label"].nunique()),
        under_review=int((verdicts["outcome"] == "review").sum()),
        review_counts_as=config.review,
        differs_from_setup=list(run_settings.differs),
        **settings_of(config),
        run=run.name,
        repeats=bool(run.kept),
        decisions=dg.MetadataValue.path(project.workspace.root / "decisions.csv"),
    )
