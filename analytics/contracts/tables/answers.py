"""The answers: justification gap, reconciliation, lead and lag, deals, claims, fragility.

Belongs here: declarations only.
"""

from dataclasses import replace

from analytics.contracts.columns import (
    BOOL,
    DATE,
    FLOAT,
    INT,
    STRING,
    basis,
    calendar_quarter,
    layer,
    lens,
    metric,
    null_reason,
    window,
)
from analytics.contracts.model import Column, Table

VERDICTS = ("supported", "contradicted", "mixed", "not_testable")
# What a claim or headline is read again on, and `headline`, the reading it is judged by.
READINGS = ("headline", "other_basis", "other_window", "median", "without_largest", "quarter_before", "other_lens")

_status = Column(
    "status",
    STRING,
    "final: enough has reported; provisional: not yet, so never the headline.",
    values=("final", "provisional"),
)
_known_share = Column("coverage_ratio", FLOAT, "n_measured / n_members.", unit="fraction", nullable=True)
_verdict = Column(
    "verdict",
    STRING,
    "Verdict by the rule of the claim's test; the rules are in analytics/claims/rules.toml.",
    values=VERDICTS,
)
_claim_id = Column("claim_id", STRING, "Claim within its lens; the claims are in analytics/stacks/lenses.")
_reason = Column(
    "reason", STRING, "Why there is no verdict, or what limits it; null where nothing does.", nullable=True
)


def _usd(name: str, description: str) -> Column:
    return Column(name, FLOAT, description, unit="USD", nullable=True)


_ASSUMPTIONS = Table(
    "core",
    "assumptions",
    "One row per assumption of the justification gap.",
    ("assumption",),
    (
        Column("assumption", STRING, "Id, as the formula uses it."),
        Column("position", INT, "Order in which a page shows them."),
        Column("title", STRING, "Name."),
        Column("default", FLOAT, "Value with which marts.justification is computed.", unit="per unit"),
        Column("low", FLOAT, "Lowest value a reader may choose.", unit="per unit"),
        Column("high", FLOAT, "Highest value a reader may choose.", unit="per unit"),
        Column("step", FLOAT, "Step between values.", unit="per unit"),
        Column("unit", STRING, "fraction, years or times.", values=("fraction", "years", "times")),
        Column("text", STRING, "What it means and how it enters."),
        Column("source", STRING, "Whose default it is."),
        Column("citation", STRING, "Documents that the default or its range rests on."),
        Column("checked", BOOL, "Whether the citation was compared with the document itself."),
    ),
    "Declared in analytics/justification.toml.",
)

_DEALS = Table(
    "core",
    "deals",
    "One row per dated step of a disclosed deal between companies of the stack.",
    ("deal", "date", "step"),
    (
        Column("deal", STRING, "Deal; its steps share the id."),
        Column("date", DATE, "Day of the step, by the document."),
        Column("step", STRING, "What happened: announced, signed or paid.", values=("announced", "signed", "paid")),
        Column("from_id", STRING, "Company that gives, as in core.companies."),
        Column("to_id", STRING, "Company that receives, as in core.companies."),
        Column(
            "kind",
            STRING,
            "What goes from one to the other: investment (money for shares), purchase (money for computing or chips, "
            "over the contract), warrant (a right to shares).",
            values=("investment", "purchase", "warrant"),
        ),
        _usd("amount_usd", "Amount as stated, often 'up to' or over years; null where none is stated."),
        Column("stated", STRING, "What the document says, in short."),
        Column("document", STRING, "Document that says it."),
        Column("document_date", DATE, "Its date."),
        Column("url", STRING, "Where it is published.", nullable=True),
        Column("checked", BOOL, "Whether the row was compared with the document itself; false: from public knowledge."),
    ),
    "A few, not all there are: sums over deals mean nothing. Declared in analytics/deals.toml.",
)

_JUSTIFICATION = Table(
    "marts",
    "justification",
    "One row per group of buyers, way of counting capital and calendar quarter.",
    ("buyers", "capital", "calendar_quarter"),
    (
        lens,
        Column("buyers", STRING, "Whose capital: hyperscalers, neoclouds, or both together."),
        Column(
            "capital",
            STRING,
            "all: all capex since the base quarter; above_base_rate: hyperscalers' capex above the rate of the four "
            "quarters to the base quarter. Filings do not split capex for AI from other capex: the first counts too "
            "much, the second counts as if the old rate would have gone on.",
            values=("all", "above_base_rate"),
        ),
        calendar_quarter,
        _usd("capex_usd", "Capex of the quarter that counts; a year known without its quarters stands in its last."),
        _usd("capital_usd", "Capex since the base quarter (later quarters, the base itself not); null before."),
        _usd("equipment_usd", "Part of it that is equipment still within its life."),
        _usd("shell_usd", "Part of it that is shell still within its life."),
        _usd("equipment_charge_usd", "Annuity of the equipment over its life at the cost of capital, a year."),
        _usd("shell_charge_usd", "Annuity of the shell over its life at the cost of capital, a year."),
        _usd("annual_charge_usd", "Both annuities."),
        _usd("operating_cost_usd", "Cost of running the capital, a year."),
        _usd(
            "required_revenue_usd",
            "Yearly revenue of applications and models that pays for charge and running at their gross margin.",
        ),
        _usd(
            "measured_revenue_usd",
            "Trailing revenue of the measured members of applications and models, all of it, also below 50 % coverage: "
            "how much of it is from AI is not reported, and what the others earn is not known.",
        ),
        _usd(
            "gap_usd",
            "Required less measured revenue, as if every measured dollar were earned with AI and paid for these "
            "buyers alone: the gaps of hyperscalers and neoclouds do not add up.",
        ),
        _usd("new_revenue_usd", "Growth of measured revenue since the base quarter, of members measured in both."),
        _usd("gap_to_new_revenue_usd", "Required revenue less that growth."),
        Column("n_buyers", INT, "Members of the buyers' layers at the time, private ones too.", unit="members"),
        Column("n_buyers_measured", INT, "Those whose capex of the quarter is known.", unit="members"),
        Column("dark_buyers", STRING, "Names of those whose capex of the quarter is not known.", nullable=True),
        Column("n_members", INT, "Members of applications and models at the time.", unit="members"),
        Column("n_measured", INT, "Those with trailing revenue.", unit="members"),
        replace(_known_share, description="n_measured / n_members, of applications and models."),
        Column("n_named", INT, "Members that the lens's source names itself.", unit="members"),
        Column("n_named_measured", INT, "Those of them with trailing revenue.", unit="members"),
        Column("dark_members", STRING, "Names of the members for which nothing is reported.", nullable=True),
        Column("late_members", STRING, "Names of the members that report, but not this quarter yet.", nullable=True),
        _usd("simple_rule_usd", "Sequoia's rule: NVIDIA's data-centre revenue of the quarter × 4 × 2 × 2."),
        replace(_status, description="final: capex of every listed buyer is known for the quarter; else provisional."),
        null_reason,
    ),
    "What is dark is counted and named, never estimated. Defaults are in core.assumptions.",
)

_RECONCILIATION = Table(
    "marts",
    "reconciliation",
    "One row per calendar quarter, window and part of the comparison of suppliers' sales with buyers' capex.",
    ("calendar_quarter", "window", "part"),
    (
        lens,
        calendar_quarter,
        window,
        Column("part", STRING, "Layer, or buyers, suppliers, residual, or a reported line shown for comparison."),
        Column(
            "side",
            STRING,
            "supplier and buyer: layers; total: their sums, and suppliers less buyers; memo: in no sum.",
            values=("supplier", "buyer", "total", "memo"),
        ),
        Column("item", STRING, "Item that enters; difference for the residual."),
        _usd("amount_usd", "Dollars of the measured members; null below 50 % coverage."),
        Column("to_buyers_capex", FLOAT, "Amount over the buyers' capex.", unit="times", nullable=True),
        _usd("change_usd", "Change on four quarters before, of members measured in both."),
        _usd("entry_usd", "Rest of the change: members that came, went, or were not measured in one of both."),
        Column("n_members", INT, "Listed members at the time.", unit="members"),
        Column("n_measured", INT, "Members whose dollars are counted.", unit="members"),
        _known_share,
        _status,
        Column("explanation", STRING, "What the amount holds that the other side does not.", nullable=True),
        null_reason,
    ),
    "Not an identity: suppliers sell to others too, and buyers buy from others too. Consolidated basis.",
)

_LEAD_LAG = Table(
    "marts",
    "lead_lag",
    "One row per pair of series and lag in quarters.",
    ("driver", "follower", "lag_quarters"),
    (
        lens,
        Column("driver", STRING, "Layers whose capex growth leads, if anything does."),
        Column("follower", STRING, "Layer whose revenue growth is compared."),
        replace(basis, description="Basis of the follower's revenue; capex is consolidated."),
        Column("lag_quarters", INT, "Quarters by which revenue growth is later; negative: earlier.", unit="quarters"),
        Column("correlation", FLOAT, "Pearson correlation of both growth rates.", unit="fraction", nullable=True),
        Column("placebo_low", FLOAT, "5 % quantile of the placebos' correlations.", unit="fraction", nullable=True),
        Column("placebo_high", FLOAT, "95 % quantile of the placebos' correlations.", unit="fraction", nullable=True),
        Column("outside_band", BOOL, "Whether the correlation lies outside both.", nullable=True),
        Column("n_quarters", INT, "Quarters in which both growth rates are known.", unit="quarters"),
        Column("n_placebos", INT, "Placebos: the same series rotated against one another.", unit="placebos"),
        Column("first_quarter", STRING, "First calendar quarter of the driver that counts.", nullable=True),
        Column("last_quarter", STRING, "Last calendar quarter of the driver that counts.", nullable=True),
        Column("n_driver", INT, "Most members in the driver's growth in one quarter.", unit="members"),
        Column("n_follower", INT, "Most members in the follower's growth in one quarter.", unit="members"),
        null_reason,
    ),
    "Growth of a quarter on the same quarter of the year before, of the companies measured in both. A correlation "
    "shows order in time, not cause; of ten lags one lies outside its band by chance.",
)

_CLAIMS = Table(
    "marts",
    "claims",
    "One row per lens and claim of its source.",
    ("lens", "claim_id"),
    (
        lens,
        _claim_id,
        Column("statement", STRING, "What the source says."),
        Column("measured", FLOAT, "Measured value of the first layer it is about.", unit="per metric", nullable=True),
        _verdict,
        _known_share,
        Column(
            "since", STRING, "Quarter since which the verdict stands, as far back as it can be tested.", nullable=True
        ),
        _reason,
        Column("measured_text", STRING, "Measured values of all layers that it is about and compares, in words."),
        Column("unit", STRING, "Unit of the measured value.", nullable=True),
        Column("threshold", STRING, "What would have to hold, in words."),
        Column("reading", STRING, "What in the test is our reading, not the source's words.", nullable=True),
        replace(metric, description="Metric, or another measure that the claims engine supplies.", nullable=True),
        Column("test", STRING, "Kind of test; see analytics/claims/rules.toml."),
        replace(basis, description="Basis on which the claim is judged."),
        window,
        replace(
            calendar_quarter, description="Quarter of the verdict: the newest in which it can be tested.", nullable=True
        ),
        Column("n_checks", INT, "Other readings that could be made.", unit="readings"),
        Column("n_agree", INT, "Those that give the same verdict.", unit="readings"),
        Column("sensitivity", STRING, "Which other readings give another verdict, in words.", nullable=True),
        Column("n_flips", INT, "Times the verdict changed, as far back as it can be tested.", unit="times"),
        Column("flipped", STRING, "Quarters in which it changed, the newest first.", nullable=True),
    ),
)

_CLAIM_READINGS = Table(
    "marts",
    "claim_readings",
    "One row per lens, claim, reading, lens in which it is read, and layer.",
    ("lens", "claim_id", "reading", "read_in", "layer"),
    (
        lens,
        _claim_id,
        Column("reading", STRING, "headline, or what is changed in it.", values=READINGS),
        Column("read_in", STRING, "Lens whose layers are compared; another one for other_lens."),
        layer,
        Column("role", STRING, "subject: the claim is about it; versus: it is compared.", values=("subject", "versus")),
        replace(basis, description="Basis of the value."),
        replace(calendar_quarter, description="Quarter of the value.", nullable=True),
        Column("value", FLOAT, "Value of the layer.", unit="per metric", nullable=True),
        Column("n_members", INT, "Members of the layer.", unit="members"),
        Column("n_measured", INT, "Members that have the metric's inputs.", unit="members"),
        _known_share,
        Column(
            "holds",
            BOOL,
            "A layer compared: whether the claim holds against it; a subject: whether it holds for it.",
            nullable=True,
        ),
        replace(_verdict, description="Verdict of the whole reading."),
        _reason,
    ),
    "What a claim's verdict rests on: every layer compared, in the headline and in each other reading.",
)

_CLAIM_HISTORY = Table(
    "marts",
    "claim_history",
    "One row per lens, claim and calendar quarter.",
    ("lens", "claim_id", "calendar_quarter"),
    (
        lens,
        _claim_id,
        calendar_quarter,
        Column("measured", FLOAT, "Measured value of the first layer it is about.", unit="per metric", nullable=True),
        _verdict,
        _known_share,
        Column("flipped", BOOL, "Whether it is another verdict than that of the last quarter that could be tested."),
        _status,
        _reason,
    ),
    "A verdict of a provisional quarter is shown, and neither counts as a flip nor is the headline.",
)

_FRAGILITY = Table(
    "marts",
    "fragility",
    "One row per lens, headline, basis and calendar quarter.",
    ("lens", "headline", "basis", "calendar_quarter"),
    (
        lens,
        Column("headline", STRING, "Headline; the list is in analytics/fragility.py."),
        basis,
        calendar_quarter,
        Column("sentence", STRING, "What it says."),
        replace(layer, description="Layer that leads, or that the sentence is about."),
        Column("value", FLOAT, "Its value.", unit="per metric"),
        Column("against", STRING, "Layer in second place, or the threshold."),
        Column("against_value", FLOAT, "Its value.", unit="per metric"),
        replace(_known_share, description="n_measured / n_members of the layer that leads."),
        Column("n_compared", INT, "Layers with a value.", unit="layers"),
        Column("n_layers", INT, "Layers of the lens.", unit="layers"),
        Column("without_largest", BOOL, "Whether it stands without the layer's largest company.", nullable=True),
        Column("on_other_basis", BOOL, "Whether it stands on the other basis.", nullable=True),
        Column("with_median", BOOL, "Whether it stands with the layers' medians.", nullable=True),
        Column("quarter_before", BOOL, "Whether it stood one quarter earlier.", nullable=True),
        Column("n_checks", INT, "Checks that could be made, of four.", unit="checks"),
        Column("n_survived", INT, "Checks it survives.", unit="checks"),
        Column(
            "survives", BOOL, "Whether it survives every check that could be made; null if none could.", nullable=True
        ),
        Column("told", STRING, "What it does not survive, and what could not be checked, in words."),
        _status,
    ),
)

TABLES: tuple[Table, ...] = (
    _ASSUMPTIONS,
    _DEALS,
    _JUSTIFICATION,
    _RECONCILIATION,
    _LEAD_LAG,
    _CLAIMS,
    _CLAIM_READINGS,
    _CLAIM_HISTORY,
    _FRAGILITY,
)
