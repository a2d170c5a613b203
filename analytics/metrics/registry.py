"""The metrics, declared once.

Belongs here: every metric's id, texts, numerator, denominator, windows and rules, as data. The same declaration feeds
the computation, the DuckDB comments, the axes, the tooltips and the method page.
Does not belong here: arithmetic (company.py), layers (aggregate.py), how a figure is written (dashboard).
"""

from analytics.assumptions import default
from analytics.items import BY_ID
from analytics.metrics.model import Amount, Derived, Metric, Taken, Window

BOTH: tuple[Window, ...] = ("quarter", "ttm")
YEAR: tuple[Window, ...] = ("ttm",)

CFA = "CFA Institute, Financial Analysis Techniques"
VALUATION = "Koller, Goedhart, Wessels, Valuation"
SEC_FCF = "SEC staff, Non-GAAP C&DI 102.07"
OWN = "Layer Ledger, methods"

DERIVED: tuple[Derived, ...] = (
    Derived(
        "nopat",
        "Net operating profit after tax",
        "flow",
        "Operating income less tax at the effective rate of the same twelve months. An operating loss bears no tax. "
        "Null where income tax or pre-tax income is unknown, and where the rate of a profit is not within 0 and 100 %.",
        "operating income × (1 − income tax ÷ pre-tax income)",
        VALUATION,
    ),
    Derived(
        "economic_profit",
        "Economic profit",
        "flow",
        "What is left of NOPAT after the capital that earned it has been paid at the cost of capital. Null where NOPAT "
        "or invested capital is unknown, for the reason for which roic is.",
        f"NOPAT − {default('cost_of_capital'):.0%} × average invested capital".replace("%", " %"),
        VALUATION,
    ),
    Derived(
        "market_cap",
        "Market value",
        "stock",
        "Close as traded on the last trading day of the period × shares of all classes known that day, in US dollars.",
        "close × shares",
        "core.prices",
    ),
)


def _amount(taken: Taken, name: str, *terms: str) -> Amount:
    """An amount from terms such as 'capex' and '-cash'."""
    return Amount(name, tuple((t.removeprefix("-"), -1 if t.startswith("-") else 1) for t in terms), taken)


def _flow(name: str, *terms: str) -> Amount:
    return _amount("flow", name, *terms)


def _closing(name: str, *terms: str) -> Amount:
    return _amount("closing", name, *terms)


_REVENUE = _flow("revenue", "revenue")
_EBITDA = _flow("EBITDA", "operating_income", "depreciation_amortization")
_OCF = _flow("operating cash flow", "operating_cash_flow")
_INTEREST = _flow("interest expense", "interest_expense")
_DEBT = _closing("total debt", "total_debt")
_NET_DEBT_TERMS = ("total_debt", "-cash", "-short_term_investments")
_NET_DEBT = _closing("net debt", *_NET_DEBT_TERMS)
_EV = _closing("enterprise value", "market_cap", *_NET_DEBT_TERMS)

METRICS: tuple[Metric, ...] = (
    Metric(
        "revenue_growth_yoy",
        "Revenue growth on the year before",
        "Revenue growth",
        "fraction",
        "growth",
        _amount("change", "change in revenue", "revenue"),
        _amount("prior", "revenue a year earlier", "revenue"),
        BOTH,
        "higher",
        "How fast do sales grow?",
        "(revenue − revenue a year earlier) ÷ revenue a year earlier",
        CFA,
        "Unknown where the company was restated between the two periods (a business left, other accounting). Of a "
        "layer: for constant membership, over members that reported both periods on one basis; in US dollars, so "
        "exchange rates move it.",
    ),
    Metric(
        "gross_margin",
        "Gross margin",
        "Gross margin",
        "fraction",
        "margins",
        _flow("gross profit", "gross_profit"),
        _REVENUE,
        BOTH,
        "higher",
        "What is left of a dollar of sales after what it cost to make them?",
        "gross profit ÷ revenue",
        CFA,
        "What counts as cost of revenue differs: some companies leave depreciation out of it.",
    ),
    Metric(
        "operating_margin",
        "Operating margin",
        "Operating margin",
        "fraction",
        "margins",
        _flow("operating income", "operating_income"),
        _REVENUE,
        BOTH,
        "higher",
        "What does the business itself earn on a dollar of sales?",
        "operating income ÷ revenue",
        CFA,
        "Operating income as filed (GAAP or IFRS), impairments and restructuring included.",
    ),
    Metric(
        "ebitda_margin",
        "EBITDA margin",
        "EBITDA margin",
        "fraction",
        "margins",
        _EBITDA,
        _REVENUE,
        BOTH,
        "higher",
        "What does a dollar of sales earn before the wear of what was built?",
        "(operating income + depreciation and amortisation) ÷ revenue",
        OWN,
        "Starts from operating income, so it is not the adjusted EBITDA that companies publish. Flatters whoever owns "
        "short-lived assets.",
    ),
    Metric(
        "pretax_margin",
        "Pre-tax margin",
        "Pre-tax margin",
        "fraction",
        "margins",
        _flow("pre-tax income", "pretax_income"),
        _REVENUE,
        BOTH,
        "higher",
        "What is left of a dollar of sales after interest, before tax?",
        "pre-tax income ÷ revenue",
        CFA,
        "Holds gains and losses on investments.",
    ),
    Metric(
        "net_margin",
        "Net margin",
        "Net margin",
        "fraction",
        "margins",
        _flow("net income", "net_income"),
        _REVENUE,
        BOTH,
        "higher",
        "What do shareholders keep of a dollar of sales?",
        "net income ÷ revenue",
        CFA,
        "Holds gains on investments, among them stakes in other companies of the stack.",
    ),
    Metric(
        "fcf_margin",
        "Free-cash-flow margin",
        "FCF margin",
        "fraction",
        "margins",
        _flow("free cash flow", "free_cash_flow"),
        _REVENUE,
        BOTH,
        "higher",
        "How much of a dollar of sales is left in cash after investment?",
        "(operating cash flow − capex) ÷ revenue",
        SEC_FCF,
        "Assets taken on finance leases are not in cash capex, so they do not lower it.",
    ),
    Metric(
        "incremental_operating_margin",
        "Incremental operating margin",
        "Incremental margin",
        "fraction",
        "margins",
        _amount("change", "change in operating income", "operating_income"),
        _amount("change", "change in revenue", "revenue"),
        BOTH,
        "higher",
        "What does each further dollar of sales earn?",
        "change in operating income ÷ change in revenue, against four quarters before",
        OWN,
        "Null where revenue fell, or moved by less than 2 % of what it was.",
        near_zero=0.02,
    ),
    Metric(
        "rnd_to_revenue",
        "Research and development to revenue",
        "R&D / revenue",
        "fraction",
        "margins",
        _flow("research and development", "research_and_development"),
        _REVENUE,
        BOTH,
        "neutral",
        "How much of a dollar of sales goes into what comes next?",
        "research and development ÷ revenue",
        CFA,
        "As expensed; what IFRS reporters capitalise is not in it.",
    ),
    Metric(
        "sbc_to_revenue",
        "Stock-based compensation to revenue",
        "SBC / revenue",
        "fraction",
        "margins",
        _flow("stock-based compensation", "stock_based_compensation"),
        _REVENUE,
        BOTH,
        "lower",
        "How much of a dollar of sales is paid to staff in shares?",
        "stock-based compensation ÷ revenue",
        CFA,
        "An expense without cash: free cash flow does not see it.",
    ),
    Metric(
        "capex",
        "Capital expenditure",
        "Capex",
        "USD",
        "capex",
        _flow("capex", "capex"),
        None,
        BOTH,
        "neutral",
        "How much cash is spent on plant and equipment?",
        "capex",
        OWN,
        "Cash paid; assets taken on finance leases are not in it.",
    ),
    Metric(
        "capex_with_leases",
        "Capital expenditure with finance leases",
        "Capex with leases",
        "USD",
        "capex",
        _flow("capex with finance leases", "capex", "finance_lease_additions"),
        None,
        BOTH,
        "neutral",
        "How much plant and equipment is acquired, however it is paid?",
        "capex + finance lease additions",
        OWN,
        "Only where new finance leases are disclosed; never mixed with cash capex in one figure.",
    ),
    Metric(
        "capex_to_revenue",
        "Capital expenditure to revenue",
        "Capex / revenue",
        "fraction",
        "capex",
        _flow("capex", "capex"),
        _REVENUE,
        BOTH,
        "neutral",
        "How much of a dollar of sales is built into plant and equipment?",
        "capex ÷ revenue",
        OWN,
        "Cash capex, without finance leases.",
    ),
    Metric(
        "capex_to_ocf",
        "Capital expenditure to operating cash flow",
        "Capex / operating cash flow",
        "fraction",
        "capex",
        _flow("capex", "capex"),
        _OCF,
        BOTH,
        "lower",
        "Does the business pay for what it builds?",
        "capex ÷ operating cash flow",
        CFA,
        "Above 100 % the rest is borrowed, raised or taken from cash. Not meaningful where operating cash flow is not "
        "positive.",
    ),
    Metric(
        "capex_to_da",
        "Capital expenditure to depreciation and amortisation",
        "Capex / D&A",
        "times",
        "capex",
        _flow("capex", "capex"),
        _flow("D&A", "depreciation_amortization"),
        BOTH,
        "neutral",
        "Is more being built than wears out?",
        "capex ÷ depreciation and amortisation",
        OWN,
        "Amortisation of acquired intangibles is in the denominator.",
    ),
    Metric(
        "da_to_revenue",
        "Depreciation and amortisation to revenue",
        "D&A / revenue",
        "fraction",
        "capex",
        _flow("D&A", "depreciation_amortization"),
        _REVENUE,
        BOTH,
        "lower",
        "How much of a dollar of sales does past investment cost now?",
        "depreciation and amortisation ÷ revenue",
        OWN,
        "Depends on the lives that companies assume for their equipment.",
    ),
    Metric(
        "ppe_to_revenue",
        "Net property, plant and equipment to revenue",
        "PP&E / revenue",
        "fraction",
        "capex",
        _closing("net PP&E", "net_ppe"),
        _REVENUE,
        YEAR,
        "lower",
        "How much plant stands behind a dollar of yearly sales?",
        "net property, plant and equipment at the end ÷ revenue of twelve months",
        CFA,
        "Right-of-use assets are in it only where the company shows them within property, plant and equipment.",
    ),
    Metric(
        "funding_gap",
        "Funding gap",
        "Funding gap",
        "USD",
        "capex",
        _flow("funding gap", "capex", "-operating_cash_flow"),
        None,
        BOTH,
        "lower",
        "How much must be borrowed, raised or taken from cash to build?",
        "capex − operating cash flow",
        OWN,
        "Negative where operations pay for more than is built.",
    ),
    Metric(
        "total_debt",
        "Total debt",
        "Debt",
        "USD",
        "debt",
        _DEBT,
        None,
        BOTH,
        "neutral",
        "How much is owed?",
        "borrowings + lease liabilities, at the end",
        CFA,
        "With operating and finance leases. A balance: the same in both windows.",
    ),
    Metric(
        "total_debt_ex_leases",
        "Debt without leases",
        "Debt ex leases",
        "USD",
        "debt",
        _closing("debt without leases", "total_debt_ex_leases"),
        None,
        BOTH,
        "neutral",
        "How much is borrowed?",
        "current debt + long-term debt, at the end",
        CFA,
        "Never mixed with debt that holds leases. A balance: the same in both windows.",
    ),
    Metric(
        "net_debt",
        "Net debt",
        "Net debt",
        "USD",
        "debt",
        _NET_DEBT,
        None,
        BOTH,
        "neutral",
        "How much is owed beyond what could be repaid at once?",
        "total debt − cash − short-term investments, at the end",
        VALUATION,
        "Negative where there is more cash than debt. Null where short-term investments are not stated: not stated is "
        "not zero.",
    ),
    Metric(
        "debt_to_ebitda",
        "Debt to EBITDA",
        "Debt / EBITDA",
        "times",
        "debt",
        _DEBT,
        _EBITDA,
        YEAR,
        "lower",
        "How many years of earnings before depreciation does the debt weigh?",
        "total debt at the end ÷ EBITDA of twelve months",
        CFA,
        "Not meaningful where EBITDA is not positive; such a company still counts in coverage.",
    ),
    Metric(
        "net_debt_to_ebitda",
        "Net debt to EBITDA",
        "Net debt / EBITDA",
        "times",
        "debt",
        _NET_DEBT,
        _EBITDA,
        YEAR,
        "lower",
        "How heavy is the debt after cash?",
        "net debt at the end ÷ EBITDA of twelve months",
        CFA,
        "Not meaningful where EBITDA is not positive; such a company still counts in coverage.",
    ),
    Metric(
        "interest_coverage_ebit",
        "Interest coverage (EBIT)",
        "EBIT / interest",
        "times",
        "debt",
        _flow("operating income", "operating_income"),
        _INTEREST,
        BOTH,
        "higher",
        "Does the business earn its interest, after the wear of its equipment?",
        "operating income ÷ interest expense",
        CFA,
        "Below 1 the interest is not earned. Interest that is capitalised while building is not in the expense.",
    ),
    Metric(
        "interest_coverage_ebitda",
        "Interest coverage (EBITDA)",
        "EBITDA / interest",
        "times",
        "debt",
        _EBITDA,
        _INTEREST,
        BOTH,
        "higher",
        "Does the business earn its interest, before the wear of its equipment?",
        "EBITDA ÷ interest expense",
        CFA,
        "Kinder than EBIT to whoever owns short-lived equipment: read EBIT first.",
    ),
    Metric(
        "debt_growth",
        "Growth of debt on the year before",
        "Debt growth",
        "fraction",
        "debt",
        _amount("change", "change in total debt", "total_debt"),
        _amount("prior", "total debt a year earlier", "total_debt"),
        YEAR,
        "lower",
        "How fast does the debt grow?",
        "(total debt − total debt a year earlier) ÷ total debt a year earlier",
        CFA,
        "Of a layer: over members that reported both. New leases are new debt.",
    ),
    Metric(
        "cash_runway",
        "Cash runway",
        "Cash runway",
        "years",
        "debt",
        _closing("cash", "cash"),
        _flow("cash burn", "-free_cash_flow"),
        YEAR,
        "higher",
        "For how many years does the cash last at the present burn?",
        "cash at the end ÷ cash burn (capex − operating cash flow) of twelve months",
        OWN,
        "Not meaningful where no cash is burnt. Short-term investments and undrawn credit are not counted.",
    ),
    Metric(
        "debt_to_ocf",
        "Debt to operating cash flow",
        "Debt / operating cash flow",
        "times",
        "debt",
        _DEBT,
        _OCF,
        YEAR,
        "lower",
        "How many years of operating cash would repay the debt?",
        "total debt at the end ÷ operating cash flow of twelve months",
        CFA,
        "Customers' prepayments swell operating cash flow.",
    ),
    Metric(
        "debt_to_equity",
        "Debt to equity",
        "Debt / equity",
        "times",
        "debt",
        _DEBT,
        _closing("equity", "equity"),
        BOTH,
        "lower",
        "How much is owed for each dollar that is owned?",
        "total debt ÷ equity, at the end",
        CFA,
        "Not meaningful where equity is not positive, as after large buybacks.",
    ),
    Metric(
        "debt_to_capital",
        "Debt to capital",
        "Debt / capital",
        "fraction",
        "debt",
        _DEBT,
        _closing("capital", "total_debt", "equity"),
        BOTH,
        "lower",
        "How much of the capital is borrowed?",
        "total debt ÷ (total debt + equity), at the end",
        CFA,
        "Above 100 % where equity is negative.",
    ),
    Metric(
        "roic",
        "Return on invested capital",
        "ROIC",
        "fraction",
        "returns",
        _flow("NOPAT", "nopat"),
        _amount("average", "average invested capital", *_NET_DEBT_TERMS, "equity"),
        YEAR,
        "higher",
        "What does a dollar of invested capital earn in a year, after tax?",
        "NOPAT of twelve months ÷ average of opening and closing (total debt + equity − cash − short-term investments)",
        VALUATION,
        "A profit is taxed at the effective rate, and without one there is no figure. Goodwill is part of the capital.",
    ),
    Metric(
        "economic_profit",
        "Economic profit",
        "Economic profit",
        "USD",
        "returns",
        _flow("economic profit", "economic_profit"),
        None,
        YEAR,
        "higher",
        "What is left for the owners once their capital has been paid for?",
        f"NOPAT − cost of capital ({default('cost_of_capital'):.0%}) × average invested capital".replace("%", " %"),
        VALUATION,
        "The cost of capital is an assumption, the same for all (core.assumptions). More cash than equity and debt "
        "earns a credit.",
    ),
    Metric(
        "asset_turnover",
        "Asset turnover",
        "Asset turnover",
        "times",
        "returns",
        _REVENUE,
        _amount("average", "average total assets", "total_assets"),
        YEAR,
        "higher",
        "How much does a dollar of assets sell in a year?",
        "revenue of twelve months ÷ average of opening and closing total assets",
        CFA,
        "Cash and investments are part of the assets.",
    ),
    Metric(
        "market_cap",
        "Market value",
        "Market value",
        "USD",
        "market",
        _closing("market value", "market_cap"),
        None,
        BOTH,
        "neutral",
        "What is the equity worth on the market?",
        "close on the last trading day of the fiscal period × all shares",
        CFA,
        "At each company's own period end, so members of a layer are up to three months apart.",
    ),
    Metric(
        "enterprise_value",
        "Enterprise value",
        "Enterprise value",
        "USD",
        "market",
        _EV,
        None,
        BOTH,
        "neutral",
        "What is the business worth, whoever finances it?",
        "market value + total debt − cash − short-term investments",
        VALUATION,
        "Minority interests and preferred shares are not in it.",
    ),
    Metric(
        "ev_to_sales",
        "Enterprise value to sales",
        "EV / sales",
        "times",
        "market",
        _EV,
        _REVENUE,
        YEAR,
        "neutral",
        "What does the market pay for a dollar of yearly sales?",
        "enterprise value at the end ÷ revenue of twelve months, both in US dollars",
        VALUATION,
        "Balances at the closing rate, sales at average rates.",
    ),
)

BY_METRIC: dict[str, Metric] = {m.id: m for m in METRICS}


def metric(metric_id: str) -> Metric:
    """Return the declaration of a metric.

    Raises:
        KeyError: no such metric; the message lists those there are.
    """
    if metric_id not in BY_METRIC:
        raise KeyError(f"no metric {metric_id!r}; there are {sorted(BY_METRIC)}")
    return BY_METRIC[metric_id]


def check(metrics: tuple[Metric, ...] = METRICS) -> None:
    """Check that every term is an item, and is taken as its kind allows.

    Raises:
        ValueError: an unknown item, a flow taken as a balance or the reverse, or two metrics with one id.
    """
    kinds: dict[str, str] = {i.id: i.kind for i in BY_ID.values() if i.unit == "currency"}
    kinds |= {d.id: d.kind for d in DERIVED}
    either = {"flow", "stock"}
    allowed = {"flow": {"flow"}, "closing": {"stock"}, "average": {"stock"}, "change": either, "prior": either}
    if len({m.id for m in metrics}) < len(metrics):
        raise ValueError("two metrics have the same id")
    for m in metrics:
        for amount in m.amounts:
            for item, _ in amount.terms:
                if kinds.get(item) not in allowed[amount.taken]:
                    raise ValueError(
                        f"metric {m.id}: {item!r} is {kinds.get(item, 'not an item')}; "
                        f"{amount.taken!r} needs {sorted(allowed[amount.taken])}"
                    )


check()
