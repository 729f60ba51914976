"""All stages and what they declare, gathered from the packages of the groups."""

import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import chain
from types import ModuleType
from typing import Any, NamedTuple

import dagster as dg

from inksift.assets import ablation, dedup, evidence, experiments, gather, people, training, verdict
from inksift.assets.shared.stage import Stage
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table

GROUPS = (gather, evidence, people, dedup, verdict, training, ablation, experiments)
"""The groups of the UI in the order in which pictures pass them, each the package of its assets."""

Assets = Sequence[Any]
"""Of dg.AssetsDefinition and dg.AssetSpec; the loader of Dagster says more than is there."""


class Registry(NamedTuple):
    """What the stages of some groups declare."""

    assets: Assets
    """The assets, each in the group that its package is called after."""
    settings: dict[str, type[Params]]
    """The settings of every stage that has some, by the name that profiles use."""
    steps: dict[str, tuple[str, ...]]
    """The steps in Dagster that take these settings, by the same name."""
    contracts: dict[str, Table]
    """The contract of every table that another stage reads, by the name of its asset."""


def registry(groups: Sequence[ModuleType] = GROUPS) -> Registry:
    """What the stages in the packages `groups` declare, in the order of these."""
    stages = stages_of(groups)
    steps: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        if stage.settings:
            steps[stage.called] = (*steps.get(stage.called, ()), stage.name)
    return Registry(
        assets=list(chain.from_iterable(map(_assets, groups))),
        settings={stage.called: stage.settings for stage in stages if stage.settings},
        steps=steps,
        contracts=dict(chain.from_iterable(map(_contracts, stages))),
    )


def stages_of(groups: Sequence[ModuleType] = GROUPS) -> list[Stage]:
    """The stages in the packages `groups`, in the order of these."""
    return list(chain.from_iterable(map(_stages, groups)))


def _contracts(stage: Stage) -> Iterator[tuple[str, Table]]:
    for name, made in stage.tables.items():
        if made.contract:
            yield name, made.contract


def _assets(group: ModuleType) -> Assets:
    """The assets of a group; no module of it imports those of another, or they would be in both."""
    return _assets_of(group.__name__.rpartition(".")[2], tuple(_modules(group)))


@cache
def _assets_of(group: str, modules: tuple[ModuleType, ...]) -> Assets:
    """The assets in the modules of a group.

    Dagster takes its time to find them, and a run asks for the registry a dozen times."""
    return dg.load_assets_from_modules(modules, group_name=group, include_specs=True)


def _stages(group: ModuleType) -> Iterator[Stage]:
    for module in _modules(group):
        yield from (value for value in vars(module).values() if isinstance(value, Stage))


def _modules(group: ModuleType) -> list[ModuleType]:
    names = sorted(found.name for found in pkgutil.iter_modules(group.__path__))
    return [import_module(f"{group.__name__}.{name}") for name in names]
