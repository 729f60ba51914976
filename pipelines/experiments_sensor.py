"""What ranks recipes anew when experiments ended."""

import dagster as dg

from inksift.assets.shared.names import BARE, Names


def after_experiments(names: Names = BARE) -> dg.AutomationConditionSensorDefinition:
    """The sensor that asks whether the leaderboard is to be made, switched off at first."""
    return dg.AutomationConditionSensorDefinition(
        names.called("after_experiments"),
        target=dg.AssetSelection.assets(names.key("leaderboard")),
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Ranks the recipes anew when experiments were materialised and none is in "
        "progress",
    )
