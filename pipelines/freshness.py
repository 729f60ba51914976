"""What Dagster knows of people's decisions and of the last run: versions of the ledger, and
settings."""

from typing import Any

import dagster as dg

from assets.people.human_decisions import human_decisions
from assets.people.ledger import LEDGER
from assets.registry import registry
from pipelines.settings import checked, run_config, with_new_names

DATA_VERSION_TAG = "dagster/data_version"
"""Where Dagster reads the data version of an event; its own name for the tag is private."""
_ONCE = human_decisions.key.to_user_string()


def ledger_at(version: str) -> dg.AssetMaterialization:
    """The event that tells Dagster the ledger's version, so that what was made before it shows as
    stale."""
    return dg.AssetMaterialization(LEDGER.key, tags={DATA_VERSION_TAG: version})


def told(instance: dg.DagsterInstance) -> str | None:
    """The version of the ledger that Dagster was told last."""
    return _version(instance, LEDGER.key)


def taken_in(instance: dg.DagsterInstance) -> str | None:
    """The version of the ledger that the last run read; None before the first."""
    return _version(instance, human_decisions.key)


def tell(instance: dg.DagsterInstance, version: str) -> None:
    """Tell Dagster the ledger's version, where it was told another one."""
    if told(instance) != version:
        instance.report_runless_asset_event(ledger_at(version))


def last_settings(instance: dg.DagsterInstance, steps: set[str]) -> dict[str, Any]:
    """Run config for `steps` with the settings that each last ran with, so that only people's
    decisions differ.

    What a person let a run forget holds for that run. ParamError where this version of inksift does
    not know a setting."""
    repeated = (steps & registry().settings.keys()) - {_ONCE}
    values = {stage: _settings(instance, stage) for stage in sorted(repeated)}
    return run_config(checked(with_new_names(values)), steps)


def _version(instance: dg.DagsterInstance, key: dg.AssetKey) -> str | None:
    event = instance.get_latest_materialization_event(key)
    made = event and event.asset_materialization
    return made.tags.get(DATA_VERSION_TAG) if made and made.tags else None


def _settings(instance: dg.DagsterInstance, stage: str) -> dict[str, Any]:
    """What the stage was given in the run that made its table last; its defaults are not among
    them."""
    event = instance.get_latest_materialization_event(dg.AssetKey(stage))
    run = event and instance.get_run_by_id(event.run_id)
    config: dict[str, Any] = dict(run.run_config) if run else {}
    return dict(config.get("ops", {}).get(stage, {}).get("config", {}))
