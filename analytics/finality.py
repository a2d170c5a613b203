"""When a quarter is final: for a layer, and for each figure of it.

A quarter is final for a figure of a layer when members with at least 80 % of its trailing revenue have reported, and
members with at least 80 % of that of those who report the figure have it; else it is provisional.
Belongs here: that rule, whose figure it is, what a member weighs. Does not belong here: who is a member (aggregate.py),
how a provisional quarter is drawn (dashboard).
"""

import polars as pl

# Members with this part of the trailing revenue must have reported for a quarter to be final.
FINAL_SHARE = 0.8
# Who had a figure in one of so many quarters before still reports it. Who gives it once a year may be late once, and a
# single missing quarter leaves twelve months unknown for four quarters, and growth on the year before for eight.
REPORTS_FOR = 8

FINAL, PROVISIONAL = "final", "provisional"
ENTITY = ["company_id", "segment", "quarter"]
PLACE = ["lens", "layer", "basis", "quarter"]


def trailing_revenue(revenue: pl.DataFrame) -> pl.DataFrame:
    """What each company or segment weighs at each quarter for which it reported revenue.

    That of twelve months. Where they are not known, the quarters there are of them (at the start of a record), or the
    newest twelve months known before, if that is more: who reports by the year weighs a year in between too.

    Args:
        revenue: company_id, segment, quarter (number), window and amount_usd.

    Returns:
        company_id, segment, quarter, trailing_usd.
    """
    own = ["company_id", "segment"]
    quarter = revenue.filter(pl.col("window") == "quarter").select(*ENTITY, "amount_usd")
    year = revenue.filter(pl.col("window") == "ttm").select(*ENTITY, year_usd="amount_usd")
    so_far = (
        quarter.sort(ENTITY)
        .rolling("quarter", period="4i", group_by=own)
        .agg(so_far=pl.col("amount_usd").sum())
        .select(*ENTITY, "so_far")
    )
    before = pl.col("year_usd").forward_fill().over(own, order_by="quarter")
    return year.join(so_far, on=ENTITY, how="full", coalesce=True).select(
        *ENTITY, trailing_usd=pl.coalesce("year_usd", pl.max_horizontal("so_far", before))
    )


def weighed(members: pl.DataFrame, trailing: pl.DataFrame) -> pl.DataFrame:
    """The measurable members of each layer and quarter, what each weighs, and whether the layer has reported.

    A member weighs the trailing revenue of the latest quarter in which it is known, looking back from the quarter in
    question; for a member that stopped reporting, that is long ago, and the layer stays provisional if it was large.
    Before any revenue is known a quarter is provisional.

    Args:
        members: as from `aggregate.members_by_quarter`.
        trailing: as from `trailing_revenue`.

    Returns:
        PLACE, member_id, company_id, segment, weight_usd and final (of the layer, the same for all its members).
    """
    rows = (
        members.filter("measurable")
        .sort("quarter")
        .join_asof(
            trailing.drop_nulls("trailing_usd").sort("quarter").with_columns(reported="quarter"),
            on="quarter",
            by=["company_id", "segment"],
            strategy="backward",
            check_sortedness=False,
        )
        # A refund larger than a year's sales would be a negative weight; it weighs nothing.
        .with_columns(weight_usd=pl.col("trailing_usd").clip(lower_bound=0).fill_null(0.0))
    )
    weight, has_reported = pl.col("weight_usd"), pl.col("reported") == pl.col("quarter")
    layers = rows.group_by(PLACE).agg(all=weight.sum(), heard=weight.filter(has_reported).sum())
    final = (pl.col("all") > 0) & (pl.col("heard") >= FINAL_SHARE * pl.col("all"))
    return rows.join(layers.select(*PLACE, final=final), on=PLACE).select(
        *PLACE, "member_id", "company_id", "segment", "weight_usd", "final"
    )


def statuses(known: pl.DataFrame, members: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Whether each quarter of each layer is final for each figure.

    A figure that no member reports is final where the layer is: nobody's is missing.

    Args:
        known: ENTITY and the columns of `figures`: who has which figure, each once.
        members: as from `weighed`.
        figures: one row a figure, such as an item in a window.

    Returns:
        PLACE, the columns of `figures`, status, and reported: whether any member reports it. A layer without a
        measurable member has no row.
    """
    of = figures.columns
    figures, places = figures.with_row_index("figure"), members.select(*PLACE, "final").unique().with_row_index("place")
    key, weight = pl.col("place") * figures.height + pl.col("figure"), pl.col("weight_usd")
    weights = members.join(places.select(*PLACE, "place"), on=PLACE).select(*ENTITY, "place", "weight_usd")
    heard = (
        reports(known, weights, figures)
        .lazy()
        .select("weight_usd", key=key, heard=pl.col("has") * weight)
        .group_by("key")
        .agg(all=weight.sum(), heard=pl.col("heard").sum())
        .collect()
    )
    enough = (pl.col("heard") >= FINAL_SHARE * pl.col("all")).fill_null(True)
    return (
        places.join(figures, how="cross")
        .with_columns(key=key)
        .join(heard, on="key", how="left")
        .select(
            *PLACE,
            *of,
            status=pl.when(pl.col("final") & enough).then(pl.lit(FINAL)).otherwise(pl.lit(PROVISIONAL)),
            reported=pl.col("all").is_not_null(),
        )
    )


def reports(known: pl.DataFrame, members: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Who reports which figure at each quarter: the members that have it, and those that had it not long before.

    Args:
        known: ENTITY and the columns of `figures`: who has which figure, each once; any other column.
        members: ENTITY, once or more, and any other column.
        figures: its columns, and their number as `figure`.

    Returns:
        The columns of `members`, figure, has (whether it is there at that quarter), and the other columns of `known`,
        as they last were.
    """
    own = ["company_id", "segment"]
    owners = members.select(own).unique().with_row_index("owner")
    of = [c for c in figures.columns if c != "figure"]
    rows = known.join(owners, on=own).join(figures, on=of).drop(*own, *of).sort("owner", "figure", "quarter")
    quarter, following = pl.col("quarter"), pl.col("quarter").shift(-1)
    same = pl.all_horizontal(pl.col(c) == pl.col(c).shift(-1) for c in ("owner", "figure")).fill_null(False)
    silent = (
        rows.with_columns(n=pl.when(same).then((following - quarter - 1).clip(0, REPORTS_FOR)).otherwise(REPORTS_FOR))
        .filter(pl.col("n") > 0)
        .with_columns(pl.int_ranges(quarter + 1, quarter + 1 + pl.col("n"), dtype=pl.Int32))
        .explode("quarter")
        .drop("n")
    )
    everyone = pl.concat([rows.with_columns(has=pl.lit(True)), silent.with_columns(has=pl.lit(False))])
    return members.join(owners, on=own).join(everyone, on=["owner", "quarter"]).drop("owner")
