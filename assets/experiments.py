"""Many recipes on the pictures of the last run: which there are, what came of each, and their list by F1."""

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.results import records, table
from assets.together import together
from curation.experiments import results
from curation.experiments.grid import GRID, GridParams, experiment_in, planned, table_of
from curation.experiments.results import EXPERIMENTS, experiment_digest, leaderboard, run_experiment
from curation.experiments.trial import Materials
from curation.features import features_by_id
from curation.project import Project
from curation.publish.published import publish_leaderboard
from curation.report.leaderboard_page import build_leaderboard_page, leaderboard_plot
from curation.store.parquet import read_parquet
from curation.thumbnails import Thumbnails

PARTITIONS = dg.DynamicPartitionsDefinition(name="experiments")
_GROUP = "experiments"


class GridConfig(GridParams, dg.Config):
    """A grid, as people write it."""


@dg.asset(group_name=_GROUP, kinds={"yaml"}, code_version="1")
def experiment_grid(context: dg.AssetExecutionContext, config: GridConfig) -> dg.MaterializeResult[pd.DataFrame]:
    """The experiments of a grid; each becomes a partition of `experiments`, and those of another grid go."""
    rows = table_of(planned(config))
    keys, name = rows["key"].tolist(), str(PARTITIONS.name)
    for gone in set(context.instance.get_dynamic_partitions(name)) - set(keys):
        context.instance.delete_dynamic_partition(name, gone)
    context.instance.add_dynamic_partitions(name, keys)
    return table(rows, scale=config.scale, experiments=records(rows[["key", "digest"]]))


@dg.asset(group_name=_GROUP, kinds={"pytorch"}, code_version=str(results.VERSION), partitions_def=PARTITIONS)
def experiments(
    context: dg.AssetExecutionContext,
    experiment_grid: pd.DataFrame,
    splits: pd.DataFrame,
    embeddings: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """One recipe with one seed: resampled, trained and tested on the split of the last run; known results stay."""
    row = GRID.check(experiment_grid).set_index("key", drop=False).loc[context.partition_key].to_dict()
    read = Thumbnails(project.workspace, together(thumbnails, test_thumbnails))
    digest = experiment_digest(splits, row["digest"], read.version)
    known = _known(project, context.partition_key, digest)
    if known is not None:
        return table(known, measured=0)
    materials = Materials(read, read.version, features_by_id(embeddings), project.workspace.models)
    found = EXPERIMENTS.frame([dict(run_experiment(splits, experiment_in(row), materials, digest=digest))])
    told = found.iloc[0]
    return table(found, measured=1, accuracy=float(told["accuracy"]), seconds=float(told["seconds"]))


@dg.asset(name="leaderboard", group_name=_GROUP, kinds={"html", "csv"}, code_version=str(results.VERSION))
def ranked(
    experiment_grid: pd.DataFrame,
    experiments: pd.DataFrame,
    splits: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """experiments.html and leaderboard.csv in the workspace: the recipes of the grid, best macro F1 first."""
    version = Thumbnails(project.workspace, together(thumbnails, test_thumbnails)).version
    wanted = experiment_grid["digest"].map(lambda told: experiment_digest(splits, told, version))
    now = experiments[experiments["key"].isin(experiment_grid["key"]) & experiments["digest"].isin(wanted)]
    board = leaderboard(now)
    waiting = len(experiment_grid) - len(now)
    page = publish_leaderboard(project.workspace, board, build_leaderboard_page(board, waiting=waiting))
    return table(
        board,
        page=dg.MetadataValue.path(page),
        tried=len(now),
        waiting=waiting,
        leaderboard=records(board),
        plot=picture(leaderboard_plot(board), "macro F1 of every recipe"),
    )


def _known(project: Project, key: str, digest: str) -> pd.DataFrame | None:
    """What came of the same experiment on the same pictures before."""
    path = project.workspace.tables / EXPERIMENTS.name / f"{key}.parquet"
    if not path.exists():
        return None
    stored = EXPERIMENTS.check(read_parquet(path))
    return stored if stored["digest"].tolist() == [digest] else None
