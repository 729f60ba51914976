"""How long stages took, as Dagster's history of the workspace tells."""

from collections.abc import Mapping, Sequence

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.ablation.arms import Step

STAGES_OF: Mapping[Step, Sequence[str]] = {
    "deduplication": ("pairs", "duplicates"),
    "photo verdict": ("object_counts", "embeddings", "clusters", "verdicts"),
    "rebalancing": ("training_set", "balanced_classifier"),
}
"""The stages that each step of the ablation is made of. Embeddings help to find copies too, and are
counted once."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_DONE = "SUCCESS"


def step_seconds(instance: dg.DagsterInstance, names: Names = BARE) -> dict[Step, float]:
    """What every step of the ablation took: of each of its stages the longest time in one run.

    Later runs measure only what is new, hence the longest. A step is left out where one of its
    stages never ran to its end."""
    longest = _longest(instance, names)
    known = {step: stages for step, stages in STAGES_OF.items() if longest.keys() >= set(stages)}
    return {step: sum(map(longest.__getitem__, stages)) for step, stages in known.items()}


def _longest(instance: dg.DagsterInstance, names: Names) -> dict[str, float]:
    longest: dict[str, float] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=_ENDED)):
        for stats in instance.get_run_step_stats(run.run_id):
            if stats.status and stats.status.name == _DONE and stats.start_time and stats.end_time:
                seconds = stats.end_time - stats.start_time
                step = names.own(stats.step_key)  # "" of others, which no stage is called
                longest[step] = max(seconds, longest.get(step, 0.0))
    return longest
