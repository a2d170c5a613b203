"""What a JSON answer of Yahoo promises, checked as it is read.

Belongs here: getting objects, lists, numbers and moments out of an answer, or saying what is wrong with it. Does not
belong here: any one endpoint's shape.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assets.sources.payload import NoDataError, NotFoundError, Payload, PayloadError


def results(payload: Payload, root: str) -> list[Any]:
    """The list under `root`, where every endpoint keeps its results.

    Raises:
        NoDataError: an empty body.
        NotFoundError: Yahoo says that it does not know what was asked for.
        PayloadError: not JSON, or of another shape, or any other error that Yahoo tells.
    """
    if not payload.content.strip():
        raise NoDataError(f"{payload.subject}: not JSON: an empty answer")
    try:
        document = json.loads(payload.content, parse_constant=_no_such_number)
    except ValueError as error:
        raise PayloadError(f"{payload.subject}: not JSON: {error}") from error
    body = obj(obj(document, payload, "the answer").get(root), payload, root)
    if body.get("error"):
        told = obj(body["error"], payload, "error")
        kind = NotFoundError if told.get("code") == "Not Found" else PayloadError
        raise kind(f"{payload.subject}: {told.get('description') or told.get('code')}")
    return items(body.get("result"), payload, f"{root}.result")


def _no_such_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def obj(found: object, payload: Payload, what: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(found, dict):
        raise PayloadError(f"{payload.subject}: {what} is {type(found).__name__} where an object was promised")
    return found


def items(found: object, payload: Payload, what: str) -> list[Any]:
    """A list."""
    if not isinstance(found, list):
        raise PayloadError(f"{payload.subject}: {what} is {type(found).__name__} where a list was promised")
    return found


def only(meta: Mapping[str, Any], name: str, payload: Payload) -> str:
    """The one text in a list of the meta data."""
    found = items(meta.get(name), payload, f"meta.{name}")
    if len(found) != 1 or not isinstance(found[0], str):
        raise PayloadError(f"{payload.subject}: meta.{name} is {found!r}")
    return found[0]


def number(value: object, payload: Payload, what: str) -> float:
    """A finite number."""
    # `type`, not isinstance: True is an int, and no figure.
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise PayloadError(f"{payload.subject}: {what} is {value!r} where a number was promised")
    return float(value)  # type: ignore[arg-type]


def day(value: object, payload: Payload, what: str) -> date:
    """An ISO date."""
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise PayloadError(f"{payload.subject}: {what} has the date {value!r}") from error


def moment(value: object, payload: Payload, what: str) -> datetime:
    """A moment told in seconds since 1970."""
    seconds = number(value, payload, what)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise PayloadError(f"{payload.subject}: {what} is {value!r}, no moment in time") from error


def zone_of(meta: Mapping[str, Any], payload: Payload) -> ZoneInfo:
    """The exchange's time zone."""
    name = meta.get("exchangeTimezoneName")
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise PayloadError(f"{payload.subject}: the time zone is {name!r}") from error
