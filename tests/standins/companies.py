"""The companies of the world, as the registry declares them, and who they are to SEC and Yahoo.

Belongs here: which company has which symbol and CIK. Does not belong here: figures.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

from analytics import stacks


@dataclass(frozen=True)
class Exchange:
    """A place of trading: Yahoo's short and full name, its time zone, and its hours there."""

    code: str
    name: str
    zone: str
    opens: tuple[int, int]
    closes: tuple[int, int]
    currency: str

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


NEW_YORK = Exchange("NMS", "NasdaqGS", "America/New_York", (9, 30), (16, 0), "USD")
EXCHANGES = {
    "KS": Exchange("KSC", "KSE", "Asia/Seoul", (9, 0), (15, 30), "KRW"),
    "TW": Exchange("TAI", "Taiwan", "Asia/Taipei", (9, 0), (13, 30), "TWD"),
    "HK": Exchange("HKG", "HKSE", "Asia/Hong_Kong", (9, 30), (16, 0), "HKD"),
}
CURRENCIES = Exchange("CCY", "CCY", "Europe/London", (0, 0), (23, 59), "USD")


@dataclass(frozen=True)
class Company:
    """A company as the endpoints know it. `cik` has ten digits; `currency` is that of its statements."""

    company_id: str
    name: str
    symbol: str
    cik: str | None
    currency: str
    year_end_month: int
    country: str = "US"
    listed_from: date | None = None
    listed_to: date | None = None
    shares_per_receipt: float = 1.0

    @property
    def exchange(self) -> Exchange:
        return EXCHANGES.get(self.symbol.rpartition(".")[2], NEW_YORK)

    @property
    def foreign(self) -> bool:
        """True for a filer of 20-F and 6-K; Americans and those who file as Americans do report in dollars."""
        return self.currency != "USD"


@cache
def registered() -> tuple[Company, ...]:
    """Every company of the registry that is or was traded."""
    frame = stacks.load().companies.filter(
        pl.col("ticker").is_not_null(), pl.col("status").is_in(["listed", "delisted"])
    )
    return tuple(
        Company(
            row["company_id"], row["name"], row["ticker"], row["cik"], row["currency"] or "USD",
            row["fiscal_year_end_month"] or 12, row["country"] or "US", row["listed_from"], row["listed_to"],
            row["shares_per_receipt"] or 1.0,
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
