"""From observations to statements: the items of each company by fiscal quarter and fiscal year.

Belongs here: the order of the steps. Each rule stands in its own module: labels in concepts.py, periods in periods.py,
who speaks and on what basis in point_in_time.py, rates in currency.py.
Does not belong here: ratios, layers, segments.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics import concepts, periods, point_in_time
from analytics.contracts import conform, table
from analytics.currency import translate
from analytics.items import IDENTITIES, ITEMS
from analytics.point_in_time import PERIOD, SERIES, SOURCE_RANK
from analytics.quarantine import without_quarantined

# Four quarters close their year if they differ from it by no more than this many rounding units (one each for the
# three stated quarters and for nine months or the year), the unit being a million or a thousand as the year is stated.
CLOSING_UNITS = 4


@dataclass(frozen=True)
class Statements:
    """The statements of all companies as known on one date.

    quarters: core.company_quarters. years: core.company_years. restatements: see point_in_time.restatements.
    """

    quarters: pl.DataFrame
    years: pl.DataFrame
    restatements: pl.DataFrame


def derive(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, day: date | None = None
) -> Statements:
    """Derive the statements of all companies, as known on a day (None: on all that is known).

    Args:
        observations: raw.observations.
        companies: core.companies.
        fx_rates: core.fx_rates.
        day: leave out what became known later.
    """
    said = point_in_time.vintages(figures(point_in_time.as_known_on(observations, day), companies))
    changes = point_in_time.restatements(said)
    stated = point_in_time.speaking(said)
    derived = differences(stated, changes)
    quarters = _speaking_quarters(stated, derived, companies)
    years = _speaking_years(stated, quarters, companies)
    quarters = _closing(quarters, years)
    quarters = _with_identities(pl.concat([quarters, _year_only(years, quarters)], how="diagonal"))
    years = _with_identities(years)
    return Statements(_as_quarters(quarters, fx_rates), _as_years(years, companies, fx_rates), changes)


def quarters(
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    as_known_on: date | None = None,
) -> pl.DataFrame:
    """core.company_quarters, one row per company, item and fiscal quarter."""
    return derive(observations, companies, fx_rates, as_known_on).quarters


def years(
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    as_known_on: date | None = None,
) -> pl.DataFrame:
    """core.company_years, one row per company, item and fiscal year."""
    return derive(observations, companies, fx_rates, as_known_on).years


def figures(observations: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Observations that mean an item, in our sign, on the company's grid of fiscal quarter ends.

    One row per observation: company_id, item, kind, source, rank, tier, label_order, concept, span_start (the quarter
    end before the period; null for a balance), quarter_end, spans (1 to 4 quarters, 0 for a balance), value, currency,
    known_at, observation_id, snap_distance (days moved onto the grid), fiscal_year_end_month.
    Left out: labels that mean nothing here, quarantined figures, amounts in another currency than the company reports
    in (convenience translations), periods before the company's present business, spans that are no fiscal quarters.
    """
    kinds = pl.DataFrame(
        {"item": [i.id for i in ITEMS], "kind": [i.kind for i in ITEMS], "item_unit": [i.unit for i in ITEMS]}
    )
    ranks = pl.DataFrame({"source": list(SOURCE_RANK), "rank": list(SOURCE_RANK.values())})
    company = companies.select(
        "company_id", "fiscal_year_end_month", "history_from", reporting_currency="currency"
    ).filter(pl.col("reporting_currency").is_not_null())
    rows = (
        without_quarantined(observations)
        .join(concepts.frame(), on="concept")
        .join(concepts.misnomers(), on=["company_id", "concept"], how="anti")
        .join(kinds, on="item")
        .join(ranks, on="source")
        .join(company, on="company_id")
        .filter(
            pl.col("unit")
            == pl.when(pl.col("item_unit") == "shares").then(pl.lit("shares")).otherwise("reporting_currency"),
            pl.col("history_from").is_null() | (pl.col("period_end") >= pl.col("history_from")),
            (pl.col("kind") == "stock") == pl.col("period_start").is_null(),
            pl.col("period_end") <= pl.col("known_at"),
        )
        .with_columns(value=pl.col("value") * pl.col("sign"), currency="unit")
    )
    grid = periods.grid(rows.filter(pl.col("period_start").is_not_null()))
    flows = (
        rows.filter(pl.col("period_start").is_not_null())
        .with_columns(before=pl.col("period_start").dt.offset_by("-1d"))
        .join(grid.rename({"date": "before", "quarter_end": "span_start"}), on=["company_id", "before"])
        .join(grid.rename({"date": "period_end"}), on=["company_id", "period_end"])
        .with_columns(
            spans=periods.quarters_spanned((pl.col("quarter_end") - pl.col("span_start")).dt.total_days()),
            snap_distance=(pl.col("quarter_end") - pl.col("period_end")).dt.total_days().abs()
            + (pl.col("span_start") - pl.col("before")).dt.total_days().abs(),
        )
        .filter(pl.col("spans").is_not_null())
    )
    ends = grid.select("company_id", "quarter_end").unique().sort("quarter_end")
    stocks = rows.filter(pl.col("period_start").is_null()).sort("period_end")
    cover = pl.col("concept").str.starts_with("dei:")
    nearest = stocks.filter(~cover).join_asof(
        ends,
        left_on="period_end",
        right_on="quarter_end",
        by="company_id",
        strategy="nearest",
        tolerance=f"{periods.SNAP_DAYS}d",
        coalesce=False,
        check_sortedness=False,
    )
    covers = stocks.filter(cover).join_asof(
        ends,
        left_on="period_end",
        right_on="quarter_end",
        by="company_id",
        strategy="backward",
        tolerance=f"{periods.COVER_DAYS}d",
        coalesce=False,
        check_sortedness=False,
    )
    balances = (
        pl.concat([nearest, covers])
        .filter(pl.col("quarter_end").is_not_null())
        .with_columns(
            span_start=pl.lit(None, pl.Date),
            spans=pl.lit(0, pl.Int8),
            snap_distance=(pl.col("quarter_end") - pl.col("period_end")).dt.total_days().abs(),
        )
    )
    columns = [
        *SERIES,
        *PERIOD,
        "kind",
        "rank",
        "label_order",
        "concept",
        "spans",
        "value",
        "currency",
        "known_at",
        "observation_id",
        "snap_distance",
        "fiscal_year_end_month",
    ]
    return pl.concat([flows.select(columns), balances.select(columns)])


def differences(stated: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Fiscal quarters as the difference of two year-to-date figures of one series and one fiscal year.

    A fourth quarter is the year less nine months, a second or third the longer less the shorter. Both figures must
    start at the same fiscal year's start, be one quarter apart, carry one currency and stand on one basis
    (point_in_time.one_basis); a missing step gives nothing. methods.md, Time: 4,738 − 3,406 = 1,332.
    """
    to_date = stated.filter(
        (pl.col("kind") == "flow") & periods.is_fiscal_year_end(pl.col("span_start"), pl.col("fiscal_year_end_month"))
    )
    shorter = to_date.select(
        *SERIES,
        "span_start",
        "currency",
        spans=pl.col("spans") + 1,
        shorter_end="quarter_end",
        shorter_value="value",
        known_at_shorter="known_at",
        confirmed_at_shorter="confirmed_at",
    )
    pairs = to_date.filter(pl.col("spans") > 1).join(shorter, on=[*SERIES, "span_start", "currency", "spans"])
    pairs = pairs.filter(point_in_time.one_basis(pairs, changes))
    return (
        pairs.with_columns(
            value=pl.col("value") - pl.col("shorter_value"),
            span_start="shorter_end",
            known_at=pl.max_horizontal("known_at", "known_at_shorter"),
            confirmed_at=pl.max_horizontal("confirmed_at", "confirmed_at_shorter"),
            derivation=pl.when(pl.col("spans") == 4).then(pl.lit("q4_from_year")).otherwise(pl.lit("decumulated")),
            spans=pl.lit(1, pl.Int8),
        )
        # What cannot be negative and comes out so was not on one basis after all.
        .filter(~(pl.col("item").is_in(["revenue", "capex", "depreciation_amortization"]) & (pl.col("value") < 0)))
        .select(*stated.columns, "derivation")
    )


def _fiscal_year() -> pl.Expr:
    return periods.fiscal_year(pl.col("quarter_end"), pl.col("fiscal_year_end_month"))


def _speaking_quarters(stated: pl.DataFrame, derived: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """One row per company, item and fiscal quarter end: the best source, its series most complete that year."""
    reported = stated.filter(pl.col("spans") <= 1).with_columns(derivation=pl.lit("reported"))
    candidates = pl.concat([reported, derived.select(reported.columns)]).with_columns(fiscal_year=_fiscal_year())
    series_year = [*SERIES, "fiscal_year"]
    return (
        candidates.with_columns(known_quarters=pl.col("quarter_end").n_unique().over(series_year))
        .sort(
            "rank",
            pl.col("known_quarters") * -1,
            "tier",
            # A three-month figure of a fourth quarter comes from a note, and some carry the whole year (Oracle 2018).
            pl.col("derivation").replace_strict({"q4_from_year": 0, "reported": 1, "decumulated": 2}),
            "snap_distance",
            "observation_id",
        )
        .unique(["company_id", "item", "quarter_end"], keep="first", maintain_order=True)
    )


def _speaking_years(stated: pl.DataFrame, quarters: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """One row per company, flow item and fiscal year: as stated by the best source, else the sum of its four quarters.

    The tier that spoke for the year's quarters speaks for the year. A balance's year is its fourth quarter's end.
    """
    at_year_end = periods.is_fiscal_year_end(pl.col("quarter_end"), pl.col("fiscal_year_end_month"))
    spoke = quarters.group_by("company_id", "item", "source", "tier", "fiscal_year").agg(quarters_spoken=pl.len())
    years = (
        stated.filter((pl.col("spans") == 4) & at_year_end)
        .with_columns(fiscal_year=_fiscal_year(), derivation=pl.lit("reported"))
        .join(spoke, on=[*SERIES, "fiscal_year"], how="left")
        .sort("rank", pl.col("quarters_spoken").fill_null(0) * -1, "tier", "snap_distance", "observation_id")
        .unique(["company_id", "item", "fiscal_year"], keep="first", maintain_order=True)
        .drop("quarters_spoken")
    )
    flows = quarters.filter((pl.col("kind") == "flow") & (pl.col("derivation") == "reported"))
    one = ["company_id", "item", "fiscal_year"]
    sums = (
        flows.join(years, on=one, how="anti")
        .sort("quarter_end")
        .group_by(one)
        .agg(
            pl.len().alias("n"),
            pl.col("source").n_unique().alias("n_sources"),
            pl.col("tier").n_unique().alias("n_tiers"),
            pl.col("quarter_end").last().alias("last_end"),
            pl.col("span_start").first().alias("first_start"),
            pl.col("value").sum(),
            pl.col("known_at").max(),
            pl.col("confirmed_at").max(),
            pl.all().exclude(*one, "value", "known_at", "confirmed_at").last(),
        )
        .filter((pl.col("n") == 4) & (pl.col("n_sources") == 1) & (pl.col("n_tiers") == 1) & at_year_end)
        .with_columns(
            quarter_end="last_end", span_start="first_start", spans=pl.lit(4, pl.Int8), derivation=pl.lit("computed")
        )
        .filter((pl.col("quarter_end") - pl.col("span_start")).dt.total_days().is_between(*periods.SPAN_DAYS[4]))
    )
    balances = quarters.filter((pl.col("kind") == "stock") & at_year_end)
    return pl.concat([years, sums.select(years.columns), balances.select(years.columns)])


def _closing(quarters: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Drop fourth quarters that do not close their year with the three quarters that speak beside them.

    The year and the other quarters are then of different vintages or one is misstated; which one cannot be told.
    """
    one = ["company_id", "item", "fiscal_year"]
    year = pl.col("year")
    unit = pl.when(year % 1e6 == 0).then(1e6).otherwise(1e3)
    open_years = (
        quarters.filter(pl.col("kind") == "flow")
        .group_by(one)
        .agg(n=pl.len(), total=pl.col("value").sum(), quarter_end=pl.col("quarter_end").max())
        .filter(pl.col("n") == 4)
        .join(years.select(*one, "quarter_end", year="value"), on=[*one, "quarter_end"])
        .filter((pl.col("total") - year).abs() > CLOSING_UNITS * unit)
    )
    return quarters.join(open_years.select(*one, "quarter_end"), on=[*one, "quarter_end"], how="anti")


def _year_only(years: pl.DataFrame, quarters: pl.DataFrame) -> pl.DataFrame:
    """Years of flow items whose fourth quarter is unknown, to stand in that quarter as a whole year."""
    known = quarters.select("company_id", "item", "quarter_end")
    return (
        years.filter(pl.col("kind") == "flow")
        .join(known, on=["company_id", "item", "quarter_end"], how="anti")
        .with_columns(derivation=pl.lit("year_only"))
    )


def _with_identities(rows: pl.DataFrame) -> pl.DataFrame:
    """Add items that follow from others of the same company and period, where no source states them.

    The result is known when its last input is, and its source is its weakest input's.
    """
    on = ["company_id", *PERIOD]
    for identity in IDENTITIES:
        (first, first_sign), (second, second_sign) = identity.terms
        left = rows.filter(pl.col("item") == first)
        right = rows.filter(pl.col("item") == second).select(
            *on,
            "currency",
            "spans",
            right="value",
            right_known="known_at",
            right_rank="rank",
            right_source="source",
            right_derivation="derivation",
        )
        have = rows.filter(pl.col("item") == identity.item).select("company_id", "quarter_end")
        weaker = pl.col("right_rank") > pl.col("rank")
        joined = (
            left.join(right, on=[*on, "currency", "spans"], nulls_equal=True)
            .join(have, on=["company_id", "quarter_end"], how="anti")
            .with_columns(
                item=pl.lit(identity.item),
                value=first_sign * pl.col("value") + second_sign * pl.col("right"),
                known_at=pl.max_horizontal("known_at", "right_known"),
                source=pl.when(weaker).then("right_source").otherwise("source"),
                rank=pl.max_horizontal("rank", "right_rank"),
                concept=pl.lit(f"computed: {first} {'+' if second_sign > 0 else '−'} {second}"),
                derivation=pl.when(pl.col("derivation") == "year_only")
                .then(pl.lit("year_only"))
                .otherwise(pl.lit("computed")),
            )
        )
        rows = pl.concat([rows, joined.select(rows.columns)])
    return rows


def _as_quarters(rows: pl.DataFrame, fx_rates: pl.DataFrame) -> pl.DataFrame:
    start = pl.col("span_start").dt.offset_by("1d")
    whole_year_or_balance = (pl.col("derivation") == "year_only") | pl.col("span_start").is_null()
    frame = rows.select(
        "company_id",
        "item",
        period_start=start,
        period_end="quarter_end",
        calendar_quarter=periods.calendar_quarter(
            pl.when(whole_year_or_balance)
            .then(periods.last_quarter_midpoint(pl.col("quarter_end")))
            .otherwise(periods.midpoint(start, pl.col("quarter_end")))
        ),
        value="value",
        currency="currency",
        derivation="derivation",
        source="source",
        concept="concept",
        observation_id="observation_id",
        known_at="known_at",
    )
    return conform(translate(frame, fx_rates), table("core.company_quarters"))


def _as_years(rows: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame) -> pl.DataFrame:
    frame = rows.select(
        "company_id",
        "item",
        period_start=pl.col("span_start").dt.offset_by("1d"),
        period_end="quarter_end",
        fiscal_year="fiscal_year",
        value="value",
        currency="currency",
        source="source",
        concept="concept",
        observation_id="observation_id",
        known_at="known_at",
    )
    return conform(translate(frame, fx_rates), table("core.company_years"))
