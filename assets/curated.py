"""The decisions, published for people and programs, and the data set that they leave."""

import dagster as dg
import pandas as pd

from assets.results import table
from curation.project import Project
from curation.publish.curated import curate
from curation.publish.published import publish_decisions


@dg.asset(group_name="verdict", kinds={"csv", "parquet"}, code_version="1")
def curated_dataset(verdicts: pd.DataFrame, project: dg.ResourceParam[Project]) -> dg.MaterializeResult[pd.DataFrame]:
    """decisions.csv and decisions.parquet in the workspace; the table holds the pictures that stay."""
    publish_decisions(project.workspace, verdicts, source=project.source)
    staying = curate(verdicts)
    return table(
        staying,
        classes=int(staying["label"].nunique()),
        decisions=dg.MetadataValue.path(project.workspace.root / "decisions.csv"),
    )
