"""When a job starts by itself.

Belongs here: schedules, each with its time zone. Does not belong here: what a job does (jobs.py).

Times are wall-clock times in New York, at hours that daylight saving neither skips nor repeats. A tick that was missed
is made good when the daemon is back: Dagster evaluates it then. Of several missed ones the newest alone starts a run,
because a refresh catches up with everything that is due.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import dagster as dg

from assets import policies
from pipelines.jobs import audit, housekeeping, refresh_job, sweep_job

ZONE = policies.REFRESH_ZONE
STARTED_BY = "layerledger/started_by"


def _a_week_later(tick: datetime) -> datetime:
    """The same wall-clock time."""
    local = tick.astimezone(ZONE)
    return datetime.combine(local.date() + timedelta(days=7), local.time(), ZONE)


def _a_month_later(tick: datetime) -> datetime:
    """The same wall-clock time on the first of the next month."""
    local = tick.astimezone(ZONE)
    first = (local.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first, local.time(), ZONE)


def _schedule(
    name: str, job: Any, at: time, days: str, following: Callable[[datetime], datetime], description: str
) -> dg.ScheduleDefinition:
    """A schedule that runs by itself.

    Args:
        name, job, description: as Dagster takes them.
        at: wall-clock time in New York.
        days: the cron expression after minute and hour.
        following: the tick after one.
    """

    def start(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        tick = context.scheduled_execution_time
        if (later := following(tick)) <= datetime.now(UTC):
            told = f"{later.astimezone(ZONE):%Y-%m-%d %H:%M}"
            return dg.SkipReason(
                f"Missed while the daemon was away; a later tick, of {told} in New York, makes it good."
            )
        return dg.RunRequest(run_key=f"{tick.astimezone(ZONE):%Y-%m-%dT%H:%M}", tags={STARTED_BY: name})

    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=f"{at.minute} {at.hour} {days}",
        execution_timezone=ZONE.key,
        execution_fn=start,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=description,
    )


weekdays = _schedule(
    "weekdays_after_us_close",
    refresh_job,
    policies.REFRESH_TIME,
    "* * 1-5",
    policies.next_refresh,
    "Monday to Friday at 18:30 New York time, after the US close: refresh.",
)
weekly = _schedule(
    "weekly_sweep",
    sweep_job,
    time(10, 0),
    "* * 6",
    _a_week_later,
    "Saturday at 10:00 New York time: refresh, asking about every company, whatever it is due for.",
)
tidying = _schedule(
    "weekly_housekeeping",
    housekeeping,
    time(9, 0),
    "* * 0",
    _a_week_later,
    "Sunday at 9:00 New York time: removes old runs, logs and reports.",
)
monthly = _schedule(
    "monthly_audit",
    audit,
    time(8, 0),
    "1 * *",
    _a_month_later,
    "The first of each month at 8:00 New York time: derives everything a second time and compares.",
)

SCHEDULES = [weekdays, weekly, tidying, monthly]
