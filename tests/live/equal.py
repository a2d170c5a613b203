"""The published figures against the answers they came from.

Belongs here: the comparison, table by table, both ways. Does not belong here: reading answers (payloads.py).
"""

import polars as pl

from tests.live import payloads
from tests.live.homes import Place


def published_is_what_was_told(place: Place) -> dict[str, int]:
    """Compare raw and core with the archived answers; return how many figures of each kind are equal.

    Raises:
        AssertionError: a figure was told and is not published, or is published and was not told.
    """
    observations, core = place.data("raw.observations"), place.data("core.company_quarters")
    day = pl.col("period_start", "period_end", "known_at").dt.to_string("%Y-%m-%d")
    told = payloads.facts(place.home)
    filed = observations.filter(pl.col("source") == "sec").with_columns(day)
    columns = ["company_id", "concept", "unit", "period_start", "period_end", "value", "reference", "known_at"]
    bundled = _from_bundle(place)
    asked = {row[0] for row in told}
    held = set(filed.filter(pl.col("company_id").is_in(asked)).select(columns).iter_rows())
    assert told <= held, sorted(map(str, told - held))[:5]
    live = set(filed.filter(~pl.col("payload_sha256").is_in(bundled)).select(columns).iter_rows())
    assert live <= told, sorted(map(str, live - told))[:5]

    said = payloads.statements(place.home)
    yahoo = observations.filter(pl.col("source") == "yahoo", ~pl.col("payload_sha256").is_in(bundled)).with_columns(day)
    own = yahoo.filter(pl.col("concept").str.contains("^yahoo:(quarterly|annual)")).with_columns(
        pl.col("concept").str.strip_prefix("yahoo:")
    )
    kept = set(own.select("company_id", "concept", "period_end", "value").iter_rows())
    assert kept == {(c, kind, end, value) for c, kind, end, value, _ in said}
    amounts = own.filter(pl.col("unit") != "shares")
    kept = set(amounts.select("company_id", "concept", "period_end", "value", "unit").iter_rows())
    assert kept <= said

    closes = payloads.closes(place.home, "chart")
    prices = place.data("raw.price_observations").filter(
        pl.col("source") == "yahoo", ~pl.col("payload_sha256").is_in(bundled)
    )
    prices = prices.with_columns(pl.col("date").dt.to_string("%Y-%m-%d"))
    assert {(t, d): c for t, d, c in prices.select("ticker", "date", "close").iter_rows()} == closes
    units = payloads.closes(place.home, "rate")
    rates = place.data("raw.fx_observations").filter(
        pl.col("source") == "yahoo", ~pl.col("payload_sha256").is_in(bundled)
    )
    rates = rates.with_columns(pl.col("date").dt.to_string("%Y-%m-%d"))
    assert {(f"{c}=X", d): r for c, d, r in rates.select("currency", "date", "usd_per_unit").iter_rows()} == {
        key: 1 / close for key, close in units.items()
    }
    known = set(place.data("raw.splits").select("ticker", "ratio").iter_rows())
    assert payloads.splits(place.home) <= known

    # What speaks in core as reported is the very figure of an answer, in our sign.
    by_fact = {(row[0], row[1], row[4], row[6]): row[5] for row in told}
    spoken = core.filter(derivation="reported", source="sec").join(
        observations.filter(~pl.col("payload_sha256").is_in(bundled)).select(
            "observation_id", "concept", "reference", "value", told_end="period_end"
        ),
        on="observation_id", suffix="_raw",
    )  # fmt: skip
    for row in spoken.iter_rows(named=True):
        key = (row["company_id"], row["concept"], row["told_end"].isoformat(), row["reference"])
        assert key in by_fact, row
        assert abs(row["value"]) == abs(row["value_raw"]), row
    return {
        "facts of SEC": len(told), "of these new to the bundle": len(live), "figures of Yahoo's statements": len(said),
        "closes": len(closes), "exchange rates": len(units), "splits": len(payloads.splits(place.home)),
        "quarters in core that speak as SEC told them now": spoken.height,
    }  # fmt: skip


def _from_bundle(place: Place) -> list[str]:
    fetches = place.data("raw.fetches").filter(pl.col("source") == "bundle")
    return fetches["payload_sha256"].drop_nulls().to_list()
