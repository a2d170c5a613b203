"""What is wrong with a home now: runs that failed, checks that hold publication back, sources that fail, staleness.

Belongs here: finding conditions in what the home holds. Does not belong here: whether they were told before
(messages.py), or sending (send.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import dagster as dg
import polars as pl

from analytics.stacks import Stacks
from assets.live.failing import failing
from assets.live.journal import Journal
from assets.policies import next_refresh
from assets.publish import PublishedFolder
from assets.sources import bundle
from assets.versions import HELD, versions
from pipelines.failures import failures
from pipelines.home import Home

# A refresh may take so long, and the machine may be started so much later than its tick.
GRACE = timedelta(hours=12)
REFRESHING = ("refresh", "sweep", "rebuild")
LOOKED_AT = 50
WHAT_TO_DO = {
    "not_found": "Look whether the ticker or CIK changed; mend it in companies.toml.",
    "no_data": "Nothing, if the company has not reported; else look at the answer in the archive.",
    "rate_limited": "Nothing: the source is left alone until it wants to be asked again.",
    "refused": "For SEC set LAYERLEDGER_CONTACT to a name and e-mail address; otherwise look at the reason.",
    "schema_changed": "The answer is archived; mend the adapter in assets/sources, then `layerledger rebuild`.",
    "unreachable": "Look at the network of this machine; the questions are put again by themselves.",
}


@dataclass(frozen=True)
class Condition:
    """Something wrong: `key` names it for as long as it lasts; what, since when, what to do."""

    key: str
    what: str
    since: datetime
    do: str


def conditions(home: Home, instance: dg.DagsterInstance, stacks: Stacks, now: datetime) -> list[Condition]:
    """Everything that is wrong with a home, as its journal, its published folder and its run history tell."""
    fetches = Journal(home.root).read()
    held = list(_held(home))
    # A run that a check stopped failed for that reason, which is told.
    found = [*held, *(c for c in _runs(instance) if not held or c.key.removeprefix("run/") not in REFRESHING)]
    for f in failing(fetches, stacks):
        who = ", ".join(f.who[:4]) + (f" and {len(f.who) - 4} more" if len(f.who) > 4 else "")
        what = f"{f.source} does not answer ({f.outcome}): {', '.join(f.what)} of {who}: {'; '.join(f.why)}"
        found.append(Condition(f"source/{f.source}/{f.outcome}", what, f.since, WHAT_TO_DO[f.outcome]))
    asked = [f.started_at for f in fetches if f.source != bundle.SOURCE]
    return [*found, *_stale(home, instance, max(asked, default=None), now)]


def _runs(instance: dg.DagsterInstance) -> Iterator[Condition]:
    """Jobs whose newest run failed, since the first of the failures in a row."""
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    records = instance.get_run_records(dg.RunsFilter(statuses=ended), limit=LOOKED_AT)
    for job in sorted({r.dagster_run.job_name for r in records}):
        of_job = [r for r in records if r.dagster_run.job_name == job]
        failed = list(takewhile(lambda r: r.dagster_run.status == dg.DagsterRunStatus.FAILURE, of_job))
        if not failed:
            continue
        run = failed[0].dagster_run
        kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
        entries = [r.event_log_entry for r in instance.get_records_for_run(run.run_id, of_type=kinds).records]
        why = "; ".join(
            f"{f.asset}: {f.message}" for f in failures(e.dagster_event for e in entries if e.dagster_event)
        )
        yield Condition(
            f"run/{job}",
            f"The job {job} failed, {len(failed)} times in a row; last run {run.run_id[:8]}: {why}",
            failed[-1].create_timestamp.astimezone(UTC),
            "What was published stays. `layerledger dev` shows the run; mend the cause and start the job again.",
        )


def _held(home: Home) -> Iterator[Condition]:
    """Checks that hold publication back, since readers were told."""
    held = PublishedFolder(root=str(home.published), cache=str(home.cache)).held
    shown = next((v for v in versions(home.published) if v.current), None)
    told = [n["since"] for n in (shown.notices if shown else ()) if n["kind"] == HELD]
    file = home.published / "held.json"
    for table, why in held.items():
        since = datetime.fromisoformat(told[0]) if told else datetime.fromtimestamp(file.stat().st_mtime, UTC)
        do = "Look at the rows; then put what is wrong into analytics/quarantine.toml, or accept it (--accept)."
        yield Condition(f"held/{table}", f"A check holds publication back: {why}", since, do)


def _stale(home: Home, instance: dg.DagsterInstance, asked: datetime | None, now: datetime) -> Iterator[Condition]:
    """No refresh ended well since the last time one was due."""
    good = [
        record.end_time
        for job in REFRESHING
        for record in instance.get_run_records(
            dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1
        )
        if record.end_time
    ]
    # The command asks without a run, and makes none where nothing changed.
    times = [datetime.fromtimestamp(t, UTC) for t in good] + ([asked] if asked else [])
    if times and next_refresh(max(times)) + GRACE < now:
        shown = next((v for v in versions(home.published) if v.current), None)
        as_of = f"; published figures are as of {shown.as_of}" if shown else ""
        yield Condition(
            "stale",
            f"No refresh ended well since {max(times):%Y-%m-%d %H:%M} UTC{as_of}",
            next_refresh(max(times)),
            "See whether `layerledger dev` (or its service) runs, and what its last run says.",
        )


def verdicts(home: Home) -> dict[str, str]:
    """The verdict of each published claim by lens/claim; empty where there are no claims."""
    file = home.current / "data" / "marts.claims.parquet"
    if not file.exists():
        return {}
    rows = pl.read_parquet(file, columns=["lens", "claim_id", "verdict"])
    return {f"{lens}/{claim}": verdict for lens, claim, verdict in rows.iter_rows()}
