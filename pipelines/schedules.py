"""When a job starts by itself.

Belongs here: schedules, each with its time zone. Does not belong here: what a job does (jobs.py).

Times are wall-clock times in New York, at hours that daylight saving neither skips nor repeats. A tick that was missed
is made good when the daemon is back: of several, Dagster evaluates the newest, and one run is enough, because a refresh
catches up with everything that is due.
"""

from datetime import time
from typing import Any

import dagster as dg

from assets import policies
from pipelines.jobs import audit, housekeeping, refresh_job, sweep_job

ZONE = policies.REFRESH_ZONE


def _schedule(name: str, job: Any, at: time, days: str, description: str) -> dg.ScheduleDefinition:
    """A schedule that runs by itself; `days` is the cron expression after minute and hour."""
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=f"{at.minute} {at.hour} {days}",
        execution_timezone=ZONE.key,
        tags={"layerledger/started_by": name},
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=description,
    )


weekdays = _schedule(
    "weekdays_after_us_close",
    refresh_job,
    policies.REFRESH_TIME,
    "* * 1-5",
    "Monday to Friday at 18:30 New York time, after the US close: refresh.",
)
weekly = _schedule(
    "weekly_sweep",
    sweep_job,
    time(10, 0),
    "* * 6",
    "Saturday at 10:00 New York time: refresh, asking about every company, whatever it is due for.",
)
tidying = _schedule(
    "weekly_housekeeping",
    housekeeping,
    time(9, 0),
    "* * 0",
    "Sunday at 9:00 New York time: removes old runs, logs and reports.",
)
monthly = _schedule(
    "monthly_audit",
    audit,
    time(8, 0),
    "1 * *",
    "The first of each month at 8:00 New York time: derives everything a second time and compares.",
)

SCHEDULES = [weekdays, weekly, tidying, monthly]
