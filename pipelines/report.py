"""What the command tells about a home: the layers of the default lens, what is published, what failed.

Belongs here: reading the published folder and the run history for a person at a terminal. Does not belong here: any
figure that is not in the published database.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from rich.table import Table

from assets.publish import DATABASE, MANIFEST
from assets.warehouse import connect, lock_holder
from pipelines.home import Home
from pipelines.refresh import failures, instance_of

# Newest quarter in which enough of the layer has reported, with its trailing twelve months; on the consolidated basis,
# because segments report neither debt nor, mostly, capex. Revenue of layers is gross output (one layer's revenue is
# another's cost), so no total is ever taken over the rows.
LAYERS = """
WITH newest AS (
  SELECT layer, max(calendar_quarter) AS calendar_quarter
  FROM marts.layer_metrics
  WHERE lens = $lens AND basis = 'consolidated' AND "window" = 'ttm' AND metric = 'operating_margin'
    AND status = 'final' AND value IS NOT NULL
  GROUP BY layer
), wide AS (
  SELECT layer, calendar_quarter,
    max(value) FILTER (metric = 'operating_margin') AS operating_margin,
    max(value) FILTER (metric = 'capex_to_revenue') AS capex_to_revenue,
    max(value) FILTER (metric = 'debt_to_ebitda') AS debt_to_ebitda,
    max(n_measured) FILTER (metric = 'operating_margin') AS n_measured,
    max(n_members) FILTER (metric = 'operating_margin') AS n_members
  FROM marts.layer_metrics JOIN newest USING (layer, calendar_quarter)
  WHERE lens = $lens AND basis = 'consolidated' AND "window" = 'ttm'
  GROUP BY layer, calendar_quarter
)
SELECT l.name, w.calendar_quarter, operating_margin, capex_to_revenue, debt_to_ebitda, n_measured, n_members
FROM core.layers l LEFT JOIN wide w USING (layer)
WHERE l.lens = $lens
ORDER BY l.position
"""

DEFAULT_LENS = "SELECT lens, name FROM core.lenses ORDER BY position LIMIT 1"

# The newest answer to each question asked of a source, where it was not good.
FAILED_FETCHES = """
SELECT source, subject, outcome, message, started_at, next_try_at FROM raw.fetches
WHERE started_at >= $since
QUALIFY row_number() OVER (PARTITION BY source, subject ORDER BY started_at DESC) = 1
  AND outcome NOT IN ('ok', 'unchanged')
ORDER BY source, subject
"""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def manifest(current: Path) -> dict[str, Any]:
    """Return the manifest of a published version."""
    contents: dict[str, Any] = json.loads((current / MANIFEST).read_text())
    return contents


def layers_table(current: Path) -> Table:
    """Return the layers of the default lens, top to bottom: one row per layer, its trailing twelve months."""
    with connect(current / DATABASE, read_only=True) as connection:
        lens, name = connection.sql(DEFAULT_LENS).fetchall()[0]
        rows = connection.execute(LAYERS, {"lens": lens}).fetchall()
    table = Table(
        title=f"{name}: trailing twelve months to the newest final quarter",
        caption="Listed companies, each whole in its primary layer.",
        title_justify="left",
        caption_justify="left",
        box=None,
    )
    table.add_column("Layer")
    for title in ("Quarter", "Op. margin", "Capex/rev.", "Debt/EBITDA", "Measured"):
        table.add_column(title, justify="right")
    for layer, quarter, margin, capex, debt, measured, members in rows:
        table.add_row(
            layer,
            quarter or "none yet",
            "–" if margin is None else f"{margin:.1%}",
            "–" if capex is None else f"{capex:.1%}",
            "–" if debt is None else f"{debt:.1f}×",
            "–" if members is None else f"{measured} of {members}",
        )
    return table


def failed_fetches(current: Path, since: datetime = BEGINNING) -> list[str]:
    """Return a line for each thing asked of a source since then whose newest answer was not good."""
    with connect(current / DATABASE, read_only=True) as connection:
        rows = connection.execute(FAILED_FETCHES, {"since": since}).fetchall()
    return [
        f"{source} {subject}: {outcome}{f', {message}' if message else ''} ({started:%Y-%m-%d %H:%M} UTC)"
        + (f"; next try {next_try:%Y-%m-%d %H:%M} UTC" if next_try else "")
        for source, subject, outcome, message, started, next_try in rows
    ]


def status(home: Home) -> dict[str, Any]:
    """Return what is published in a home, how old it is, its last run, and what failed."""
    published = None
    failed: list[str] = []
    if (home.current / MANIFEST).exists():
        told = manifest(home.current)
        published = {
            "path": str(home.current),
            **{key: told[key] for key in ("version", "run_id", "as_of", "as_known_on", "created_at")},
            "age_days": (datetime.now(UTC).date() - date.fromisoformat(told["as_of"])).days,
            "rows": told["rows"],
            "files": len(told["files"]),
            "bytes": sum(file["bytes"] for file in told["files"].values()),
        }
        failed = failed_fetches(home.current)
    return {
        "home": str(home.root),
        "published": published,
        "last_run": _last_run(home),
        "failed_fetches": failed,
        "refresh_under_way": lock_holder(home.root),
    }


def _last_run(home: Home) -> dict[str, Any] | None:
    """Return the newest run in Dagster's history of this home, with the assets that failed."""
    if not (home.dagster / "history").exists():
        return None
    with instance_of(home) as instance:
        for record in instance.get_run_records(limit=1):
            run = record.dagster_run
            events = [
                r.event_log_entry.dagster_event
                for r in instance.get_records_for_run(
                    run.run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
                ).records
            ]
            return {
                "run_id": run.run_id,
                "job": run.job_name,
                "status": _status(run, home),
                "started_at": record.create_timestamp.astimezone(UTC).isoformat(timespec="seconds"),
                "failed": [f"{f.asset}: {f.message}" for f in failures(e for e in events if e)],
            }
    return None


def _status(run: dg.DagsterRun, home: Home) -> str:
    """A run that is under way holds the home; one that seems under way and does not was killed."""
    if run.status == dg.DagsterRunStatus.STARTED and lock_holder(home.root) is None:
        return "KILLED"
    return run.status.value


def status_table(told: dict[str, Any]) -> Table:
    """Return the status as a table of two columns."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("Home", told["home"])
    if shown := told["published"]:
        table.add_row("Published", f"{shown['version']} in {shown['path']}")
        table.add_row("As of", f"{shown['as_of']} ({shown['age_days']} days ago)")
        if shown["as_known_on"]:
            table.add_row("As known on", shown["as_known_on"])
        table.add_row("Size", f"{shown['files']} files, {shown['bytes'] / 1e6:,.1f} MB")
        for name, rows in shown["rows"].items():
            table.add_row(f"  {name}", f"{rows:,} rows")
    else:
        table.add_row("Published", "nothing yet; run `layerledger refresh`")
    if run := told["last_run"]:
        table.add_row("Last run", f"{run['status'].lower()}, {run['started_at']}, {run['run_id']}")
        for line in run["failed"]:
            table.add_row("  failed", line)
    for line in told["failed_fetches"]:
        table.add_row("Failed fetch", line)
    if told["refresh_under_way"]:
        table.add_row("Refreshing", told["refresh_under_way"])
    return table
