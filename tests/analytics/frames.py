"""Small core frames to compute metrics from: one line a figure, calendar quarters unless a test says otherwise."""

from datetime import date, timedelta

import polars as pl

from analytics import windows
from analytics.contracts import conform, empty, table
from analytics.items import BY_ID

M = 1e6


def last_day(label: str) -> date:
    """Last day of a calendar quarter."""
    return pl.select(windows.last_day_of(pl.lit(windows.index(label)))).item()


def shifted(label: str, by: int) -> str:
    index = windows.index(label) + by
    return f"{index // 4}Q{index % 4 + 1}"


def labels(first: str, count: int) -> list[str]:
    return [shifted(first, k) for k in range(count)]


def _row(item: str, label: str, value: float, **more: object) -> dict[str, object]:
    end = more.pop("end", last_day(label))
    year = more.get("derivation") == "year_only"
    start = more.pop("start", last_day(shifted(label, -4 if year else -1)) + timedelta(days=1))
    currency = more.pop("currency", "shares" if BY_ID[item].unit == "shares" else "USD")
    rate = more.pop("rate", 1.0 if currency == "USD" else None)
    return {
        "item": item,
        "period_start": None if BY_ID[item].kind == "stock" else start,
        "period_end": end,
        "calendar_quarter": label,
        "value": float(value),
        "currency": currency,
        "value_usd": None if rate is None else value * rate,
        "derivation": "reported",
        "source": "sec",
        "known_at": end + timedelta(days=30),
        **more,
    }


def figure(company: str, item: str, label: str, value: float, **more: object) -> dict[str, object]:
    """One row of core.company_quarters; balances have no start. rate: US dollars per unit."""
    return {"company_id": company, "concept": "x", "observation_id": "x", **_row(item, label, value, **more)}


def flat(company: str, first: str, count: int, **items: float) -> list[dict[str, object]]:
    """The same amounts in each of some quarters."""
    return [figure(company, i, q, v) for q in labels(first, count) for i, v in items.items()]


def segment_figure(
    company: str, segment: str, item: str, label: str, value: float, **more: object
) -> dict[str, object]:
    """One row of core.segment_quarters."""
    row = {"company_id": company, "segment": segment, "basis_note": "", **_row(item, label, value, **more)}
    return {**row, "source": "pack"}


def frame(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    """A frame of the contract; columns that a row leaves out are null."""
    schema = table(name).polars_schema
    if not rows:
        return empty(table(name))
    return conform(pl.DataFrame([dict.fromkeys(schema) | r for r in rows], schema=schema), table(name))


def quarters(*rows: dict[str, object] | list[dict[str, object]]) -> pl.DataFrame:
    flattened = [r for part in rows for r in (part if isinstance(part, list) else [part])]
    return frame("core.company_quarters", *flattened)


def segments(*rows: dict[str, object]) -> pl.DataFrame:
    return frame("core.segment_quarters", *rows)


def company(company_id: str, **more: object) -> dict[str, object]:
    ticker = company_id.upper() if more.get("status", "listed") == "listed" else None
    return {
        "company_id": company_id,
        "name": company_id.title(),
        "ticker": ticker,
        "status": "listed",
        "currency": "USD",
        "shares_per_receipt": 1.0,
        **more,
    }


def companies(*rows: str | dict[str, object]) -> pl.DataFrame:
    return frame("core.companies", *(company(r) if isinstance(r, str) else r for r in rows))


def member(layer: str, member_id: str, **more: object) -> dict[str, object]:
    """One row of core.memberships in lens 'lens': whole and primary unless told otherwise."""
    return {
        "lens": "lens",
        "layer": layer,
        "member_id": member_id,
        "company_id": member_id,
        "member_name": member_id.title(),
        "measure": "whole",
        "primary_layer": more.get("measure", "whole") == "whole",
        "named_by_source": True,
        **more,
    }


def memberships(*rows: dict[str, object]) -> pl.DataFrame:
    return frame("core.memberships", *rows)


def layers(*ids: str) -> pl.DataFrame:
    rows = (
        {
            "lens": "lens",
            "layer": layer,
            "name": layer,
            "position": n,
            "description": "x",
            "colour": layer,
            "named_by_source": True,
        }
        for n, layer in enumerate(ids, 1)
    )
    return frame("core.layers", *rows)


def no_prices() -> pl.DataFrame:
    return empty(table("core.prices"))
