"""One refresh: the whole graph, run in this process on the home's Dagster instance.

Belongs here: starting the run, following it, telling how it ended. Does not belong here: what the graph is
(definitions), or what the operator sees (cli). The graph and Dagster's storage are loaded by what needs them, so that
a refresh with nothing to make does not wait for them.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import dagster as dg

from analytics.stacks import RegistryError
from assets import kept, logs, report
from assets.archive import ArchiveError
from assets.report import ASKED
from assets.request import Request
from assets.sources.bundle import BundleError
from assets.sources.payload import Fetch
from assets.versions import MANIFEST
from assets.warehouse import WarehouseError, WarehouseLockedError, connect, writing
from pipelines.failures import INTERRUPTS, Failure, asset_of, failures
from pipelines.home import Home
from pipelines.inputs import inputs_of
from pipelines.settings import Settings

COMMAND_TAG = "layerledger/started_by"

# Called when a step begins and when it has ended, with its asset, the number of steps ended, and that of all steps.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended; without failures what is published is whole and what the home's answers give.

    run_id: the run in Dagster's history; None if nothing had changed, so that nothing had to be made. ended: how each
    question to a live source ended.
    """

    run_id: str | None
    started_at: datetime
    failures: tuple[Failure, ...]
    ended: tuple[Fetch, ...] = ()


def refresh(
    settings: Settings,
    progress: Progress,
    *,
    request: Request | None = None,
    force: bool = False,
    anew: bool = False,
    job: str = "refresh",
) -> Outcome:
    """Ask the sources what is due; if anything changed, or `force`, run every asset from raw to published.

    request: whom to ask, and as known on which day; by default all that is due, everything known. anew: throw the
    warehouse away first; everything in it is made again from the archive and the bundle. job: another job than the
    whole graph's is run whether or not anything changed.

    Raises:
        WarehouseLockedError: another process is refreshing this home.
        KeyboardInterrupt: stopped by hand; what was published before stays.
    """
    home, started_at = Home.at(settings.home), datetime.now(UTC)
    with writing(home.root):
        request = request or Request()
        inputs = inputs_of(settings, request)
        run_id = str(uuid4())
        try:
            with logs.kept(home.root, run_id):
                ended = inputs.ask(lambda what: progress(what, 0, 0))
        except (RegistryError, BundleError, ArchiveError) as error:
            return Outcome(None, started_at, (Failure("raw.fetches", type(error).__name__, str(error)),))
        if anew:
            for file in (home.warehouse, home.warehouse.with_suffix(".duckdb.wal")):
                file.unlink(missing_ok=True)
        whole = home.warehouse.exists() and not any(home.published.glob(".staging-*"))
        always = force or anew or request.read_again or job != "refresh"
        if whole and not always and published_from(home) == inputs.fingerprint:
            return Outcome(None, started_at, (), ended)
        if force:
            _forget(home)
        asked = {ASKED: report.asked(ended)} if ended else {}
        made = _make(settings, home, progress, request, job, run_id, asked)
        return replace(made, started_at=started_at, ended=ended)


def _forget(home: Home) -> None:
    """Let every table be made again, whatever it was made from; a warehouse that cannot be opened fails the run."""
    with suppress(WarehouseError), connect(home.warehouse) as warehouse:
        kept.forget(warehouse)


def published_from(home: Home) -> str | None:
    """Return the fingerprint of what the current version was made from; None if nothing is published."""
    try:
        told = json.loads((home.current / MANIFEST).read_text())
    except FileNotFoundError:
        return None
    return str(told.get("made_from"))


def _make(
    settings: Settings,
    home: Home,
    progress: Progress,
    request: Request,
    job: str,
    run_id: str,
    asked: Mapping[str, str],
) -> Outcome:
    """Run the assets of a job, asking nobody: whom the request names was asked before."""
    from pipelines.definitions import compose

    defs = compose(settings, {"progress": _progress_logger(progress)})
    config = {"loggers": {"progress": {}}, "resources": {"request": {"config": request.asking_nobody}}}
    with instance_of(home) as instance:
        end_dead_runs(instance)
        result = defs.resolve_job_def(job).execute_in_process(
            instance=instance,
            run_config=config,
            tags={COMMAND_TAG: job, **request.tags, **asked},
            raise_on_error=False,
            run_id=run_id,
        )
        failed = tuple(failures(result.all_events))
        if any(f.error in INTERRUPTS for f in failed):
            raise KeyboardInterrupt
        return Outcome(result.run_id, datetime.now(UTC), failed)


@contextmanager
def instance_of(home: Home) -> Iterator[dg.DagsterInstance]:
    """Open the home's Dagster instance, whatever DAGSTER_HOME says."""
    from pipelines import history

    with history.opened(home.dagster) as instance:
        yield instance


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs as failed that were under way when their process was killed.

    Only for a process that holds the home: every run holds it while it works, so a run under way now is dead. Left
    alone it would take the one place in Dagster's queue for ever.
    """
    under_way = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(under_way):
        instance.report_run_failed(run, "Its process ended before the run did; nothing of it was published.")


def tidy(home: Home) -> None:
    """Mark dead runs as failed before the UI opens; with a refresh under way there are none."""
    with suppress(WarehouseLockedError), writing(home.root), instance_of(home) as instance:
        end_dead_runs(instance)


class _Steps(logging.Handler):
    """Tells a callback about the beginning and end of each step, from Dagster's own events."""

    def __init__(self, progress: Progress, total: int):
        super().__init__()
        self.progress, self.total, self.ended = progress, total, 0

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_event", None)
        if event is None or not event.step_key:
            return
        ended = event.is_step_success or event.is_step_failure or event.is_step_skipped
        if ended or event.is_step_start:
            self.ended += bool(ended)
            self.progress(asset_of(event), self.ended, self.total)


def _progress_logger(progress: Progress) -> dg.LoggerDefinition:
    def steps_logger(context: dg.InitLoggerContext) -> logging.Logger:
        total = len(context.job_def.nodes) if context.job_def else 0
        logger = logging.Logger("layerledger.progress", logging.DEBUG)
        logger.addHandler(_Steps(progress, total))
        return logger

    return dg.LoggerDefinition(
        steps_logger, description="Follows a run's steps for the command's progress bar; prints nothing."
    )
