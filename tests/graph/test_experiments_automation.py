"""The leaderboard follows its experiments once they ended, and nothing else follows by itself."""

from __future__ import annotations

from functools import partial

import dagster as dg

from inksift.assets.experiments.conditions import PARTITIONS
from inksift.assets.experiments.leaderboard import WHEN_EXPERIMENTS_ENDED
from inksift.pipelines.definitions import build


def test_no_other_asset_has_a_condition() -> None:
    conditions = {
        spec.key.to_user_string(): spec.automation_condition
        for spec in build(None).resolve_all_asset_specs()
        if spec.automation_condition
    }
    assert conditions == {"leaderboard": WHEN_EXPERIMENTS_ENDED}


look = partial(
    dg.evaluate_automation_conditions, asset_selection=dg.AssetSelection.assets("leaderboard")
)


def test_recipes_are_ranked_anew_though_some_were_never_tried() -> None:
    defs = build(None)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(PARTITIONS.name), ["tried", "never tried"])
        made = dg.AssetMaterialization("leaderboard")
        instance.report_runless_asset_event(made)
        first = look(defs, instance)
        instance.report_runless_asset_event(
            dg.AssetMaterialization("experiments", partition="tried")
        )
        second = look(defs, instance, cursor=first.cursor)
        third = look(defs, instance, cursor=second.cursor)
    asked = [one.get_num_requested(dg.AssetKey("leaderboard")) for one in (first, second, third)]
    assert asked == [0, 1, 0]
