"""The fault dial: who is struck by what, how often.

Belongs here: aiming faults by endpoint, subject, predicate, number and seeded chance. Does not belong here:
what a fault does (faults.py).
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.standins.exchange import Request
from tests.standins.faults import KINDS


@dataclass
class Fault:
    """One setting of the dial: which kinds strike which requests, and how many it saw and struck."""

    kinds: tuple[str, ...]
    endpoint: str = "*"
    subject: str = "*"
    probability: float = 1.0
    count: int | None = None
    skip: int = 0
    when: Callable[[Request], bool] | None = None
    seen: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"no fault {unknown[0]!r}; there are: {', '.join(KINDS)}")


class Dial:
    """The faults that are set.

    With a probability, whether a request is struck (and by which of several kinds) depends on the seed, its endpoint,
    its subject and how often that was asked for; not on the order in which threads happen to ask.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.faults: list[Fault] = []
        self._lock = threading.Lock()

    def set(
        self, kind: str, endpoint: str = "*", *, subject: str = "*", probability: float = 1.0, count: int | None = None,
        skip: int = 0, when: Callable[[Request], bool] | None = None,
    ) -> Fault:  # fmt: skip
        """Let a kind strike requests by endpoint and subject (globs), and `when` if given; where it can be met at all.

        After `skip` such requests, at most `count` are struck, each with the probability.

        Raises:
            ValueError: no such kind.
        """
        return self._add(Fault((kind,), endpoint, subject, probability, count, skip, when))

    def storm(
        self, probability: float, seed: int | None = None, *, kinds: Iterable[str] = tuple(KINDS), endpoint: str = "*"
    ) -> Fault:
        """Let every request fail with that probability, each time by one of the kinds that its endpoint can have."""
        if seed is not None:
            self.seed = seed
        return self._add(Fault(tuple(kinds), endpoint, probability=probability))

    def clear(self) -> None:
        """Let nothing go wrong any more; a storm of the same seed then begins anew."""
        with self._lock:
            self.faults.clear()

    def choose(self, request: Request, endpoint: str, subject: str) -> str | None:
        """The kind of the first fault that strikes this request."""
        with self._lock:
            for fault in self.faults:
                kind = self._kind(fault, request, endpoint, subject)
                if kind is not None:
                    return kind
        return None

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self.faults.append(fault)
        return fault

    def _kind(self, fault: Fault, request: Request, endpoint: str, subject: str) -> str | None:
        if not (fnmatchcase(endpoint, fault.endpoint) and fnmatchcase(subject, fault.subject)):
            return None
        if fault.when is not None and not fault.when(request):
            return None
        kinds = [kind for kind in fault.kinds if KINDS[kind].applies(endpoint)]
        if not kinds:
            return None
        fault.seen += 1
        fault.asked[endpoint, subject] += 1
        if fault.seen <= fault.skip or (fault.count is not None and fault.struck >= fault.count):
            return None
        words = f"{self.seed}|{'|'.join(fault.kinds)}|{endpoint}|{subject}|{fault.asked[endpoint, subject]}"
        digest = hashlib.sha256(words.encode()).digest()
        if int.from_bytes(digest[:7]) / 2**56 >= fault.probability:
            return None
        fault.struck += 1
        return kinds[int.from_bytes(digest[7:11]) % len(kinds)]
