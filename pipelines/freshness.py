"""What Dagster knows of people's decisions and of the runs that took them in."""

from collections.abc import Iterator

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.assets.shared.reuse import DATA_VERSION

_LEDGER, _TAKEN_IN = "ledger", "human_decisions"
"""The assets that tell what people decided, and what of it a run took in."""
_MOST_LOOKED_AT = 100
"""Events of an asset among which one of a successful run is looked for."""


def ledger_at(version: str, names: Names = BARE) -> dg.AssetMaterialization:
    """The event that tells Dagster the ledger's version, so that what was made before it shows as
    stale."""
    return dg.AssetMaterialization(names.key(_LEDGER), tags={DATA_VERSION: version})


def told(instance: dg.DagsterInstance, names: Names = BARE) -> str | None:
    """The version of the ledger that Dagster was told last."""
    return _version(last_made(instance, names.key(_LEDGER)))


def taken_in(instance: dg.DagsterInstance, names: Names = BARE) -> str | None:
    """The version of the ledger that the last successful run took in; None before the first.

    One that read the ledger and then failed took in nothing: its decisions were not published."""
    return _version(made_by_success(instance, names.key(_TAKEN_IN)))


def being_taken_in(instance: dg.DagsterInstance, names: Names = BARE) -> str | None:
    """The version of the ledger that a run read which is not over yet, if there is one."""
    for event in _newest_first(instance, names.key(_TAKEN_IN)):
        run = instance.get_run_by_id(event.run_id)
        return _version(event.asset_materialization) if run and not run.is_finished else None
    return None


def last_made(instance: dg.DagsterInstance, key: dg.AssetKey) -> dg.AssetMaterialization | None:
    """How an asset was last made, or what Dagster was last told of one that is made elsewhere."""
    event = instance.get_latest_materialization_event(key)
    return event.asset_materialization if event else None


def made_by_success(
    instance: dg.DagsterInstance, key: dg.AssetKey
) -> dg.AssetMaterialization | None:
    """How the last successful run made an asset."""
    for event in _newest_first(instance, key):
        run = instance.get_run_by_id(event.run_id)
        if run and run.is_success:
            return event.asset_materialization
    return None


def tell(instance: dg.DagsterInstance, version: str) -> None:
    """Tell Dagster the ledger's version, where it was told another one."""
    if told(instance) != version:
        instance.report_runless_asset_event(ledger_at(version))


def _version(made: dg.AssetMaterialization | None) -> str | None:
    return made.tags.get(DATA_VERSION) if made and made.tags else None


def _newest_first(instance: dg.DagsterInstance, key: dg.AssetKey) -> Iterator[dg.EventLogEntry]:
    found = instance.fetch_materializations(key, limit=_MOST_LOOKED_AT)
    return (record.event_log_entry for record in found.records)
