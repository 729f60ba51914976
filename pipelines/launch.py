"""The config of every stage as Dagster shows it and takes it: it starts from the setup, says what
is allowed, and is refused before a run starts where it is not."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from inksift.assets.registry import Assets, Registry
from inksift.curation.base.described import described
from inksift.curation.base.params import Params


def with_setup(registered: Registry, settings: Mapping[str, Params]) -> Assets:
    """The registered assets, whose config has these settings as its defaults."""
    stage_of: dict[str, str] = {}
    for stage, steps in registered.steps.items():
        stage_of |= dict.fromkeys(steps, stage)
    return [_configured(asset, stage_of, settings) for asset in registered.assets]


def _configured(asset: Any, stage_of: Mapping[str, str], settings: Mapping[str, Params]) -> Any:
    stage = stage_of.get(asset.node_def.name) if isinstance(asset, dg.AssetsDefinition) else None
    if stage is None:
        return asset
    step = asset.node_def.configured(
        _refusing(stage, type(settings[stage])),
        name=asset.node_def.name,
        config_schema=_fields(asset.node_def, settings[stage]),
    )
    facts = asset.get_attributes_dict()
    del facts["execution_type"]  # materialised, as by default: to say so is in beta
    return dg.AssetsDefinition(**{**facts, "node_def": step})


def _refusing(stage: str, params: type[Params]) -> Any:
    """A function that hands config on; ParamError, as soon as somebody launches a run, where a
    value is out of bounds."""

    def config_within_bounds(config: dict[str, Any]) -> dict[str, Any]:
        params.of(stage, config)
        return config

    return config_within_bounds


def _fields(step: dg.OpDefinition, settings: Params) -> dict[str, dg.Field]:
    """The fields of a step's config: what each may be, and by default what the setup says."""
    plain = settings.model_dump(mode="json")
    types = {name: field.config_type for name, field in _inner(step).items()}
    return {
        one.name: dg.Field(
            types[one.name],
            default_value=plain[one.name],
            is_required=False,
            description=f"{one.meaning} ({one.allowed.replace('`', '')})",
        )
        for one in described(type(settings))
    }


def _inner(step: dg.OpDefinition) -> Mapping[str, dg.Field]:
    kind = step.get_config_field().config_type
    if not isinstance(kind, dg.Shape):
        raise TypeError(f"the config of {step.name} is not that of a settings class")
    fields: Mapping[str, dg.Field] = kind.fields
    return fields
