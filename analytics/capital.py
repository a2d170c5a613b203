"""Where capital goes: capex since the base quarter, how it was funded, how long it lasts, what it will still cost.

Belongs here: measures of capital by company and by layer, the run-off of capex already spent. Does not belong here:
capex, debt and their ratios in one window (metrics), what the capital must earn (justification.py), ranks (stress.py).
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analytics import changes, finality, windows
from analytics.aggregate import (
    BELOW_COVERAGE,
    MIN_COVERAGE,
    NO_MEMBER,
    members_by_quarter,
    newest_quarter,
    weighed_members,
)
from analytics.assumptions import default
from analytics.capture import layers_of
from analytics.contracts import conform, table
from analytics.metrics.company import SAME_END_DAYS
from analytics.once import once

Unit = Literal["USD", "years"]


@dataclass(frozen=True)
class Measure:
    """One measure of capital that is no plain metric: how it is computed, and what limits it."""

    id: str
    title: str
    unit: Unit
    formula: str
    caveat: str


# Metrics of marts.layer_metrics that marts.capital repeats, so that one table tells of capital.
METRICS = (
    "capex",
    "capex_with_leases",
    "capex_to_revenue",
    "capex_to_da",
    "capex_to_ocf",
    "da_to_revenue",
    "ppe_to_revenue",
    "funding_gap",
)
_TOGETHER = "Of companies and members of which every part of the funding is known."
MEASURES: tuple[Measure, ...] = (
    Measure("funded_capex", "Capex of known funding", "USD", "capex", _TOGETHER),
    Measure("funded_by_operations", "Funded by operations", "USD", "operating cash flow", _TOGETHER),
    Measure(
        "funded_by_debt",
        "Funded by debt",
        "USD",
        "total debt − total debt at the opening",
        "Negative where debt is repaid. New leases raise debt without cash: the residual takes them out again.",
    ),
    Measure(
        "funded_by_equity",
        "Funded by shareholders",
        "USD",
        "equity − opening equity − net income − stock-based compensation",
        "Shares sold less shares bought back and dividends; negative where more is paid out. Holds other comprehensive "
        "income and shares issued for acquisitions.",
    ),
    Measure(
        "funded_by_cash",
        "Funded from cash",
        "USD",
        "opening cash − cash",
        "Cash alone; negative where cash grew.",
    ),
    Measure(
        "funded_residual",
        "Not explained",
        "USD",
        "capex − operations − debt − shareholders − cash",
        "Investments bought (negative) or sold (positive), acquisitions, new leases, exchange rates. Never spread over "
        "the other parts.",
    ),
    Measure(
        "cumulative_capex",
        "Capex since the base quarter",
        "USD",
        f"Σ capex of the quarters after {changes.BASE_QUARTER}",
        "Null where a quarter is missing, unless its whole year is known: that counts once it is over.",
    ),
    Measure(
        "da_to_come",
        "Depreciation to come from it",
        "USD",
        "Σ of the run-off in marts.runoff",
        "By assumption: split and lives of core.assumptions. What was spent before the base quarter is not in it.",
    ),
    Measure(
        "remaining_life",
        "Years that plant lasts at the present charge",
        "years",
        "net PP&E ÷ depreciation and amortisation",
        "Too short where amortisation of intangibles is large, too long where much is still being built.",
    ),
    Measure(
        "asset_age",
        "Age of plant",
        "years",
        "(gross PP&E − net PP&E) ÷ depreciation and amortisation",
        "The share that is written off, in years of the present charge.",
    ),
    Measure(
        "asset_life",
        "Life of plant",
        "years",
        "gross PP&E ÷ depreciation and amortisation",
        "Land and what is under construction are in the plant and not in the charge, so it is too long.",
    ),
)

_FUNDING = ("funded_by_operations", "funded_by_debt", "funded_by_equity", "funded_by_cash")
_FLOWS = ("capex", "operating_cash_flow", "net_income", "stock_based_compensation", "depreciation_amortization")
_BALANCES = ("total_debt", "equity", "cash", "net_ppe", "gross_ppe")
# Parts of the funding, in the order in which a missing one is told.
_PARTS = ("capex", "operating_cash_flow", "total_debt", "equity", "net_income", "stock_based_compensation", "cash")
_OPENINGS = ("total_debt", "equity", "cash")
# Days between opening and closing balance, and how the opening is called.
_SPANS = {"quarter": (1, (80, 100), "a quarter earlier"), "ttm": (4, windows.YEAR_DAYS, "a year earlier")}
_KEY = ["company_id", "window", "quarter"]
INSIDE_A_YEAR = "capex: only the year is known"
NOT_SINCE_BASE = "no capex of every quarter since the base quarter"
BEFORE_BASE = "not after the base quarter"


def company_capital(company_quarters: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER) -> pl.DataFrame:
    """marts.company_capital, one row per company, window, calendar quarter and measure.

    Changes of balances are in the reporting currency, at the average rate of the period's flows, so that the parts of
    the funding sum to capex in either currency. There is a row wherever a company has any amount.

    Args:
        company_quarters: core.company_quarters.
        base_quarter: capex is cumulated from the quarter after this one.
    """
    contract = table("marts.company_capital")
    labelled = parts(company_quarters, base_quarter).with_columns(
        calendar_quarter=windows.label_of(pl.col("quarter")),
        value=pl.when(pl.col("null_reason").is_null()).then(_value()),
    )
    return conform(labelled.select(contract.polars_schema.names()), contract)


def capital(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    base_quarter: str = changes.BASE_QUARTER,
) -> pl.DataFrame:
    """marts.capital, one row per lens, layer, basis, window, calendar quarter and measure.

    METRICS as marts.layer_metrics has them, MEASURES as sums over the members of which they are known: of dollars, or
    of plant over charges. Segments report no capital and are not measured.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters, for how far the record reaches.
        memberships: core.memberships.
        companies: core.companies.
        layer_metrics: marts.layer_metrics.
        base_quarter: capex is cumulated from the quarter after this one.
    """
    contract = table("marts.capital")
    columns = contract.polars_schema.names()
    known = parts(company_quarters, base_quarter).filter(pl.col("null_reason").is_null())
    whole = whole_members(company_quarters, segment_quarters, memberships, companies)
    members = weighed_members(company_quarters, segment_quarters, memberships, companies)
    sums = (
        whole.join(known, on=["company_id", "quarter"])
        .sort("member_id")
        .group_by("lens", "layer", "basis", "window", "quarter", "measure", maintain_order=True)
        .agg(pl.col("amount").sum(), pl.col("per").sum(), n_measured=pl.len().cast(pl.Int64))
    )
    declared = pl.DataFrame({"measure": [m.id for m in MEASURES]})
    rows = (
        layers_of(layer_metrics)
        .with_columns(quarter=windows.index_of(pl.col("calendar_quarter")))
        .join(declared, how="cross")
        .filter(_in_window())
        .join(_statuses(known, members), on=[*finality.PLACE, "window", "measure"], how="left")
        .with_columns(pl.col("status").fill_null(finality.PROVISIONAL))
        .join(sums, on=["lens", "layer", "basis", "window", "quarter", "measure"], how="left")
        .with_columns(pl.col("n_measured").fill_null(0))
        .with_columns(coverage_ratio=pl.when(pl.col("n_members") > 0).then(pl.col("n_measured") / pl.col("n_members")))
    )
    since_base = pl.col("measure").is_in(["cumulative_capex", "da_to_come"])
    reason = (
        pl.when(pl.col("n_members") == 0)
        .then(pl.lit(NO_MEMBER))
        .when(since_base & (pl.col("quarter") <= windows.index(base_quarter)))
        .then(pl.lit(BEFORE_BASE))
        .when(pl.col("coverage_ratio") < MIN_COVERAGE)
        .then(pl.lit(BELOW_COVERAGE))
    )
    ours = rows.with_columns(null_reason=reason).with_columns(
        value=pl.when(pl.col("null_reason").is_null()).then(_value())
    )
    repeated = layer_metrics.filter(pl.col("metric").is_in(METRICS)).rename({"metric": "measure"})
    return conform(pl.concat([repeated.select(columns), ours.select(columns)]), contract)


def _statuses(known: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Whether a quarter of a layer is final for a measure, from the companies that have it: see finality."""
    figures = pl.DataFrame({"measure": [m.id for m in MEASURES]}).join(
        pl.DataFrame({"window": list(_SPANS)}), how="cross"
    )
    return finality.statuses(known.with_columns(segment=pl.lit("")), members, figures.filter(_in_window()))


def _value() -> pl.Expr:
    """Dollars, or plant over the charge of a year."""
    divided = pl.col("measure").is_in([m.id for m in MEASURES if m.unit == "years"])
    return pl.when(divided).then(pl.col("amount") / pl.col("per")).otherwise("amount")


def _in_window() -> pl.Expr:
    """Twelve months only, but for the funding: lives need a year, and capex since the base is the same in both."""
    return (pl.col("window") == "ttm") | pl.col("measure").str.starts_with("funded_")


def whole_members(
    company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame, memberships: pl.DataFrame, companies: pl.DataFrame
) -> pl.DataFrame:
    """Members that are measured whole: lens, layer, basis, member_id, company_id, quarter (number)."""
    members = members_by_quarter(memberships, companies, newest_quarter(company_quarters, segment_quarters))
    return members.filter("measurable", pl.col("segment") == "").select(
        "lens", "layer", "basis", "member_id", "company_id", "quarter"
    )


@once
def parts(company_quarters: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER) -> pl.DataFrame:
    """The measures of each company, unfinished: dollars, and the dollars that they are divided by.

    Returns:
        One row per company, window, quarter (number) and measure: amount, per (null unless divided), null_reason.
    """
    long = windows.amounts(company_quarters).filter(pl.col("item").is_in([*_FLOWS, *_BALANCES]))
    wide = _wide(long)
    spent = spending(company_quarters, base_quarter)
    to_come = runoff_of(spent, base_quarter).group_by("company_id", "quarter").agg(to_come=_both().sum())
    wide = wide.join(cumulative(spent, base_quarter), on=["company_id", "quarter"], how="left").join(
        to_come, on=["company_id", "quarter"], how="left"
    )
    after = pl.col("quarter") > windows.index(base_quarter)
    no_sum = pl.when(~after).then(pl.lit(BEFORE_BASE)).otherwise(pl.coalesce("unknown_usd", pl.lit(NOT_SINCE_BASE)))
    funding, rate = _funding_reason(), pl.col("usd_per_unit")
    change = {item: pl.col(item) - pl.col(f"opening_{item}") for item in _OPENINGS}
    amounts = {
        "funded_capex": pl.col("capex"),
        "funded_by_operations": pl.col("operating_cash_flow"),
        "funded_by_debt": change["total_debt"],
        "funded_by_equity": change["equity"] - pl.col("net_income") - pl.col("stock_based_compensation"),
        "funded_by_cash": -change["cash"],
    }
    explained = pl.sum_horizontal(*(amounts[name] for name in _FUNDING), ignore_nulls=False)
    amounts["funded_residual"] = amounts["funded_capex"] - explained
    nothing, charge = pl.lit(None, pl.Float64), pl.col("depreciation_amortization_usd")
    gross, net = pl.col("gross_ppe_usd"), pl.col("net_ppe_usd")
    declared = {name: (amount * rate, nothing, funding) for name, amount in amounts.items()} | {
        "cumulative_capex": (
            pl.col("cumulative_usd"),
            nothing,
            pl.when(pl.col("cumulative_usd").is_null()).then(no_sum),
        ),
        "da_to_come": (
            # With all spending known, no row of the run-off means that all of it was charged: nothing, not unknown.
            pl.when(pl.col("cumulative_usd").is_not_null()).then(pl.col("to_come").fill_null(0.0)),
            nothing,
            pl.when(pl.col("cumulative_usd").is_null()).then(no_sum),
        ),
        "remaining_life": (net, charge, _life_reason(["net_ppe"])),
        "asset_age": (gross - net, charge, _life_reason(["gross_ppe", "net_ppe"])),
        "asset_life": (gross, charge, _life_reason(["gross_ppe"])),
    }
    rows = [
        wide.lazy().select(*_KEY, measure=pl.lit(name), amount=amount, per=per, null_reason=reason)
        for name, (amount, per, reason) in declared.items()
    ]
    return pl.concat(rows).filter(_in_window()).collect()


def _wide(long: pl.DataFrame) -> pl.DataFrame:
    """One row per company, window and quarter; amounts in reporting currency and dollars, openings, one rate."""
    ends = long.select("company_id", "quarter").unique(maintain_order=True)
    rows = ends.join(pl.DataFrame({"window": list(_SPANS)}), how="cross")
    items = [*_FLOWS, *_BALANCES]
    fields = {"value": "", "value_usd": "_usd", "currency": "_currency", "period_end": "_end", "null_reason": "_reason"}
    types = {"": pl.Float64, "_usd": pl.Float64, "_currency": pl.String, "_end": pl.Date, "_reason": pl.String}
    if long.height:
        pivoted = long.pivot(on="item", on_columns=items, index=_KEY, values=list(fields))
        rows = rows.join(
            pivoted.rename({f"{field}_{i}": f"{i}{suffix}" for field, suffix in fields.items() for i in items}),
            on=_KEY,
            how="left",
        )
    rows = rows.with_columns(
        pl.lit(None, dtype).alias(f"{i}{suffix}")
        for i in items
        for suffix, dtype in types.items()
        if f"{i}{suffix}" not in rows.columns
    )
    rates = [
        pl.when(pl.col("capex_currency") == "USD").then(1.0),
        *(pl.when(pl.col(i) != 0).then(pl.col(f"{i}_usd") / pl.col(i)) for i in ("capex", "operating_cash_flow")),
    ]
    return pl.concat(
        [_with_opening(rows.filter(pl.col("window") == window), *span) for window, span in _SPANS.items()]
    ).with_columns(usd_per_unit=pl.coalesce(rates))


def _with_opening(rows: pl.DataFrame, lag: int, days: tuple[int, int], _: str) -> pl.DataFrame:
    """The balances at the window's opening, where they stand a quarter or a year before the closing ones."""
    names = [f"{i}{suffix}" for i in _OPENINGS for suffix in ("", "_end", "_currency")]
    before = rows.select("company_id", pl.col("quarter") + lag, *(pl.col(n).alias(f"opening_{n}") for n in names))
    rows = rows.join(before, on=["company_id", "quarter"], how="left")
    return rows.with_columns(
        pl.when((pl.col(f"{i}_end") - pl.col(f"opening_{i}_end")).dt.total_days().is_between(*days))
        .then(f"opening_{i}")
        .alias(f"opening_{i}")
        for i in _OPENINGS
    )


def _missing(item: str) -> pl.Expr:
    """Why an item is not known, as the metrics word it; null where it is."""
    plain, own = item.replace("_", " "), pl.col(f"{item}_reason")
    return pl.when(pl.col(item).is_null()).then(
        pl.when(own.is_not_null()).then(pl.format("{}: {}", pl.lit(plain), own)).otherwise(pl.lit(f"no {plain}"))
    )


def _funding_reason() -> pl.Expr:
    """Why the funding of a company's capex is not known: its first missing part, or parts that do not fit together."""
    whys = []
    for item in _PARTS:
        whys.append(_missing(item))
        if item in _OPENINGS:
            earlier = [
                pl.when((pl.col("window") == window) & pl.col(f"opening_{item}").is_null()).then(
                    pl.lit(f"no {item.replace('_', ' ')} {when}")
                )
                for window, (_, _, when) in _SPANS.items()
            ]
            whys += earlier
    ends = [f"{i}_end" for i in _PARTS]
    days = (pl.max_horizontal(ends) - pl.min_horizontal(ends)).dt.total_days()
    differ = pl.any_horizontal(pl.col("capex_currency") != pl.col(f"{i}_currency") for i in _PARTS) | pl.any_horizontal(
        pl.col("capex_currency") != pl.col(f"opening_{i}_currency") for i in _OPENINGS
    )
    return pl.coalesce(
        *whys,
        pl.when(days > SAME_END_DAYS).then(pl.lit("periods differ")),
        pl.when(differ).then(pl.lit("mixed currencies")),
        pl.when(pl.col("usd_per_unit").is_null()).then(pl.lit("no exchange rate")),
    )


def _life_reason(plant: list[str]) -> pl.Expr:
    """Why plant over its yearly charge is not known or says nothing."""
    charge = "depreciation_amortization"
    return pl.coalesce(
        *(_missing(i) for i in plant),
        _missing(charge),
        *(pl.when(pl.col(f"{i}_usd").is_null()).then(pl.lit("no exchange rate")) for i in (*plant, charge)),
        pl.when(pl.col(f"{charge}_usd") <= 0).then(pl.lit("not meaningful: D&A ≤ 0")),
    )


@once
def spending(company_quarters: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER) -> pl.DataFrame:
    """Capex in dollars of each calendar quarter after the base.

    Where a year is known and not all of its quarters, what the known ones leave of it is spread evenly over the others;
    from the first of these until the year ends, what was spent so far is not known. Where the known quarters are more
    than the year, the sources contradict each other, and the others stay unknown.

    Returns:
        One row per company and quarter (number): spent_usd, and inside, true where what was spent so far is not known.
    """
    rows = windows.amounts(company_quarters).filter(pl.col("item") == "capex").drop_nulls("value_usd")
    quarters = rows.filter(pl.col("window") == "quarter").select("company_id", "quarter", spent_usd="value_usd")
    back = pl.DataFrame({"back": [3, 2, 1, 0]}, schema={"back": pl.Int32})
    one, spent = ["company_id", "year"], pl.col("spent_usd")
    left, base = pl.col("value_usd") - spent.sum().over(one), windows.index(base_quarter)
    missing = spent.is_null()
    filled = (
        rows.filter(pl.col("window") == "ttm")
        .select("company_id", "value_usd", year="quarter")
        .join(back, how="cross")
        .with_columns(quarter=pl.col("year") - pl.col("back"))
        .join(quarters, on=["company_id", "quarter"], how="left")
        .sort("company_id", "year", "quarter")
        .with_columns(
            missing=missing,
            inside=missing.cum_max().over(one) & (pl.col("back") > 0),
            filled=pl.when(left >= 0).then(left / missing.sum().over(one)),
        )
        .filter(
            pl.col("missing").any().over(one),
            # Of a year that straddles the base, what a gap before it holds cannot be told from what one after it does.
            ~(pl.col("missing") & (pl.col("quarter") <= base)).any().over(one),
            pl.col("filled").is_not_null(),
        )
        .unique(["company_id", "quarter"], keep="first", maintain_order=True)
        .select("company_id", "quarter", "inside", spent_usd=pl.coalesce("spent_usd", "filled"))
    )
    known = quarters.join(filled, on=["company_id", "quarter"], how="anti").with_columns(inside=pl.lit(False))
    both = pl.concat([known, filled.select(known.columns)])
    return both.filter(pl.col("quarter") > base).sort("company_id", "quarter")


def cumulative(spent: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER) -> pl.DataFrame:
    """Capex since the base, up to the first quarter that is missing.

    Args:
        spent: as `spending` gives it.
        base_quarter: the quarter before the first that counts.

    Returns:
        One row per company and quarter (number): cumulative_usd, null inside a year that is known only as a whole, and
        then unknown_usd, the reason.
    """
    position = pl.col("quarter") - (windows.index(base_quarter) + 1)
    return (
        spent.with_columns(
            complete=pl.int_range(pl.len()).over("company_id") == position,
            total=pl.col("spent_usd").cum_sum().over("company_id"),
        )
        .filter("complete")
        .select(
            "company_id",
            "quarter",
            cumulative_usd=pl.when(~pl.col("inside")).then("total"),
            unknown_usd=pl.when("inside").then(pl.lit(INSIDE_A_YEAR)),
        )
    )


@dataclass(frozen=True)
class Lives:
    """How capex is split and written off: shares as fractions, lives in years; by default those of core.assumptions."""

    equipment_share: float = default("equipment_share")
    equipment_life: float = default("equipment_life")
    shell_life: float = default("shell_life")

    @property
    def quarters(self) -> tuple[int, int]:
        """Lives in quarters, of equipment and of shell.

        Raises:
            ValueError: a life is not a whole, positive number of quarters, or the share is not within 0 and 1.
        """
        lives = (self.equipment_life * 4, self.shell_life * 4)
        if any(life < 1 or life != int(life) for life in lives):
            raise ValueError(f"lives of {self.equipment_life} and {self.shell_life} years are not whole quarters")
        if not 0 <= self.equipment_share <= 1:
            raise ValueError(f"the share of equipment is {self.equipment_share}; it is a fraction, from 0 to 1")
        return int(lives[0]), int(lives[1])


def runoff_of(
    spent: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER, lives: Lives | None = None
) -> pl.DataFrame:
    """The charges still to come from what was spent, seen from each quarter.

    What is spent in a quarter is charged in equal parts from the next quarter on: 100 spent in 2025Q4, of which 60 over
    20 quarters and 40 over 60, is 12 + 2.67 in each of 2026 to 2030, and 2.67 in each of 2031 to 2040.

    Args:
        spent: as `spending` gives it.
        base_quarter: the quarter before the first that counts.
        lives: how it is split and written off.

    Returns:
        One row per company, quarter (number; up to it spending counts, where all of it is known) and charge_year:
        equipment_usd and shell_usd. A year without a charge has no row.
    """
    lives = lives or Lives()
    equipment, shell = lives.quarters
    known = cumulative(spent, base_quarter).filter(pl.col("cumulative_usd").is_not_null())
    dates = known.select("company_id", "quarter")
    longest = max(equipment, shell)
    newest = dates["quarter"].max()
    last = (int(str(newest)) if newest is not None else 0) + longest
    years = pl.DataFrame({"charge_year": range((windows.index(base_quarter) + 1) // 4, last // 4 + 1)})
    pairs = dates.join(spent.rename({"quarter": "spent_in"}), on="company_id").filter(
        pl.col("spent_in") <= pl.col("quarter")
    )
    rows = pairs.join(years.cast(pl.Int32), how="cross").filter(
        pl.col("charge_year") * 4 + 3 > pl.col("quarter"), pl.col("charge_year") * 4 <= pl.col("spent_in") + longest
    )

    def charge(share: float, life: int) -> pl.Expr:
        first = pl.max_horizontal(pl.col("quarter") + 1, pl.col("charge_year") * 4)
        final = pl.min_horizontal(pl.col("spent_in") + life, pl.col("charge_year") * 4 + 3)
        return pl.col("spent_usd") * share / life * (final - first + 1).clip(lower_bound=0)

    return (
        rows.select(
            "company_id",
            "quarter",
            "charge_year",
            equipment_usd=charge(lives.equipment_share, equipment),
            shell_usd=charge(1 - lives.equipment_share, shell),
        )
        .group_by("company_id", "quarter", "charge_year")
        .agg(pl.col("equipment_usd", "shell_usd").sum())
        .with_columns(pl.col("charge_year").cast(pl.Int64))
        .sort("company_id", "quarter", "charge_year")
    )


def _both() -> pl.Expr:
    return pl.col("equipment_usd") + pl.col("shell_usd")


def company_runoff(company_quarters: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER) -> pl.DataFrame:
    """marts.company_runoff, one row per company and year of charge, from the company's newest quarter.

    Args:
        company_quarters: core.company_quarters.
        base_quarter: what was spent after this quarter counts.
    """
    contract = table("marts.company_runoff")
    rows = runoff_of(spending(company_quarters, base_quarter), base_quarter)
    newest = rows.filter(pl.col("quarter") == pl.col("quarter").max().over("company_id"))
    labelled = newest.with_columns(calendar_quarter=windows.label_of(pl.col("quarter")))
    return conform(labelled.select(contract.polars_schema.names()), contract)


def runoff(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    base_quarter: str = changes.BASE_QUARTER,
) -> pl.DataFrame:
    """marts.runoff, one row per lens, layer, basis, calendar quarter and year of charge.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters, for how far the record reaches.
        memberships: core.memberships.
        companies: core.companies.
        layer_metrics: marts.layer_metrics, for which layers there are and their members.
        base_quarter: what was spent after this quarter counts.
    """
    contract = table("marts.runoff")
    spent = spending(company_quarters, base_quarter)
    at = ["lens", "layer", "basis", "quarter"]
    counted = cumulative(spent, base_quarter).filter(pl.col("cumulative_usd").is_not_null())
    members = whole_members(company_quarters, segment_quarters, memberships, companies)
    measured = members.join(counted, on=["company_id", "quarter"]).group_by(at).agg(n_measured=pl.len().cast(pl.Int64))
    layers = (
        layers_of(layer_metrics)
        .filter(pl.col("window") == "ttm")
        .with_columns(quarter=windows.index_of(pl.col("calendar_quarter")))
        .join(measured, on=at)
        .join(
            _statuses(
                counted.with_columns(measure=pl.lit("cumulative_capex"), window=pl.lit("ttm")),
                weighed_members(company_quarters, segment_quarters, memberships, companies),
            ),
            on=[*at, "window"],
        )
        .filter(pl.col("measure") == "cumulative_capex")
        .with_columns(coverage_ratio=pl.col("n_measured") / pl.col("n_members"))
        .filter(pl.col("coverage_ratio") >= MIN_COVERAGE)
    )
    charges = (
        members.join(runoff_of(spent, base_quarter), on=["company_id", "quarter"])
        .sort(*at, "charge_year", "member_id")
        .group_by(*at, "charge_year", maintain_order=True)
        .agg(pl.col("equipment_usd", "shell_usd").sum())
    )
    return conform(layers.join(charges, on=at).select(contract.polars_schema.names()), contract)
