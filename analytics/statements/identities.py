"""Identities: items that follow from others of the same company and period.

Belongs here: applying the identities declared in items.py. Does not belong here: the declarations themselves.
"""

import polars as pl

from analytics import bases
from analytics.items import IDENTITIES
from analytics.point_in_time import PERIOD


def complete(rows: pl.DataFrame) -> pl.DataFrame:
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
            basis_from_right="basis_from",
            basis_until_right="basis_until",
        )
        have = rows.filter(pl.col("item") == identity.item).select("company_id", "quarter_end", "spans")
        weaker = pl.col("right_rank") > pl.col("rank")
        joined = (
            left.join(right, on=[*on, "currency", "spans"], nulls_equal=True)
            .join(have, on=["company_id", "quarter_end", "spans"], how="anti")
            .with_columns(
                item=pl.lit(identity.item),
                value=first_sign * pl.col("value") + second_sign * pl.col("right"),
                known_at=pl.max_horizontal("known_at", "right_known"),
                source=pl.when(weaker).then("right_source").otherwise("source"),
                rank=pl.max_horizontal("rank", "right_rank"),
                minus_observation_id=pl.lit(None, pl.String),
                concept=pl.lit(f"computed: {first} {'+' if second_sign > 0 else '−'} {second}"),
                derivation=pl.lit("computed"),
                **bases.both("", "_right"),
            )
            .filter(bases.shared())
        )
        rows = pl.concat([rows, joined.select(rows.columns)])
    return rows
