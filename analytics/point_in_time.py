"""Known time: what was known on a date, which statement of a figure speaks, and whether two figures share a basis.

Belongs here: the as-known-on filter, vintages, restatements, source ranks, the consistency of two vintages.
Does not belong here: periods (periods.py) and items (concepts.py).
"""

from datetime import date

import polars as pl

from analytics.contracts.columns import SOURCES

# A filing before what others computed from filings, before aggregators (docs/decisions/0001-sources.md).
SOURCE_RANK = {source: rank for rank, source in enumerate(SOURCES)}
# Two statements of one figure that differ by more than this are a restatement; below it, rounding.
RESTATEMENT_TOLERANCE = 0.005

SERIES = ["company_id", "item", "source", "tier"]
PERIOD = ["span_start", "quarter_end"]


def as_known_on(frame: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Rows known on or before a day (column known_at); all rows for None."""
    return frame if day is None else frame.filter(pl.col("known_at") <= day)


def vintages(figures: pl.DataFrame) -> pl.DataFrame:
    """One row per series, period and known time: what the source said then, in that order.

    A filing that states one period twice (contexts a few days apart) is heard once: the context nearest to the
    company's own quarter ends, then the first label of the concept list.
    """
    return figures.sort(
        *SERIES, *PERIOD, "known_at", "snap_distance", "label_order", "observation_id", nulls_last=True
    ).unique([*SERIES, *PERIOD, "known_at"], keep="first", maintain_order=True)


def _begins() -> pl.Expr:
    """Whether a row is the first of its series and period; rows of one series and period stand together."""
    return ~pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift(1)) for c in (*SERIES, *PERIOD))


def _repeats(new: pl.Expr, old: pl.Expr) -> pl.Expr:
    """Whether a figure is the one stated before, or the same rounded to thousands or to millions."""
    same = new == old
    for unit in (1e3, 1e6):
        same = same | ((new.abs() % unit == 0) & ((new - old).abs() <= unit / 2))
    return same


def speaking(vintages: pl.DataFrame) -> pl.DataFrame:
    """One row per series and period: the newest value, as first stated in its unbroken run.

    A later statement that only rounds the earlier one repeats it: the earlier, more exact figure goes on speaking.
    `known_at` and `observation_id` are those of that first statement; `confirmed_at` is the latest statement.

    Args:
        vintages: as from `vintages`, in their order.
    """
    rows = vintages.with_columns(begins=_begins(), before=pl.col("value").shift(1))
    changed = pl.col("begins") | ~_repeats(pl.col("value"), pl.col("before")).fill_null(False)
    last_runs = (
        rows.with_columns(statement=pl.col("begins").cum_sum(), run=changed.cum_sum())
        .group_by("statement", maintain_order=True)
        .agg(pl.col("run").max(), confirmed_at=pl.col("known_at").last())
    )
    return (
        rows.filter(changed)
        .with_row_index("run", offset=1)
        .join(last_runs.select("run", "confirmed_at"), on="run", maintain_order="left")
        .drop("run", "begins", "before")
    )


def restatements(vintages: pl.DataFrame) -> pl.DataFrame:
    """One row per change of a stated figure by more than the tolerance.

    Columns: the series, the period, old_value, new_value, `said_until` (last statement of the old value), `said_from`
    (first of the new one), old_observation_id, observation_id.

    Args:
        vintages: as from `vintages`, in their order.
    """
    old = pl.col("old_value")
    scale = pl.max_horizontal(old.abs(), pl.col("value").abs())
    return (
        vintages.with_columns(
            begins=_begins(),
            old_value=pl.col("value").shift(1),
            said_until=pl.col("known_at").shift(1),
            old_observation_id=pl.col("observation_id").shift(1),
        )
        .filter(~pl.col("begins"), (pl.col("value") - old).abs() > RESTATEMENT_TOLERANCE * scale)
        .select(
            *SERIES,
            *PERIOD,
            "concept",
            "currency",
            "old_value",
            pl.col("value").alias("new_value"),
            "said_until",
            pl.col("known_at").alias("said_from"),
            "old_observation_id",
            "observation_id",
        )
    )


def one_basis(pairs: pl.DataFrame, changes: pl.DataFrame) -> pl.Series:
    """Whether the two figures of each pair were stated on the same basis.

    A pair has, beside its series, the spans in which each figure was being stated: known_at to confirmed_at and
    known_at_shorter to confirmed_at_shorter. Spans that overlap share a basis. Where one ended (on `ended`) before the
    other began (`began`), the basis changed in between if the series has a restatement first said in (ended, began]
    that no restatement first said earlier, but after the restated figure's last old statement, explains.
    (methods.md, Time: IBM 2021, 57,350 − 54,093 is not a quarter.)
    """
    pairs = pairs.with_row_index("pair").with_columns(
        ended=pl.min_horizontal("confirmed_at", "confirmed_at_shorter"),
        began=pl.max_horizontal("known_at", "known_at_shorter"),
    )
    gaps = pairs.filter(pl.col("ended") < pl.col("began")).select(*SERIES, "pair", "ended", "began")
    between = (
        gaps.join(changes.select(*SERIES, "said_until", "said_from").unique(), on=SERIES)
        .filter((pl.col("said_from") > pl.col("ended")) & (pl.col("said_from") <= pl.col("began")))
        .select(*SERIES, "pair", "ended", "said_until", "said_from")
    )
    explained = (
        between.join(changes.select(*SERIES, earlier="said_from").unique(), on=SERIES)
        .filter((pl.col("earlier") > pl.col("said_until")) & (pl.col("earlier") <= pl.col("ended")))
        .select("pair", "said_until", "said_from")
        .unique()
    )
    broken = between.join(explained, on=["pair", "said_until", "said_from"], how="anti")["pair"].unique()
    return ~pairs["pair"].is_in(broken.implode())
