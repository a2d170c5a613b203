"""Ten days without an operator, at a moved clock: python -m tests.prove.days.

Dagster's own daemon evaluates schedules, queue and sensors in this process, runs included, against the stand-ins; in
between daylight saving ends, Yahoo is away for two days, a filer files, and the machine is off for a night.
"""

import logging
import tempfile
import time as clock
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

from tests.live.homes import small
from tests.pipelines.days import COMPANIES, FIRST, LOOKS, Row, life
from tests.prove.page import section, table

REFRESH, SWEEP, SUNDAY = ("refresh:well",), ("sweep:well",), ("audit:well", "housekeeping:well")
AWAY, BACK = ("source/yahoo/unreachable:opened",), ("source/yahoo/unreachable:cleared",)
# Hour of the day at which the machine goes off, and on again the next day.
OFF, ON = time(7, 0), time(9, 0)
# Day, what happens, offset of New York, runs, whether something new is published, alerts.
EXPECTED = [
    ("the first refresh", "-0400", REFRESH, True, ()),
    ("Yahoo is away", "-0400", REFRESH, True, AWAY),
    ("Yahoo is away", "-0400", REFRESH, True, ()),
    ("Yahoo is back; the weekly sweep", "-0400", SWEEP, True, BACK),
    ("daylight saving ends; housekeeping, the monthly audit", "-0500", SUNDAY, False, ()),
    ("a working day", "-0500", REFRESH, True, ()),
    ("Nvidia files a quarter", "-0500", REFRESH, True, ()),
    ("the machine is off from the morning on", "-0500", (), False, ()),
    ("on again at nine: the missed refresh is made good", "-0500", REFRESH * 2, True, ()),
    ("a working day", "-0500", REFRESH, True, ()),
]


def main() -> None:
    """Live through the days; fail at the first that ends otherwise than it should."""
    logging.disable(logging.WARNING)
    began, rows = clock.monotonic(), []
    with tempfile.TemporaryDirectory() as folder, life(small(Path(folder), COMPANIES), FIRST) as alive:
        faults = alive.standin.faults
        happens: dict[int, Callable[[], object]] = {
            1: lambda: faults.set("unavailable", "yahoo.*"),
            3: faults.clear,
            6: lambda: alive.world.add_quarter("nvidia", filed=FIRST + timedelta(days=6)),
        }
        for days in (range(8), range(8, 10)):
            with alive.daemon.running():
                for n in days:
                    looks = (OFF,) if n == 7 else (ON, *LOOKS[2:]) if n == 8 else LOOKS
                    lived = alive.day(FIRST + timedelta(days=n), looks, happens.get(n, lambda: None))
                    rows.append(as_expected(n, lived))
        quarters = alive.place.data("core.company_quarters").filter(company_id="nvidia", item="revenue")["period_end"]
        assert quarters.max() == date(2026, 7, 26), quarters.max()
        messages = alive.receiver.messages
        assert [m["state"] for m in messages] == ["opened", "cleared"]
        assert "secret-token" not in str(messages)
    section(
        "days",
        "Ten days without an operator",
        f"""The daemon's own evaluation of schedules, queue and sensors, six times a day at a moved clock, for a home of
{len(COMPANIES)} companies against the stand-ins; runs and alerts are real.

{table(rows, "day", "what happens", "New York is UTC", "runs", "new version", "alerts")}

What the webhook was told, in full:

> {messages[0]["text"]}

> {messages[1]["text"]}

{clock.monotonic() - began:.0f} s.""",
    )


def as_expected(n: int, lived: Row) -> tuple[object, ...]:
    """The day as a row of the page, once it was compared."""
    what, *expected = EXPECTED[n]
    found = [lived.offset, lived.runs, lived.published, lived.alerts]
    print(f"{lived.day:%a %d %b}", what, *found, flush=True)
    assert found == expected, f"expected {expected}"
    runs, alerts = (", ".join(texts) or "–" for texts in (lived.runs, lived.alerts))
    return f"{lived.day:%a %d %b %Y}", what, lived.offset, runs, "yes" if lived.published else "no", alerts


if __name__ == "__main__":
    main()
