"""What runs did, as JSON lines, one file a day: for people with grep and for collectors of logs.

Belongs here: the handler, and which of Dagster's events are worth a line. Does not belong here: what is logged by whom.

    {"at": "2026-10-28T22:31:02.114+00:00", "level": "INFO", "run_id": "…", "job": "refresh", "asset": "core.prices",
     "company_id": null, "message": "…"}
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "layerledger"
# Of Dagster's own events these; what else it tells at every step would bury them.
WORTH = {
    "PIPELINE_START", "PIPELINE_SUCCESS", "PIPELINE_FAILURE", "PIPELINE_CANCELED", "STEP_FAILURE",
    "ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "ENGINE_EVENT",
}  # fmt: skip
OWN = ("company_id", "source", "subject", "outcome")


class DailyFile(logging.Handler):
    """Appends a JSON line for each record to <folder>/<UTC day>.jsonl; opens and closes the file for each."""

    def __init__(self, folder: str, run_id: str | None = None) -> None:
        """Write into a folder; `run_id` for records that carry none."""
        super().__init__(logging.DEBUG)
        self.folder, self.run_id = Path(folder), run_id

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, if it is worth a line."""
        event = getattr(record, "dagster_event", None)
        worth = record.levelno >= logging.INFO if event is None else event.event_type_value in WORTH
        if not worth:
            return
        meta: dict[str, Any] = getattr(record, "dagster_meta", None) or {}
        step = meta.get("step_key") or (event.step_key if event else None)
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "run_id": meta.get("run_id") or self.run_id,
            "job": meta.get("job_name"),
            "asset": step.replace("__", ".", 1) if step else None,
            **{name: getattr(record, name, None) for name in OWN},
            "message": (event.message if event else None) or meta.get("orig_message") or record.getMessage(),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{at:%Y-%m-%d}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError:
            self.handleError(record)


@contextmanager
def kept(folder: Path, run_id: str) -> Iterator[None]:
    """Keep what is logged under our name in a folder, outside of Dagster's runs, as belonging to a run."""
    logger, handler = logging.getLogger(NAME), DailyFile(str(folder), run_id)
    level, logger.level = logger.level, logging.INFO
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level = level
