"""When a refresh starts by itself.

Belongs here: jobs and their schedules. Does not belong here: what a refresh does.
"""

import dagster as dg

refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Everything, from raw to published. The command `layerledger refresh` runs this job.",
)

# Wall-clock time in New York, two and a half hours after the close, so that closing prices and the filings of the
# evening are there; far from the hours that daylight saving skips or repeats.
weekdays = dg.ScheduleDefinition(
    name="weekdays_after_us_close",
    job=refresh_job,
    cron_schedule="30 18 * * 1-5",
    execution_timezone="America/New_York",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Monday to Friday at 18:30 New York time, after the US close.",
)
