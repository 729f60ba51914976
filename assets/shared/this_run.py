"""How the run that goes on was set, the same through every door: command line, UI, schedule and
sensors."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg

from assets import dedup, evidence, gather, people, training, verdict
from assets.registry import stages_of
from assets.shared.stage import Stage
from curation.runs.record import RunFacts, StageSettings, encodable
from curation.store.setup import Setup, read_setup

PROFILE_TAG, ASSIGNED_TAG = "inksift/profile", "inksift/set"
"""The tags of a run that name the profile of its settings, where a person named one, and what --set
said beside it, a line each."""

_DECIDING = (gather, evidence, people, dedup, verdict)
_OF_ONE_RUN = frozenset({"kept_run"})
"""Stages whose settings change neither decisions nor pages."""


def facts_of(context: dg.AssetExecutionContext, workspace: Path) -> RunFacts:
    """The job, the profile, the settings of the stages in it, with their defaults, and the versions
    of the code."""
    return RunFacts(
        job=context.run.job_name,
        profile=context.run.tags.get(PROFILE_TAG, "") or _profile_remembered(workspace),
        assigned=tuple(context.run.tags.get(ASSIGNED_TAG, "").splitlines()),
        settings=_settings(context, _DECIDING),
        training=_settings(context, (training,)),
        version=version("inksift"),
        stages={stage.name: stage.version for stage in stages_of(_DECIDING)},
    )


def tags_of(profile: str, assigned: Sequence[str]) -> dict[str, str]:
    """The tags that tell a run what a person called its settings."""
    told = {PROFILE_TAG: profile, ASSIGNED_TAG: "\n".join(assigned)}
    return {name: encodable(value) for name, value in told.items() if value}


def _profile_remembered(workspace: Path) -> str:
    """The profile of the setup; "" where there is none yet, or the default one."""
    setup = read_setup(workspace) or Setup()
    return "" if setup.profile == Setup().profile else setup.profile


def _settings(context: dg.AssetExecutionContext, groups: Sequence[ModuleType]) -> StageSettings:
    steps = {node.name for node in context.job_def.nodes} - _OF_ONE_RUN
    config: dict[str, Any] = dict(context.run.run_config)
    given = config.get("ops", {})
    return {
        stage.called: _checked(stage, given.get(stage.name, {}).get("config", {}))
        for stage in stages_of(groups)
        if stage.settings and stage.name in steps
    }


def _checked(stage: Stage, values: dict[str, object]) -> dict[str, object]:
    return stage.settings.of(stage.called, values).model_dump(mode="json") if stage.settings else {}
