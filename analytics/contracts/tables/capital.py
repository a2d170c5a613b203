"""Where capital goes and what changes: increments, decomposition, concentration, capital, stress, the universe.

Belongs here: declarations only.
"""

from dataclasses import replace

from analytics.contracts.columns import (
    FLOAT,
    INT,
    POOLS,
    STRING,
    basis,
    calendar_quarter,
    company_id,
    layer,
    lens,
    metric,
    null_reason,
    window,
)
from analytics.contracts.model import Column, Table

INCREMENT_ITEMS = ("revenue", *POOLS)
CONCENTRATION_ITEMS = ("revenue", "operating_income", "capex")
UNIVERSE_ITEMS = (*POOLS, "operating_cash_flow", "capex", "total_debt")
# What stands in `layer` for all layers of a lens together.
STACK = "stack"
STANDINGS = ("measured", "strained", "calm", "unknown")

_layer_or_stack = replace(layer, description=f"Layer of the lens, or '{STACK}' for all of them together.")
_base_quarter = Column("base_quarter", STRING, "Calendar quarter compared with.")
_measure = Column("measure", STRING, "Measure; the list is in analytics/capital.")
_n_members = Column("n_members", INT, "Members of that time, as in marts.layer_metrics.", unit="members")
_coverage = Column("coverage_ratio", FLOAT, "n_measured / n_members.", unit="fraction", nullable=True)
_status = Column(
    "status",
    STRING,
    "final or provisional, as in marts.layer_metrics, of what the row is about.",
    values=("final", "provisional"),
)


def _measured(what: str) -> Column:
    return Column("n_measured", INT, what, unit="members")


def _usd(name: str, description: str, *, nullable: bool = True) -> Column:
    return Column(name, FLOAT, description, unit="USD", nullable=nullable)


def _fraction(name: str, description: str, *, nullable: bool = True) -> Column:
    return Column(name, FLOAT, description, unit="fraction", nullable=nullable)


_INCREMENTS = Table(
    "marts",
    "increments",
    "One row per lens, layer, basis, window, item, base quarter and calendar quarter.",
    ("lens", "layer", "basis", "window", "item", "base_quarter", "calendar_quarter"),
    (
        lens,
        layer,
        basis,
        window,
        Column("item", STRING, "Revenue, or a profit pool.", values=INCREMENT_ITEMS),
        _base_quarter,
        calendar_quarter,
        _usd("amount_usd", "Dollars of the calendar quarter; null below 50 % coverage."),
        _usd("base_amount_usd", "Dollars of the base quarter; null below 50 % coverage."),
        _usd(
            "increment_usd",
            "Dollars less base dollars of the members measured in both quarters; null where fewer than half of the "
            "members are.",
        ),
        _usd("entry_usd", "Dollars of members measured now and not in the base quarter: not new, newly seen."),
        _usd("exit_usd", "Base dollars of members measured in the base quarter and not now."),
        _fraction("growth_reported", "Amount over base amount, less one; null where the base is not positive."),
        _fraction(
            "growth_constant",
            "Increment over the base dollars of the same members; null where these are not positive.",
        ),
        _fraction(
            "share_of_net",
            "Increment over the sum of the layers' increments: of each new dollar, what went here. Null for revenue "
            "and where that sum is not positive.",
        ),
        _fraction(
            "share_of_positive",
            "Positive increment over the sum of positive increments; 0 for a decrease; null for revenue.",
        ),
        _n_members,
        _measured("Members measured in both quarters."),
        replace(_coverage, description="n_measured / n_members: below 0.5 there is no increment."),
        _status,
        null_reason,
    ),
    "Every quarter against four quarters before, and twelve months against each base quarter (fourth quarters since "
    "2019). amount − base_amount = increment + entry − exit. A layer that was unknown at the base is not in the "
    "increment, and says so.",
)

_DECOMPOSITION = Table(
    "marts",
    "decomposition",
    "One row per lens, layer or stack, basis, window, margin, base quarter and calendar quarter.",
    ("lens", "layer", "basis", "window", "metric", "base_quarter", "calendar_quarter"),
    (
        lens,
        _layer_or_stack,
        basis,
        window,
        metric,
        _base_quarter,
        calendar_quarter,
        _fraction("margin", "Σ profit / Σ revenue over the members measured now."),
        _fraction("base_margin", "The same of the base quarter."),
        _fraction("change", "Margin less base margin: within + between + entry + exit, to 1e-9."),
        _fraction("within", "Members' own margins moved: Σ mean weight × change of margin."),
        _fraction("between", "Weight moved: Σ change of weight × (mean margin − the group's mean margin)."),
        _fraction("entry", "Members measured now and not then: Σ weight × (margin − the group's mean margin)."),
        _fraction("exit", "Members measured then and not now: −Σ base weight × (base margin − that mean)."),
        Column("n_stayed", INT, "Members measured in both quarters.", unit="members"),
        Column("n_entered", INT, "Members measured now only.", unit="members"),
        Column("n_left", INT, "Members measured then only.", unit="members"),
        _n_members,
        _measured("Members measured now."),
        _coverage,
        _fraction("base_coverage_ratio", "Measured over members in the base quarter."),
        _status,
        null_reason,
    ),
    "Weights are shares of revenue; the group's mean margin is that of both quarters. Year on year, and over twelve "
    "months since 2022Q4. The stack counts each dollar of a company once.",
)

_DECOMPOSITION_MEMBERS = Table(
    "marts",
    "decomposition_members",
    "One row per lens, layer or stack, basis, window, margin, base quarter, calendar quarter and member.",
    ("lens", "layer", "basis", "window", "metric", "base_quarter", "calendar_quarter", "member_id"),
    (
        lens,
        _layer_or_stack,
        basis,
        window,
        metric,
        _base_quarter,
        calendar_quarter,
        Column("member_id", STRING, "Member as the lens names it; on the consolidated basis the company itself."),
        replace(company_id, description="Company that is measured."),
        _fraction("weight", "Its share of the group's revenue; null if not measured now."),
        _fraction("base_weight", "The same in the base quarter; null if not measured then."),
        _fraction("margin", "Its margin; null without revenue."),
        _fraction("base_margin", "Its margin in the base quarter; null without revenue."),
        _fraction("within", "Its part of the change of the group's margin, as marts.decomposition.", nullable=False),
        _fraction("between", "The same for the move of weight.", nullable=False),
        _fraction("entry", "The same for its entry.", nullable=False),
        _fraction("exit", "The same for its exit.", nullable=False),
    ),
    "Sums over members are the effects of marts.decomposition. A member without revenue in one of the quarters enters "
    "or leaves. Operating margin only.",
)

_CONCENTRATION = Table(
    "marts",
    "concentration",
    "One row per lens, layer or stack, basis, window, item and calendar quarter.",
    ("lens", "layer", "basis", "window", "item", "calendar_quarter"),
    (
        lens,
        _layer_or_stack,
        basis,
        window,
        Column("item", STRING, "Item whose dollars are shared out.", values=CONCENTRATION_ITEMS),
        calendar_quarter,
        Column(
            "hhi",
            FLOAT,
            "Herfindahl–Hirschman index: Σ (share in per cent)² of the measured; 10,000 for one company alone.",
            unit="points",
            nullable=True,
        ),
        _fraction("largest_share", "Share of the largest company."),
        Column("largest_company_id", STRING, "The largest company.", nullable=True),
        Column("n_companies", INT, "Companies measured: the n of the index.", unit="companies"),
        _n_members,
        _measured("Members measured."),
        _coverage,
        _status,
        null_reason,
    ),
    "No index where an amount is negative: shares of a loss are none. No total of revenue over layers.",
)

_value = Column("value", FLOAT, "Amount in US dollars, fraction, multiple or years; the unit is the measure's.",
                unit="per measure", nullable=True)  # fmt: skip

_CAPITAL = Table(
    "marts",
    "capital",
    "One row per lens, layer, basis, window, calendar quarter and measure.",
    ("lens", "layer", "basis", "window", "calendar_quarter", "measure"),
    (
        lens,
        layer,
        basis,
        window,
        calendar_quarter,
        _measure,
        replace(_value, description="Σ of members' dollars, or Σ ÷ Σ; null below 50 % coverage."),
        _n_members,
        _measured("Members whose figures are counted."),
        _coverage,
        _status,
        null_reason,
    ),
    "How capex is funded is told of the members of which every part is known, so that the parts sum to their capex "
    "(funded_capex) with the residual beside. Segments report no capital: read the consolidated basis.",
)

_COMPANY_CAPITAL = Table(
    "marts",
    "company_capital",
    "One row per company, window, calendar quarter and measure.",
    ("company_id", "window", "calendar_quarter", "measure"),
    (
        company_id,
        window,
        calendar_quarter,
        _measure,
        replace(_value, description="Amount in US dollars, or years; the unit is the measure's."),
        null_reason,
    ),
    "Capex, its ratios and the funding gap of a company are in marts.company_metrics.",
)

_as_of = replace(calendar_quarter, description="Calendar quarter up to which capex is counted.")
_year = Column("charge_year", INT, "Calendar year of the charge; of the current year what is left of it.", unit="year")
_equipment = _usd("equipment_usd", "Straight-line charge of the equipment in that year.", nullable=False)
_shell = _usd("shell_usd", "Straight-line charge of the shell (land, buildings, power) in that year.", nullable=False)
_SPLIT = (
    "Capex since the base quarter 2022Q4, split and written off as core.assumptions say (equipment_share, "
    "equipment_life, shell_life), each quarter's from the next quarter on. Of a year whose quarters are not "
    "all known, what the known ones leave counts as spent evenly over the others."
)

_RUNOFF = Table(
    "marts",
    "runoff",
    "One row per lens, layer, basis, calendar quarter and year of charge.",
    ("lens", "layer", "basis", "calendar_quarter", "charge_year"),
    (
        lens,
        layer,
        basis,
        _as_of,
        _year,
        _equipment,
        _shell,
        _n_members,
        _measured("Members whose capex since the base quarter is known."),
        _coverage,
        _status,
    ),
    "The charges still to come from capex already spent; no rows below 50 % coverage. " + _SPLIT,
)

_COMPANY_RUNOFF = Table(
    "marts",
    "company_runoff",
    "One row per company and year of charge, from the company's newest quarter.",
    ("company_id", "charge_year"),
    (company_id, _as_of, _year, _equipment, _shell),
    "The charges still to come from capex already spent. " + _SPLIT,
)

_STRESS = Table(
    "marts",
    "stress",
    "One row per lens, layer, layer or company in it, window, calendar quarter and component.",
    ("lens", "layer", "kind", "subject", "window", "calendar_quarter", "component"),
    (
        lens,
        layer,
        Column("kind", STRING, "layer: the layer as a whole; company: one in it.", values=("layer", "company")),
        Column("subject", STRING, "Layer id, or company id."),
        window,
        calendar_quarter,
        Column("component", STRING, "Metric id; analytics/stress.py lists the components and which way strain lies."),
        replace(_value, description="The metric's value; null with the reason.", unit="per metric"),
        null_reason,
        Column(
            "standing",
            STRING,
            "measured: there is a value; strained: no ratio because there are no earnings or no cash to pay with, "
            "ranked before every value; calm: there is nothing to pay; unknown: not known.",
            values=STANDINGS,
        ),
        Column(
            "rank",
            INT,
            "1 is the most strained among the n_ranked of its kind in the lens; equals share a rank; null if unranked.",
            nullable=True,
        ),
        Column("n_ranked", INT, "How many of its kind have a rank in the lens.", unit="subjects"),
        Column("n_members", INT, "Members of the layer at the time; 1 for a company.", unit="members"),
        _measured("Members that have the metric's inputs; of a company 1 or 0."),
        _coverage,
        replace(_status, description="final or provisional, of the layer's metric, as in marts.layer_metrics."),
    ),
    "Consolidated: each company whole. Companies that publish no accounts are there, with the reason. There is no "
    "score: components are ranked each by itself.",
)

_UNIVERSE = Table(
    "marts",
    "universe",
    "One row per lens, basis, window, item and calendar quarter.",
    ("lens", "basis", "window", "item", "calendar_quarter"),
    (
        lens,
        basis,
        window,
        Column("item", STRING, "Profit pool, operating cash flow, capex or total debt.", values=UNIVERSE_ITEMS),
        calendar_quarter,
        _usd("placed_usd", "Dollars that the lens places in a layer.", nullable=False),
        _usd(
            "remainder_usd",
            "Dollars of companies of which the lens places segments, less each of these once.",
            nullable=False,
        ),
        _usd("unplaced_usd", "Dollars of companies of which the lens places nothing that is measured.", nullable=False),
        _usd("total_usd", "Placed + remainder + unplaced: the same under every lens.", nullable=False),
        _usd("listed_usd", "Dollars of the listed companies themselves: what the total must be.", nullable=False),
        Column("n_companies", INT, "Companies listed at the time whose dollars are known.", unit="companies"),
        Column("n_placed", INT, "Those of which the lens places dollars.", unit="companies"),
    ),
    "Each dollar of a listed company once. A segment counts as placed only where its company's total is known. Revenue "
    "is left out: one company's is another's cost.",
)

_INTEGRATION = Table(
    "marts",
    "integration",
    "One row per lens and company.",
    ("lens", "company_id"),
    (
        lens,
        replace(company_id, description="Company that stands behind members: itself, or the parent of its parts."),
        Column("n_layers", INT, "Layers it spans today.", unit="layers"),
        Column("n_measured_layers", INT, "Those in which its figures are its own or a segment's.", unit="layers"),
        Column("n_members", INT, "Members of the lens behind which it stands.", unit="members"),
        Column("layers", STRING, "The layers, top of the stack first, with commas."),
    ),
    "Vertical integration by the memberships that are valid today.",
)

TABLES: tuple[Table, ...] = (
    _INCREMENTS,
    _DECOMPOSITION_MEMBERS,
    _DECOMPOSITION,
    _CONCENTRATION,
    _COMPANY_CAPITAL,
    _CAPITAL,
    _COMPANY_RUNOFF,
    _RUNOFF,
    _STRESS,
    _UNIVERSE,
    _INTEGRATION,
)
