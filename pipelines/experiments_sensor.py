"""What ranks recipes anew when experiments ended."""

import dagster as dg

after_experiments = dg.AutomationConditionSensorDefinition(
    "after_experiments",
    target=dg.AssetSelection.assets("leaderboard"),
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Ranks the recipes anew when experiments were materialised and none is in progress",
)
