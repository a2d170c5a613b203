"""Days without an operator: the daemon at a moved clock, sources that fail and file, a webhook that listens.

Belongs here: living through a day and telling its outcome as a row. Does not belong here: what is expected of it.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest import mock

import dagster as dg

from assets.request import Request
from assets.versions import versions
from pipelines.home import Home
from pipelines.refresh import Outcome, refresh
from pipelines.schedules import ZONE
from pipelines.settings import Settings
from tests.live.homes import Place
from tests.pipelines.daemon import Daemon
from tests.standins import StandIn, World

FIRST = date(2026, 10, 28)
# A filer of SEC, and one that Yahoo alone tells of, in another currency.
COMPANIES = ("nvidia", "samsung-electronics")
# When somebody looks: before and after the sweep, the audit and housekeeping, and after the day's refresh.
LOOKS = (time(7, 0), time(8, 1), time(9, 1), time(10, 1), time(18, 31), time(19, 0))


@dataclass
class Webhook:
    """A receiver of alerts on loopback."""

    server: HTTPServer
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/services/secret-token"


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A receiver that takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Webhook(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()


@dataclass(frozen=True)
class Row:
    """What became of a day: runs as job:outcome, whether something new was published, alerts as key:state."""

    day: date
    offset: str
    runs: tuple[str, ...]
    published: bool
    alerts: tuple[str, ...]


@dataclass
class Life:
    """One home, its sources and its receiver."""

    place: Place
    world: World
    standin: StandIn
    receiver: Webhook
    daemon: Daemon
    only_schedules: bool = False

    def day(self, day: date, looks: Iterable[time] = LOOKS, then: Callable[[], object] = lambda: None) -> Row:
        """Live through a day in New York; `then` happens in its morning."""
        self.world.today = day
        then()
        runs, messages, version = len(self.daemon.runs()), len(self.receiver.messages), self.version
        at = datetime.combine(day, time(12), ZONE)
        for look in looks:
            self.daemon.look(datetime.combine(day, look, ZONE), only_schedules=self.only_schedules)
        return Row(
            day,
            f"{at:%z}",
            tuple(f"{r.dagster_run.job_name}:{_how(r)}" for r in self.daemon.runs()[runs:]),
            self.version != version,
            tuple(f"{m['key']}:{m['state']}" for m in self.receiver.messages[messages:]),
        )

    @property
    def version(self) -> str | None:
        """The version that was published last, not a copy of one."""
        own = [v for v in versions(self.place.home / "published") if not v.notices]
        return own[0].id if own else None


def _how(record: dg.RunRecord) -> str:
    return (
        "well" if record.dagster_run.status == dg.DagsterRunStatus.SUCCESS else record.dagster_run.status.value.lower()
    )


@contextmanager
def life(place: Place, first: date, *, only_schedules: bool = False) -> Iterator[Life]:
    """A home with its sources, its receiver and its daemon, which is not running yet."""
    world = World(first, COMPANIES)
    with webhook() as receiver, StandIn(world) as standin:
        place = replace(place, settings=place.settings | {"LAYERLEDGER_WEBHOOK": receiver.url})
        yield Life(place, world, standin, receiver, Daemon(place.environment(standin)), only_schedules)


def refreshed(place: Place, standin: StandIn, **fields: Any) -> Outcome:
    """Refresh in this process, as the command does; `fields` of the request."""
    variables = place.environment(standin)
    with mock.patch.dict(os.environ, {k: v for k, v in variables.items() if k.startswith("LAYERLEDGER_")}):
        settings = Settings()
    Home.at(place.home).prepare()
    return refresh(settings, lambda *_: None, request=Request(**fields))
