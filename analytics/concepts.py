"""Which label of a source means which item.

Belongs here: for each item the ordered labels of filings (us-gaap, ifrs-full, dei) and of aggregators, with the sign that
turns the printed figure into ours, and the companies where a label means something else.
Does not belong here: which source speaks first (point_in_time.py), or figures that are plainly wrong (quarantine.toml).

Labels of one source with the same tier mean the same and are stitched by period; a label of a higher tier speaks only
where those of lower tiers are silent. Everything not listed here stays in raw.observations, unused.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Concept:
    """A source's label, the item it means, its tier (0 speaks first) and the sign that makes it ours."""

    label: str
    item: str
    tier: int = 0
    sign: int = 1


@dataclass(frozen=True)
class Misnomer:
    """A label that means something else at one company, with the reason."""

    company_id: str
    label: str
    reason: str


def _concepts(prefix: str, item: str, *labels: str, tier: int = 0, sign: int = 1) -> tuple[Concept, ...]:
    return tuple(Concept(f"{prefix}:{label}", item, tier, sign) for label in labels)


def _yahoo(item: str, key: str, tier: int = 0, sign: int = 1) -> tuple[Concept, ...]:
    return _concepts("yahoo", item, f"quarterly{key}", f"annual{key}", tier=tier, sign=sign)


# Labels of share counts as of a day after the quarter's end: the cover of a filing, a quote.
COVERS = ("dei:", "yahoo:sharesOutstanding")

# Filings. Tiers of revenue: `Revenues` is the total where a filer also tags contract revenue (ASC 606) beside it.
FILED: tuple[Concept, ...] = (
    *_concepts("us-gaap", "revenue", "Revenues", "RegulatedAndUnregulatedOperatingRevenue"),
    *_concepts("us-gaap", "revenue", "SalesRevenueNet", "RevenueFromContractWithCustomerExcludingAssessedTax", tier=1),
    *_concepts("us-gaap", "revenue", "RevenueFromContractWithCustomerIncludingAssessedTax", tier=2),
    *_concepts("ifrs-full", "revenue", "Revenue"),
    *_concepts("us-gaap", "cost_of_revenue", "CostOfRevenue"),
    *_concepts("us-gaap", "cost_of_revenue", "CostOfGoodsAndServicesSold", "CostOfGoodsSold", tier=1),
    *_concepts("ifrs-full", "cost_of_revenue", "CostOfSales"),
    *_concepts("us-gaap", "gross_profit", "GrossProfit"),
    *_concepts("ifrs-full", "gross_profit", "GrossProfit"),
    *_concepts("us-gaap", "research_and_development", "ResearchAndDevelopmentExpense"),
    *_concepts("ifrs-full", "research_and_development", "ResearchAndDevelopmentExpense"),
    *_concepts("us-gaap", "selling_general_administrative", "SellingGeneralAndAdministrativeExpense"),
    *_concepts("us-gaap", "operating_income", "OperatingIncomeLoss"),
    *_concepts("ifrs-full", "operating_income", "ProfitLossFromOperatingActivities"),
    *_concepts("us-gaap", "interest_expense", "InterestExpense", "InterestExpenseNonoperating"),
    *_concepts("us-gaap", "interest_expense", "InterestExpenseDebt", tier=1),
    # The second leaves out what associates earned (AMD 2022: 1,184 M beside 1,198 M), so the two are never subtracted.
    *_concepts(
        "us-gaap",
        "pretax_income",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
    ),
    *_concepts(
        "us-gaap",
        "pretax_income",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
        tier=1,
    ),
    *_concepts("ifrs-full", "pretax_income", "ProfitLossBeforeTax"),
    *_concepts("us-gaap", "income_tax", "IncomeTaxExpenseBenefit"),
    *_concepts("ifrs-full", "income_tax", "IncomeTaxExpenseContinuingOperations"),
    # ProfitLoss includes minorities; it speaks only where the parent's share is not tagged.
    *_concepts("us-gaap", "net_income", "NetIncomeLoss"),
    *_concepts("us-gaap", "net_income", "NetIncomeLossAvailableToCommonStockholdersBasic", tier=1),
    *_concepts("us-gaap", "net_income", "ProfitLoss", tier=2),
    *_concepts("ifrs-full", "net_income", "ProfitLossAttributableToOwnersOfParent"),
    *_concepts("ifrs-full", "net_income", "ProfitLoss", tier=2),
    # `Depreciation` alone leaves out amortisation (and at Microsoft is a rounded figure of the text): not listed.
    *_concepts(
        "us-gaap",
        "depreciation_amortization",
        "DepreciationDepletionAndAmortization",
        "DepreciationAmortizationAndAccretionNet",
    ),
    *_concepts("us-gaap", "depreciation_amortization", "DepreciationAndAmortization", tier=1),
    *_concepts("us-gaap", "stock_based_compensation", "ShareBasedCompensation"),
    *_concepts("us-gaap", "stock_based_compensation", "AllocatedShareBasedCompensationExpense", tier=1),
    *_concepts("us-gaap", "operating_cash_flow", "NetCashProvidedByUsedInOperatingActivities"),
    *_concepts(
        "us-gaap",
        "operating_cash_flow",
        "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
        tier=1,
    ),
    *_concepts("ifrs-full", "operating_cash_flow", "CashFlowsFromUsedInOperatingActivities"),
    # Nvidia (since fiscal 2021), Amazon (since 2017), Lam, Qualcomm and GE Vernova tag capex as productive assets.
    *_concepts(
        "us-gaap",
        "capex",
        "PaymentsToAcquirePropertyPlantAndEquipment",
        "PaymentsToAcquireProductiveAssets",
    ),
    *_concepts("ifrs-full", "capex", "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities"),
    *_concepts(
        "us-gaap",
        "finance_lease_additions",
        "RightOfUseAssetObtainedInExchangeForFinanceLeaseLiability",
    ),
    *_concepts("us-gaap", "cash", "CashAndCashEquivalentsAtCarryingValue"),
    *_concepts("ifrs-full", "cash", "CashAndCashEquivalents"),
    *_concepts(
        "us-gaap",
        "short_term_investments",
        "ShortTermInvestments",
        "MarketableSecuritiesCurrent",
        "AvailableForSaleSecuritiesCurrent",
    ),
    *_concepts("us-gaap", "current_debt", "DebtCurrent"),
    *_concepts("us-gaap", "current_debt", "LongTermDebtCurrent", tier=1),
    *_concepts("us-gaap", "long_term_debt", "LongTermDebtNoncurrent"),
    # Broadcom's balance sheet from 2022 to 2025 (66,295 M on 2024-11-03); finance leases in it are small.
    *_concepts("us-gaap", "long_term_debt", "LongTermDebtAndCapitalLeaseObligations", tier=1),
    # `LongTermDebt` includes the part due within a year (us-gaap's definition); short-term borrowings are not in it.
    *_concepts("us-gaap", "total_debt_ex_leases", "DebtLongtermAndShorttermCombinedAmount"),
    *_concepts("us-gaap", "total_debt_ex_leases", "LongTermDebt", tier=1),
    *_concepts("us-gaap", "equity", "StockholdersEquity"),
    *_concepts("us-gaap", "equity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", tier=1),
    *_concepts("ifrs-full", "equity", "EquityAttributableToOwnersOfParent"),
    *_concepts("ifrs-full", "equity", "Equity", tier=1),
    *_concepts("us-gaap", "total_assets", "Assets"),
    *_concepts("ifrs-full", "total_assets", "Assets"),
    *_concepts("us-gaap", "net_ppe", "PropertyPlantAndEquipmentNet"),
    *_concepts(
        "us-gaap",
        "net_ppe",
        "PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
        tier=1,
    ),
    *_concepts("ifrs-full", "net_ppe", "PropertyPlantAndEquipment"),
    *_concepts("us-gaap", "inventory", "InventoryNet"),
    *_concepts("ifrs-full", "inventory", "Inventories"),
    *_concepts("dei", "shares_outstanding", "EntityCommonStockSharesOutstanding"),
    *_concepts("us-gaap", "shares_outstanding", "CommonStockSharesOutstanding", tier=1),
    *_concepts("us-gaap", "diluted_shares", "WeightedAverageNumberOfDilutedSharesOutstanding"),
    *_concepts("ifrs-full", "diluted_shares", "AdjustedWeightedAverageShares"),
)

# Figures that others computed from SEC facts. plainsight's `sga` is often administrative expense only, its `cash`
# includes restricted cash and its `equity` minorities (data notice): sga is left out, the others speak last.
SEC_DERIVED: tuple[Concept, ...] = (
    *_concepts("plainsight", "revenue", "revenue"),
    *_concepts("plainsight", "cost_of_revenue", "costOfRevenue"),
    *_concepts("plainsight", "gross_profit", "grossProfit"),
    *_concepts("plainsight", "research_and_development", "rnd"),
    *_concepts("plainsight", "operating_income", "opIncome"),
    *_concepts("plainsight", "net_income", "netIncome"),
    *_concepts("plainsight", "operating_cash_flow", "ocf"),
    *_concepts("plainsight", "capex", "capex"),
    *_concepts("plainsight", "cash", "cash", tier=2),
    *_concepts("plainsight", "equity", "equity", tier=2),
    *_concepts("plainsight", "total_assets", "assets"),
    *_concepts("plainsight", "diluted_shares", "dilutedShares"),
    *_concepts("plainsight", "shares_outstanding", "sharesLatest"),
    *_concepts("nikthetrip", "revenue", "revenue", tier=1),
    *_concepts("nikthetrip", "operating_income", "ebit", tier=1),
    *_concepts("nikthetrip", "operating_cash_flow", "ocf", tier=1),
    *_concepts("nikthetrip", "capex", "capex", tier=1),
    *_concepts("nikthetrip", "net_income", "net_income", tier=1),
    *_concepts("nikthetrip", "cash", "cash", tier=1),
    *_concepts("nikthetrip", "equity", "equity", tier=1),
    *_concepts("nikthetrip", "total_assets", "assets", tier=1),
    *_concepts("extract", "revenue", "revenue"),
    *_concepts("extract", "operating_income", "operating_income"),
    *_concepts("extract", "net_income", "net_income"),
    *_concepts("extract", "operating_cash_flow", "operating_cash_flow"),
    *_concepts("extract", "capex", "capex"),
    *_concepts("extract", "cash", "cash"),
    *_concepts("extract", "long_term_debt", "long_term_debt"),
    *_concepts("extract", "diluted_shares", "diluted_shares"),
    # CoreWeave, entered by hand from its XBRL facts; the other two labels of that extract are those of filings.
    *_concepts("us-gaap", "cash", "CashAndCashEquivalents", tier=3),
)

# Aggregators, labels as printed. Signs: StockAnalysis prints capex negative; Yahoo's `capex` is negative in the yfinance
# transcriptions and positive in the raw timeseries one (`capex_positive`). Debt of all three includes leases for most.
AGGREGATED: tuple[Concept, ...] = (
    *_concepts("stockanalysis", "revenue", "Revenue"),
    *_concepts("stockanalysis", "cost_of_revenue", "Cost of Revenue"),
    *_concepts("stockanalysis", "gross_profit", "Gross Profit"),
    *_concepts("stockanalysis", "research_and_development", "Research & Development"),
    *_concepts("stockanalysis", "selling_general_administrative", "Selling, General & Admin"),
    *_concepts("stockanalysis", "operating_income", "Operating Income"),
    *_concepts("stockanalysis", "interest_expense", "Interest Expense / Income"),
    *_concepts("stockanalysis", "pretax_income", "Pretax Income"),
    *_concepts("stockanalysis", "income_tax", "Income Tax"),
    *_concepts("stockanalysis", "net_income", "Net Income Common", "Net Income"),
    *_concepts("stockanalysis", "depreciation_amortization", "Depreciation & Amortization"),
    *_concepts("stockanalysis", "stock_based_compensation", "Share-Based Compensation"),
    *_concepts("stockanalysis", "operating_cash_flow", "Operating Cash Flow"),
    *_concepts("stockanalysis", "capex", "Capital Expenditures", sign=-1),
    *_concepts("stockanalysis", "cash", "Cash & Equivalents"),
    *_concepts("stockanalysis", "short_term_investments", "Short-TermInvestments"),
    *_concepts("stockanalysis", "total_debt", "Total Debt"),
    *_concepts("stockanalysis", "total_debt_ex_leases", "Total Debt without leases"),
    *_concepts("stockanalysis", "equity", "Shareholders Equity"),
    *_concepts("stockanalysis", "total_assets", "Total Assets"),
    *_concepts("stockanalysis", "net_ppe", "Property, Plant & Equipment"),
    *_concepts("stockanalysis", "inventory", "Inventory"),
    *_concepts("stockanalysis", "diluted_shares", "Shares Outstanding (Diluted)"),
    *_concepts("alphavantage", "revenue", "totalRevenue"),
    *_concepts("alphavantage", "gross_profit", "grossProfit"),
    *_concepts("alphavantage", "research_and_development", "researchAndDevelopment"),
    *_concepts("alphavantage", "operating_income", "operatingIncome"),
    *_concepts("alphavantage", "net_income", "netIncome"),
    *_concepts("alphavantage", "depreciation_amortization", "depreciationAndAmortization"),
    *_concepts("alphavantage", "operating_cash_flow", "operatingCashflow"),
    *_concepts("alphavantage", "capex", "capitalExpenditures"),
    *_concepts("alphavantage", "cash", "cashAndCashEquivalentsAtCarryingValue"),
    *_concepts("alphavantage", "equity", "totalShareholderEquity"),
    *_concepts("alphavantage", "total_assets", "totalAssets"),
    *_concepts("alphavantage", "inventory", "inventory"),
    *_concepts("alphavantage", "shares_outstanding", "commonStockSharesOutstanding"),
    *_concepts("yahoo", "revenue", "revenue"),
    *_concepts("yahoo", "cost_of_revenue", "costOfRevenue"),
    *_concepts("yahoo", "gross_profit", "gross_profit", "grossProfit"),
    # `ebit` leaves out restructuring, impairments and the like (SAP 2024: 7,808 M, as filed 4,665 M): of 306 figures that
    # filings state too, 179 are theirs. The bundle takes it only where it was theirs so far (exclusions.toml, proved).
    *_concepts("yahoo", "operating_income", "operating_income", "operatingIncome", "ebit"),
    *_concepts("yahoo", "net_income", "net_income", "netIncome"),
    *_concepts("yahoo", "stock_based_compensation", "stockBasedCompensation"),
    *_concepts("yahoo", "operating_cash_flow", "cfo", "operatingCashFlow"),
    *_concepts("yahoo", "capex", "capex", "capitalExpenditure", sign=-1),
    *_concepts("yahoo", "capex", "capex_positive"),
    *_concepts("yahoo", "cash", "cash", "cashAndCashEquivalents"),
    *_concepts("yahoo", "short_term_investments", "shortTermInvestments"),
    *_concepts("yahoo", "total_debt", "debt", "total_debt", "totalDebt"),
    *_concepts("yahoo", "equity", "equity", "totalStockholdersEquity"),
    *_concepts("yahoo", "total_assets", "total_assets", "assets", "totalAssets"),
    *_concepts("yahoo", "inventory", "inventory"),
    *_concepts("yahoo", "diluted_shares", "shares_diluted"),
    # Live answers carry Yahoo's own types, quarterly and annual. `OperatingIncome` is adjusted, so the figure as
    # reported speaks before it; purchases are printed as outflows. `LongTermDebt` and `CurrentDebt` are left out: for
    # some companies they hold leases, for others not; `NetPPE`, because it holds rights of use (Amazon 2024: 328,806 M,
    # as filed 252,665 M). A quote counts the listed class of shares alone.
    *_yahoo("revenue", "TotalRevenue"),
    *_yahoo("revenue", "OperatingRevenue", tier=1),
    *_yahoo("cost_of_revenue", "CostOfRevenue"),
    *_yahoo("gross_profit", "GrossProfit"),
    *_yahoo("research_and_development", "ResearchAndDevelopment"),
    *_yahoo("selling_general_administrative", "SellingGeneralAndAdministration"),
    *_yahoo("operating_income", "TotalOperatingIncomeAsReported"),
    *_yahoo("operating_income", "OperatingIncome", tier=1),
    *_yahoo("interest_expense", "InterestExpense"),
    *_yahoo("interest_expense", "InterestExpenseNonOperating", tier=1),
    *_yahoo("pretax_income", "PretaxIncome"),
    *_yahoo("income_tax", "TaxProvision"),
    *_yahoo("net_income", "NetIncomeCommonStockholders"),
    *_yahoo("net_income", "NetIncome", tier=1),
    *_yahoo("depreciation_amortization", "DepreciationAndAmortization"),
    *_yahoo("depreciation_amortization", "ReconciledDepreciation", tier=1),
    *_yahoo("stock_based_compensation", "StockBasedCompensation"),
    *_yahoo("operating_cash_flow", "OperatingCashFlow"),
    *_yahoo("capex", "CapitalExpenditure", sign=-1),
    *_yahoo("capex", "PurchaseOfPPE", tier=1, sign=-1),
    *_yahoo("cash", "CashAndCashEquivalents"),
    *_yahoo("short_term_investments", "OtherShortTermInvestments"),
    *_yahoo("lease_liabilities", "CapitalLeaseObligations"),
    *_yahoo("total_debt", "TotalDebt"),
    *_yahoo("equity", "StockholdersEquity"),
    *_yahoo("total_assets", "TotalAssets"),
    *_yahoo("inventory", "Inventory"),
    *_yahoo("diluted_shares", "DilutedAverageShares"),
    *_yahoo("shares_outstanding", "OrdinarySharesNumber"),
    *_concepts("yahoo", "shares_outstanding", "sharesOutstanding", tier=1),
)

CONCEPTS: tuple[Concept, ...] = FILED + SEC_DERIVED + AGGREGATED

# What others than the filer call research and development.
RESEARCH = tuple(c.label for c in SEC_DERIVED + AGGREGATED if c.item == "research_and_development")
# What aggregators call cost of revenue and gross profit.
MADE_OF_COST = tuple(c.label for c in AGGREGATED if c.item in {"cost_of_revenue", "gross_profit"})

MISNOMERS: tuple[Misnomer, ...] = (
    *(
        Misnomer(company, f"us-gaap:RevenueFromContractWithCustomer{kind}AssessedTax", reason)
        for company, reason in (
            (
                "constellation",
                "contract revenue only; `Revenues` is the total with hedging results (10-K 2025: 25,533 M against 22,663 M)",
            ),
            ("vistra", "contract revenue only; `Revenues` is the total (10-Q 2026Q2: 4,401 M against 4,017 M)"),
            (
                "nextera",
                "contract revenue rounded to 100 M; total operating revenue carries a tag of the filer's own",
            ),
        )
        for kind in ("Excluding", "Including")
    ),
    Misnomer(
        "eaton",
        "us-gaap:Revenues",
        "tagged 0 beside net sales in the 10-K of 2013; net sales are SalesRevenueNet and its successor",
    ),
    Misnomer(
        "oracle",
        "us-gaap:SalesRevenueNet",
        "a line of revenue, not the total (10-Q 2010-08-31: 1,698 M against 7,502 M)",
    ),
    # Aggregators print under R&D what has no such line in the filings.
    *(
        Misnomer(company, label, reason)
        for company, reason in (
            (
                "amazon",
                "technology and infrastructure, which holds the depreciation, rent and power of AWS's data centres",
            ),
            (
                "coreweave",
                "technology and infrastructure: depreciation and cost of the fleet (2025Q2: 669.9 M); no R&D is filed",
            ),
        )
        for label in RESEARCH
    ),
    # Filings of utilities and of Digital Realty state no cost of revenue. Aggregators make one of fuel, purchased power
    # and more or less of operation: Constellation's "gross profit" of 990, 2,990 and 1,228 M in three quarters.
    *(
        Misnomer(company, label, "no cost of revenue is filed; aggregators make one of some operating expenses")
        for company in (
            "constellation",
            "digital-realty",
            "duke-energy",
            "nextera",
            "southern-company",
            "talen",
            "vistra",
        )
        for label in MADE_OF_COST
    ),
    Misnomer(
        "oracle",
        "us-gaap:GrossProfit",
        "the margin of the operating segments (fiscal 2017: 23,017 M; revenue less cost is about 30,000 M)",
    ),
    Misnomer(
        "ibm",
        "stockanalysis:Operating Income",
        "income before tax and interest, pension settlements and other income in it (2023: 8,690 + 1,607 = 10,297 M); "
        "no operating income is filed",
    ),
    *(
        Misnomer(
            company,
            "us-gaap:LongTermDebtAndCapitalLeaseObligations",
            "leases in it at this filer (Alphabet: 13,228 M on 2024-03-31, notes alone 11,870 M a quarter before)",
        )
        for company in ("alphabet", "amd")
    ),
    Misnomer(
        "meta",
        "us-gaap:InterestExpenseDebt",
        "interest on the notes; the statement's own figure is higher (2023: 446 M against 420 M)",
    ),
    *(
        Misnomer("broadcom", f"us-gaap:{label}", reason)
        for label, reason in (
            (
                "DebtLongtermAndShorttermCombinedAmount",
                "principal, before discounts (2025-11-02: 67,120 M; the balance sheet has 65,136 M)",
            ),
            ("LongTermDebt", "of the notes alone in some filings (2021-05-02: 40,376 M), of all debt in others"),
        )
    ),
    Misnomer(
        "vistra",
        "us-gaap:PaymentsToAcquireProductiveAssets",
        "differs from purchases of property in 14 of 14 shared periods; stops in 2019",
    ),
    Misnomer(
        "salesforce",
        "us-gaap:PaymentsToAcquireProductiveAssets",
        "a second figure beside purchases of property in 2020; stops in 2021",
    ),
)


def frame() -> pl.DataFrame:
    """One row per label: concept, item, tier, order (within its tier) and sign."""
    return pl.DataFrame(
        {
            "concept": [c.label for c in CONCEPTS],
            "item": [c.item for c in CONCEPTS],
            "tier": [c.tier for c in CONCEPTS],
            "label_order": list(range(len(CONCEPTS))),
            "sign": [c.sign for c in CONCEPTS],
        }
    )


def misnomers() -> pl.DataFrame:
    """One row per company and label that means something else there: company_id, concept."""
    return pl.DataFrame({"company_id": [e.company_id for e in MISNOMERS], "concept": [e.label for e in MISNOMERS]})
