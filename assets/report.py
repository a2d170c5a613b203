"""How a run ended: what was asked, what was made, which checks failed, what was published.

Belongs here: gathering that from Dagster's record of the run, and writing it down. Does not belong here: showing it
(pipelines/report.py, the pages).
"""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.events import EngineEventData

from assets.logs import LOG
from assets.sources.payload import Fetch

KINDS = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
}
TAG, ASKED = "layerledger/report", "layerledger/asked"


def of_run(instance: dg.DagsterInstance, run: dg.DagsterRun, ended: Iterable[Fetch]) -> dict[str, Any]:
    """The report of a run that is about to end.

    Returns:
        run_id, job, ended_at (UTC), asked (see `asked`; the command asks before its run), tables (name -> rows),
        checks (those that failed: table, check, severity, told), failed (steps), published (folder, as_of) or None.
    """
    records = instance.get_records_for_run(run.run_id, of_type=KINDS).records
    events = [e for r in records if (e := r.event_log_entry.dagster_event)]
    tables: dict[str, int] = {}
    published = None
    checks, failed = [], []
    for event in events:
        if event.is_step_failure:
            failed.append((event.step_key or "").replace("__", ".", 1))
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            told: Any = event.event_specific_data
            if not told.passed:
                asset = ".".join(told.asset_key.path)
                one = {"table": asset, "check": told.check_name, "severity": told.severity.value}
                checks.append(one | {"told": told.description or ""})
        elif event.asset_key:
            metadata = event.step_materialization_data.materialization.metadata
            name = ".".join(event.asset_key.path)
            if "dagster/row_count" in metadata:
                tables[name] = int(metadata["dagster/row_count"].value)  # type: ignore[arg-type]
            if name == "published.manifest":
                published = {"folder": str(metadata["folder"].value), "as_of": str(metadata["as of"].value)}
    return {
        "run_id": run.run_id,
        "job": run.job_name,
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "asked": asked(ended) or run.tags.get(ASKED, ""),
        "tables": tables,
        "checks": checks,
        "failed": failed,
        "published": published,
    }


def asked(ended: Iterable[Fetch]) -> str:
    """How questions to live sources ended, counted, in a line; empty if none was put."""
    counts = Counter((fetch.source, fetch.outcome) for fetch in ended)
    return ", ".join(f"{source} {n} {outcome}" for (source, outcome), n in sorted(counts.items()))


def headline(report: Mapping[str, Any]) -> str:
    """The report in a line, for the list of runs."""
    errors = sum(c["severity"] == "ERROR" for c in report["checks"])
    warnings = len(report["checks"]) - errors
    shown = f"published as of {report['published']['as_of']}" if report["published"] else "nothing published"
    parts = [shown, f"{len(report['tables'])} tables"]
    parts += [f"{errors} errors"] if errors else []
    parts += [f"{warnings} warnings"] if warnings else []
    parts += [f"failed: {', '.join(report['failed'])}"] if report["failed"] else []
    return "; ".join(parts)


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as the UI shows it."""
    checks = [f"| {c['table']} | {c['check']} | {c['severity']} | {_cell(c['told'])} |" for c in report["checks"]]
    tables = [f"| {name} | {rows:,} |" for name, rows in report["tables"].items()]
    parts = [f"**{headline(report)}**"]
    parts += [f"Asked: {report['asked'] or 'nobody'}."]
    parts += (
        ["| table | check | weight | what and what to do |\n|---|---|---|---|\n" + "\n".join(checks)] if checks else []
    )
    parts += ["| table | rows |\n|---|---|\n" + "\n".join(tables)] if tables else []
    return "\n\n".join(parts)


def write(instance: dg.DagsterInstance, run: dg.DagsterRun, ended: Iterable[Fetch], folder: Path) -> None:
    """Write the report of a run into its metadata, its tags and a file of the home."""
    report = of_run(instance, run, ended)
    data = EngineEventData(metadata={"report": dg.MetadataValue.md(as_markdown(report))})
    instance.report_engine_event(f"Report: {headline(report)}", run, data)
    instance.add_run_tags(run.run_id, {TAG: headline(report)[:250]})
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in report["tables"].items():
        LOG.info("%s: %d rows", name, rows, extra={"asset": name})
    for check in report["checks"]:
        weight = logging.ERROR if check["severity"] == "ERROR" else logging.WARNING
        LOG.log(weight, "%s failed: %s", check["check"], check["told"], extra={"asset": check["table"]})
    LOG.info("%s ended: %s", run.job_name, headline(report))
    (folder / f"{run.run_id}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
