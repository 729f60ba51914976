"""What settings a stage was last given: told in its metadata, and asked for by what repeats it."""

from typing import TypeVar

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.base.params import Params

_NAME = "settings"
P = TypeVar("P", bound=Params)


def settings_of(config: Params) -> dict[str, dg.JsonMetadataValue]:
    """The metadata that tells the settings of an asset."""
    return {_NAME: dg.MetadataValue.json(config.model_dump(mode="json"))}


def settings_used(
    instance: dg.DagsterInstance, asset: str, params: type[P], names: Names = BARE
) -> P:
    """The settings with which `asset`, called by these names, was last made; StoreError when it was
    never made, by another version, or by a run that failed, whose settings nobody meant to keep."""
    event = instance.get_latest_materialization_event(names.key(asset))
    run = event and instance.get_run_by_id(event.run_id)
    if run and run.is_finished and not run.is_success:
        raise StoreError(
            f"{asset} was made by a run that failed: run `inksift run` again, so that it belongs "
            "to one that succeeded"
        )
    made = event and event.asset_materialization
    told = made and made.metadata.get(_NAME)
    if not isinstance(told, dg.JsonMetadataValue) or not isinstance(told.data, dict):
        raise StoreError(
            f"nothing says with which settings {asset} was made: run `inksift run` first"
        )
    try:
        return params.of(asset, told.data)
    except ParamError as error:
        raise StoreError(
            f"{asset} was made with settings that this version does not know: run `inksift run` "
            f"again ({error})"
        ) from error
