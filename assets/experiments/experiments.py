"""What came of each experiment."""

import dagster as dg
import pandas as pd

from inksift.assets.experiments.conditions import PARTITIONS, conditions, results_folder
from inksift.assets.shared.results import table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import union
from inksift.curation.experiments.conditions import VERSION
from inksift.curation.experiments.grid import experiments_in
from inksift.curation.experiments.results import (
    EXPERIMENTS,
    errors_of,
    known_result,
    run_experiment,
)
from inksift.curation.project import Project

STAGE = Stage(
    "experiments",
    tables={"experiments": Made(EXPERIMENTS)},
    version=VERSION,
    kinds={"pytorch"},
    work="trains",
)


@STAGE.asset(partitions_def=PARTITIONS)
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
    here = conditions(splits, embeddings, union(thumbnails, test_thumbnails), project)
    (experiment,) = experiments_in(experiment_grid[experiment_grid["key"] == context.partition_key])
    known = known_result(results_folder(project), experiment, here)
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
