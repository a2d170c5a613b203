"""Dagster's daemon at a moved clock: its own evaluation of schedules, queue and sensors, one pass at a time.

Belongs here: the daemon's parts, called as its threads call them, with runs in this process so that they see the same
clock. Does not belong here: what is expected of a day.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import dagster as dg
import time_machine
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import ScheduleIterationTimes, launch_scheduled_runs

from pipelines.home import Home

LOG = logging.getLogger("tests.daemon")
LAUNCHER = {
    "module": "dagster._core.launcher.sync_in_memory_run_launcher",
    "class": "SyncInMemoryRunLauncher",
    "config": {},
}


class Daemon:
    """The daemon of one home: a context manager that may be left and entered anew, as a machine is restarted."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment, self.home = environment, Home.at(Path(environment["LAYERLEDGER_HOME"]))

    @contextmanager
    def running(self) -> Iterator["Daemon"]:
        """The daemon between its start and its end."""
        self.home.prepare()
        storage = {"module": "pipelines.history", "class": "Storage", "config": {"base_dir": str(self.home.dagster)}}
        overrides = {"run_launcher": LAUNCHER, "storage": {"custom": storage}}
        reference = InstanceRef.from_dir(str(self.home.dagster), overrides=overrides)
        target = LoadableTargetOrigin(executable_path=sys.executable, module_name="pipelines.definitions")
        with (
            mock.patch.dict(os.environ, self.environment),
            dg.DagsterInstance.from_ref(reference) as instance,
            WorkspaceProcessContext(
                instance, InProcessTestWorkspaceLoadTarget(InProcessCodeLocationOrigin(target))
            ) as workspace,
        ):
            self.instance, self.workspace = instance, workspace
            self._iterations: dict[str, ScheduleIterationTimes] = {}
            yield self

    def look(self, now: datetime, *, only_schedules: bool = False) -> None:
        """One pass of every part at that time: schedules, then the queue, then sensors.

        With `only_schedules` runs are queued and stay there.
        """
        with time_machine.travel(now, tick=True), mock.patch.dict(os.environ, self.environment):
            list(launch_scheduled_runs(self.workspace, LOG, datetime.now(UTC), self._iterations))
            if only_schedules:
                return
            list(QueuedRunCoordinatorDaemon(interval_seconds=1).run_iteration(self.workspace))
            list(execute_sensor_iteration(self.workspace, LOG, None, None))

    def runs(self) -> list[dg.RunRecord]:
        """Every run, the oldest first."""
        return list(reversed(self.instance.get_run_records()))
