"""The home: where one installation keeps its warehouse, its published folder and Dagster's history.

Belongs here: paths inside the home, making and checking it, Dagster's instance settings. Does not belong here: the
contents of any of them.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

DAGSTER_YAML = """\
# Written by layerledger at every start; changes made here are lost.
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    granularity: run
    default_limit: 1
run_monitoring:
  enabled: true
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days: 30
"""


class HomeError(OSError):
    """The home cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Home:
    """Paths of one home; `root` is absolute."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "Home":
        """Return the home at a path, relative to the working directory or absolute."""
        return cls(path.expanduser().absolute())

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that refreshes write."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The folder of published versions."""
        return self.root / "published"

    @property
    def current(self) -> Path:
        """The version that readers see."""
        return self.published / "current"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME: runs, events and schedule ticks."""
        return self.root / "dagster"

    @property
    def cache(self) -> Path:
        """What can be made again at any time."""
        return self.root / "cache"

    @property
    def logs(self) -> Path:
        """What runs did, as JSON lines, one file a day."""
        return self.root / "logs"

    @property
    def reports(self) -> Path:
        """How each run ended, one JSON file a run."""
        return self.root / "reports"

    def prepare(self) -> None:
        """Make the home and Dagster's settings in it.

        Raises:
            HomeError: it cannot be made or written.
        """
        try:
            for folder in (self.root, self.dagster, self.published):
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    pass
            (self.dagster / "dagster.yaml").write_text(DAGSTER_YAML)
        except OSError as error:
            raise HomeError(
                f"the home {self.root} cannot be written: {error.strerror or error}. "
                "Mend its permissions, or choose another with --home or LAYERLEDGER_HOME"
            ) from error
