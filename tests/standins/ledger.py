"""The ledger of requests: what was asked, when, and how it was answered.

Belongs here: counting. Does not belong here: answering (server.py).
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Entry:
    """One request. `at`: seconds of the monotonic clock. `status`: 0 where no HTTP answer was given."""

    number: int
    at: float
    endpoint: str
    subject: str
    method: str
    host: str
    path: str
    status: int
    fault: str | None
    bytes: int


class Ledger:
    """Entries in the order in which they were answered. Thread-safe."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def entries(self, endpoint: str = "*", subject: str = "*") -> list[Entry]:
        """Entries by endpoint ('yahoo.chart', 'sec.*') and subject ('NVDA', 'CIK0001045810'); both are globs."""
        with self._lock:
            held = list(self._entries)
        return [e for e in held if fnmatchcase(e.endpoint, endpoint) and fnmatchcase(e.subject, subject)]

    def count(self, endpoint: str = "*", subject: str = "*") -> int:
        """How many such requests came."""
        return len(self.entries(endpoint, subject))

    def peak(self, endpoint: str = "*", window: float = 1.0) -> int:
        """The most such requests that came within any `window` seconds."""
        times = sorted(entry.at for entry in self.entries(endpoint))
        most, first = 0, 0
        for last, at in enumerate(times):
            while at - times[first] >= window:
                first += 1
            most = max(most, last - first + 1)
        return most

    def table(self) -> str:
        """Requests by endpoint and status, one line each."""
        counts: dict[tuple[str, int, str], int] = {}
        for entry in self.entries():
            key = (entry.endpoint, entry.status, entry.fault or "")
            counts[key] = counts.get(key, 0) + 1
        return "\n".join(f"{n:6d}  {e:<22} {s or '-':<4} {f}" for (e, s, f), n in sorted(counts.items()))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries())

    def __len__(self) -> int:
        return self.count()
