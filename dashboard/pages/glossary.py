"""The words of the pages and the rules of the method, with examples worked by hand.

Belongs here: texts for readers. The rules themselves live in analytics; each example is a test there.
"""

# (word, meaning)
GLOSSARY = (
    ("Layer", "A layer of the AI stack within a lens, and nothing else. Processing steps are stages."),
    (
        "Lens",
        "One published way of cutting the industry into layers. Each keeps its source’s names, order and claims.",
    ),
    (
        "Member",
        "A company, product or project that a lens names, or a listed peer that we add and mark as ours.",
    ),
    (
        "Whole, segment, dark",
        "How a member is measured: by the whole company, by a reported segment, or not at all because nothing is "
        "reported for it.",
    ),
    (
        "Layer basis",
        "Whole companies and reported segments. The headline for revenue, margins and profit pools.",
    ),
    (
        "Consolidated basis",
        "Every listed company whole, once, in its primary layer. The headline for capex and debt, which are not "
        "reported by segment.",
    ),
    (
        "Coverage",
        "How many of a layer’s members have the figures a metric needs. Below half, the layer’s value is unknown.",
    ),
    ("Fiscal quarter", "A company’s own quarter, by its real start and end dates."),
    (
        "Calendar quarter",
        "The quarter of the calendar that holds the midpoint of a fiscal quarter: Nvidia’s quarter ended 25 January "
        "2026 is 2025 Q4.",
    ),
    (
        "TTM",
        "Trailing twelve months: four contiguous fiscal quarters on one basis that span 350 to 380 days, else unknown. "
        "On every chart over time a figure stands where its months end, and the name of a year where that year begins.",
    ),
    (
        "Final, provisional",
        "A quarter is final for a layer once members with at least 80% of its trailing revenue have reported, and for "
        "a metric once members with at least 80% of that of those who report the metric have it; until then it is "
        "provisional, drawn pale and dashed, and never the headline.",
    ),
    (
        "Known time",
        "When the world could know a figure: the filing date. A restatement is a new observation and never erases the "
        "old one.",
    ),
    ("As known on", "A view of the data that uses only what was known by a date."),
    ("Operating income", "Income from operations as filed under GAAP or IFRS, never an adjusted figure."),
    (
        "EBITDA",
        "Operating income plus depreciation and amortisation; not the adjusted figure that companies publish.",
    ),
    ("Capex", "Cash paid for property, plant and equipment; a positive amount spent."),
    (
        "Profit pool",
        "The dollars of a profit measure that a layer’s members earn. Pools may be added; revenues may not, because "
        "one layer’s revenue is another’s cost.",
    ),
    (
        "Increment",
        "Of members measured in both quarters, the dollars now less those of a base quarter. What newly entered the "
        "record is told apart: it is newly seen, not new. So is the revenue of a member restated in between; profits "
        "stay as stated.",
    ),
    (
        "Own margins, mix, newly and no longer measured",
        "What a layer’s margin moved by, without a rest: members’ own margins (within), weight moved between members "
        "with higher and lower margins (between), members measured now only (entry), and then only (exit). A member "
        "restated in between counts as measured in both.",
    ),
    (
        "Funding of capex",
        "Operating cash flow, new debt, shareholders and cash used, beside capex, of members of which every part is "
        "known; what the parts leave over is shown as not explained, never spread over them.",
    ),
    (
        "Still to be charged",
        "Capex since the base quarter less what has been written off straight-line, by the split and lives of the "
        "assumptions. It will pass through profits whatever is spent later.",
    ),
    (
        "Required revenue",
        "What applications and models would have to sell a year for capital to pay: its annual charge (an annuity over "
        "its life at the cost of capital) and the cost of running it, over the gross margin of those who sell.",
    ),
    (
        "Stress component",
        "One reading of strain, such as interest coverage or the funding gap, ranked by itself. There is no score, "
        "since how components weigh against each other is a judgement.",
    ),
    (
        "Verdict",
        "What a claim’s written rule gives: supported, contradicted, mixed, or not testable, with the reason.",
    ),
    (
        "Firmness",
        "In how many other readings a verdict or headline stands: other basis, median, without the largest member, one "
        "quarter earlier, another lens.",
    ),
    (
        "Placed",
        "Dollars that a lens has a layer for. Placed, the rest of the same companies and what is not placed are the "
        "same total under every lens.",
    ),
    ("Unknown", "No figure exists in public. It is drawn hatched and written n/a; it is never taken for zero."),
)

# (rule, what is done, worked example)
RULES = (
    (
        "Missing is not zero",
        "Null propagates: no capex, no free cash flow. A zero or negative denominator gives no ratio, with the reason.",
        "",
    ),
    (
        "A layer’s ratio",
        "Sum of numerators over sum of denominators, over members that have both.",
        "Revenue 200, 10 and 1 with operating income 120, 1 and −3: 118 ÷ 211 = 55.9%. The mean of the three ratios, "
        "−76.7%, is never shown as the layer’s.",
    ),
    (
        "Shares of a pool",
        "Dollars first, then the share of the positive pool. A pool at or below zero has no shares.",
        "100, 50, −5 and −45: the first has 100% of the net pool and 66.7% of the positive pool.",
    ),
    (
        "Trailing twelve months",
        "Four contiguous fiscal quarters spanning 350 to 380 days, all on one basis.",
        "Drop one quarter of the four: unknown.",
    ),
    (
        "One basis",
        "Figures are compared, and quarters added, where the filer stood by both at one time. Growth across a change "
        "of more than 2% (a business left, other accounting) is unknown.",
        "Western Digital’s quarter to September 2023 is 1,194 without its flash business, after 3,736 with it: growth "
        "is unknown, not −68%.",
    ),
    (
        "Fourth quarter",
        "The year less nine months, only when both exist in the same currency, on the same basis.",
        "4,738 − 3,406 = 1,332; with no nine-month figure: unknown, never 4,738.",
    ),
    (
        "Cash flows",
        "Statements give the year to date; a quarter is the difference of two within one fiscal year.",
        "Nine months 3,042.396 less six months 1,988.633 is a quarter of 1,053.763.",
    ),
    (
        "Currency",
        "Flows at the average of the period’s daily rates, balances at the closing rate. Ratios within a company are "
        "taken before translation.",
        "100 a quarter at .030, .031, .032 and .033 is 12.6; a closing rate of .034 would give 13.6.",
    ),
    (
        "Incremental margin",
        "Change in operating income over change in revenue, over four quarters; none where revenue hardly changed.",
        "Revenue 100 to 150 and operating income 20 to 40: 40%.",
    ),
    (
        "Justification gap",
        "Capital since the base quarter is charged as annuities, run at a yearly cost, and divided by the gross margin "
        "downstream. Assumptions are printed with their sources, and readers move them.",
        "Capex 100, of it 60 equipment over 5 years and 40 shell over 15, at 10%: a charge of 21.09 a year; with 15 of "
        "running cost and a margin of 50%, 72.2 of revenue. With a life of 4 years 78.4, of 6 years 68.1.",
    ),
    (
        "A margin taken apart",
        "Weights are the mean of both quarters, so within, between, entry and exit sum to the change.",
        "Weights .5 and .5 become .7 and .3, margins .6 and .1 become .5 and .1: +3.0 points, of it −6.0 "
        "within and +9.0 between.",
    ),
    (
        "Growth of a layer",
        "For constant membership; the effect of companies that joined is told apart.",
        "{A: 100} becomes {A: 110, B: 50}: growth 10%, entry 50.",
    ),
)
