"""How far a step is, for people who look at the UI: observations while it runs, its pace beside
what it made."""

import functools
import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pandas as pd

from inksift.assets.shared.names import names_of
from inksift.assets.shared.results import records
from inksift.curation.base.outlook import Tally
from inksift.curation.base.progress import Clock, Progress, heard_by

OBSERVED_EVERY_S, OBSERVED_SHARE = 10.0, 0.05
"""Seconds and share of a loop between two observations, both at least: Dagster keeps each for
good."""

Result = Any
"""What a step gives Dagster."""


def watched(step: Callable[..., Any], table: str) -> Callable[..., Any]:
    """The same step, whose loops are told as observations of the asset `table`; the result that
    says how many it `measured` says also how fast."""
    if inspect.isgeneratorfunction(step):

        @functools.wraps(step)
        def tables(*inputs: Any, **named: Any) -> Iterator[Result]:
            with _watching(table) as pace:
                for result in step(*inputs, **named):
                    yield with_pace(result, pace)

        return tables

    @functools.wraps(step)
    def one(*inputs: Any, **named: Any) -> Result:
        with _watching(table) as pace:
            return with_pace(step(*inputs, **named), pace)

    return one


class Observations:
    """A listener that hands on a few of the things that it hears, as metadata."""

    def __init__(
        self, observe: Callable[[dict[str, Any]], None], clock: Clock = time.monotonic
    ) -> None:
        self._observe, self._clock = observe, clock
        self._last_s, self._last_share = clock(), 0.0

    def __call__(self, progress: Progress) -> str:
        """Hand it on where enough changed; nothing is shown beside the bar."""
        share = progress.done / progress.total if progress.total else 1.0
        if not progress.done:  # another loop begins
            self._last_share = 0.0
        waited = self._clock() - self._last_s >= OBSERVED_EVERY_S
        if waited and share - self._last_share >= OBSERVED_SHARE:
            self._last_s, self._last_share = self._clock(), share
            self._observe(_told(progress, share))
        return ""


def with_pace(result: Result, pace: Tally) -> Result:
    """The result with the pace of its loops, if it is the one that says what was measured."""
    heard = list(pace.by_title.values())
    if not heard or "measured" not in (getattr(result, "metadata", None) or {}):
        return result
    longest = max(heard, key=lambda one: one.seconds)
    told = {
        "cached": max(one.known for one in heard),
        "seconds": round(sum(one.seconds for one in heard), 1),
        "items_per_second": round(longest.per_second, 2),
        "loops": records(pd.DataFrame([_row(one) for one in heard])),
    }
    return result._replace(metadata={**result.metadata, **told})


@contextmanager
def _watching(table: str) -> Iterator[Tally]:
    context, pace = dg.AssetExecutionContext.get(), Tally()
    key = names_of(context).key(table)

    def observe(metadata: dict[str, Any]) -> None:
        context.log_event(dg.AssetObservation(asset_key=key, metadata=metadata))

    with heard_by(pace), heard_by(Observations(observe)):
        yield pace


def _told(progress: Progress, share: float) -> dict[str, Any]:
    return {
        "doing": progress.title,
        "plan": progress.plan,
        "progress": round(share, 3),
        "done": progress.done,
        "items_per_second": round(progress.per_second, 2),
        "seconds_left": round(progress.left_s or 0.0),
    }


def _row(one: Progress) -> dict[str, Any]:
    return {
        "doing": one.title,
        "known": one.known,
        "measured": one.done,
        "seconds": one.seconds,
        "per_second": one.per_second,
    }
