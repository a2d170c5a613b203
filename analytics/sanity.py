"""Sanity: figures that cannot be, and figures that are odd.

Belongs here: rules over the statements of one company, each with its severity. An error is left out of every metric; a
warning is kept and shown. Does not belong here: judgements on single figures (quarantine.toml).
"""

import polars as pl

NEVER_NEGATIVE = [
    "revenue", "capex", "cash", "short_term_investments", "current_debt", "long_term_debt", "total_debt_ex_leases",
    "lease_liabilities", "total_debt", "total_assets", "net_ppe", "inventory", "shares_outstanding", "diluted_shares",
]  # fmt: skip
# A figure alone among its neighbours: this many times both, or this part of both.
SPIKE = {"revenue": 6.0, "cost_of_revenue": 12.0, "total_assets": 5.0, "net_ppe": 8.0, "diluted_shares": 60.0}
# Off by a power of a thousand against what stands around it.
SCALE = 500.0
REPEATABLE = ["revenue", "net_income", "operating_income", "operating_cash_flow"]
_KEY = ["company_id", "item", "quarter_end"]


def anomalies(quarters: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """One row per figure and rule that it breaks.

    Errors. negative: an item that cannot be (NEVER_NEGATIVE). alone among its neighbours: so many times (SPIKE)
    both the figure before and the one after, or that part of both, all positive and 60 to 200 days apart. scale
    jump: the newest figure of those items, over 500 times or less than a 500th of the one before. larger than its
    year: revenue, by more than 0.1 %. repeats the quarter before: two or more of REPEATABLE do, to the unit, and
    are not 0. cash above total assets: both figures.
    Warnings. gross profit is not revenue less cost, by 0.5 % of revenue. operating margin outside −20 to 1.

    Args:
        quarters: the quarters that speak: company_id, item, quarter_end, value, currency, source, observation_id.
        years: the years that speak, with fiscal_year.

    Returns:
        The columns of `quarters` with `rule`, `severity` and `message`. Neighbours are those of the same currency.
    """
    found = [
        _negative(quarters),
        _alone_among_neighbours(quarters),
        _larger_than_its_year(quarters, years),
        _repeated(quarters),
        _cash_over_assets(quarters),
        _gross_profit(quarters),
        _margin(quarters),
    ]
    columns = [*_KEY, "value", "currency", "source", "observation_id", "rule", "severity", "message"]
    return pl.concat([f.select(columns) for f in found]).unique([*_KEY, "rule"], keep="first", maintain_order=True)


def _broken(rows: pl.DataFrame, rule: str, severity: str, message: pl.Expr) -> pl.DataFrame:
    # One chunk: polars 2.1 panics when it formats text from columns whose chunks do not line up.
    return rows.rechunk().with_columns(rule=pl.lit(rule), severity=pl.lit(severity), message=message)


def _amount(column: str) -> pl.Expr:
    return pl.col(column).round_sig_figs(6).cast(pl.String)


def _negative(quarters: pl.DataFrame) -> pl.DataFrame:
    rows = quarters.filter(pl.col("item").is_in(NEVER_NEGATIVE) & (pl.col("value") < 0))
    return _broken(rows, "negative", "error", pl.format("{} is negative where it cannot be", _amount("value")))


def _alone_among_neighbours(quarters: pl.DataFrame) -> pl.DataFrame:
    by = ["company_id", "item", "currency"]
    near = quarters.sort(*_KEY).with_columns(
        before=pl.col("value").shift(1).over(by),
        after=pl.col("value").shift(-1).over(by),
        since=(pl.col("quarter_end") - pl.col("quarter_end").shift(1).over(by)).dt.total_days(),
        until=(pl.col("quarter_end").shift(-1).over(by) - pl.col("quarter_end")).dt.total_days(),
        limit=pl.col("item").replace_strict(SPIKE, default=None, return_dtype=pl.Float64),
    )
    near = near.filter(
        pl.col("limit").is_not_null() & (pl.col("value") > 0) & (pl.col("before") > 0),
        pl.col("since").is_between(60, 200),
    )
    up, down = pl.col("value") / pl.col("before"), pl.col("before") / pl.col("value")
    both = (pl.col("after") > 0) & pl.col("until").is_between(60, 200)
    alone = both & (
        ((up > pl.col("limit")) & (pl.col("value") / pl.col("after") > pl.col("limit")))
        | ((down > pl.col("limit")) & (pl.col("after") / pl.col("value") > pl.col("limit")))
    )
    spikes = near.filter(alone)
    message = pl.format("{} between {} and {}", _amount("value"), _amount("before"), _amount("after"))
    last = near.filter(pl.col("after").is_null() & ((up > SCALE) | (down > SCALE)))
    return pl.concat(
        [
            _broken(spikes, "alone among its neighbours", "error", message),
            _broken(last, "scale jump", "error", pl.format("{} after {}", _amount("value"), _amount("before"))),
        ]
    )


def _larger_than_its_year(quarters: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    one = ["company_id", "item", "fiscal_year"]
    rows = quarters.filter(pl.col("item") == "revenue").join(years.select(*one, year="value"), on=one)
    rows = rows.filter(pl.col("value") > 1.001 * pl.col("year"))
    return _broken(
        rows, "larger than its year", "error", pl.format("{} in a year of {}", _amount("value"), _amount("year"))
    )


def _repeated(quarters: pl.DataFrame) -> pl.DataFrame:
    """Two or more items that repeat the quarter before to the unit: the quarter was delivered twice."""
    by = ["company_id", "item", "currency"]
    same = (
        quarters.filter(pl.col("item").is_in(REPEATABLE))
        .sort(*_KEY)
        .with_columns(before=pl.col("value").shift(1).over(by))
        .filter((pl.col("value") == pl.col("before")) & (pl.col("value") != 0))
        .filter(pl.len().over("company_id", "quarter_end") >= 2)
    )
    return _broken(same, "repeats the quarter before", "error", pl.format("{} twice", _amount("value")))


def _beside(quarters: pl.DataFrame, item: str, *others: str) -> pl.DataFrame:
    rows = quarters.filter(pl.col("item") == item)
    for other in others:
        values = quarters.filter(pl.col("item") == other).select(
            "company_id", "quarter_end", pl.col("value").alias(other)
        )
        rows = rows.join(values, on=["company_id", "quarter_end"])
    return rows


def _cash_over_assets(quarters: pl.DataFrame) -> pl.DataFrame:
    """Both figures: one of them is wrong, and which one cannot be told (Eaton 2012: assets stated in thousands)."""
    message = pl.format("cash {} of total assets {}", _amount("cash"), _amount("total_assets"))
    over = _beside(quarters, "cash", "total_assets").filter(pl.col("value") > pl.col("total_assets"))
    both = over.select("company_id", "quarter_end", "total_assets", cash="value")
    rows = quarters.filter(pl.col("item").is_in(["cash", "total_assets"])).join(both, on=["company_id", "quarter_end"])
    return _broken(rows, "cash above total assets", "error", message)


def _gross_profit(quarters: pl.DataFrame) -> pl.DataFrame:
    rows = _beside(quarters, "gross_profit", "revenue", "cost_of_revenue")
    expected = pl.col("revenue") - pl.col("cost_of_revenue")
    rows = rows.filter((pl.col("value") - expected).abs() > 0.005 * pl.col("revenue").abs())
    message = pl.format(
        "{} but revenue {} less cost {}", _amount("value"), _amount("revenue"), _amount("cost_of_revenue")
    )
    return _broken(rows, "gross profit is not revenue less cost", "warning", message)


def _margin(quarters: pl.DataFrame) -> pl.DataFrame:
    rows = _beside(quarters, "operating_income", "revenue").filter(pl.col("revenue") > 0)
    ratio = pl.col("value") / pl.col("revenue")
    return _broken(
        rows.filter(~ratio.is_between(-20, 1)),
        "operating margin outside −20 to 1",
        "warning",
        pl.format("{} of revenue {}", _amount("value"), _amount("revenue")),
    )
