"""When the chain runs by itself."""

import dagster as dg

from pipelines.jobs import everything

nightly = dg.ScheduleDefinition(
    name="nightly",
    job=everything,
    cron_schedule="0 2 * * *",
    description="The whole chain every night at two; pictures measured before are not measured "
    "again",
)
SCHEDULES = [nightly]
