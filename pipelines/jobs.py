"""The three jobs: `curate` to the decisions, `train` from them to the F1 report, `everything`."""

import dagster as dg

TRAINING = dg.AssetSelection.groups("training")

curate = dg.define_asset_job(
    "curate",
    selection=dg.AssetSelection.all() - TRAINING,
    description="From the folder to decisions.csv and the report of rejected images; trains nothing",
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
JOBS = [curate, train, everything]
