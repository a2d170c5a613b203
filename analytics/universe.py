"""Whether the lenses agree: every listed dollar once under each lens, placed or not; and how many layers one spans.

Belongs here: what a lens places and what it leaves out, vertical integration. Does not belong here: shares of a pool
(capture.py), who belongs to a layer (aggregate.py).
"""

from datetime import date

import polars as pl

from analytics import metrics, windows
from analytics.aggregate import METRIC_ITEMS, newest_quarter
from analytics.contracts import conform, table
from analytics.contracts.tables.capital import UNIVERSE_ITEMS

# Sums in another order differ by less than this many dollars.
DOLLAR = 0.5


def universe(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    member_amounts: pl.DataFrame,
    companies: pl.DataFrame,
    lenses: pl.DataFrame,
) -> pl.DataFrame:
    """marts.universe, one row per lens, basis, window, item and calendar quarter.

    The universe is every company that is listed on the quarter's last day and whose dollars are known. What a lens
    places is taken from its members; what is left of a company, or all of it, stands beside. So the total comes from
    another sum under each lens, and must be the same under all.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters, for how far the record reaches.
        member_amounts: marts.member_amounts.
        companies: core.companies.
        lenses: core.lenses.
    """
    at = ["company_id", "window", "item", "calendar_quarter"]
    known = _listed(company_quarters, companies, newest_quarter(company_quarters, segment_quarters))
    placed = (
        member_amounts.filter(pl.col("item").is_in(UNIVERSE_ITEMS))
        .group_by("lens", "basis", *at)
        .agg(placed=pl.col("amount_usd").sum())
    )
    bases = pl.DataFrame({"basis": ["layer", "consolidated"]})
    rows = (
        known.join(lenses.select("lens"), how="cross")
        .join(bases, how="cross")
        .join(placed, on=["lens", "basis", *at], how="left")
        .sort("lens", "basis", *at)
    )
    there, here = pl.col("placed").is_not_null(), pl.col("placed")
    return conform(
        rows.group_by("lens", "basis", "window", "item", "calendar_quarter", maintain_order=True)
        .agg(
            placed_usd=here.sum(),
            remainder_usd=(pl.col("amount_usd") - here).filter(there).sum(),
            unplaced_usd=pl.col("amount_usd").filter(~there).sum(),
            n_companies=pl.len().cast(pl.Int64),
            n_placed=there.sum().cast(pl.Int64),
        )
        .with_columns(total_usd=pl.col("placed_usd") + pl.col("remainder_usd") + pl.col("unplaced_usd"))
        .select(table("marts.universe").polars_schema.names()),
        table("marts.universe"),
    )


def _listed(company_quarters: pl.DataFrame, companies: pl.DataFrame, newest: str) -> pl.DataFrame:
    """Dollars of every company, window and quarter in which it is listed, for UNIVERSE_ITEMS."""
    derived = [metrics.metric(name) for name in METRIC_ITEMS if name in UNIVERSE_ITEMS]
    wanted = company_quarters.filter(pl.col("item").is_in(UNIVERSE_ITEMS))
    columns = ["company_id", "quarter", "window", "item", "amount_usd"]
    plain = windows.amounts(wanted).with_columns(amount_usd="value_usd").select(columns)
    others = metrics.measures(company_quarters, metrics=derived).with_columns(item="metric", amount_usd="numerator_usd")
    day = windows.last_day_of(pl.col("quarter"))
    return (
        pl.concat([plain, others.select(columns)])
        .drop_nulls("amount_usd")
        .join(companies.select("company_id", "status", "listed_from", "listed_to"), on="company_id")
        .filter(
            pl.col("status").is_in(["listed", "delisted"]),
            pl.col("listed_from").is_null() | (pl.col("listed_from") <= day),
            pl.col("listed_to").is_null() | (pl.col("listed_to") >= day),
            pl.col("quarter") >= windows.index("2015Q1"),
            pl.col("quarter") <= windows.index(newest),
        )
        .select(
            "company_id",
            "window",
            "item",
            "amount_usd",
            calendar_quarter=windows.label_of(pl.col("quarter")),
        )
    )


def disagreements(universe_rows: pl.DataFrame) -> pl.DataFrame:
    """Totals in which a lens differs from the others by a dollar or more; none if they agree.

    Args:
        universe_rows: marts.universe.

    Returns:
        One row per basis, window, item and calendar quarter: least and most, in US dollars.
    """
    return (
        universe_rows.group_by("basis", "window", "item", "calendar_quarter")
        .agg(least=pl.col("total_usd").min(), most=pl.col("total_usd").max())
        .filter(pl.col("most") - pl.col("least") > DOLLAR)
        .sort("basis", "window", "item", "calendar_quarter")
    )


def integration(memberships: pl.DataFrame, layers: pl.DataFrame, today: date) -> pl.DataFrame:
    """marts.integration, one row per lens and company: how many layers it spans.

    Args:
        memberships: core.memberships.
        layers: core.layers.
        today: memberships valid on this day count.
    """
    valid = memberships.filter(
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= today),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= today),
    ).join(layers.select("lens", "layer", "position"), on=["lens", "layer"])
    measured = pl.col("layer").filter(pl.col("measure") != "dark")
    return conform(
        valid.sort("position")
        .group_by("lens", "company_id", maintain_order=True)
        .agg(
            n_layers=pl.col("layer").n_unique().cast(pl.Int64),
            n_measured_layers=measured.n_unique().cast(pl.Int64),
            n_members=pl.col("member_id").n_unique().cast(pl.Int64),
            layers=pl.col("layer").unique(maintain_order=True).str.join(", "),
        ),
        table("marts.integration"),
    )
