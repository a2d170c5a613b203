"""When a refresh starts by itself.

Belongs here: jobs and their schedules. Does not belong here: what a refresh does.
"""

import dagster as dg

from assets import policies

refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Everything, from raw to published. The command `layerledger refresh` runs this job.",
)

weekdays = dg.ScheduleDefinition(
    name="weekdays_after_us_close",
    job=refresh_job,
    cron_schedule=f"{policies.REFRESH_TIME.minute} {policies.REFRESH_TIME.hour} * * 1-5",
    execution_timezone=policies.REFRESH_ZONE.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Monday to Friday at 18:30 New York time, after the US close.",
)
