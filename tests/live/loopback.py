"""A command in a network of its own, in which there is the stand-in on loopback and nothing else.

Belongs here: the outer side of that. Does not belong here: the inner side (inside.py), what is run.

The inner side listens on the port in its own network and hands the socket out; the stand-in serves on it. So the
command reaches the stand-in under the address that it has everywhere, and a request to anyone else goes nowhere.
"""

import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import cut_off
from tests.standins import StandIn

# Where the machine lends no network of one's own, whoever asks for another host asks a proxy that is not there.
NO_PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
            "no_proxy": "127.0.0.1,localhost,.localhost"}  # fmt: skip


@contextmanager
def alone_with(standin: StandIn) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Yield the words that start a command alone with the stand-in, and variables that it needs; for one command."""
    apart = cut_off()
    if not apart:
        yield [], NO_PROXY
        return
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as door:
        path = str(Path(folder) / "door")
        door.bind(path)
        door.listen(1)
        served = []

        def serve() -> None:
            try:
                inside, _ = door.accept()
            except OSError:  # nothing was started
                return
            with inside:
                _, (descriptor, *_), _, _ = socket.recv_fds(inside, 1, 1)
                served.append(standin.serve_on(socket.socket(fileno=descriptor)))
                inside.sendall(b"!")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        words = [sys.executable, "-m", "tests.live.inside", path, str(standin.port)]
        try:
            yield [*apart, *words], {}
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()
            for stop in served:
                stop()
