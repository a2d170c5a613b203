"""The home: where one installation keeps its warehouse, its published folder and Dagster's history.

Belongs here: paths inside the home, making and checking it, Dagster's instance settings. Does not belong here: the
contents of any of them.
"""

import json
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

DAGSTER_YAML = """\
# Written by layerledger at every start; changes made here are lost.
telemetry:
  enabled: false
nux:
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
    purge_after_days:
      skipped: 7
      failure: 30
      success: 30
"""
# What a home looks like inside; one that is newer than this is not touched.
LAYOUT = 1


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
            self._upgrade()
        except OSError as error:
            raise HomeError(
                f"the home {self.root} cannot be written: {error.strerror or error}. "
                "Mend its permissions, or choose another with --home or LAYERLEDGER_HOME"
            ) from error

    def _upgrade(self) -> None:
        """Bring a home that an older version wrote up to this one, and note who wrote it last.

        Raises:
            HomeError: a newer version wrote it.
        """
        file = self.root / "home.json"
        told = json.loads(file.read_text()) if file.exists() else {}
        if told.get("layout", 0) > LAYOUT:
            raise HomeError(
                f"the home {self.root} was written by layerledger {told.get('layerledger')}, which is newer than this "
                f"{version('layerledger')}; upgrade, or choose another home with --home"
            )
        now = {"layout": LAYOUT, "layerledger": version("layerledger"), "dagster": version("dagster")}
        if told == now:
            return
        if (self.dagster / "history").exists() and told.get("dagster") != now["dagster"]:
            # Dagster's tables may have other columns than the version that made them. Importing it takes a second,
            # which most commands need not spend.
            import dagster as dg  # noqa: PLC0415

            with dg.DagsterInstance.from_config(str(self.dagster)) as instance:
                instance.upgrade()
        file.write_text(json.dumps(now, indent=1) + "\n")
