"""What the command tells about a home: the layers of the default lens, what is published, what failed.

Belongs here: reading the published folder and the run history for a person at a terminal. Does not belong here: any
figure that is not in the published database.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from analytics.stacks import Stacks
from assets.live.due import GOOD
from assets.live.failing import Failing, failing
from assets.live.journal import Journal
from assets.publish import DATABASE, PublishedFolder
from assets.sources.payload import Fetch
from assets.versions import MANIFEST
from assets.warehouse import connect, lock_holder
from dashboard.ledger import compared_at
from pipelines.failures import failures
from pipelines.home import Home
from pipelines.refresh import instance_of
from pipelines.retention import disk_use

# On the consolidated basis, because segments report neither debt nor, mostly, capex. Revenue of layers is gross output
# (one layer's revenue is another's cost), so no total is ever taken over the rows. Debt stands against cash flow, which
# every filing tells by the quarter; depreciation, and so EBITDA, comes later and for fewer.
MARGIN, OTHERS = "operating_margin", ("capex_to_revenue", "debt_to_ocf")
LAYERS = "SELECT layer, name FROM core.layers WHERE lens = $lens ORDER BY position"
READINGS = """
SELECT layer, metric, calendar_quarter, value, status = 'final', n_measured, n_members
FROM marts.layer_metrics
WHERE lens = $lens AND basis = 'consolidated' AND "window" = 'ttm' AND value IS NOT NULL
  AND metric IN ('operating_margin', 'capex_to_revenue', 'debt_to_ocf')
"""

DEFAULT_LENS = "SELECT lens, name FROM core.lenses ORDER BY position LIMIT 1"

SOURCES = {"sec": "SEC", "yahoo": "Yahoo"}
# So many companies are named before the rest is counted.
SHOWN = 4


def manifest(current: Path) -> dict[str, Any]:
    """Return the manifest of a published version."""
    contents: dict[str, Any] = json.loads((current / MANIFEST).read_text())
    return contents


def layers_table(current: Path) -> Table:
    """Return the layers of the default lens, top to bottom: one row per layer, its trailing twelve months.

    Of the quarter that the pages compare layers at, or the newest final one before it; what is not final has no figure.
    """
    with connect(current / DATABASE, read_only=True) as connection:
        lens, title = connection.sql(DEFAULT_LENS).fetchall()[0]
        layers = connection.execute(LAYERS, {"lens": lens}).fetchall()
        readings = connection.execute(READINGS, {"lens": lens}).fetchall()
    found = {(layer, metric, quarter): rest for layer, metric, quarter, *rest in readings}
    margins: dict[str, dict[str, bool]] = {layer: {} for layer, _ in layers}
    for (layer, metric, quarter), (_, final, *_) in found.items():
        if metric == MARGIN and layer in margins:
            margins[layer][quarter] = final
    common = compared_at(margins.values())
    table = Table(
        title=f"{title}: twelve months to {common or 'no quarter yet'}, or earlier",
        caption="Listed companies, each whole in its primary layer.",
        title_justify="left",
        caption_justify="left",
        box=None,
    )
    table.add_column("Layer")
    for name in ("Quarter", "Op. margin", "Capex/rev.", "Debt/cash flow", "Measured"):
        table.add_column(name, justify="right")
    for layer, name in layers:
        quarter = max((q for q, final in margins[layer].items() if final and q <= (common or q)), default=None)
        if quarter is None:
            table.add_row(name, "none yet", *"––––")
            continue
        margin, _, measured, members = found[layer, MARGIN, quarter]
        rest = (found.get((layer, metric, quarter)) for metric in OTHERS)
        capex, debt = (known[0] if known and known[1] else None for known in rest)
        table.add_row(
            name,
            quarter,
            f"{margin:.1%}",
            "–" if capex is None else f"{capex:.1%}",
            "–" if debt is None else f"{debt:.1f}×",
            f"{measured} of {members}",
        )
    return table


def live(ended: Sequence[Fetch], as_of: str) -> str:
    """Tell in one line what asking the live sources came to."""
    if not ended:
        return "No live source had anything due."
    if not any(f.http_status for f in ended):
        return f"No live source was reached; figures are as of {as_of}."
    counts = Counter(f.outcome for f in ended)
    failed = sum(n for outcome, n in counts.items() if outcome not in GOOD)
    requests = Counter({source: sum(f.requests for f in ended if f.source == source) for source in SOURCES})
    spent = " and ".join(f"{n} requests to {SOURCES[source]}" for source, n in requests.items() if n)
    return f"{spent}: {counts['ok']} with news, {counts['unchanged']} unchanged, {failed} failed."


def failures_table(failing: Sequence[Failing]) -> Table:
    """Return what is failing now: for each source and outcome a line of times, and one of whom and why."""
    table = Table(
        title="Not answered; the last good figures stay (times in UTC)",
        title_justify="left",
        box=None,
        pad_edge=False,
        show_header=False,
    )
    table.add_column(overflow="fold")
    for f in failing:
        who = ", ".join(f.who[:SHOWN]) + (f" and {len(f.who) - SHOWN} more" if len(f.who) > SHOWN else "")
        good = f"last good {f.last_good:%Y-%m-%d}" if f.last_good else "never good"
        again = f"next try {f.next_try_at:%m-%d %H:%M}" if f.next_try_at else "next try when mended"
        source = SOURCES.get(f.source, f.source)
        table.add_row(f"[bold]{source} {f.outcome}[/] since {f.since:%m-%d %H:%M}, {good}, {again}")
        table.add_row(Padding(escape(f"{', '.join(f.what)} of {who}: {'; '.join(f.why)}"), (0, 0, 0, 2)))
    return table


def failing_now(home: Home, stacks: Stacks) -> list[Failing]:
    """Return what of the live sources is failing, as the home's journal tells."""
    return failing(Journal(home.root).read(), stacks)


def status(home: Home, stacks: Stacks) -> dict[str, Any]:
    """Return what is published in a home, how old it is, its last run, and what of the live sources is failing."""
    published = None
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
    return {
        "home": str(home.root),
        "published": published,
        "last_run": _last_run(home),
        "failed_fetches": [asdict(f) for f in failing_now(home, stacks)],
        "refresh_under_way": lock_holder(home.root),
        "held_back": PublishedFolder(root=str(home.published), cache=str(home.cache)).held,
        "disk_use": disk_use(home) if home.root.exists() else {},
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
    for name, why in told["held_back"].items():
        table.add_row("Held back", f"{name}: {why}")
    if told["disk_use"]:
        parts = [f"{name} {size / 1e6:,.1f} MB" for name, size in told["disk_use"].items() if size]
        table.add_row("Disk use", ", ".join(parts) or "nothing yet")
    if told["refresh_under_way"]:
        table.add_row("Refreshing", told["refresh_under_way"])
    return table
