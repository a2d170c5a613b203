"""Small observations and companies to derive statements from. Amounts are written as the tests' sources print them."""

from datetime import UTC, date, datetime

import polars as pl

from analytics.contracts import table


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def observation(
    concept: str,
    start: str | None,
    end: str,
    value: float,
    known: str,
    *,
    company: str = "acme",
    source: str = "sec",
    unit: str = "USD",
    reference: str | None = None,
) -> dict[str, object]:
    """One raw observation; its id spells out what it is, so that a failing test can be read."""
    return {
        "observation_id": f"{company}/{source}/{concept}/{start}/{end}/{value}/{known}/{reference}",
        "source": source,
        "company_id": company,
        "concept": concept,
        "period_start": day(start),
        "period_end": day(end),
        "period_basis": "filed",
        "unit": unit,
        "value": float(value),
        "known_at": day(known),
        "known_at_basis": "filed",
        "fetched_at": datetime(2026, 1, 1, tzinfo=UTC),
        "reference": reference,
        "payload_sha256": "0" * 64,
    }


def observations(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=table("raw.observations").polars_schema)


def companies(
    *ids: str, currency: str = "USD", month: int = 12, history_from: str | None = None, former_until: str | None = None,
    former_currency: str | None = None, former_month: int | None = None,
) -> pl.DataFrame:  # fmt: skip
    """core.companies with listed companies of these ids, all of one currency and fiscal year end."""
    schema = table("core.companies").polars_schema
    return pl.DataFrame(
        [
            {
                **dict.fromkeys(schema),
                "company_id": i,
                "name": i.title(),
                "currency": currency,
                "fiscal_year_end_month": month,
                "status": "listed",
                "history_from": day(history_from),
                "former_until": day(former_until),
                "former_currency": former_currency,
                "former_fiscal_year_end_month": former_month,
            }
            for i in ids or ("acme",)
        ],
        schema=schema,
    )


def no_rates() -> pl.DataFrame:
    return pl.DataFrame(schema=table("core.fx_rates").polars_schema)


def quarter(frame: pl.DataFrame, item: str, end: str, column: str = "value") -> object:
    """The value (or another column) of one item at one period end; None where there is no row."""
    rows = frame.filter(
        (pl.col("item") == item)
        & (pl.col("period_end") == day(end))
        & (pl.col("derivation") != "year_only" if "derivation" in frame.columns else pl.lit(True))
    )
    assert rows.height <= 1, rows
    return rows[column][0] if rows.height else None
