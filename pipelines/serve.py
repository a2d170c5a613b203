"""The published pages on loopback.

Belongs here: a small static server. Does not belong here: anything reachable from another machine.
"""

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path


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

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: an access log of one's own machine tells nothing."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of a folder on 127.0.0.1; raises OSError if the port is taken.

    The folder may be a link that is replaced while the server runs: each request follows it anew.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), partial(PagesHandler, directory=str(folder)))
