"""The assets and checks of the registry behind other names: for somebody's project, where an asset
`images`, a step `splits` or a resource `io_manager` may be there already."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from inksift.assets.shared.names import Names

_IO_MANAGER = "io_manager"


def named(
    defined: Sequence[Any], names: Names, resources: Mapping[str, dg.ResourceDefinition]
) -> list[Any]:
    """Assets, specs and checks, of which each refers to others by these names, bound to resources
    that are called by them."""
    keys = {key: names.key(key.path[-1]) for key in _keys(defined)}
    return [_named(one, names, keys, resources) for one in defined]


def _keys(defined: Iterable[Any]) -> Iterator[dg.AssetKey]:
    """The keys of all assets that are defined or referred to."""
    for one in defined:
        if isinstance(one, dg.AssetSpec):
            yield one.key
        else:
            yield from (
                *one.keys,
                *one.dependency_keys,
                *(check.asset_key for check in one.check_keys),
            )


def _named(
    one: Any,
    names: Names,
    keys: Mapping[dg.AssetKey, dg.AssetKey],
    resources: Mapping[str, dg.ResourceDefinition],
) -> Any:
    if isinstance(one, dg.AssetSpec):
        return _grouped(one, names).replace_attributes(key=keys[one.key])
    facts = _facts(one)
    bound = dg.AssetsDefinition(
        **{
            **facts,
            "node_def": _step(one.node_def, names),
            "specs": [_grouped(spec, names) for spec in facts["specs"]],
            "resource_defs": dict(resources),
        }
    )
    called = bound.with_attributes(asset_key_replacements=keys)
    return type(one)(**_facts(called))  # the kind, which that does not keep of a check


def _facts(one: dg.AssetsDefinition) -> dict[str, Any]:
    """All that an asset or a check is made of."""
    facts = one.get_attributes_dict()
    del facts["execution_type"]  # materialised, as by default: to say so is in beta
    return facts


def _grouped(spec: dg.AssetSpec, names: Names) -> dg.AssetSpec:
    """In a group of its own, and with partitions of its own where it has some."""
    spec = spec.replace_attributes(group_name=names.group(str(spec.group_name)))
    partitions = spec.partitions_def
    if not isinstance(partitions, dg.DynamicPartitionsDefinition):
        return spec
    own = dg.DynamicPartitionsDefinition(name=names.called(str(partitions.name)))
    return spec.replace_attributes(partitions_def=own)


def _step(op: dg.OpDefinition, names: Names) -> dg.OpDefinition:
    """A step that does the same, with resources and an IO manager under these names."""
    return dg.OpDefinition(
        _computing(op, names),
        names.called(op.name),
        ins=op.ins,
        outs={
            name: out._replace(io_manager_key=names.called(_IO_MANAGER))
            for name, out in op.outs.items()
        },
        description=op.description,
        config_schema=op.config_schema,
        required_resource_keys={names.called(key) for key in op.required_resource_keys},
        tags=op.tags,
        retry_policy=op.retry_policy,
    )


def _computing(op: dg.OpDefinition, names: Names) -> Callable[..., Iterator[Any]]:
    """What Dagster calls to run a step: the function of `op`, which knows nothing of names."""
    step: Any = op.compute_fn
    function = step.decorated_fn
    parameters = inspect.signature(function).parameters

    def compute(context, tables):  # type: ignore[no-untyped-def]  # Dagster refuses Any here
        given = dict(tables)
        for key in op.required_resource_keys:
            given[key] = getattr(context.resources, names.called(key))
        if "config" in parameters:
            given["config"] = parameters["config"].annotation(
                **context.op_execution_context.op_config
            )
        if "context" in parameters:
            given["context"] = context
        made = function(**given)
        for result in made if inspect.isgenerator(made) else [made]:
            yield _told(result, names)

    return compute


def _told(result: Any, names: Names) -> Any:
    """A result under the key that its asset has here."""
    key = getattr(result, "asset_key", None)
    return result._replace(asset_key=names.key(key.path[-1])) if key else result
