"""What a source is asked, what it answers, and how the asking ended.

Belongs here: the vocabulary that every source shares. Does not belong here: any one source's shape.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from analytics.contracts import conform, table


class PayloadError(ValueError):
    """A payload is not what its source promises; the message names the subject and what is wrong."""

    outcome = "schema_changed"


class NoDataError(PayloadError):
    """A payload has the promised shape and says nothing."""

    outcome = "no_data"


class NotFoundError(PayloadError):
    """A payload says that the source does not know what was asked for."""

    outcome = "not_found"


@dataclass(frozen=True)
class Payload:
    """One answer of a source, as it came.

    source: sec, yahoo, … subject: what was asked for. company_id: whom it is about; None where it covers many.
    fetched_at: when it came, UTC.
    """

    source: str
    subject: str
    company_id: str | None
    content: bytes
    fetched_at: datetime

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Fetch:
    """How asking for one payload ended; one row of raw.fetches. `outcome` is one of analytics.contracts' OUTCOMES."""

    source: str
    subject: str
    outcome: str
    started_at: datetime
    company_id: str | None = None
    http_status: int | None = None
    requests: int = 0
    bytes: int = 0
    payload_sha256: str | None = None
    message: str | None = None
    next_try_at: datetime | None = None

    @cached_property
    def fetch_id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of source, subject and start time."""
        key = f"{self.source}|{self.subject}|{self.started_at.isoformat()}"
        return hashlib.sha256(key.encode()).hexdigest()[:16]


def fetches_frame(fetches: Iterable[Fetch]) -> pl.DataFrame:
    """raw.fetches, one row per fetch."""
    contract = table("raw.fetches")
    schema = contract.polars_schema
    columns, told = schema.names(), tuple(fetches)
    return conform(pl.DataFrame({c: [getattr(f, c) for f in told] for c in columns}, schema=schema), contract)
