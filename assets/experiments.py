"""Many recipes on the pictures of the last run: which there are, what came of each, and their list
by F1."""

from pathlib import Path

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.results import records, table
from assets.union import union
from curation.evidence.features import features_by_id
from curation.experiments.conditions import VERSION, Conditions
from curation.experiments.grid import GridParams, experiments_in, planned, table_of
from curation.experiments.results import (
    EXPERIMENTS,
    errors_of,
    known_result,
    known_results,
    leaderboard,
    run_experiment,
)
from curation.project import Project
from curation.report.leaderboard_page import Tried, build_leaderboard_page, leaderboard_plot
from curation.store.published import demand_trained, publish_leaderboard
from curation.store.thumbnails import Thumbnails
from curation.training.evaluation import HELD_OUT, TRUSTED
from curation.training.splits import TEST
from curation.training.trial import Materials

PARTITIONS = dg.DynamicPartitionsDefinition(name="experiments")
_GROUP = "experiments"


class GridConfig(GridParams, dg.Config):
    """A grid, as people write it."""


@dg.asset(group_name=_GROUP, kinds={"yaml"}, code_version="3")
def experiment_grid(
    context: dg.AssetExecutionContext, config: GridConfig
) -> dg.MaterializeResult[pd.DataFrame]:
    """The experiments of a grid; each becomes a partition of `experiments`, and those of another
    grid go."""
    rows = table_of(planned(config), grid=config.called, scale=config.scale)
    keys, name = rows["key"].tolist(), str(PARTITIONS.name)
    for gone in set(context.instance.get_dynamic_partitions(name)) - set(keys):
        context.instance.delete_dynamic_partition(name, gone)
    context.instance.add_dynamic_partitions(name, keys)
    return table(
        rows, grid=config.called, scale=config.scale, experiments=records(rows[["key", "settings"]])
    )


@dg.asset(
    group_name=_GROUP, kinds={"pytorch"}, code_version=str(VERSION), partitions_def=PARTITIONS
)
def experiments(
    context: dg.AssetExecutionContext,
    experiment_grid: pd.DataFrame,
    splits: pd.DataFrame,
    embeddings: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """One recipe with one seed: resampled, trained and tested on the split of the last run. What is
    known stays, except failures, which are tried again."""
    here = _conditions(splits, embeddings, union(thumbnails, test_thumbnails), project)
    (experiment,) = experiments_in(experiment_grid[experiment_grid["key"] == context.partition_key])
    known = known_result(_folder(project), experiment, here)
    if known is not None and not errors_of(known):
        return table(known, measured=0)
    found = EXPERIMENTS.frame([dict(run_experiment(experiment, here))])
    told = found.iloc[0]
    if told["error"]:
        context.log.error(f"experiment {told['key']} failed: {told['error']}")
        return table(found, measured=1, error=str(told["error"]))
    return table(
        found, measured=1, accuracy=float(told["accuracy"]), seconds=float(told["seconds"])
    )


@dg.asset(
    name="leaderboard",
    group_name=_GROUP,
    kinds={"html", "csv"},
    code_version=str(VERSION),
    deps=[experiments],
)
def ranked(
    experiment_grid: pd.DataFrame,
    splits: pd.DataFrame,
    embeddings: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """experiments.html and leaderboard.csv in the workspace: the recipes of the grid, best macro F1
    first."""
    here = _conditions(splits, embeddings, union(thumbnails, test_thumbnails), project)
    every = experiments_in(experiment_grid)
    found = known_results(_folder(project), every, here)
    board, failed = leaderboard(found, every), errors_of(found)
    waiting = len(every) - len(found)
    tried = Tried(
        grid=str(experiment_grid["grid"].iloc[0]),
        scale=float(experiment_grid["scale"].iloc[0]),
        seeds=sorted({experiment.seed for experiment in every}),
        test_set=here.test_set,
        test_pictures=int((splits["split"] == TEST).sum()),
        failed=failed,
        waiting=waiting,
    )
    page = publish_leaderboard(project.workspace, board, build_leaderboard_page(board, tried))
    return table(
        board,
        page=dg.MetadataValue.path(page),
        test_set=here.test_set,
        tried=len(found),
        failed=failed,
        waiting=waiting,
        leaderboard=records(board),
        plot=picture(leaderboard_plot(board), "macro F1 of every recipe"),
    )


def _conditions(
    splits: pd.DataFrame, embeddings: pd.DataFrame, thumbnails: pd.DataFrame, project: Project
) -> Conditions:
    """What the last run left to try experiments on; StoreError when it trained nothing on the
    present decisions."""
    demand_trained(project.workspace)
    read = Thumbnails(project.workspace, thumbnails)
    materials = Materials(read, read.version, features_by_id(embeddings), project.workspace.models)
    return Conditions(splits, materials, HELD_OUT if project.test is None else TRUSTED)


def _folder(project: Project) -> Path:
    """Where the partitions of `experiments` are; read from here, since one that is damaged is as
    good as none."""
    return project.workspace.tables / EXPERIMENTS.name
