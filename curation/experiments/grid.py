"""A grid of experiments: which recipes are tried, by name.

A grid is a mapping, usually a YAML file:

    seeds: [0, 1]                 # every recipe once with each; 0 alone where it is left out
    base:                         # what all recipes share, as stage: {setting: value}
      classifier: {max_epochs: 30}
    parts:                        # every level of each axis with every level of the others
      - data:                     #   an axis
          plain: {}               #   a level: settings laid over the base
          under: {training_set: {undersample_to: 600}}
        network:
          custom: {classifier: {network: custom}}

The recipes of this one are called plain-custom and under-custom.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import pandas as pd
from pydantic import Field

from inksift.curation.base.errors import ParamError
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table
from inksift.curation.experiments.shipped import GridName, shipped_grid
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks import network_called
from inksift.curation.training.rebalance.params import RebalanceParams
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.trial import Recipe

GRID_STAGES = ("training_set", "classifier", "balanced_classifier")
"""The stages whose settings an experiment may change, in the order of a Recipe."""

_MOST = 10_000
"""Experiments in a grid at most; more is a slip."""

_KNOWN = ("about", "base", "parts", "seeds")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+]*")
_SMALLEST_SIDE_PX = 28
"""Side of a picture below which a scale does not shrink it: that of MNIST's."""

_LARGEST_SEED = 2**31 - 1
"""Largest seed that all generators take."""

GRID = Table(
    "experiment_grid",
    {
        "key": "str",
        "name": "str",
        "seed": "int64",
        "settings": "str",
        "grid": "str",
        "scale": "float64",
    },
    key=("key",),
)
"""One row per experiment: `key` is its name with its seed, `settings` all settings by stage as
JSON, `grid` what the grid is called, and `scale` that which the settings were made cheaper by."""

_Settings = Mapping[str, Mapping[str, Any]]
Axes = list[dict[str, _Settings]]


class GridParams(Params):
    """Which experiments there are."""

    shipped: GridName = Field("balance", description="A grid that ships with inksift")
    grid: dict[str, Any] | None = Field(
        None, description="A grid of your own instead: seeds, base and parts"
    )
    name: str = Field("a grid of your own", description="What that one is called on the page")
    scale: float = Field(
        1.0, ge=0.01, le=1, description="Share of the epochs, and of the area of the pictures"
    )

    @property
    def called(self) -> str:
        """The name of the grid for people."""
        return self.shipped if self.grid is None else self.name


class Experiment(NamedTuple):
    """One recipe with one seed."""

    name: str
    recipe: Recipe

    @property
    def seed(self) -> int:
        return self.recipe.training.seed

    @property
    def key(self) -> str:
        return f"{self.name}.seed{self.seed}"


def planned(params: GridParams) -> list[Experiment]:
    """The experiments that the settings ask for; ParamError as in `experiments_of`."""
    grid = shipped_grid(params.shipped) if params.grid is None else params.grid
    return experiments_of(grid, scale=params.scale)


def experiments_of(grid: Any, *, scale: float = 1.0) -> list[Experiment]:
    """The experiments of a grid, made cheaper by `scale` (0 to 1).

    A scale takes that share of the epochs, on pictures of that share of the area. ParamError says
    which part of the grid is wrong, and what is expected."""
    content = _checked(grid)
    seeds = _seeds(content.get("seeds", [0]))
    base = _stages("base", content.get("base", {}))
    parts = [_axes(number, part) for number, part in enumerate(content["parts"], 1)]
    _demand_few(len(seeds) * sum(math.prod(map(len, axes)) for axes in parts))
    every = product(_recipes(base, parts, scale), seeds)
    return [Experiment(name, recipe.seeded(seed)) for (name, recipe), seed in every]


def table_of(experiments: list[Experiment], *, grid: str = "", scale: float = 1.0) -> pd.DataFrame:
    """The GRID of experiments that a grid of this name gave at this scale; ParamError when two have
    one name."""
    keys = [experiment.key for experiment in experiments]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ParamError(
            f"the grid has two experiments called {twice[0]}: give their levels different names"
        )
    return GRID.frame(
        [_row(experiment) | {"grid": grid, "scale": scale} for experiment in experiments]
    )


def experiments_in(table: pd.DataFrame) -> list[Experiment]:
    """The experiments of a GRID."""
    rows = GRID.check(table)
    return [
        Experiment(name, _recipe(json.loads(settings)))
        for name, settings in zip(rows["name"], rows["settings"], strict=True)
    ]


def changed_settings(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """The settings of a recipe that differ from their defaults, by stage, fit for JSON; its seed is
    none of them."""
    changed = {stage: _changed(params) for stage, params in zip(GRID_STAGES, recipe, strict=True)}
    return {stage: settings for stage, settings in changed.items() if settings}


def _changed(params: Params) -> dict[str, Any]:
    usual = type(params)().model_dump(mode="json") | {"seed": params.model_dump()["seed"]}
    return {
        name: value
        for name, value in params.model_dump(mode="json").items()
        if value != usual[name]
    }


def _row(experiment: Experiment) -> dict[str, object]:
    told = {
        stage: params.model_dump(mode="json")
        for stage, params in zip(GRID_STAGES, experiment.recipe, strict=True)
    }
    settings = json.dumps(told, sort_keys=True)
    return {
        "key": experiment.key,
        "name": experiment.name,
        "seed": experiment.seed,
        "settings": settings,
    }


def _checked(grid: Any) -> Mapping[str, Any]:
    if isinstance(grid, Mapping) and (unknown := sorted(set(grid) - set(_KNOWN), key=str)):
        raise ParamError(f"a grid has no entry {unknown[0]!r}; there are: {', '.join(_KNOWN)}")
    if (
        not isinstance(grid, Mapping)
        or not isinstance(grid.get("parts"), list)
        or not grid["parts"]
    ):
        raise ParamError(
            "a grid needs parts: a list of axes, such as - network: "
            "{custom: {classifier: {network: custom}}}"
        )
    return grid


def _seeds(seeds: Any) -> list[int]:
    if not isinstance(seeds, list) or not seeds or not all(_is_seed(seed) for seed in seeds):
        raise ParamError(
            f"seeds: expected a list of whole numbers from 0 to {_LARGEST_SEED}, such as [0, 1, "
            f"2], got {seeds!r}"
        )
    return list(dict.fromkeys(seeds))


def _is_seed(seed: Any) -> bool:
    return type(seed) is int and 0 <= seed <= _LARGEST_SEED


def _demand_few(count: int) -> None:
    if count > _MOST:
        raise ParamError(
            f"the grid has {count} experiments: at most {_MOST} are allowed, so take fewer levels"
        )


def _recipes(base: _Settings, parts: list[Axes], scale: float) -> Iterator[tuple[str, Recipe]]:
    for name, settings in _named(base, parts):
        try:
            recipe = _recipe(settings)
        except ParamError as error:
            raise ParamError(f"experiment {name}: {error}") from None
        yield name, recipe._replace(training=scaled_recipe(recipe.training, scale))


def _named(base: _Settings, parts: list[Axes]) -> Iterator[tuple[str, _Settings]]:
    """Name and settings of every combination of levels."""
    for axes in parts:
        for chosen in product(*(levels.items() for levels in axes)):
            settings = base
            for _, level in chosen:
                settings = _over(settings, level)
            yield "-".join(name for name, _ in chosen), settings


def _axes(number: int, part: Any) -> Axes:
    if not isinstance(part, Mapping) or not part:
        raise ParamError(
            f"part {number} of the grid: expected axis: {{level: {{stage: {{setting: value}}}}}}, "
            f"got {part!r}"
        )
    return [_levels(f"part {number}, {axis}", levels) for axis, levels in part.items()]


def _levels(place: str, levels: Any) -> dict[str, _Settings]:
    if not isinstance(levels, Mapping) or not levels:
        raise ParamError(f"{place}: expected level: {{stage: {{setting: value}}}}, got {levels!r}")
    for name in levels:
        if not _NAME.fullmatch(str(name)):
            raise ParamError(
                f"{place}: a level is called by letters, digits, '_', '.' and '+', not {name!r}"
            )
    return {str(name): _stages(f"{place}, {name}", settings) for name, settings in levels.items()}


def _stages(place: str, settings: Any) -> _Settings:
    if settings is None:
        return {}
    if not isinstance(settings, Mapping) or not all(
        isinstance(values, Mapping) for values in settings.values()
    ):
        raise ParamError(f"{place}: expected stage: {{setting: value}}, got {settings!r}")
    if unknown := sorted(set(settings) - set(GRID_STAGES), key=str):
        raise ParamError(
            f"{place}: an experiment cannot set {unknown[0]!r}; it can set: "
            f"{', '.join(GRID_STAGES)}"
        )
    if seeded := [stage for stage, values in settings.items() if "seed" in values]:
        raise ParamError(
            f"{place}: {seeded[0]}.seed cannot be set here: use seeds: [0, 1] beside parts, for "
            "all stages"
        )
    return settings


def _over(base: _Settings, level: _Settings) -> _Settings:
    return {stage: {**base.get(stage, {}), **level.get(stage, {})} for stage in GRID_STAGES}


def _recipe(settings: _Settings) -> Recipe:
    resampling, training, rebalancing = (dict(settings.get(stage, {})) for stage in GRID_STAGES)
    return Recipe(
        ResampleParams.of("training_set", resampling),
        TrainingParams.of("classifier", training),
        RebalanceParams.of("balanced_classifier", rebalancing),
    )


def scaled_recipe(params: TrainingParams, scale: float) -> TrainingParams:
    """The training with `scale` (0 to 1) of the epochs, on pictures of `scale` of the area, as far
    as the network and the training can do with fewer."""
    if scale == 1:
        return params
    full, network = params.completed(), network_called(params.network)
    least = max(_SMALLEST_SIDE_PX, network.smallest_px / (full.crop_share or 1))
    side = max(2 * math.ceil(least / 2), 2 * round(params.side_px * math.sqrt(scale) / 2))
    return params.model_copy(
        update={
            "image_side_px": min(side, params.side_px),
            "max_epochs": max(1, round(params.max_epochs * scale)),
            "warm_up_epochs": round(params.warm_up_epochs * scale),
        }
    )
