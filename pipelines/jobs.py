"""The jobs: `curate` to the decisions, `decide` where people changed some, `train` to the F1
report, `everything`; and those that train many times: `ablate` says what each step bought,
`plan_experiments` and `run_experiments` try recipes."""

from functools import cache
from typing import Any, NamedTuple

import dagster as dg

from inksift.assets.registry import registry
from inksift.assets.shared.names import BARE, Names
from inksift.assets.shared.stage import WORK_TAG, Work

Job = Any
"""What `dg.define_asset_job` gives, for which Dagster has no public name."""

_PRIORITY_TAG = "dagster/priority"
"""Which of the runs that wait goes first: one that takes in what a person decided takes seconds,
one that trains many times can wait."""


class Jobs(NamedTuple):
    """Every job, in the order of the UI."""

    curate: Job
    decide: Job
    train: Job
    everything: Job
    ablate: Job
    plan_experiments: Job
    run_experiments: Job


def jobs_called(names: Names) -> Jobs:
    """The jobs, called by these names, of the assets that are: others in the same project are in
    none of them."""
    return _jobs_of(_made_here(), names)


@cache
def _jobs_of(assets: tuple[str, ...], names: Names) -> Jobs:
    """The jobs of these assets, by the same objects whenever they are asked for."""
    ours = dg.AssetSelection.assets(*map(names.key, assets))
    training, ablation, experiments = (
        ours & dg.AssetSelection.groups(names.group(group))
        for group in ("training", "ablation", "experiments")
    )
    plan = dg.AssetSelection.assets(names.key("experiment_grid"))
    decided = dg.AssetSelection.assets(names.key("human_decisions")).downstream()
    curating = ours - training - ablation - experiments

    def job(
        name: str, work: Work, selection: dg.AssetSelection, description: str, priority: int = 0
    ) -> Job:
        return dg.define_asset_job(
            names.called(name),
            selection=selection,
            tags={WORK_TAG: work, _PRIORITY_TAG: str(priority)},
            description=description,
            executor_def=None if names == BARE else dg.in_process_executor,
        )

    return Jobs(
        curate=job(
            "curate",
            "measures",
            curating,
            "From the folder to decisions.csv and the report of rejected images; trains nothing",
        ),
        decide=job(
            "decide",
            "decides",
            curating & decided,
            "What follows from the decisions of people, on what the last run measured; trains "
            "nothing",
            priority=1,
        ),
        train=job(
            "train",
            "trains",
            training,
            "From the curated data set to a classifier and its F1 report",
        ),
        everything=job(
            "everything",
            "trains",
            ours - ablation - experiments,
            "The whole chain, from the folder to the F1 report",
        ),
        ablate=job(  # a step is called `ablation`, and Dagster wants another name
            "ablate",
            "trains",
            ablation,
            "What each step of the last run bought in F1: trains again without each of them, "
            "several times",
            priority=-1,
        ),
        plan_experiments=job(
            "plan_experiments",
            "decides",
            plan,
            "Reads a grid: each of its experiments becomes a partition of `run_experiments`",
        ),
        run_experiments=job(
            "run_experiments",
            "trains",
            experiments - plan,
            "Tries the recipe of a partition on the pictures of the last run, and ranks all that "
            "were tried",
            priority=-1,
        ),
    )


def _made_here() -> tuple[str, ...]:
    """The names of the assets that steps make; nothing here makes the ledger."""
    keys: set[dg.AssetKey] = set()
    for asset in registry().assets:
        if isinstance(asset, dg.AssetsDefinition):
            keys |= asset.keys
    return tuple(sorted(key.path[-1] for key in keys))
