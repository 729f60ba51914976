"""The jobs: `curate` to the decisions, `decide` where people changed some, `train` to the F1 report, `everything`."""

import dagster as dg

TRAINING = dg.AssetSelection.groups("training")

curate = dg.define_asset_job(
    "curate",
    selection=dg.AssetSelection.all() - TRAINING,
    description="From the folder to decisions.csv and the report of rejected images; trains nothing",
)
decide = dg.define_asset_job(
    "decide",
    selection=dg.AssetSelection.assets("human_decisions").downstream() - TRAINING,
    description="What follows from the decisions of people, on what the last run measured; trains nothing",
)
train = dg.define_asset_job(
    "train",
    selection=TRAINING,
    description="From the curated data set to a classifier and its F1 report",
)
everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="The whole chain, from the folder to the F1 report",
)
JOBS = [curate, decide, train, everything]
