"""How every asset of the project is run and shown: owners, pool, tags.

Belongs here: decisions that hold for many assets. Does not belong here: anything about one asset alone.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OWNERS = ("team:layerledger",)

# DuckDB allows one writer. Runs that touch the warehouse share one slot of this pool, whose limit is set in the
# home's dagster.yaml, so a second run waits in the queue.
WAREHOUSE_POOL = "warehouse"

# Where each table is shown on the published pages; those that no page shows whole are at the downloads.
PAGES_URL = "http://127.0.0.1:8010"
PAGES = {
    "raw.fetches": "coverage.html",
    "core.companies": "coverage.html",
    "core.layers": "index.html#stack",
    "core.gaps": "coverage.html",
    "core.anomalies": "coverage.html",
    "marts.company_metrics": "coverage.html",
    "marts.coverage": "coverage.html",
    "marts.freshness": "coverage.html",
    "marts.layer_metrics": "index.html#margins",
    "marts.member_amounts": "index.html#profit-pools",
    "marts.value_capture": "index.html#profit-pools",
    "published.site": "index.html",
    "published.manifest": "manifest.json",
}


# When a refresh starts by itself, Monday to Friday. Wall-clock time in New York, two and a half hours after the close,
# so that closing prices and the filings of the evening are there; far from the hours that daylight saving skips or
# repeats.
REFRESH_TIME = time(18, 30)
REFRESH_ZONE = ZoneInfo("America/New_York")


def next_refresh(now: datetime) -> datetime:
    """Return when the schedule refreshes next."""
    local = now.astimezone(REFRESH_ZONE)
    due = datetime.combine(local.date(), REFRESH_TIME, REFRESH_ZONE)
    while due <= local or due.weekday() >= 5:
        due = datetime.combine(due.date() + timedelta(days=1), REFRESH_TIME, REFRESH_ZONE)
    return due.astimezone(now.tzinfo)


def page_of(key: str) -> str:
    """Return the address of the page that shows an asset (stage.name), within the published folder."""
    return PAGES.get(key, "data.html")
