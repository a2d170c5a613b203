"""What runs did, as JSON lines, one file a day: for people with grep and for collectors of logs.

Belongs here: the file, and for how long a run writes into it. Does not belong here: what is logged by whom.

    {"at": "2026-10-28T22:31:02.114+00:00", "level": "INFO", "run_id": "…", "asset": null, "company_id": "nvidia",
     "source": "sec", "subject": "companyfacts/CIK0001045810", "outcome": "ok", "message": "…"}
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

LOG = logging.getLogger("layerledger")
# What a record may carry beside its message.
OWN = ("asset", "company_id", "source", "subject", "outcome")


class DailyFile(logging.Handler):
    """Appends a JSON line for each record to <folder>/<UTC day>.jsonl; opens and closes the file for each."""

    def __init__(self, folder: Path, run_id: str) -> None:
        """Write into a folder, as belonging to a run."""
        super().__init__(logging.INFO)
        self.folder, self.run_id = folder, run_id

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "run_id": self.run_id,
            **{name: getattr(record, name, None) for name in OWN},
            "message": record.getMessage(),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{at:%Y-%m-%d}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError:
            self.handleError(record)


@contextmanager
def kept(home: Path, run_id: str) -> Iterator[None]:
    """Keep what is logged under our name in the home's logs, as belonging to a run."""
    handler, level = DailyFile(home / "logs", run_id), LOG.level
    LOG.setLevel(logging.INFO)
    LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(level)
