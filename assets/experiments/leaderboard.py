"""The recipes of a grid by F1."""

import dagster as dg
import pandas as pd

from inksift.assets.experiments.conditions import conditions, results_folder
from inksift.assets.shared.display import picture
from inksift.assets.shared.results import records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import union
from inksift.curation.experiments.conditions import VERSION
from inksift.curation.experiments.grid import experiments_in
from inksift.curation.experiments.results import LEADERBOARD, errors_of, known_results
from inksift.curation.experiments.results import leaderboard as library
from inksift.curation.project import Project
from inksift.curation.report.leaderboard_page import Tried, build_leaderboard_page, leaderboard_plot
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import keep_pages
from inksift.curation.runs.record import current_run
from inksift.curation.store.published import LEADERBOARD_CSV, LEADERBOARD_PAGE, publish_leaderboard
from inksift.curation.training.splits import TEST

STAGE = Stage(
    "leaderboard",
    tables={"leaderboard": Made(LEADERBOARD)},
    version=VERSION,
    kinds={"html", "csv"},
    work="publishes",
)


WHEN_EXPERIMENTS_ENDED = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("an experiment ended, and none is in progress")
"""Not `eager`, which waits for the partitions that nobody has tried."""


@STAGE.asset(deps=["experiments"], automation_condition=WHEN_EXPERIMENTS_ENDED)
def leaderboard(
    experiment_grid: pd.DataFrame,
    splits: pd.DataFrame,
    embeddings: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """experiments.html and leaderboard.csv in the workspace: the recipes of the grid, best macro F1
    first."""
    here = conditions(splits, embeddings, union(thumbnails, test_thumbnails), project)
    every = experiments_in(experiment_grid)
    found = known_results(results_folder(project), every, here)
    board, failed = library(found, every), errors_of(found)
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
    page = with_run(build_leaderboard_page(board, tried), current_run(project.workspace))
    place = publish_leaderboard(project.workspace, board, page)
    keep_pages(project.workspace, (LEADERBOARD_CSV, LEADERBOARD_PAGE))
    return table(
        board,
        page=dg.MetadataValue.path(place),
        test_set=here.test_set,
        tried=len(found),
        failed=failed,
        waiting=waiting,
        best_macro_f1=float(board["macro_f1"].max()),
        leaderboard=records(board),
        plot=picture(leaderboard_plot(board), "macro F1 of every recipe"),
    )
