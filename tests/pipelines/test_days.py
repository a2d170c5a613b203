"""Days without an operator, at a moved clock; ten in a row, with a restart, are a proof (tests/prove/days.py)."""

import json
from collections.abc import Iterator
from datetime import date, time

import pytest

from tests.pipelines.days import Life, Row, life

# Dagster's daemon reads a property of its own that it deprecated.
pytestmark = pytest.mark.filterwarnings("default:.*environment_vars.*:DeprecationWarning")

THURSDAY, FRIDAY, SATURDAY = date(2026, 10, 29), date(2026, 10, 30), date(2026, 10, 31)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Life, list[Row]]]:
    """Three days: a first refresh, a day on which Yahoo is away, and the Saturday of its return."""
    with life(tmp_path_factory.mktemp("days"), THURSDAY) as alive, alive.daemon.running():
        rows = [alive.day(THURSDAY, (time(7, 0), time(18, 31)))]
        rows.append(
            alive.day(FRIDAY, (time(18, 31), time(18, 40)), lambda: alive.standin.faults.set("unavailable", "yahoo.*"))
        )
        rows.append(alive.day(SATURDAY, (time(10, 1), time(10, 20)), alive.standin.faults.clear))
        yield alive, rows


def test_each_day_ends_as_it_should(lived):
    _, rows = lived
    assert rows == [
        Row(THURSDAY, "-0400", ("refresh:well",), True, ()),
        # A source that fails does not fail the run; it is told once, though the sensor looks twice.
        Row(FRIDAY, "-0400", ("refresh:well",), True, ("source/yahoo/unreachable:opened",)),
        Row(SATURDAY, "-0400", ("sweep:well",), True, ("source/yahoo/unreachable:cleared",)),
    ]


def test_a_message_says_what_since_when_and_what_to_do_and_holds_no_secret(lived):
    alive, _ = lived
    opened, cleared = alive.receiver.messages
    assert opened["text"].startswith("Layer Ledger, opened: yahoo does not answer (unreachable): ")
    assert "samsung-electronics" in opened["what"] and "put again by themselves" in opened["do"]
    assert opened["since"] == "2026-10-30 22:31 UTC"
    assert cleared["state"] == "cleared" and "this has ended" in cleared["what"]
    told = json.dumps(alive.receiver.messages)
    for secret in ("secret-token", "tests@example.com", alive.standin.yahoo_url):
        assert secret not in told
