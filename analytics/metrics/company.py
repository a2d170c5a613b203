"""Metrics of one company or segment: the registry applied to its windows.

Belongs here: sums of items, ratios, why a figure is missing. Does not belong here: sums over companies (aggregate.py).
"""

from collections.abc import Iterable

import polars as pl

from analytics import windows
from analytics.assumptions import default
from analytics.contracts import conform, table
from analytics.metrics.model import Amount, Metric
from analytics.metrics.registry import BY_METRIC, METRICS
from analytics.once import once

COMPANY = ("company_id",)
# Items of one figure may end this many days apart, as sources stamp month ends and 52/53-week ends.
SAME_END_DAYS = 10
# A market value may be this many days older than the period's end: holidays, trading halts.
PRICE_DAYS = 7
FIELDS = ("value", "value_usd", "currency", "period_end", "null_reason")
_ROIC = BY_METRIC["roic"]
# What operating income after tax is made of.
_NOPAT = ("operating_income", "income_tax", "pretax_income")


class CurrencyMismatch(ValueError):
    """Amounts of different currencies were to be divided."""


def divide(rows: pl.DataFrame) -> pl.Series:
    """Numerator over denominator, null where the denominator is not positive.

    Args:
        rows: numerator, numerator_currency, denominator, denominator_currency.

    Raises:
        CurrencyMismatch: a row holds two currencies.
    """
    known = pl.col("numerator").is_not_null() & pl.col("denominator").is_not_null()
    mixed = rows.filter(known & pl.col("numerator_currency").ne_missing(pl.col("denominator_currency")))
    if mixed.height:
        pair = mixed.select("numerator_currency", "denominator_currency").row(0)
        raise CurrencyMismatch(f"{mixed.height} ratios divide {pair[0]} by {pair[1]}; translate first")
    return rows.select(value=pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator")))[
        "value"
    ]


def company_metrics(company_quarters: pl.DataFrame, companies: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """marts.company_metrics, one row per company, calendar quarter, window and metric.

    Ratios are computed in the reporting currency; amounts, and ratios with a market value, in US dollars. There is a
    row wherever a company has any item in a calendar quarter; a value that cannot be known is null with the reason.

    Args:
        company_quarters: core.company_quarters.
        companies: core.companies.
        prices: core.prices.

    Raises:
        ValueError: company_quarters holds a company that companies does not.
    """
    strangers = sorted(set(company_quarters["company_id"].unique()) - set(companies["company_id"]))
    if strangers:
        raise ValueError(f"core.company_quarters holds {strangers[:5]}, which core.companies does not list")
    frame = measures(company_quarters, prices=prices).select(
        "company_id",
        windows.label_of(pl.col("quarter")).alias("calendar_quarter"),
        "period_end",
        "window",
        "metric",
        "value",
        "null_reason",
    )
    return conform(frame, table("marts.company_metrics"))


@once
def measures(
    quarters: pl.DataFrame,
    by: tuple[str, ...] = COMPANY,
    prices: pl.DataFrame | None = None,
    metrics: tuple[Metric, ...] = METRICS,
) -> pl.DataFrame:
    """The metrics of each company or segment, with the dollars they are made of.

    Args:
        quarters: core.company_quarters or core.segment_quarters.
        by: columns that identify who reports.
        prices: core.prices, or None where there is no market value (segments).
        metrics: which ones.

    Returns:
        One row per `by`, quarter (number of the calendar quarter), window and metric of that window: period_end (the
        latest of its items), value, null_reason, numerator_usd, denominator_usd (null for an amount) and base_usd (the
        amount four quarters before, where the denominator is a change of it). The dollars are there also when the ratio
        is not meaningful.
    """
    # Economic profit is made of the parts of ROIC, which look back.
    made_of = [*metrics, _ROIC] if "economic_profit" in _items(metrics) else metrics
    wanted = _items(made_of) | (set(_NOPAT) if "nopat" in _items(made_of) else set())
    long = windows.amounts(quarters, by)
    wide = _wide(long, by, prices, wanted)
    if "nopat" in wanted:
        wide = _with_nopat(wide)
    wide = _with_year_before(
        wide,
        by,
        {i for m in made_of for a in m.amounts if a.looks_back for i, _ in a.terms},
        windows.restated_since(long, [*by, "item", "window"]),
    )
    if "economic_profit" in wanted:
        wide = _with_economic_profit(wide)
    wide = _with_columns_for(wide, _items(metrics))
    in_window = {str(window): rows.lazy() for (window,), rows in wide.partition_by("window", as_dict=True).items()}
    parts = [
        in_window.get(window, wide.lazy().clear()).select(
            *by, "quarter", "period_end", "window", pl.lit(m.id).alias("metric"), **_expressions(m)
        )
        for m in metrics
        for window in m.windows
    ]
    rows = pl.concat(parts).collect()
    ratio, is_ratio = divide(rows), pl.col("denominator_name").is_not_null()
    value = pl.when(is_ratio).then(ratio).otherwise("numerator")
    meaningless = not_meaningful("denominator", "base")
    near_zero = meaningless.is_not_null()
    return rows.select(
        *by,
        "quarter",
        "period_end",
        "window",
        "metric",
        pl.when(pl.col("null_reason").is_null() & ~near_zero).then(value).alias("value"),
        pl.coalesce("null_reason", meaningless).alias("null_reason"),
        "numerator_usd",
        "denominator_usd",
        "base_usd",
    )


def not_meaningful(denominator: str, base: str) -> pl.Expr:
    """Why a ratio with this denominator says nothing, or null if it does; needs denominator_name and near_zero beside.

    base: the amount four quarters before, against which a change is near zero.
    """
    name = pl.col("denominator_name")
    return (
        pl.when(pl.col(denominator).abs() < pl.col("near_zero") * pl.col(base).abs())
        .then(pl.format("not meaningful: {} near zero", name))
        .when(pl.col(denominator) <= 0)
        .then(pl.format("not meaningful: {} ≤ 0", name))
    )


def _items(metrics: Iterable[Metric]) -> set[str]:
    return {item for m in metrics for a in m.amounts for item, _ in a.terms}


def _wide(long: pl.DataFrame, by: tuple[str, ...], prices: pl.DataFrame | None, items: set[str]) -> pl.DataFrame:
    """One row per `by`, quarter and window of any item; five columns for each of some items, '<field>_<item>'."""
    key = [*by, "quarter", "window"]
    ends = long.group_by(*by, "quarter").agg(pl.col("period_end").max())
    rows = ends.join(pl.DataFrame({"window": ["quarter", "ttm"]}), how="cross")
    told = long.filter(pl.col("item").is_in(items))
    if told.height:
        rows = rows.join(told.pivot(on="item", index=key, values=list(FIELDS)), on=key, how="left")
    return rows if prices is None else _with_market_value(rows, prices)


def _with_market_value(rows: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    known = prices.filter(pl.col("market_cap_usd").is_not_null()).select(
        "company_id", pl.col("date").alias("period_end"), pl.col("market_cap_usd").alias("value_usd_market_cap")
    )
    usd = pl.col("value_usd_market_cap")
    return (
        rows.sort("company_id", "period_end")
        .join_asof(
            known.sort("company_id", "period_end"),
            on="period_end",
            by="company_id",
            strategy="backward",
            tolerance=f"{PRICE_DAYS}d",
            check_sortedness=False,
        )
        .with_columns(
            value_market_cap=usd,
            currency_market_cap=pl.when(usd.is_not_null()).then(pl.lit("USD")),
            period_end_market_cap="period_end",
            null_reason_market_cap=pl.when(usd.is_null()).then(pl.lit("no market value")),
        )
    )


def _with_nopat(rows: pl.DataFrame) -> pl.DataFrame:
    """Operating income after tax. A missing tax rate leaves it null: a profit is never untaxed for want of a figure."""
    rows = _with_columns_for(rows, set(_NOPAT))
    income, tax, pretax = (pl.col(f"value_{i}") for i in _NOPAT)
    missing = _first_reason([_missing(i) for i in _NOPAT])
    rate = pl.when(pretax > 0).then(tax / pretax)
    kept = pl.when(missing.is_null()).then(pl.when(income <= 0).then(1.0).when(rate.is_between(0, 1)).then(1 - rate))
    return rows.with_columns(
        value_nopat=income * kept,
        value_usd_nopat=pl.col("value_usd_operating_income") * kept,
        currency_nopat="currency_operating_income",
        period_end_nopat="period_end_operating_income",
        null_reason_nopat=pl.when(missing.is_not_null())
        .then(missing)
        .when(kept.is_null())
        .then(pl.lit("not meaningful: tax rate")),
    )


def _with_economic_profit(rows: pl.DataFrame) -> pl.DataFrame:
    """NOPAT less the cost of capital on average invested capital; unknown where, and as, a part of ROIC is."""
    rows = _with_columns_for(rows, _items([_ROIC]))
    roic, rate = _expressions(_ROIC), default("cost_of_capital")
    return rows.with_columns(
        value_economic_profit=roic["numerator"] - rate * roic["denominator"],
        value_usd_economic_profit=pl.when(roic["null_reason"].is_null()).then(
            roic["numerator_usd"] - rate * roic["denominator_usd"]
        ),
        currency_economic_profit=roic["numerator_currency"],
        period_end_economic_profit="period_end_nopat",
        null_reason_economic_profit=roic["null_reason"],
    )


def _with_year_before(rows: pl.DataFrame, by: tuple[str, ...], items: set[str], restated: pl.DataFrame) -> pl.DataFrame:
    """The amounts of four calendar quarters before, as 'prior_<field>_<item>', where they end a year before.

    'restated_<item>' says where they are not on one basis with today's (`restated`, as from `windows.restated_since`).
    """
    rows = _with_columns_for(rows, items)
    apart = restated.filter(pl.col("item").is_in(items)).with_columns(restated=pl.lit(True))
    if apart.height:
        flags = apart.with_columns(pl.format("restated_{}", "item").alias("item"))
        rows = rows.join(
            flags.pivot(on="item", index=[*by, "quarter", "window"], values="restated"),
            on=[*by, "quarter", "window"],
            how="left",
        )
    unflagged = (f"restated_{i}" for i in sorted(items) if f"restated_{i}" not in rows.columns)
    rows = rows.with_columns(pl.lit(None, pl.Boolean).alias(name) for name in unflagged)
    names = [f"{f}_{i}" for i in sorted(items) for f in ("value", "value_usd", "currency", "period_end")]
    before = rows.select(*by, pl.col("quarter") + 4, "window", *(pl.col(n).alias(f"prior_{n}") for n in names))
    rows = rows.join(before, on=[*by, "quarter", "window"], how="left")

    def when_a_year(name: str, item: str) -> pl.Expr:
        days = (pl.col(f"period_end_{item}") - pl.col(f"prior_period_end_{item}")).dt.total_days()
        shared = ~pl.col(f"restated_{item}").fill_null(False)
        return pl.when(days.is_between(*windows.YEAR_DAYS) & shared).then(pl.col(name)).alias(name)

    return rows.with_columns(when_a_year(f"prior_{f}_{i}", i) for i in sorted(items) for f in ("value", "value_usd"))


def _with_columns_for(rows: pl.DataFrame, items: set[str]) -> pl.DataFrame:
    """Null columns for items that nobody reports."""
    types = (pl.Float64, pl.Float64, pl.String, pl.Date, pl.String)
    return rows.with_columns(
        pl.lit(None, dtype).alias(f"{field}_{item}")
        for item in sorted(items)
        for field, dtype in zip(FIELDS, types, strict=True)
        if f"{field}_{item}" not in rows.columns
    )


def _expressions(m: Metric) -> dict[str, pl.Expr]:
    top, bottom = m.numerator, m.denominator
    value = "value_usd" if m.in_usd else "value"
    nothing = pl.lit(None, pl.Float64)
    reasons = [_reason(m, a) for a in m.amounts]
    changes = bottom is not None and m.near_zero is not None
    base = Amount("", bottom.terms, "prior") if changes and bottom else None
    missing = _first_reason([*reasons, _mixed(m)])
    return {
        "numerator": pl.when(missing.is_null()).then(_sum(top, value)),
        "denominator": pl.when(missing.is_null()).then(_sum(bottom, value)) if bottom else nothing,
        "numerator_currency": _currency(m, top),
        "denominator_currency": _currency(m, bottom) if bottom else pl.lit(None, pl.String),
        "numerator_usd": _sum(top, "value_usd"),
        "denominator_usd": _sum(bottom, "value_usd") if bottom else nothing,
        "base": _sum(base, value) if base else nothing,
        "base_usd": _sum(base, "value_usd") if base else nothing,
        "denominator_name": pl.lit(bottom.name if bottom else None, pl.String),
        "near_zero": pl.lit(m.near_zero, pl.Float64),
        "null_reason": missing,
    }


def _sum(amount: Amount, field: str) -> pl.Expr:
    """The amount; null if any of its items is."""
    total = pl.lit(0.0)
    for item, sign in amount.terms:
        now, before = pl.col(f"{field}_{item}"), pl.col(f"prior_{field}_{item}")
        taken = {"change": now - before, "prior": before, "average": (now + before) / 2}
        total = total + sign * taken.get(amount.taken, now)
    return total


def _missing(item: str, field: str = "value") -> pl.Expr:
    """Why an item is null in this window; null if it is known."""
    plain = item.replace("_", " ")
    own = pl.col(f"null_reason_{item}")
    named = (
        pl.when(own.is_in([windows.ONLY_YEAR, windows.NOT_CONTIGUOUS, windows.RESTATED_WITHIN]))
        .then(pl.format("{}: {}", pl.lit(plain), own))
        .otherwise(own)
    )
    why = pl.coalesce(named, pl.lit(f"no {plain}"))
    if field == "value_usd":
        known_otherwise = pl.col(f"value_{item}").is_not_null() & (pl.col(f"currency_{item}") != "USD")
        why = pl.when(known_otherwise).then(pl.lit("no exchange rate")).otherwise(why)
    return pl.when(pl.col(f"{field}_{item}").is_null()).then(why)


def _reason(m: Metric, amount: Amount) -> pl.Expr:
    """Why the amount is null; null if it is known."""
    field = "value_usd" if m.in_usd else "value"
    whys = []
    for item, _ in amount.terms:
        whys.append(_missing(item, field))
        if amount.looks_back:
            now = pl.col(f"{field}_{item}").is_not_null()
            before = pl.col(f"prior_{field}_{item}")
            plain = item.replace("_", " ")
            earlier = (
                pl.when(f"restated_{item}")
                .then(pl.lit(f"{plain}: {windows.RESTATED_SINCE}"))
                .otherwise(pl.lit(f"no {plain} a year earlier"))
            )
            whys.append(pl.when(now & before.is_null()).then(earlier))
            if not m.in_usd:
                differs = pl.col(f"currency_{item}") != pl.col(f"prior_currency_{item}")
                whys.append(pl.when(differs).then(pl.lit(windows.CURRENCY_CHANGED)))
    return _first_reason(whys)


def _mixed(m: Metric) -> pl.Expr:
    """Whether the items of one figure differ in currency or in their end."""
    items = sorted({i for a in m.amounts for i, _ in a.terms})
    if len(items) == 1:
        return pl.lit(None, pl.String)
    first, *rest = items
    ends = [f"period_end_{i}" for i in items]
    days = (pl.max_horizontal(ends) - pl.min_horizontal(ends)).dt.total_days()
    differ = pl.any_horizontal(pl.col(f"currency_{first}") != pl.col(f"currency_{i}") for i in rest)
    return (
        pl.when(days > SAME_END_DAYS)
        .then(pl.lit("periods differ"))
        .when(differ & pl.lit(not m.in_usd))
        .then(pl.lit("mixed currencies"))
    )


def _currency(m: Metric, amount: Amount) -> pl.Expr:
    return pl.lit("USD") if m.in_usd else pl.col(f"currency_{amount.terms[0][0]}")


def _first_reason(reasons: list[pl.Expr]) -> pl.Expr:
    return pl.coalesce(reasons)
