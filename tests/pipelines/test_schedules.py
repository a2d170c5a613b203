"""The schedule: weekdays after the US close, New York time, running by itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from pipelines.definitions import compose
from pipelines.home import Home
from pipelines.schedules import SCHEDULES, weekdays
from pipelines.settings import Settings

NEW_YORK = ZoneInfo("America/New_York")
SCHEDULE = compose(Settings()).get_repository_def().get_schedule_def(weekdays.name)


def ticks(start: datetime, n: int) -> list[datetime]:
    # As Dagster's daemon computes them.
    iterator = schedule_execution_time_iterator(start.timestamp(), SCHEDULE.cron_schedule, SCHEDULE.execution_timezone)
    return [next(iterator).astimezone(NEW_YORK) for _ in range(n)]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
def test_every_schedule_runs_by_default_with_its_zone_named(schedule):
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == "America/New_York"


def test_each_schedule_has_its_job():
    defs = compose(Settings())
    assert {s.name: s.job_name for s in SCHEDULES} == {
        "weekdays_after_us_close": "refresh", "weekly_sweep": "sweep", "weekly_housekeeping": "housekeeping",
        "monthly_audit": "audit",
    }  # fmt: skip
    assert all(defs.resolve_job_def(s.job_name) for s in SCHEDULES)


def test_it_ticks_on_weekdays_only():
    # 2026-08-07 is a Friday.
    days = [t.strftime("%a %Y-%m-%d %H:%M") for t in ticks(datetime(2026, 8, 7, 12, tzinfo=NEW_YORK), 3)]
    assert days == ["Fri 2026-08-07 18:30", "Mon 2026-08-10 18:30", "Tue 2026-08-11 18:30"]


@pytest.mark.parametrize("start", [datetime(2026, 3, 5), datetime(2026, 10, 29)])
def test_daylight_saving_does_not_move_it(start):
    # The clocks change on 2026-03-08 and 2026-11-01, both Sundays.
    around = ticks(start.replace(tzinfo=NEW_YORK), 5)
    assert {(t.hour, t.minute) for t in around} == {(18, 30)}
    assert len({t.utcoffset() for t in around}) == 2


def test_its_run_is_the_whole_graph():
    defs = compose(Settings())
    refresh = defs.resolve_job_def("refresh")
    assert set(refresh.asset_layer.executable_asset_keys) == set(defs.resolve_asset_graph().materializable_asset_keys)
    assert refresh.executor_def.name == "in_process"


def test_the_instance_of_a_home_is_quiet_and_runs_one_at_a_time(tmp_path):
    home = Home.at(tmp_path)
    home.prepare()
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert instance.root_directory.startswith(str(tmp_path))
