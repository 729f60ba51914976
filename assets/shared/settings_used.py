"""What settings a stage was last given: told in its metadata, and asked for by what repeats it."""

from pathlib import Path
from typing import Any, TypeVar

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.assets.shared.reuse import DATA_VERSION
from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.base.params import Params
from inksift.curation.runs.record import known_run
from inksift.curation.store.files import file_digest
from inksift.curation.store.workspace import Workspace

_NAME = "settings"
P = TypeVar("P", bound=Params)


def settings_of(config: Params) -> dict[str, dg.JsonMetadataValue]:
    """The metadata that tells the settings of an asset."""
    return {_NAME: dg.MetadataValue.json(config.model_dump(mode="json"))}


def settings_used(
    instance: dg.DagsterInstance,
    workspace: Workspace,
    asset: str,
    params: type[P],
    names: Names = BARE,
) -> P:
    """The settings with which the table of `asset` that lies in the workspace was made: as
    Dagster's history says, or where it knows another table, as on another machine, the record of
    the run. StoreError when nothing tells, when another version made it, or a run that failed,
    whose settings nobody meant to keep."""
    event = instance.get_latest_materialization_event(names.key(asset))
    made = event and event.asset_materialization
    if event and made and _lies_there(made, workspace.table(asset)):
        _demand_success(instance, asset, event.run_id)
        metadata = made.metadata.get(_NAME)
        told = metadata.data if isinstance(metadata, dg.JsonMetadataValue) else None
    else:
        told = _recorded(workspace, asset)
    if not isinstance(told, dict):
        raise StoreError(
            f"nothing says with which settings {asset} was made: run `inksift run` first"
        )
    try:
        return params.of(asset, told)
    except ParamError as error:
        raise StoreError(
            f"{asset} was made with settings that this version does not know: run `inksift run` "
            f"again ({error})"
        ) from error


def _lies_there(made: dg.AssetMaterialization, table: Path) -> bool:
    """Whether what was made is the table that lies there, if one does."""
    written = (made.tags or {}).get(DATA_VERSION, "")
    return not table.is_file() or file_digest(table).startswith(written)


def _demand_success(instance: dg.DagsterInstance, asset: str, run_id: str) -> None:
    run = instance.get_run_by_id(run_id)
    if run and run.is_finished and not run.is_success:
        raise StoreError(
            f"{asset} was made by a run that failed: run `inksift run` again, so that it belongs "
            "to one that succeeded"
        )


def _recorded(workspace: Workspace, asset: str) -> dict[str, Any] | None:
    run = known_run(workspace)
    told = {**run.settings, **run.training}.get(asset) if run else None
    return None if told is None else dict(told)
