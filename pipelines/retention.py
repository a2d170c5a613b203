"""How long a home keeps what it could lose: runs, logs, reports, and how much disk it uses.

Belongs here: removing what is older than the retention says, and counting bytes. Does not belong here: published
versions (assets/publish.py keeps the newest few) and the archive, of which nothing is ever removed.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipelines.home import Home

KEEP_DAYS = 90
# However old, so many runs stay.
KEEP_RUNS = 30
# Runs looked at a time.
PAGE = 500
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def tidy(home: Home, instance: dg.DagsterInstance, now: datetime | None = None) -> dict[str, int]:
    """Remove runs that ended over KEEP_DAYS ago, but for the newest KEEP_RUNS, and logs and reports as old.

    Returns:
        How many of each were removed.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=KEEP_DAYS)
    newest = {record.dagster_run.run_id for record in instance.get_run_records(limit=KEEP_RUNS)}
    old = instance.get_run_records(dg.RunsFilter(statuses=ENDED, created_before=before), limit=PAGE)
    doomed = [record.dagster_run.run_id for record in old if record.dagster_run.run_id not in newest]
    for run_id in doomed:
        instance.delete_run(run_id)
    files = [
        file
        for folder in (home.logs, home.reports)
        for file in folder.glob("*")
        if file.is_file() and file.stat().st_mtime < before.timestamp()
    ]
    for file in files:
        file.unlink()
    return {"runs removed": len(doomed), "files removed": len(files)}


def disk_use(home: Home) -> dict[str, int]:
    """Bytes on disk by part of the home; a file that several published versions share counts once."""
    parts = {
        "archive": home.root / "archive",
        "warehouse": home.warehouse,
        "published": home.published,
        "history": home.dagster,
        "logs": home.logs,
        "reports": home.reports,
        "cache": home.cache,
    }
    return {name: _bytes(path) for name, path in parts.items()}


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    seen: dict[tuple[int, int], int] = {}
    for file in path.rglob("*"):
        if file.is_file() and not file.is_symlink():
            told = file.stat()
            seen[told.st_dev, told.st_ino] = told.st_size
    return sum(seen.values())
