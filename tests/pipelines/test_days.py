"""Days without an operator, at a moved clock; ten in a row, with a restart, are a proof (tests/prove/days.py)."""

import json
from datetime import date, datetime, time

import pytest

from pipelines.schedules import ZONE
from tests.live.homes import Place
from tests.pipelines.days import Row, life

# Dagster's daemon reads a property of its own that it deprecated.
pytestmark = pytest.mark.filterwarnings("default:.*environment_vars.*:DeprecationWarning")

FRIDAY, SATURDAY = date(2026, 10, 30), date(2026, 10, 31)


@pytest.mark.long
def test_a_day_on_which_a_source_is_away_and_the_day_of_its_return(place: Place):
    with life(place, FRIDAY) as alive, alive.daemon.running():
        faults = alive.standin.faults
        friday = (time(7, 0), time(18, 31), time(18, 40))
        rows = [
            alive.day(FRIDAY, friday, lambda: faults.set("unavailable", "yahoo.*")),
            alive.day(SATURDAY, (time(10, 1), time(10, 20)), faults.clear),
        ]
    assert rows == [
        # Nobody refreshed on Thursday. A source that fails does not fail the run; it is told once, though the sensor
        # looks twice.
        Row(
            FRIDAY,
            "-0400",
            ("refresh:well",),
            True,
            ("stale:opened", "stale:cleared", "source/yahoo/unreachable:opened"),
        ),
        Row(SATURDAY, "-0400", ("sweep:well",), True, ("source/yahoo/unreachable:cleared",)),
    ]

    *_, opened, cleared = alive.receiver.messages
    assert opened["text"].startswith("Layer Ledger, opened: yahoo does not answer (unreachable): ")
    assert "samsung-electronics" in opened["what"] and "put again by themselves" in opened["do"]
    assert opened["since"] == "2026-10-30 22:31 UTC"
    assert cleared["state"] == "cleared" and "this has ended" in cleared["what"]
    told = json.dumps(alive.receiver.messages)
    for secret in ("secret-token", "tests@example.com"):
        assert secret not in told


def test_ticks_across_the_end_of_daylight_saving(place: Place):
    """Runs are queued and stay there."""
    with life(place, FRIDAY, only_schedules=True) as alive, alive.daemon.running():
        alive.daemon.look(datetime.combine(FRIDAY, time(7), ZONE), only_schedules=True)
        looks = (time(8, 1), time(9, 1), time(10, 1), time(18, 31))
        days = [FRIDAY, SATURDAY, date(2026, 11, 1), date(2026, 11, 2)]
        rows = [(f"{r.day:%a %d}", r.offset, r.runs) for r in (alive.day(day, looks) for day in days)]
    assert rows == [
        ("Fri 30", "-0400", ("refresh:queued",)),
        ("Sat 31", "-0400", ("sweep:queued",)),
        ("Sun 01", "-0500", ("audit:queued", "housekeeping:queued")),
        ("Mon 02", "-0500", ("refresh:queued",)),
    ]


def test_of_several_missed_ticks_one_run_makes_all_good(place: Place):
    monday, wednesday, thursday = date(2026, 11, 2), date(2026, 11, 4), date(2026, 11, 5)
    with life(place, monday, only_schedules=True) as alive:
        with alive.daemon.running():
            assert alive.day(monday, (time(7), time(18, 31))).runs == ("refresh:queued",)
        # The machine is off until Thursday's morning.
        with alive.daemon.running():
            assert alive.day(thursday, (time(9),)).runs == ("refresh:queued",)
            *_, made_good = alive.daemon.runs()
            assert alive.day(thursday, (time(12), time(18, 31))).runs == ("refresh:queued",)
    tick = datetime.fromisoformat(made_good.dagster_run.tags[".dagster/scheduled_execution_time"])
    assert tick == datetime.combine(wednesday, time(18, 30), ZONE)
