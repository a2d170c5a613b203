"""From companies to layers: who belongs to a layer when, and the sums, medians and coverage of its metrics.

Belongs here: membership in time, the two bases, Σ ÷ Σ, coverage, members' dollars.
Does not belong here: metrics of one company (metrics), when a quarter is final (finality.py), shares of a pool
(capture.py).
"""

from collections.abc import Sequence

import polars as pl

from analytics import bases, finality, metrics, windows
from analytics.contracts import conform, empty, table
from analytics.contracts.columns import WINDOWS
from analytics.metrics import Metric
from analytics.metrics.company import COMPANY, not_meaningful
from analytics.once import once

FIRST_QUARTER = "2015Q1"
MIN_COVERAGE = 0.5
BELOW_COVERAGE = "coverage below 50 %"
NO_MEMBER = "no listed company has this as its primary layer"

SEGMENT = ("company_id", "segment", "basis_note")
# Items of marts.member_amounts; the last two are the metrics of those names.
AMOUNT_ITEMS = (
    "revenue",
    "gross_profit",
    "operating_income",
    "net_income",
    "operating_cash_flow",
    "capex",
    "free_cash_flow",
    "total_debt",
    "net_debt",
    "economic_profit",
)
METRIC_ITEMS = ("net_debt", "economic_profit")
_LAYER = ["lens", "layer", "basis"]
_ENTITY = finality.ENTITY
_FIGURE = {"metric": pl.String, "window": pl.String}
# The segment of a company that is measured whole.
_WHOLE = ""


def layer_metrics(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    layers: pl.DataFrame,
    companies: pl.DataFrame,
    prices: pl.DataFrame,
    only: Sequence[str] | None = None,
    since: str = FIRST_QUARTER,
) -> pl.DataFrame:
    """marts.layer_metrics, one row per lens, layer, basis, calendar quarter, window and metric.

    A ratio is Σ numerators ÷ Σ denominators in US dollars over the members that have both; an amount is Σ. A member
    whose own ratio is not meaningful (EBITDA ≤ 0) counts in the sums and in coverage, not in median and quartiles.
    Fiscal quarters are added by their calendar quarter's label; the companies' ends differ by up to three months.
    There is a row wherever a listed company stands behind a member of the layer on the quarter's last day.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        memberships: core.memberships.
        layers: core.layers.
        companies: core.companies.
        prices: core.prices.
        only: ids of the metrics wanted; None for all.
        since: the first calendar quarter wanted.

    Raises:
        KeyError: no such metric.
        ValueError: a membership names a layer or company that is not declared, or counts a dollar twice.
    """
    _check(memberships, layers, companies)
    members = members_by_quarter(memberships, companies, newest_quarter(company_quarters, segment_quarters), since)
    groups = _groups(members).with_row_index("group")
    chosen = metrics.METRICS if only is None else tuple(metrics.metric(name) for name in only)
    measured = _measures(company_quarters, segment_quarters, prices, chosen)
    contributions = members.filter("measurable").join(
        groups.select("group", *_LAYER, "quarter"), on=[*_LAYER, "quarter"]
    )
    rows = _layer_rows(groups, contributions, measured, chosen)
    told = finality.statuses(
        measured.select(*_ENTITY, "metric", "window"),
        finality.weighed(members, _trailing(company_quarters, segment_quarters)),
        pl.DataFrame([(m.id, w) for m in chosen for w in m.windows], _FIGURE, orient="row"),
    )
    finished = (
        rows.join(told, on=[*_LAYER, "quarter", *_FIGURE], how="left")
        .with_columns(pl.col("status").fill_null(finality.PROVISIONAL))
        .drop("quarter", "reported")
    )
    return conform(finished, table("marts.layer_metrics"))


def member_amounts(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """marts.member_amounts, one row per lens, layer, basis, member, calendar quarter, window and item.

    Dollars of the members that are measured, for AMOUNT_ITEMS; an amount that is not known has no row.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        memberships: core.memberships.
        companies: core.companies.
    """
    members = members_by_quarter(memberships, companies, newest_quarter(company_quarters, segment_quarters))
    frame = (
        members.filter("measurable")
        .join(_known_amounts(company_quarters, segment_quarters), on=_ENTITY)
        .select(
            *_LAYER,
            "member_id",
            "company_id",
            windows.label_of(pl.col("quarter")).alias("calendar_quarter"),
            "window",
            "item",
            "amount_usd",
            *bases.COLUMNS,
        )
    )
    return conform(frame, table("marts.member_amounts"))


@once
def weighed_members(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """The measurable members of each layer and quarter with what they weigh: see `finality.weighed`.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        memberships: core.memberships.
        companies: core.companies.
    """
    members = members_by_quarter(memberships, companies, newest_quarter(company_quarters, segment_quarters))
    return finality.weighed(members, _trailing(company_quarters, segment_quarters))


@once
def layer_items(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """How far each of AMOUNT_ITEMS is known of each layer: whether a quarter is final, and what the silent last told.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        memberships: core.memberships.
        companies: core.companies.

    Returns:
        One row per lens, layer, basis, calendar quarter, window and item: status, and silent_usd, Σ of the newest
        amounts of the members that have none for these months and had one in the finality.REPORTS_FOR quarters before;
        null where no member has or had one. A layer without a measurable member has no row.
    """
    known = _known_amounts(company_quarters, segment_quarters)
    members = weighed_members(company_quarters, segment_quarters, memberships, companies)
    figures = pl.DataFrame({"item": AMOUNT_ITEMS}).join(pl.DataFrame({"window": WINDOWS}), how="cross")
    at = [*_LAYER, "quarter", "item", "window"]
    numbered = figures.with_row_index("figure")
    silent = (
        finality.reports(known, members, numbered)
        .filter(~pl.col("has"))
        .join(numbered, on="figure")
        .sort("member_id")
        .group_by(at, maintain_order=True)
        .agg(silent_usd=pl.col("amount_usd").sum())
    )
    return (
        finality.statuses(known, members, figures)
        .join(silent, on=at, how="left")
        .with_columns(
            # Where members report the item and none is silent, what the silent last told is nothing, not unknown.
            silent_usd=pl.when("reported").then(pl.col("silent_usd").fill_null(0.0)),
            calendar_quarter=windows.label_of(pl.col("quarter")),
        )
        .drop("quarter", "reported")
    )


@once
def member_ratios(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    ratios: tuple[str, ...],
) -> pl.DataFrame:
    """The dollars behind a layer's ratios: numerator and denominator of each member that has both.

    They are of one segmentation, which the items of member_amounts need not be.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        memberships: core.memberships.
        companies: core.companies.
        ratios: ids of metrics that divide one item by another.

    Returns:
        One row per lens, layer, basis, member_id, quarter (number of the calendar quarter), window and metric:
        company_id, numerator_usd and denominator_usd.

    Raises:
        KeyError: no such metric.
    """
    chosen = tuple(metrics.metric(name) for name in ratios)
    members = members_by_quarter(memberships, companies, newest_quarter(company_quarters, segment_quarters))
    measured = _measures(company_quarters, segment_quarters, empty(table("core.prices")), chosen)
    return (
        members.filter("measurable")
        .join(measured.drop("value", "base_usd"), on=_ENTITY)
        .drop("segment", "measurable", "listed")
    )


def newest_quarter(company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame) -> str:
    """The newest calendar quarter with any figure; the quarter before the record if there is none."""
    newest = pl.concat([company_quarters["calendar_quarter"], segment_quarters["calendar_quarter"]]).max()
    return str(newest) if newest is not None else "2014Q4"


@once
def members_by_quarter(
    memberships: pl.DataFrame, companies: pl.DataFrame, newest: str, since: str = FIRST_QUARTER
) -> pl.DataFrame:
    """Who belongs to each layer on the last day of each calendar quarter, on both bases.

    A membership counts between its dates. A member whose measured company is listed counts from the first trading day
    to the last. On the layer basis every member is there; on the consolidated basis every listed company in its
    primary layer, whole, under its own id. A company that is dark there is counted and not measured: Meta's statements
    are not those of Llama.

    Args:
        memberships: core.memberships.
        companies: core.companies.
        newest: the last calendar quarter.
        since: the first.

    Returns:
        One row per lens, layer, basis, quarter (number of the calendar quarter) and member_id: company_id, segment (''
        for a whole company), measurable (whole or segment) and listed (of the company that is measured).

    Raises:
        ValueError: on one basis of a lens a company is counted twice: whole or by the same segment in two places, or
            whole beside one of its segments.
    """
    first, last = windows.index(since), windows.index(newest)
    quarters = pl.DataFrame({"quarter": pl.int_range(first, max(last, first - 1) + 1, dtype=pl.Int32, eager=True)})
    quarters = quarters.with_columns(day=windows.last_day_of(pl.col("quarter")))
    listing = companies.select(
        "company_id", "listed_from", "listed_to", listed=pl.col("status").is_in(["listed", "delisted"])
    )
    day = pl.col("day")
    at_the_time = (
        memberships.join(listing, on="company_id", how="left")
        .join(quarters, how="cross")
        .filter(
            pl.col("valid_from").is_null() | (pl.col("valid_from") <= day),
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= day),
            pl.col("listed_from").is_null() | (pl.col("listed_from") <= day),
            pl.col("listed_to").is_null() | (pl.col("listed_to") >= day),
        )
        .with_columns(pl.col("listed").fill_null(False))
    )
    columns = ["lens", "layer", "basis", "quarter", "member_id", "company_id", "segment", "measurable", "listed"]
    by_layer = at_the_time.with_columns(
        basis=pl.lit("layer"),
        measurable=pl.col("measure") != "dark",
        segment=pl.when(pl.col("measure") == "segment").then("segment").otherwise(pl.lit(_WHOLE)),
    ).select(columns)
    consolidated = (
        at_the_time.filter("listed", "primary_layer")
        .with_columns(
            measurable=(pl.col("measure") != "dark").any().over("lens", "layer", "quarter", "company_id"),
        )
        .unique(["lens", "layer", "quarter", "company_id"], maintain_order=True)
        .with_columns(
            basis=pl.lit("consolidated"),
            member_id="company_id",
            segment=pl.lit(_WHOLE),
        )
        .select(columns)
    )
    members = pl.concat([by_layer, consolidated])
    _check_once(members)
    return members


def _check(memberships: pl.DataFrame, layers: pl.DataFrame, companies: pl.DataFrame) -> None:
    stray = memberships.join(layers, on=["lens", "layer"], how="anti")
    if stray.height:
        lens, layer, member = stray.select("lens", "layer", "member_id").row(0)
        raise ValueError(f"{member} is a member of {lens}/{layer}, which core.layers does not list")
    strangers = memberships.join(companies, on="company_id", how="anti")
    if strangers.height:
        lens, company = strangers.select("lens", "company_id").row(0)
        raise ValueError(f"lens {lens} measures {company}, which core.companies does not list")


def _check_once(members: pl.DataFrame) -> None:
    """Every dollar once in each lens and basis."""
    place = ["lens", "basis", "company_id", "quarter"]
    twice = (
        members.filter("measurable")
        .group_by(place)
        .agg(
            pl.len().alias("n"),
            pl.col("segment").n_unique().alias("segments"),
            (pl.col("segment") == _WHOLE).any().alias("whole"),
            pl.format("{} in {}", "member_id", "layer").sort().alias("where"),
        )
        .filter((pl.col("n") > pl.col("segments")) | (pl.col("whole") & (pl.col("n") > 1)))
        .sort(place)
    )
    if twice.height:
        row = twice.row(0, named=True)
        raise ValueError(
            f"lens {row['lens']} counts {row['company_id']} twice on the {row['basis']} basis "
            f"({', '.join(row['where'])}); measure it whole in one layer only, or each segment once"
        )


def _groups(members: pl.DataFrame) -> pl.DataFrame:
    """Lens, layer, basis and quarter wherever a listed company stands behind a member; and n_members."""
    at = ["lens", "layer", "quarter"]
    listed = members.filter("listed").select(at).unique()
    both = listed.join(pl.DataFrame({"basis": ["layer", "consolidated"]}), how="cross")
    counts = members.group_by(*_LAYER, "quarter").agg(pl.len().cast(pl.Int64).alias("n_members"))
    return both.join(counts, on=[*_LAYER, "quarter"], how="left").with_columns(pl.col("n_members").fill_null(0))


def _trailing(company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame) -> pl.DataFrame:
    return finality.trailing_revenue(_amounts(company_quarters, segment_quarters, ("revenue",)))


@once
def _known_amounts(company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame) -> pl.DataFrame:
    """Dollars of AMOUNT_ITEMS by company or segment, quarter, window and item."""
    columns = [*_ENTITY, "window", "item", "amount_usd", *bases.COLUMNS]
    plain = _amounts(company_quarters, segment_quarters, AMOUNT_ITEMS)
    others = metrics.measures(company_quarters, metrics=tuple(metrics.metric(m) for m in METRIC_ITEMS)).with_columns(
        segment=pl.lit(_WHOLE),
        item="metric",
        amount_usd="numerator_usd",
        **{c: pl.lit(None, pl.Date) for c in bases.COLUMNS},
    )
    return pl.concat([plain.select(columns), others.select(columns)]).drop_nulls("amount_usd")


def _amounts(company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame, items: tuple[str, ...]) -> pl.DataFrame:
    """Dollars by company or segment, quarter, window and item."""
    columns = [*_ENTITY, "window", "item", "amount_usd", *bases.COLUMNS]
    wanted = pl.col("item").is_in(items)
    whole = (
        windows.amounts(company_quarters, COMPANY)
        .filter(wanted)
        .with_columns(segment=pl.lit(_WHOLE), amount_usd="value_usd")
    )
    parts = windows.amounts(segment_quarters, SEGMENT).filter(wanted).with_columns(amount_usd="value_usd")
    parts = _newest_segmentation(parts, ["window", "item"], pl.col("amount_usd"))
    return pl.concat([whole.select(columns), parts.select(columns)]).filter(pl.col("amount_usd").is_not_null())


def _measures(
    company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame, prices: pl.DataFrame, chosen: tuple[Metric, ...]
) -> pl.DataFrame:
    whole = metrics.measures(company_quarters, prices=prices, metrics=chosen).with_columns(segment=pl.lit(_WHOLE))
    parts = metrics.measures(segment_quarters, by=SEGMENT, metrics=chosen)
    parts = _newest_segmentation(parts, ["window", "metric"], pl.col("numerator_usd"))
    columns = [*_ENTITY, "window", "metric", "value", "numerator_usd", "denominator_usd", "base_usd"]
    is_ratio = pl.col("metric").is_in([m.id for m in chosen if m.denominator])
    return pl.concat([whole.select(columns), parts.select(columns)]).filter(
        pl.col("numerator_usd").is_not_null() & (pl.col("denominator_usd").is_not_null() | ~is_ratio)
    )


def _newest_segmentation(rows: pl.DataFrame, what: list[str], known: pl.Expr) -> pl.DataFrame:
    """One row a segment where segmentations overlap: of those that know the figure, the one that reaches furthest."""
    reach = pl.col("quarter").max().over(list(SEGMENT))
    return (
        rows.with_columns(known=known.is_not_null(), reach=reach)
        .sort("known", "reach", "basis_note", descending=True)
        .unique([*_ENTITY, *what], keep="first", maintain_order=True)
    )


def _layer_rows(
    groups: pl.DataFrame, members: pl.DataFrame, measured: pl.DataFrame, chosen: Sequence[Metric]
) -> pl.DataFrame:
    """The metrics of each group: the grid of chosen metrics and their windows, filled where members are measured."""
    declared = [
        (m.id, w, m.denominator.name if m.denominator else None, m.near_zero) for m in chosen for w in m.windows
    ]
    schema = {"metric": pl.String, "window": pl.String, "denominator_name": pl.String, "near_zero": pl.Float64}
    declared_metrics = pl.DataFrame(declared, schema=schema, orient="row").with_row_index("of")
    size = pl.coalesce("denominator_usd", "numerator_usd")
    rows = (
        members.sort("member_id")
        .join(measured.join(declared_metrics.select("of", "metric", "window"), on=["metric", "window"]), on=_ENTITY)
        .select("group", "of", "company_id", "value", "numerator_usd", "denominator_usd", "base_usd", size=size)
    )
    largest = pl.col("size").arg_max()
    sums = rows.group_by("group", "of").agg(
        *(pl.col(c).sum().alias(c) for c in ("numerator_usd", "denominator_usd", "base_usd")),
        *(pl.col(c).get(largest).alias(f"largest_{c}") for c in ("numerator_usd", "denominator_usd", "base_usd")),
        pl.col("company_id").get(largest).alias("largest_company_id"),
        pl.col("value").median().alias("median"),
        pl.col("value").quantile(0.25, "linear").alias("p25"),
        pl.col("value").quantile(0.75, "linear").alias("p75"),
        pl.len().cast(pl.Int64).alias("n_measured"),
    )
    grid = groups.join(declared_metrics, how="cross").join(sums, on=["group", "of"], how="left")
    is_ratio = pl.col("denominator_name").is_not_null()
    covered = pl.col("coverage_ratio") >= MIN_COVERAGE
    others = [
        (pl.col(c) - pl.col(f"largest_{c}")).alias(f"other_{c}")
        for c in ("numerator_usd", "denominator_usd", "base_usd")
    ]
    ratio = pl.col("numerator_usd") / pl.col("denominator_usd")
    other_ratio = pl.col("other_numerator_usd") / pl.col("other_denominator_usd")
    says_nothing = not_meaningful("denominator_usd", "base_usd")
    other_says_nothing = not_meaningful("other_denominator_usd", "other_base_usd")
    reason = (
        pl.when(pl.col("n_members") == 0)
        .then(pl.lit(NO_MEMBER))
        .when(~covered)
        .then(pl.lit(BELOW_COVERAGE))
        .when(is_ratio)
        .then(says_nothing)
    )
    return (
        grid.with_columns(pl.col("n_measured").fill_null(0), *others)
        .with_columns(coverage_ratio=pl.when(pl.col("n_members") > 0).then(pl.col("n_measured") / pl.col("n_members")))
        .with_columns(null_reason=reason)
        .select(
            *_LAYER,
            windows.label_of(pl.col("quarter")).alias("calendar_quarter"),
            "window",
            "metric",
            pl.when(pl.col("null_reason").is_null())
            .then(pl.when(is_ratio).then(ratio).otherwise("numerator_usd"))
            .alias("value"),
            "median",
            "p25",
            "p75",
            "n_members",
            "n_measured",
            "coverage_ratio",
            pl.when(covered & (pl.col("n_measured") > 1))
            .then(
                pl.when(is_ratio)
                .then(pl.when(other_says_nothing.is_null()).then(other_ratio))
                .otherwise("other_numerator_usd")
            )
            .alias("value_ex_largest"),
            "largest_company_id",
            "null_reason",
            "quarter",
        )
    )
