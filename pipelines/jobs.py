"""The jobs: `curate` to the decisions, `decide` where people changed some, `train` to the F1
report, `everything`; and those that train many times: `ablate` says what each step bought,
`plan_experiments` and `run_experiments` try recipes."""

import dagster as dg

TRAINING = dg.AssetSelection.groups("training")
ABLATION = dg.AssetSelection.groups("ablation")
EXPERIMENTS = dg.AssetSelection.groups("experiments")
MANY_TRAININGS = ABLATION | EXPERIMENTS
PLAN = dg.AssetSelection.assets("experiment_grid")

curate = dg.define_asset_job(
    "curate",
    selection=dg.AssetSelection.all() - TRAINING - MANY_TRAININGS,
    description="From the folder to decisions.csv and the report of rejected images; trains "
    "nothing",
)
decide = dg.define_asset_job(
    "decide",
    selection=dg.AssetSelection.assets("human_decisions").downstream() - TRAINING - MANY_TRAININGS,
    description="What follows from the decisions of people, on what the last run measured; trains "
    "nothing",
)
train = dg.define_asset_job(
    "train",
    selection=TRAINING,
    description="From the curated data set to a classifier and its F1 report",
)
everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all() - MANY_TRAININGS,
    description="The whole chain, from the folder to the F1 report",
)
ablate = dg.define_asset_job(  # a step is called `ablation`, and Dagster wants another name
    "ablate",
    selection=ABLATION,
    description="What each step of the last run bought in F1: trains again without each of them, "
    "several times",
)
plan_experiments = dg.define_asset_job(
    "plan_experiments",
    selection=PLAN,
    description="Reads a grid: each of its experiments becomes a partition of `run_experiments`",
)
run_experiments = dg.define_asset_job(
    "run_experiments",
    selection=EXPERIMENTS - PLAN,
    description="Tries the recipe of a partition on the pictures of the last run, and ranks all "
    "that were tried",
)
JOBS = [curate, decide, train, everything, ablate, plan_experiments, run_experiments]
