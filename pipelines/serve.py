"""The published pages on loopback.

Belongs here: a small static server. Does not belong here: anything reachable from another machine.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from assets.versions import manifest_of

# Prices make each working day new; a long week-end does not.
STALE_AFTER = timedelta(days=5)


class PagesHandler(SimpleHTTPRequestHandler):
    """Serves files of one folder; lists none."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".csv": "text/csv; charset=utf-8",
        ".duckdb": "application/octet-stream",
        ".html": "text/html; charset=utf-8",
        ".json": "application/json",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".parquet": "application/vnd.apache.parquet",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }

    def end_headers(self) -> None:
        """Ask browsers to look again, because a refresh replaces the folder under the server."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: object) -> BytesIO | None:
        """Answer 404 for a folder without an index page."""
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def do_GET(self) -> None:
        """Answer /health from what is published; everything else is a file."""
        if self.path.partition("?")[0] == "/health":
            told = health(Path(self.directory))
            body = json.dumps(told, indent=1).encode()
            self.send_response(HTTPStatus.OK if told["well"] else HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: an access log of one's own machine tells nothing."""


def health(folder: Path, now: datetime | None = None) -> dict[str, object]:
    """Whether what is served is fresh and whole.

    It is not well where nothing is published, where a check holds newer figures back or an earlier version was
    restored, and where nothing was published for longer than STALE_AFTER.

    Returns:
        well, why (empty if it is), version, as_of, published_at, age_hours, notices.
    """
    told = manifest_of(folder)
    if told is None:
        return {"well": False, "why": "nothing is published yet"}
    age = (now or datetime.now(UTC)) - datetime.fromisoformat(told["created_at"])
    notices = [notice["text"] for notice in told.get("notices", ())]
    old = f"nothing new was published for {age.days} days" if age > STALE_AFTER else ""
    return {
        "well": not (notices or old),
        "why": "; ".join([*notices, *([old] if old else [])]),
        "version": told["version"],
        "as_of": told["as_of"],
        "published_at": told["created_at"],
        "age_hours": round(age.total_seconds() / 3600, 1),
        "notices": notices,
    }


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of a folder on 127.0.0.1; raises OSError if the port is taken.

    The folder may be a link that is replaced while the server runs: each request follows it anew.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), partial(PagesHandler, directory=str(folder)))
