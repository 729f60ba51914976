"""The engine that settings name, for as long as it is used."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inksift.curation.base.errors import MissingError
from inksift.curation.spread.engine import Engine, LocalEngine
from inksift.curation.spread.on_ray import NOT_INSTALLED, RayEngine
from inksift.curation.spread.params import EngineParams
from inksift.curation.spread.worker import Landmarks


@contextmanager
def opened_engine(params: EngineParams, landmarks: Callable[[], Landmarks]) -> Iterator[Engine]:
    """The engine of these settings; `landmarks` are asked for where there are other machines."""
    if params.kind == "local":
        yield LocalEngine(params.batch_mb)
        return
    with RayEngine(params, landmarks()) as engine:
        yield engine


def demand_engine(params: EngineParams) -> None:
    """MissingError, before anything runs, where what the engine needs is not installed."""
    if params.kind == "ray" and importlib.util.find_spec("ray") is None:
        raise MissingError(NOT_INSTALLED)
