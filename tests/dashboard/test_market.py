"""Market value over time, and the splits and spin-offs that the price source dates."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from analytics.contracts import conform, table
from dashboard.cards import history, market
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"
ENDS = {"2022Q4": date(2023, 1, 29), "2024Q4": date(2025, 1, 26), "2025Q1": date(2025, 4, 27),
        "2025Q3": date(2025, 10, 26), "2025Q4": date(2026, 1, 25)}  # fmt: skip
WORTH = {"2022Q4": 500e9, "2024Q4": 2_900e9, "2025Q1": 2_700e9, "2025Q3": 4_500e9, "2025Q4": 4_600e9}


def made(splits: list[tuple[str, date | None, float, bool]]) -> Ledger:
    def frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        contract = table(name)
        blank = {column.name: None for column in contract.columns}
        return conform(pl.DataFrame([blank | row for row in rows], schema=contract.polars_schema), contract)

    tables = dict(synthetic.tables())
    ticker = pl.when(pl.col("company_id") == "nvidia").then(pl.lit("NVDA")).when(pl.col("company_id") == "amd").then(
        pl.lit("AMD")
    )  # fmt: skip
    listed = pl.when(pl.col("company_id") == "amd").then(date(2025, 2, 24)).otherwise(pl.col("listed_from"))
    tables["core.companies"] = tables["core.companies"].with_columns(ticker=ticker, listed_from=listed)
    tables["raw.splits"] = frame(
        "raw.splits",
        [
            {"ticker": one, "date": day, "ratio": ratio, "is_share_split": split, "payload_sha256": "0" * 64}
            for one, day, ratio, split in splits
        ],
    )
    tables["marts.company_metrics"] = frame(
        "marts.company_metrics",
        [
            {"company_id": "nvidia", "calendar_quarter": quarter, "period_end": ENDS[quarter], "window": window,
             "metric": "market_cap", "value": usd}
            for quarter, usd in WORTH.items() for window in ("quarter", "ttm")
        ],
    )  # fmt: skip
    return Ledger(tables, synthetic.AS_OF)


SPLITS = [
    ("NVDA", date(2021, 7, 20), 4.0, True),  # before the first value: not on the chart
    ("NVDA", date(2024, 6, 10), 10.0, True),
    ("NVDA", date(2025, 2, 24), 1.323, False),
    ("NVDA", None, 2.0, True),  # only a range is known
    ("ELSE", date(2024, 6, 10), 2.0, True),
]


def test_market_value_with_its_dated_events() -> None:
    ledger = made(SPLITS)
    card = market.card(ledger, "nvidia", ledger.tables["marts.company_metrics"])
    assert card is not None
    view = card.views[0]
    assert view.title == (
        f"Nvidia was worth $4.6{NBSP}tn on the market on 25{NBSP}Jan{NBSP}2026, up from $500{NBSP}bn on "
        f"29{NBSP}Jan{NBSP}2023"
    )
    assert view.note.startswith(
        f"10-for-1 split on 10{NBSP}Jun{NBSP}2024, spin-off or class dividend on 24{NBSP}Feb{NBSP}2025. "
    )
    assert "10-for-1 split" in view.alt and "4-for-1" not in view.alt
    data = view.pictures["wide"].data
    assert [row["text"] for row in data["events"]] == ["10-for-1 split", "spin-off or class dividend"]
    # 2025Q2 is not known: a gap in the line, and 5 of the 13 quarters from 2022Q4 to 2025Q4.
    assert [row["y"] for row in data["rows"]][-4:] == [2_700.0, None, 4_500.0, 4_600.0]
    assert view.coverage == "5 of 13 quarters"
    assert view.table.rows[0] == [f"2025{NBSP}Q4", f"25{NBSP}Jan{NBSP}2026", 4_600e9]


def test_no_card_without_values_and_no_events_without_dates() -> None:
    ledger = made(SPLITS)
    assert market.card(ledger, "amd", ledger.tables["marts.company_metrics"].clear()) is None
    assert market.events(ledger, "amd") == []
    assert [event.name for event in market.events(ledger, "nvidia")] == [
        "4-for-1 split", "10-for-1 split", market.SPIN_OFF,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ratio", "told"), [(10.0, "10-for-1 split"), (1.5, "1.5-for-1 split"), (0.1, "1-for-10 reverse split")]
)
def test_a_split_in_words(ratio: float, told: str) -> None:
    assert market.told(ratio) == told


def test_who_lists_on_the_day_of_another_s_spin_off_leaves_it() -> None:
    ledger = made(SPLITS)
    chips = next(layer for layer in ledger.layers("alpha") if layer.layer == "compute-memory")
    assert [event.name for event in history._listings(ledger, "alpha", chips)] == ["AMD leaves Nvidia"]
    bare = made([SPLITS[1]])
    assert [event.name for event in history._listings(bare, "alpha", chips)] == ["AMD lists"]
