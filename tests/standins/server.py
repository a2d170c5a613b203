"""The stand-in itself: one local server that speaks for Yahoo and SEC.

Belongs here: sockets, the way of an answer to the client. Does not belong here: what is answered (yahoo.py, sec.py),
what goes wrong (faults.py).

The original host is the first segment of the path: https://data.sec.gov/submissions/X is asked for as
http://127.0.0.1:PORT/data.sec.gov/submissions/X.
"""

import gzip
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.standins.certificate import self_signed
from tests.standins.dial import Dial
from tests.standins.exchange import Answer, Endpoint, Request
from tests.standins.faults import KINDS, Case
from tests.standins.ledger import Entry, Ledger
from tests.standins.sec import THRESHOLD, Sec
from tests.standins.world import TODAY, World
from tests.standins.yahoo import Yahoo


class StandIn:
    """Yahoo and SEC on one port of loopback; a context manager.

    Args:
        world: what is told; a new one on `today` otherwise.
        today: the clock of the new world.
        seed: of the dial.
        sec_limit: requests to SEC in `sec_window` seconds above which it refuses with 403, as SEC does; None: never.
        drip_seconds: how long a body takes under 'slow_drip'.
        latency: seconds by which every answer is delayed.
    """

    def __init__(
        self, world: World | None = None, *, today: date = TODAY, port: int = 0, seed: int = 0,
        sec_limit: int | None = None, sec_window: float = 1.0, drip_seconds: float = 30.0, latency: float = 0.0,
    ) -> None:  # fmt: skip
        self.world = world or World(today)
        self.yahoo, self.sec = Yahoo(self.world), Sec(self.world)
        self.requests, self.faults = Ledger(), Dial(seed)
        self.sec_limit, self.sec_window = sec_limit, sec_window
        self.drip_seconds, self.latency = drip_seconds, latency
        self.endpoints = (*self.yahoo.endpoints, *self.sec.endpoints)
        self._server = _Server(("127.0.0.1", port), self)
        self._tls: _Server | None = None
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address that stands before the original host."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def yahoo_url(self) -> str:
        """The same under a name with 'yahoo' in it: yfinance keeps a cookie between requests only where its domain has
        one, and fetches a new one for each request otherwise. curl knows that *.localhost is this machine."""
        return f"http://yahoo.localhost:{self.port}"

    @property
    def broken_addresses(self) -> dict[str, str]:
        """Addresses at which no exchange can succeed: name not found, TLS not trusted, no TLS at all, nobody there."""
        with self._lock:
            if self._tls is None:
                self._tls = _Server(("127.0.0.1", 0), self, self_signed())
                self._start(self._tls)
        return {
            "dns": "https://standin.invalid",
            "tls": f"https://127.0.0.1:{self._tls.server_address[1]}",
            "tls_plain": f"https://127.0.0.1:{self.port}",
            "refused": f"http://127.0.0.1:{_free_port()}",
        }

    def start(self) -> Self:
        """Serve in threads of our own."""
        self._start(self._server)
        return self

    def serve_on(self, listening: socket.socket) -> Callable[[], None]:
        """Serve on another socket too, which listens already; return what ends that and closes it."""
        server = _Server(listening.getsockname(), self, listening=listening)
        self._start(server)
        return server.end

    def close(self) -> None:
        """Stop serving and close every connection."""
        self.closing.set()
        for server in filter(None, (self._server, self._tls)):
            server.end()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, server: "_Server") -> None:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._threads.append(thread)
        thread.start()

    def find(self, request: Request) -> tuple[Endpoint | None, str]:
        """The endpoint that the request is for, and its subject (a symbol, a CIK)."""
        for endpoint in self.endpoints:
            if re.fullmatch(endpoint.host, request.host) and (found := re.fullmatch(endpoint.path, request.path)):
                subject = endpoint.subject(request) if endpoint.subject else found.groupdict().get("subject", "")
                return endpoint, subject
        return None, ""

    def answer(self, request: Request) -> tuple[str, str, Answer, str | None]:
        """Endpoint, subject, answer, and the fault that struck."""
        endpoint, subject = self.find(request)
        if endpoint is None:
            return "unknown", "", Answer(404, b"no such endpoint at the stand-in", "text/plain"), None
        if self.latency:
            self.closing.wait(self.latency)
        if self._over_limit(endpoint.name):
            return endpoint.name, subject, Answer(403, THRESHOLD, "text/html"), "sec_limit"
        kind = self.faults.choose(request, endpoint.name, subject)
        answer = endpoint.answer(request, subject)
        if kind is None:
            return endpoint.name, subject, answer, None
        case = Case(request, endpoint.name, answer, lambda: self.broken_addresses)
        return endpoint.name, subject, KINDS[kind].strike(case), kind

    def _over_limit(self, endpoint: str) -> bool:
        if self.sec_limit is None or not endpoint.startswith("sec."):
            return False
        now = time.monotonic()
        return sum(now - entry.at < self.sec_window for entry in self.requests.entries("sec.*")) >= self.sec_limit


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], standin: StandIn, tls: ssl.SSLContext | None = None,
        listening: socket.socket | None = None,
    ) -> None:  # fmt: skip
        self.standin = standin
        self.tls = tls
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler, bind_and_activate=listening is None)
        if listening is not None:
            self.socket.close()
            self.socket, self.server_address = listening, listening.getsockname()

    def end(self) -> None:
        self.shutdown()
        self.hang_up()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        # The handshake stands in the connection's own thread, and fails with a client that trusts nobody unknown.
        try:
            request.settimeout(5)
            with self.tls.wrap_socket(request, server_side=True, suppress_ragged_eofs=True) as secured:
                super().finish_request(secured, client_address)
        except OSError:
            return

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away in the middle is what some tests are about; anything else is a fault of ours.
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ssl.SSLError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    # Headers and body leave in one packet each, at once.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        standin, at = self.server.standin, time.monotonic()
        request = self._request()
        endpoint, subject, answer, fault = standin.answer(request)
        body = self._encoded(answer)
        size = len(body) if isinstance(body, bytes) else 0
        status = 0 if answer.delivery == "reset" else answer.status
        number, host, path = len(standin.requests) + 1, request.host, request.path
        standin.requests.add(Entry(number, at, endpoint, subject, self.command, host, path, status, fault, size))
        _DELIVERY[answer.delivery](self, answer, body)

    do_POST = do_GET
    do_HEAD = do_GET

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        host, _, path = parts.path.lstrip("/").partition("/")
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            self.command, host, unquote("/" + path), dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length),
            f"http://{self.headers.get('Host')}",
        )  # fmt: skip

    def _encoded(self, answer: Answer) -> Any:
        zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        if isinstance(answer.body, bytes) and answer.body and zipped:
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["Vary"] = "Accept-Encoding"
            return gzip.compress(answer.body, 1, mtime=0)
        return answer.body

    def _head(self, answer: Answer, length: int | None) -> None:
        self.send_response(answer.status)
        if answer.status != 304:
            self.send_header("Content-Type", answer.content_type)
            if length is None:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        for cookie in answer.cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()

    def _whole(self, answer: Answer, body: Any) -> None:
        if isinstance(body, bytes):
            self._head(answer, len(body))
            if self.command != "HEAD":
                self.wfile.write(body)
            return
        self._head(answer, None)
        if self.command != "HEAD":
            for piece in body:
                if piece:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

    def _drip(self, answer: Answer, body: Any) -> None:
        content = body if isinstance(body, bytes) else next(iter(body))
        self._head(answer, len(content))
        self.wfile.flush()
        pieces = max(1, min(len(content), 50))
        step = -(-len(content) // pieces) or 1
        for start in range(0, len(content), step):
            if self.server.standin.closing.wait(self.server.standin.drip_seconds / pieces):
                break
            self.wfile.write(content[start : start + step])
            self.wfile.flush()

    def _cut(self, answer: Answer, body: Any) -> None:
        content = body if isinstance(body, bytes) else next(iter(body))
        self._head(answer, max(len(content), 2))
        self.wfile.write(content[: len(content) // 2])
        self.close_connection = True

    def _reset(self, answer: Answer, body: Any) -> None:
        # In the middle of the answer: curl asks again by itself where a kept connection breaks before the first byte.
        content = body if isinstance(body, bytes) else next(iter(body))
        self._head(answer, len(content) + 1)
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        # With linger at zero seconds a close is an RST; closed below http.server, which would end it politely.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; the ledger does."""


_DELIVERY: dict[str, Callable[[_Handler, Answer, Any], None]] = {
    "whole": _Handler._whole, "drip": _Handler._drip, "cut": _Handler._cut, "reset": _Handler._reset,
}  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
