"""What Dagster's history says of earlier runs: the settings of a stage, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep

import dagster as dg
import pytest

from assets.costs import STAGES_OF, step_seconds
from assets.settings_used import settings_of, settings_used
from curation.errors import StoreError
from curation.splits import SplitParams


def run(instance: dg.DagsterInstance, *names: str, seconds: float = 0.0, fails: bool = False) -> None:
    """A run of stages with these names, each of which takes so long."""

    def stage(name: str) -> dg.AssetsDefinition:
        @dg.asset(name=name)
        def made() -> None:
            sleep(seconds)
            if fails:
                raise ValueError

        return made

    dg.materialize([stage(name) for name in names], instance=instance, raise_on_error=False)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def test_settings_are_those_of_the_last_time(instance: dg.DagsterInstance) -> None:
    for seed in (1, 2):
        made = dg.AssetMaterialization("splits", metadata=settings_of(SplitParams(seed=seed)))
        instance.report_runless_asset_event(made)
    assert settings_used(instance, "splits", SplitParams) == SplitParams(seed=2)


def test_without_settings_the_remedy_is_told(instance: dg.DagsterInstance) -> None:
    with pytest.raises(StoreError, match="with which settings splits was made: materialise it first"):
        settings_used(instance, "splits", SplitParams)
    instance.report_runless_asset_event(dg.AssetMaterialization("splits"))
    with pytest.raises(StoreError, match="materialise it first"):
        settings_used(instance, "splits", SplitParams)


def test_a_step_took_what_its_stages_took_at_their_longest(instance: dg.DagsterInstance) -> None:
    assert step_seconds(instance) == {}
    run(instance, *STAGES_OF["deduplication"], seconds=0.2)
    run(instance, *STAGES_OF["deduplication"])
    found = step_seconds(instance)
    assert found.keys() == {"deduplication"}
    assert found["deduplication"] >= 0.2 * len(STAGES_OF["deduplication"])


def test_a_run_that_failed_and_a_step_that_ran_in_part_tell_nothing(instance: dg.DagsterInstance) -> None:
    run(instance, *STAGES_OF["deduplication"], fails=True)
    run(instance, STAGES_OF["photo verdict"][0])
    assert step_seconds(instance) == {}
