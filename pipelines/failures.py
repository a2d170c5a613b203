"""What failed in a run, as its events tell.

Belongs here: finding failures and their own messages among events. Does not belong here: what is done about them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg

INTERRUPTS = {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}


@dataclass(frozen=True)
class Failure:
    """One asset that failed: its key as stage.name, the class of the error, and its message."""

    asset: str
    error: str
    message: str


def failures(events: Iterable[dg.DagsterEvent]) -> Iterator[Failure]:
    """Find the assets that failed among a run's events; a run that failed without one is told as `the run`."""
    events = list(events)
    steps = [e for e in events if e.is_step_failure]
    for event in steps or [e for e in events if e.is_run_failure]:
        data = event.step_failure_data if event.is_step_failure else event.job_failure_data
        error = data.error
        # Dagster wraps what an asset raised in errors of its own.
        while error is not None and error.cause is not None and (error.cls_name or "").startswith("Dagster"):
            error = error.cause
        name = asset_of(event) if event.is_step_failure else "the run"
        if error is None:
            yield Failure(name, "", event.message or "")
        elif error.cls_name in INTERRUPTS:
            yield Failure(name, error.cls_name, "stopped by hand")
        else:
            yield Failure(name, error.cls_name or "", _without_class(error.message))


def asset_of(event: dg.DagsterEvent) -> str:
    """The asset of a step's event, as stage.name."""
    return (event.step_key or "").replace("__", ".", 1)


def _without_class(text: str) -> str:
    """Drop the class name that Dagster puts before an exception's message."""
    head, colon, rest = text.strip().partition(": ")
    return rest if colon and head.replace(".", "").isidentifier() else text.strip()
