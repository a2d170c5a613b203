"""A request and its answer, as the stand-ins see them.

Belongs here: the vocabulary that server, endpoints and faults share. Does not belong here: sockets, figures.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request to a real host. `query` holds the last value of each name; header names are in lower case."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass
class Answer:
    """One answer. A `body` that is an iterator is streamed, uncompressed, in chunks.

    delivery: 'whole'; 'drip' (a few bytes at a time); 'cut' (half the body, then the end); 'reset' (no answer, RST).
    """

    status: int = 200
    body: bytes | Iterator[bytes] = b""
    content_type: str = "application/json;charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    delivery: str = "whole"
    # For a streamed file of JSON documents: the same file with each document changed.
    rebuilt: Callable[[Callable[[bytes], bytes]], Iterator[bytes]] | None = None

    @classmethod
    def of(cls, document: Any, status: int = 200) -> "Answer":
        return cls(status, json.dumps(document, separators=(",", ":")).encode())


@dataclass(frozen=True)
class Endpoint:
    """One kind of request: its name ('yahoo.chart'), where it lives, and who answers it.

    `host` and `path` are regular expressions; `path` may name a group `subject`. `answer` is given the request and the
    subject.
    """

    name: str
    host: str
    path: str
    answer: Callable[[Request, str], Answer]
    subject: Callable[[Request], str] | None = None
