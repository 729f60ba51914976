"""The jobs: `curate` to the decisions, `decide` where people changed some, `train` to the F1
report, `everything`; and those that train many times: `ablate` says what each step bought,
`plan_experiments` and `run_experiments` try recipes."""

import dagster as dg

from inksift.assets.shared.stage import WORK_TAG, Work

TRAINING = dg.AssetSelection.groups("training")
ABLATION = dg.AssetSelection.groups("ablation")
EXPERIMENTS = dg.AssetSelection.groups("experiments")
MANY_TRAININGS = ABLATION | EXPERIMENTS
PLAN = dg.AssetSelection.assets("experiment_grid")


def _tags(work: Work, *, priority: int = 0) -> dict[str, str]:
    """What a job does at the most, and which of the runs that wait goes first: one that takes in
    what a person decided takes seconds, one that trains many times can wait."""
    return {WORK_TAG: work, "dagster/priority": str(priority)}


curate = dg.define_asset_job(
    "curate",
    tags=_tags("measures"),
    selection=dg.AssetSelection.all() - TRAINING - MANY_TRAININGS,
    description="From the folder to decisions.csv and the report of rejected images; trains "
    "nothing",
)
decide = dg.define_asset_job(
    "decide",
    tags=_tags("decides", priority=1),
    selection=dg.AssetSelection.assets("human_decisions").downstream() - TRAINING - MANY_TRAININGS,
    description="What follows from the decisions of people, on what the last run measured; trains "
    "nothing",
)
train = dg.define_asset_job(
    "train",
    tags=_tags("trains"),
    selection=TRAINING,
    description="From the curated data set to a classifier and its F1 report",
)
everything = dg.define_asset_job(
    "everything",
    tags=_tags("trains"),
    selection=dg.AssetSelection.all() - MANY_TRAININGS,
    description="The whole chain, from the folder to the F1 report",
)
ablate = dg.define_asset_job(  # a step is called `ablation`, and Dagster wants another name
    "ablate",
    tags=_tags("trains", priority=-1),
    selection=ABLATION,
    description="What each step of the last run bought in F1: trains again without each of them, "
    "several times",
)
plan_experiments = dg.define_asset_job(
    "plan_experiments",
    tags=_tags("decides"),
    selection=PLAN,
    description="Reads a grid: each of its experiments becomes a partition of `run_experiments`",
)
run_experiments = dg.define_asset_job(
    "run_experiments",
    tags=_tags("trains", priority=-1),
    selection=EXPERIMENTS - PLAN,
    description="Tries the recipe of a partition on the pictures of the last run, and ranks all "
    "that were tried",
)
JOBS = [curate, decide, train, everything, ablate, plan_experiments, run_experiments]
