"""The items of a statement: the project's own names for what filings and aggregators print.

Belongs here: the declaration of each item, and the identities that give one item from others.
Does not belong here: how sources label them (concepts.py) or what ratios they form (metrics).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["flow", "stock", "average"]


@dataclass(frozen=True)
class Item:
    """One item: its id, what it is (a flow over a period, a stock at its end, an average over it), and its meaning."""

    id: str
    title: str
    kind: Kind
    description: str
    unit: Literal["currency", "shares"] = "currency"


@dataclass(frozen=True)
class Identity:
    """An item that follows from others of the same company and period: the sum of `terms`, each with its sign."""

    item: str
    terms: tuple[tuple[str, int], ...]


ITEMS: tuple[Item, ...] = (
    Item("revenue", "Revenue", "flow", "Total revenue of the period, net of returns."),
    Item("cost_of_revenue", "Cost of revenue", "flow", "Cost of the goods and services sold."),
    Item("gross_profit", "Gross profit", "flow", "Revenue less cost of revenue."),
    Item(
        "research_and_development",
        "Research and development",
        "flow",
        "Expense for research and development.",
    ),
    Item(
        "selling_general_administrative",
        "Selling, general and administrative",
        "flow",
        "Expense for selling, marketing and administration.",
    ),
    Item(
        "operating_income",
        "Operating income",
        "flow",
        "Profit from operations as filed (GAAP or IFRS), before interest and tax.",
    ),
    Item("interest_expense", "Interest expense", "flow", "Interest on debt charged to income, positive."),
    Item("pretax_income", "Pre-tax income", "flow", "Income before income tax, from continuing operations."),
    Item("income_tax", "Income tax", "flow", "Income tax charged; a benefit is negative."),
    Item("net_income", "Net income", "flow", "Net income attributable to the shareholders of the parent."),
    Item(
        "depreciation_amortization",
        "Depreciation and amortisation",
        "flow",
        "Depreciation and amortisation of the period, from the cash-flow statement.",
    ),
    Item("stock_based_compensation", "Stock-based compensation", "flow", "Expense paid in shares."),
    Item("operating_cash_flow", "Operating cash flow", "flow", "Net cash from operating activities."),
    Item(
        "capex",
        "Capital expenditure",
        "flow",
        "Cash paid for property, plant and equipment; a positive amount spent.",
    ),
    Item(
        "finance_lease_additions",
        "Finance lease additions",
        "flow",
        "Right-of-use assets obtained through new finance leases; not in cash capital expenditure.",
    ),
    Item("free_cash_flow", "Free cash flow", "flow", "Operating cash flow less capital expenditure."),
    Item(
        "cash",
        "Cash",
        "stock",
        "Cash and cash equivalents, without restricted cash where the source parts them.",
    ),
    Item(
        "short_term_investments",
        "Short-term investments",
        "stock",
        "Marketable securities and deposits held as current.",
    ),
    Item("current_debt", "Current debt", "stock", "Borrowings due within a year, without leases where parted."),
    Item(
        "long_term_debt",
        "Long-term debt",
        "stock",
        "Borrowings due after a year, without leases where parted.",
    ),
    Item("total_debt_ex_leases", "Debt without leases", "stock", "All borrowings, without lease liabilities."),
    Item(
        "lease_liabilities",
        "Lease liabilities",
        "stock",
        "Operating and finance lease liabilities, current and not.",
    ),
    Item("total_debt", "Total debt", "stock", "All borrowings and lease liabilities."),
    Item("equity", "Equity", "stock", "Equity of the parent's shareholders."),
    Item("total_assets", "Total assets", "stock", "All assets."),
    Item(
        "net_ppe",
        "Net property, plant and equipment",
        "stock",
        "Property, plant and equipment after depreciation.",
    ),
    Item("inventory", "Inventory", "stock", "Inventory, net."),
    Item(
        "shares_outstanding",
        "Shares outstanding",
        "stock",
        "Shares in issue, as filed (not adjusted for later splits).",
        "shares",
    ),
    Item(
        "diluted_shares",
        "Diluted shares",
        "average",
        "Weighted average diluted shares of the period, all classes, as filed.",
        "shares",
    ),
)

BY_ID = {i.id: i for i in ITEMS}

# In order: a later one may build on an earlier one. An item that a source states itself is never recomputed.
IDENTITIES: tuple[Identity, ...] = (
    Identity("gross_profit", (("revenue", 1), ("cost_of_revenue", -1))),
    Identity("cost_of_revenue", (("revenue", 1), ("gross_profit", -1))),
    Identity("free_cash_flow", (("operating_cash_flow", 1), ("capex", -1))),
    Identity("total_debt_ex_leases", (("current_debt", 1), ("long_term_debt", 1))),
    Identity("total_debt", (("total_debt_ex_leases", 1), ("lease_liabilities", 1))),
)
