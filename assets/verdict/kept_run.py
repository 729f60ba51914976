"""The run, kept: its decisions and its report, in a folder of their own."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.errors import StoreError
from inksift.curation.project import Project
from inksift.curation.report.siblings import keep_newest, keep_pages
from inksift.curation.runs.keep import names_to_keep
from inksift.curation.runs.kept import folder_of, own_bytes
from inksift.curation.runs.params import KeptRunParams
from inksift.curation.runs.record import current_run


class KeptRunConfig(KeptRunParams, dg.Config):
    """How many finished runs are kept."""


STAGE = Stage(
    "kept_run",
    settings=KeptRunParams,
    tables={"kept_run": Made(None)},
    version=1,
    kinds={"json", "html"},
    work="publishes",
)


@STAGE.asset(deps=["ledger", "curated_dataset", "rejected_report"])
def kept_run(
    config: KeptRunConfig, project: dg.ResourceParam[Project]
) -> dg.MaterializeResult[pd.DataFrame]:
    """runs/DATE-ID in the workspace: decisions, report, settings and versions of this run; its F1
    report, ablation and leaderboard join them when they are made. The oldest runs go where there
    are more than the settings allow."""
    run = current_run(project.workspace)
    run = run and keep_pages(project.workspace, names_to_keep(run))
    if run is None:
        raise StoreError("nothing says which run this is: materialise curated_dataset first")
    removed = keep_newest(project.workspace, config.most)
    return table(
        pd.DataFrame({"decisions": [run.decisions]}),
        run=run.name,
        decided=run.date,
        folder=dg.MetadataValue.path(folder_of(project.workspace, run.name)),
        only_here_bytes=own_bytes(folder_of(project.workspace, run.name)),
        removed=[one.name for one in removed],
    )
