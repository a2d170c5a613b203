"""Will it pay: the yearly revenue that applications and models would need for the capital spent below them.

Belongs here: the assumptions (justification.toml), the annuity, the required revenue, what is measured, what is dark.
Does not belong here: capital by itself (capital spent, funded, run off), prices, pictures.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated

import polars as pl
from pydantic import Field

from analytics import aggregate, finality, windows
from analytics.contracts import conform, empty, table
from analytics.segments import furthest
from analytics.stacks.entries import Entry, Slug, Text

TOGETHER = "together"
BEFORE_BASE = "not after the base quarter"
NO_CAPITAL = "capital is not positive"


class Assumption(Entry):
    """One assumption: its default with source, the range a reader may choose from, and what it rests on."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: Text
    default: float
    low: float
    high: float
    step: Annotated[float, Field(gt=0)]
    unit: Annotated[str, Field(pattern="^(fraction|years|times)$")]
    text: Text
    source: Text
    citation: Text
    checked: bool


class SimpleRule(Entry):
    """The rule of thumb shown beside: a run-rate of one reported line, times four."""

    company: Slug
    segment: Text
    title: Text
    source: Text
    url: Text
    text: Text
    checked: bool


class Declared(Entry):
    """The whole of justification.toml."""

    lens: Slug
    base_quarter: Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")]
    buyers: list[Slug]
    had_a_business_before: list[Slug]
    payers: list[Slug]
    simple_rule: SimpleRule
    assumption: list[Assumption]


@dataclass(frozen=True)
class Terms:
    """The assumptions as numbers: fractions, and lives in years."""

    ai_share: float
    equipment_share: float
    equipment_life: float
    shell_life: float
    cost_of_capital: float
    operating_cost: float
    downstream_gross_margin: float

    def __post_init__(self) -> None:
        """Refuse what no arithmetic can carry.

        Raises:
            ValueError: a life, the cost of capital or the margin is not positive, or a share is not within 0 and 1.
        """
        for name in ("equipment_life", "shell_life", "cost_of_capital", "downstream_gross_margin"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive")
        for name in ("ai_share", "equipment_share", "downstream_gross_margin"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is a fraction, from 0 to 1")

    @property
    def equipment_rate(self) -> float:
        """Yearly charge of one dollar of equipment."""
        return annuity(self.equipment_life, self.cost_of_capital)

    @property
    def shell_rate(self) -> float:
        """Yearly charge of one dollar of shell."""
        return annuity(self.shell_life, self.cost_of_capital)


@cache
def declared() -> Declared:
    """Return what justification.toml says."""
    text = resources.files("analytics").joinpath("justification.toml").read_text(encoding="utf-8")
    return Declared.model_validate(tomllib.loads(text))


def defaults() -> Terms:
    """Return the defaults of the assumptions."""
    return Terms(**{a.id: a.default for a in declared().assumption})


def assumptions() -> pl.DataFrame:
    """core.assumptions, one row per assumption of the justification gap."""
    rows = [
        a.model_dump(exclude={"id"}) | {"assumption": a.id, "position": n}
        for n, a in enumerate(declared().assumption, 1)
    ]
    contract = table("core.assumptions")
    return conform(pl.DataFrame(rows, schema=contract.polars_schema), contract)


def annuity(years: float, rate: float) -> float:
    """Return the yearly payment that repays one dollar over some years at a rate: rate ÷ (1 − (1 + rate)^−years)."""
    discounted: float = (1 + rate) ** -years
    return rate / (1 - discounted)


def required(equipment: float, shell: float, capital: float, terms: Terms) -> float:
    """Return the yearly revenue downstream that pays for capital: (charge + running) ÷ gross margin.

    Capex 100, of which 60 equipment over 5 years and 40 shell over 15 at 10 %, is charged 21.09; with 15 of operating
    cost and a gross margin of 50 % it needs 72.2.

    Args:
        equipment: capital in equipment within its life.
        shell: capital in shell within its life.
        capital: all capital, on which the cost of running it is reckoned.
        terms: the assumptions.
    """
    charge = equipment * terms.equipment_rate + shell * terms.shell_rate
    return (charge + capital * terms.operating_cost) / terms.downstream_gross_margin


def known_capex(company_quarters: pl.DataFrame) -> pl.DataFrame:
    """Capex in US dollars by company and calendar quarter, each dollar once.

    A year that is known without its quarters, or with some of them, stands with what they leave of it in its last
    quarter.

    Args:
        company_quarters: core.company_quarters.

    Returns:
        company_id, quarter (number of the calendar quarter), period_start, capex_usd.
    """
    rows = company_quarters.filter(pl.col("item") == "capex", pl.col("value_usd").is_not_null()).select(
        "company_id",
        "period_start",
        "period_end",
        quarter=windows.index_of(pl.col("calendar_quarter")),
        capex_usd="value_usd",
        year=pl.col("derivation") == "year_only",
    )
    quarters = rows.filter(~pl.col("year"))
    slack = pl.duration(days=windows.JOINT_DAYS)
    inside = (
        rows.filter("year")
        .join(quarters, on="company_id", suffix="_of")
        .filter(
            pl.col("period_start_of") >= pl.col("period_start") - slack,
            pl.col("period_end_of") <= pl.col("period_end") + slack,
        )
        .group_by("company_id", "period_end")
        .agg(known_usd=pl.col("capex_usd_of").sum(), n_known=pl.len())
    )
    years = (
        rows.filter("year")
        .join(inside, on=["company_id", "period_end"], how="left")
        .filter(pl.col("n_known").fill_null(0) < 4)
        .with_columns(capex_usd=pl.col("capex_usd") - pl.col("known_usd").fill_null(0.0))
    )
    columns = ["company_id", "quarter", "period_start", "capex_usd"]
    return pl.concat([quarters.select(columns), years.select(columns)]).sort("company_id", "quarter", "period_start")


def justification(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    terms: Terms | None = None,
) -> pl.DataFrame:
    """marts.justification, one row per group of buyers, way of counting capital and calendar quarter.

    A buyer's capex counts since the base quarter, also from before it was listed; from the start of its membership
    where the lens gives it one of its own. Of each quarter's capex the equipment is charged for its life, the shell for
    its own, as annuities.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        member_amounts: marts.member_amounts.
        memberships: core.memberships.
        companies: core.companies.
        terms: the assumptions; by default the declared ones.
    """
    said, terms = declared(), terms or defaults()
    contract = table("marts.justification")
    members = aggregate.members_by_quarter(
        memberships.filter(pl.col("lens") == said.lens),
        companies,
        aggregate.newest_quarter(company_quarters, segment_quarters),
    )
    buyers = members.filter(pl.col("layer").is_in(said.buyers))
    if buyers.is_empty():
        return empty(contract)
    capex = _buyers_capex(known_capex(company_quarters), memberships, companies, said)
    groups = {TOGETHER: said.buyers} | {layer: [layer] for layer in said.buyers}
    names = dict(memberships.filter(pl.col("lens") == said.lens).select("member_id", "member_name").iter_rows())
    seen = {
        name: _buyers_seen(buyers.filter(pl.col("layer").is_in(layers)), capex, names)
        for name, layers in groups.items()
    }
    paid = _payers(members, member_amounts, memberships, said, names)
    rule = _simple_rule(segment_quarters, said.simple_rule)
    parts = [
        _capital(
            capex.filter(pl.col("layer").is_in(layers)), seen[name], said, terms, above=capital == "above_base_rate"
        )
        .with_columns(lens=pl.lit(said.lens), buyers=pl.lit(name), capital=pl.lit(capital))
        .join(seen[name], on="quarter")
        for name, layers in groups.items()
        for capital in ("all", "above_base_rate")
    ]
    rows = pl.concat(parts).join(paid, on="quarter", how="left").join(rule, on="quarter", how="left")
    charge = pl.col("equipment_charge_usd") + pl.col("shell_charge_usd")
    rows = rows.with_columns(
        annual_charge_usd=charge, operating_cost_usd=terms.operating_cost * pl.col("capital_usd")
    ).with_columns(
        required_revenue_usd=(pl.col("annual_charge_usd") + pl.col("operating_cost_usd"))
        / terms.downstream_gross_margin
    )
    required_usd = pl.col("required_revenue_usd")
    rows = rows.with_columns(
        calendar_quarter=windows.label_of(pl.col("quarter")),
        gap_usd=required_usd - pl.col("measured_revenue_usd"),
        gap_to_new_revenue_usd=required_usd - pl.col("new_revenue_usd"),
        n_members=pl.col("n_members").fill_null(0),
        n_measured=pl.col("n_measured").fill_null(0),
        n_named=pl.col("n_named").fill_null(0),
        n_named_measured=pl.col("n_named_measured").fill_null(0),
    )
    return conform(rows.select(list(contract.polars_schema)), contract)


def _buyers_capex(
    capex: pl.DataFrame, memberships: pl.DataFrame, companies: pl.DataFrame, said: Declared
) -> pl.DataFrame:
    """Capex that counts, by layer, company and quarter."""
    listing = companies.select("company_id", "listed_from", "listed_to")
    # A membership that begins with the listing begins with the company; one with a start of its own begins there.
    spans = (
        memberships.filter(pl.col("lens") == said.lens, pl.col("layer").is_in(said.buyers), pl.col("primary_layer"))
        .join(listing, on="company_id")
        .select(
            "layer",
            "company_id",
            start=pl.when(pl.col("valid_from").ne_missing(pl.col("listed_from"))).then("valid_from"),
            end="valid_to",
        )
        .unique(["layer", "company_id", "start", "end"])
    )
    counted = capex.join(spans, on="company_id").filter(
        pl.col("start").is_null() | (pl.col("period_start") >= pl.col("start")),
        pl.col("end").is_null() | (windows.last_day_of(pl.col("quarter")) <= pl.col("end")),
    )
    return counted.group_by("layer", "company_id", "quarter").agg(
        pl.col("capex_usd").sum(), period_start=pl.col("period_start").min()
    )


def _buyers_seen(buyers: pl.DataFrame, capex: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Of each quarter: how many buyers there are, whose capex is known, who is dark, and whether that is final."""
    spent = capex.select("company_id", "quarter", "capex_usd")
    trailing = pl.concat([spent.with_columns(pl.col("quarter") + k) for k in (1, 2, 3, 4)])
    trailing = trailing.group_by("company_id", "quarter").agg(trailing_usd=pl.col("capex_usd").sum())
    members = (
        buyers.filter(pl.col("basis") == "layer")
        .join(spent.select("company_id", "quarter", known=pl.lit(True)), on=["company_id", "quarter"], how="left")
        .join(trailing, on=["company_id", "quarter"], how="left")
    )
    is_known = pl.col("known").fill_null(False) & pl.col("measurable")
    # A company without a year behind it weighs nothing yet.
    weight = pl.col("trailing_usd").fill_null(0.0)
    enough = weight.filter(is_known).sum() >= finality.FINAL_SHARE * weight.filter("measurable").sum()
    return members.group_by("quarter").agg(
        n_buyers=pl.len().cast(pl.Int64),
        n_buyers_measured=is_known.sum().cast(pl.Int64),
        dark_buyers=_names(~is_known, names),
        n_listed=pl.col("measurable").sum(),
        status=pl.when(is_known.any() & enough).then(pl.lit("final")).otherwise(pl.lit("provisional")),
    )


def _names(condition: pl.Expr, names: Mapping[str, str]) -> pl.Expr:
    """The names of the members that meet a condition, in order, as one text; null for none."""
    found = pl.col("member_id").replace(names).filter(condition).sort().str.join(", ")
    return pl.when(condition.any()).then(found)


def _capital(capex: pl.DataFrame, seen: pl.DataFrame, said: Declared, terms: Terms, *, above: bool) -> pl.DataFrame:
    """Capital since the base quarter and its charges, one row a quarter."""
    base = windows.index(said.base_quarter)
    if above:
        capex = _above_base_rate(capex, said, base)
    after_base = (pl.col("period_start") > windows.last_day_of(pl.lit(base))) | (pl.col("quarter") == base + 1)
    counted = capex.group_by("quarter").agg(
        capex_usd=pl.col("capex_usd").sum(), counts_usd=pl.col("capex_usd").filter(after_base).sum()
    )
    # Capex from before the first buyer was a member counts too, so the sum runs over all quarters there are.
    rows = (
        pl.concat([seen.select("quarter"), counted.select("quarter")])
        .unique()
        .join(seen.select("quarter", "n_listed", "n_buyers_measured", seen=pl.lit(True)), on="quarter", how="left")
        .join(counted, on="quarter", how="left")
        .sort("quarter")
    )
    covered = pl.col("n_buyers_measured") >= aggregate.MIN_COVERAGE * pl.col("n_listed")
    after = pl.col("quarter") > base
    spent = pl.when(after).then(pl.col("counts_usd").fill_null(0.0) * terms.ai_share).otherwise(0.0)
    rows = rows.with_columns(spent=spent, total=spent.cum_sum())
    for part, share, life in (
        ("equipment", terms.equipment_share, terms.equipment_life),
        ("shell", 1 - terms.equipment_share, terms.shell_life),
    ):
        rows = rows.with_columns(_within_life(rows, life).alias(part)).with_columns(pl.col(part) * share)
    reason = (
        pl.when(~after)
        .then(pl.lit(BEFORE_BASE))
        .when(~covered)
        .then(pl.lit(aggregate.BELOW_COVERAGE))
        .when(pl.col("total") <= 0)
        .then(pl.lit(NO_CAPITAL))
    )
    known = pl.col("null_reason").is_null()
    return (
        rows.with_columns(null_reason=reason)
        .filter("seen")
        .select(
            "quarter",
            "capex_usd",
            pl.when(known).then("total").alias("capital_usd"),
            *(pl.when(known).then(part).alias(f"{part}_usd") for part in ("equipment", "shell")),
            pl.when(known).then(pl.col("equipment") * terms.equipment_rate).alias("equipment_charge_usd"),
            pl.when(known).then(pl.col("shell") * terms.shell_rate).alias("shell_charge_usd"),
            "null_reason",
        )
    )


def _above_base_rate(capex: pl.DataFrame, said: Declared, base: int) -> pl.DataFrame:
    """Capex less a quarter of that of the four quarters to the base quarter, for those who had a business before.

    A company without those four quarters has no rate, and is left out.
    """
    before = pl.col("layer").is_in(said.had_a_business_before)
    rates = (
        capex.filter(before, pl.col("quarter").is_between(base - 3, base))
        .group_by("company_id")
        .agg(rate_usd=pl.col("capex_usd").mean(), n=pl.len())
        .filter(pl.col("n") == 4)
        .select("company_id", "rate_usd")
    )
    return (
        capex.join(rates, on="company_id", how="left")
        .filter(~before | pl.col("rate_usd").is_not_null())
        .with_columns(capex_usd=pl.col("capex_usd") - pl.when(before).then("rate_usd").otherwise(0.0))
    )


def _within_life(rows: pl.DataFrame, years: float) -> pl.Series:
    """What was spent in the quarters that are within a life at each quarter; rows are sorted by quarter."""
    spent, quarters = rows["spent"].to_list(), rows["quarter"].to_list()
    sums = [sum(s for s, q in zip(spent, quarters, strict=True) if 0 <= now - q < 4 * years) for now in quarters]
    return pl.Series(sums, dtype=pl.Float64)


def _payers(
    members: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    said: Declared,
    names: Mapping[str, str],
) -> pl.DataFrame:
    """Of each quarter: revenue of applications and models that is measured, and who is dark."""
    ours = pl.col("layer").is_in(said.payers) & (pl.col("lens") == said.lens) & (pl.col("basis") == "layer")
    revenue = member_amounts.filter(ours, pl.col("item") == "revenue", pl.col("window") == "ttm").select(
        "member_id", quarter=windows.index_of(pl.col("calendar_quarter")), revenue_usd="amount_usd"
    )
    base = revenue.filter(pl.col("quarter") == windows.index(said.base_quarter)).select(
        "member_id", base_usd="revenue_usd"
    )
    named = (
        memberships.filter(pl.col("lens") == said.lens, pl.col("named_by_source")).select("layer", "member_id").unique()
    )
    rows = (
        members.filter(ours)
        .join(revenue, on=["member_id", "quarter"], how="left")
        .join(base, on="member_id", how="left")
        .join(named.with_columns(named=pl.lit(True)), on=["layer", "member_id"], how="left")
        .with_columns(pl.col("named").fill_null(False))
    )
    known, new = pl.col("revenue_usd").is_not_null(), (pl.col("revenue_usd") - pl.col("base_usd"))
    after = pl.col("quarter") > windows.index(said.base_quarter)
    return (
        rows.sort("quarter", "member_id")
        .group_by("quarter")
        .agg(
            measured_revenue_usd=pl.when(known.any()).then(pl.col("revenue_usd").sum()),
            new_revenue_usd=pl.when(new.is_not_null().any() & after.any()).then(new.sum()),
            n_members=pl.len().cast(pl.Int64),
            n_measured=known.sum().cast(pl.Int64),
            n_named=pl.col("named").sum().cast(pl.Int64),
            n_named_measured=(known & pl.col("named")).sum().cast(pl.Int64),
            dark_members=_names(~known & ~pl.col("measurable"), names),
            late_members=_names(~known & pl.col("measurable"), names),
        )
        .with_columns(coverage_ratio=pl.col("n_measured") / pl.col("n_members"))
    )


def _simple_rule(segment_quarters: pl.DataFrame, rule: SimpleRule) -> pl.DataFrame:
    """The rule of thumb by quarter: run-rate of the reported line × 2 × 2."""
    line = segment_quarters.filter(
        pl.col("company_id") == rule.company,
        pl.col("segment") == rule.segment,
        pl.col("item") == "revenue",
        pl.col("derivation") != "year_only",
    )
    return furthest(line).select(
        quarter=windows.index_of(pl.col("calendar_quarter")),
        simple_rule_usd=simple_rule(pl.col("value_usd")),
    )


def simple_rule(quarter_revenue: pl.Expr) -> pl.Expr:
    """Sequoia's rule: a quarter's revenue × 4 is the run-rate, × 2 is the data centre, × 2 what it must earn."""
    return quarter_revenue * 4 * 2 * 2
