"""Whether the lenses agree: every listed dollar once under each lens, placed or not; and how many layers one spans.

Belongs here: what a lens places and what it leaves out, vertical integration. Does not belong here: shares of a pool
(capture.py), who belongs to a layer (aggregate.py).
"""

from datetime import date

import polars as pl

from analytics import changes, windows
from analytics.aggregate import FIRST_QUARTER, METRIC_ITEMS
from analytics.contracts import conform, table
from analytics.contracts.columns import BASES
from analytics.contracts.tables.capital import UNIVERSE_ITEMS

# Sums in another order differ by less than this many dollars.
DOLLAR = 0.5


def universe(
    company_quarters: pl.DataFrame,
    company_metrics: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    lenses: pl.DataFrame,
) -> pl.DataFrame:
    """marts.universe, one row per lens, basis, window, item and calendar quarter.

    The universe is every company that is listed on the quarter's last day and whose dollars are known. What a lens
    places is the sum over its members; what is left of a company after each of its segments once, or all of a company
    that is not placed, stands beside. So the total comes from another sum under each lens. It is the same under all,
    and that of the companies themselves, unless a lens counts a dollar twice or loses one.

    Args:
        company_quarters: core.company_quarters.
        company_metrics: marts.company_metrics, for pools that are metrics.
        member_amounts: marts.member_amounts.
        memberships: core.memberships, for which member is which segment.
        companies: core.companies.
        lenses: core.lenses.
    """
    at = ["company_id", "window", "item", "calendar_quarter"]
    known = _listed(company_quarters, company_metrics, companies).sort(at).with_row_index("known")
    known, kinds = changes.numbered(known, ["window", "item", "calendar_quarter"], "kind")
    known = known.sort("kind", "known")
    views = lenses.select("lens").join(pl.DataFrame({"basis": BASES}), how="cross").with_row_index("view")
    of = known.join(kinds, on="kind").select(*at, "known")
    member = ["lens", "layer", "member_id"]
    parts = memberships.filter(pl.col("measure") == "segment").select(*member, "segment").unique(member, keep="any")
    rows = (
        member_amounts.filter(pl.col("item").is_in(UNIVERSE_ITEMS))
        .join(of, on=at)
        .join(views, on=["lens", "basis"])
        .join(parts, on=member, how="left")
        .with_columns(segment=pl.when(pl.col("basis") == "layer").then("segment"))
        .select("view", "known", "segment", "amount_usd")
    )
    here = ["view", "known"]
    placed = (
        rows.group_by(here)
        .agg(placed=pl.col("amount_usd").sum())
        .join(rows.unique([*here, "segment"]).group_by(here).agg(own=pl.col("amount_usd").sum()), on=here)
    )
    rows = (
        views.select("view")
        .join(known.select("known", "kind", "amount_usd"), how="cross", maintain_order="left_right")
        .join(placed, on=["view", "known"], how="left", maintain_order="left")
    )
    there, amount = pl.col("placed").is_not_null(), pl.col("amount_usd")
    contract = table("marts.universe")
    return conform(
        rows.group_by("view", "kind", maintain_order=True)
        .agg(
            placed_usd=pl.col("placed").sum(),
            remainder_usd=(amount - pl.col("own")).filter(there).sum(),
            unplaced_usd=amount.filter(~there).sum(),
            listed_usd=amount.sum(),
            n_companies=pl.len().cast(pl.Int64),
            n_placed=there.sum().cast(pl.Int64),
        )
        .with_columns(total_usd=pl.col("placed_usd") + pl.col("remainder_usd") + pl.col("unplaced_usd"))
        .join(views, on="view")
        .join(kinds, on="kind")
        .select(contract.polars_schema.names()),
        contract,
    )


def _listed(company_quarters: pl.DataFrame, company_metrics: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Dollars of every company, window and quarter in which it is listed, for UNIVERSE_ITEMS."""
    wanted = pl.col("item").is_in(UNIVERSE_ITEMS)
    metric_items = [name for name in METRIC_ITEMS if name in UNIVERSE_ITEMS]
    items = (
        windows.amounts(company_quarters)
        .filter(wanted)
        .select("company_id", "quarter", "window", "item", amount_usd="value_usd")
    )
    others = company_metrics.filter(pl.col("metric").is_in(metric_items)).select(
        "company_id",
        windows.index_of(pl.col("calendar_quarter")).alias("quarter"),
        "window",
        item="metric",
        amount_usd="value",
    )
    day = windows.last_day_of(pl.col("quarter"))
    return (
        pl.concat([items, others])
        .drop_nulls("amount_usd")
        .join(companies.select("company_id", "status", "listed_from", "listed_to"), on="company_id")
        .filter(
            pl.col("status").is_in(["listed", "delisted"]),
            pl.col("listed_from").is_null() | (pl.col("listed_from") <= day),
            pl.col("listed_to").is_null() | (pl.col("listed_to") >= day),
            pl.col("quarter") >= windows.index(FIRST_QUARTER),
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
    """Totals in which a lens differs from another, or from the companies themselves, by a dollar; none if they agree.

    Args:
        universe_rows: marts.universe.

    Returns:
        One row per basis, window, item and calendar quarter: least, most and listed, in US dollars.
    """
    least, most = pl.min_horizontal("least", "listed"), pl.max_horizontal("most", "listed")
    return (
        universe_rows.group_by("basis", "window", "item", "calendar_quarter")
        .agg(least=pl.col("total_usd").min(), most=pl.col("total_usd").max(), listed=pl.col("listed_usd").first())
        .filter(most - least > DOLLAR)
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
