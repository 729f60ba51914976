"""How the run that goes on was set, the same through every door: command line, UI, schedule and
sensors."""

from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType

import dagster as dg

from inksift.assets import dedup, evidence, gather, people, training, verdict
from inksift.assets.registry import stages_of
from inksift.assets.shared.names import names_of, steps_beside
from inksift.curation.project import RunSettings
from inksift.curation.runs.record import RunFacts, StageSettings, encodable

PROFILE_TAG, ASSIGNED_TAG = "inksift/profile", "inksift/set"
"""The tags of a run that name the profile of its settings, where a person named one, and what --set
said beside it, a line each."""

_DECIDING = (gather, evidence, people, dedup, verdict)
_OF_ONE_RUN = frozenset({"kept_run"})
"""Stages whose settings change neither decisions nor pages."""


def facts_of(context: dg.AssetExecutionContext, run_settings: RunSettings) -> RunFacts:
    """The job, the profile, the settings of the stages in it, those of the setup included, and the
    versions of the code."""
    return RunFacts(
        job=names_of(context).own(context.run.job_name) or context.run.job_name,
        profile=context.run.tags.get(PROFILE_TAG, "") or encodable(run_settings.profile),
        assigned=tuple(context.run.tags.get(ASSIGNED_TAG, "").splitlines()),
        settings=_settings(context, _DECIDING, run_settings),
        training=_settings(context, (training,), run_settings),
        version=version("inksift"),
        stages={stage.name: stage.version for stage in stages_of(_DECIDING)},
    )


def tags_of(profile: str, assigned: Sequence[str]) -> dict[str, str]:
    """The tags that tell a run what a person called its settings."""
    told = {PROFILE_TAG: profile, ASSIGNED_TAG: "\n".join(assigned)}
    return {name: encodable(value) for name, value in told.items() if value}


def _settings(
    context: dg.AssetExecutionContext, groups: Sequence[ModuleType], run_settings: RunSettings
) -> StageSettings:
    """As the run has them: its own config says nothing of what it takes from the setup."""
    steps = steps_beside(context) - _OF_ONE_RUN
    return {
        stage.called: run_settings.stages[stage.called].model_dump(mode="json")
        for stage in stages_of(groups)
        if stage.settings and stage.name in steps
    }
