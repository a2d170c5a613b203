"""Small tables that keep the contracts, with figures simple enough to follow by hand.

Two lenses: `alpha` with five layers, one of them dark, and `beta`, in which nothing is measured.
Each company's revenue is its base × (1 + t / 20) in quarter t, its profit a fixed margin of it, its capex a fixed rate.
Does not belong here: anything economically true.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from analytics.contracts import TABLES, conform, empty, table
from analytics.contracts.columns import BASES, POOLS, WINDOWS
from analytics.metrics.registry import METRICS
from dashboard import ledger

AS_OF = date(2026, 6, 30)
KNOWN_ON = date(2025, 6, 30)
QUARTERS = [f"{year}Q{quarter}" for year in range(2019, 2026) for quarter in (1, 2, 3, 4)] + ["2026Q1"]
PROVISIONAL = "2026Q1"
HOSTILE = "=cmd()<script>alert(1)</script> \"&amp;\" 'Söhne' \u202eabc"  # a formula, markup, quotes, right to left


class Firm(NamedTuple):
    """One measured company: where it sits, revenue base (USD bn), margin, capex rate."""

    company_id: str
    name: str
    layer: str
    base: float
    margin: float
    capex: float


FIRMS = (
    Firm("adobe", "Adobe", "applications", 20, 0.35, 0.02),
    Firm("snowflake", "Snowflake", "applications", 3, -0.30, 0.02),
    Firm("microsoft", "Microsoft", "hyperscalers", 70, 0.40, 0.20),
    Firm("alphabet", "Alphabet", "hyperscalers", 60, 0.30, 0.25),
    Firm("hostile", HOSTILE, "neoclouds", 2, -0.05, 2.00),
    Firm("nvidia", "Nvidia", "compute-memory", 150, 0.60, 0.03),
    Firm("amd", "AMD", "compute-memory", 25, 0.10, 0.03),
)
LAYERS = (
    ("alpha", "applications", "Applications", 1, "applications"),
    ("alpha", "models", "Models", 2, "models"),
    ("alpha", "hyperscalers", "Hyperscalers", 3, "hyperscalers"),
    ("alpha", "neoclouds", "Neoclouds", 4, "neoclouds"),
    ("alpha", "compute-memory", "Compute & memory", 5, "compute-memory"),
    ("beta", "observability", "Observability", 1, "datacentres"),
)
DARK = (
    ("alpha", "models", "openai", "OpenAI", "private"),
    ("beta", "observability", "langfuse", "Langfuse", "open_source"),
)


def growth(quarter: str) -> float:
    """How much larger than its base a company's twelve months are."""
    return 1 + QUARTERS.index(quarter) / 20


def amount(firm: Firm, item: str, quarter: str) -> float:
    """US dollars of a firm's twelve months."""
    rate = {
        "revenue": 1.0, "gross_profit": 0.6, "operating_income": firm.margin, "net_income": firm.margin * 0.8,
        "free_cash_flow": firm.margin - firm.capex / 2, "capex": firm.capex, "operating_cash_flow": 0.4,
        "total_debt": 0.8, "net_debt": 0.3, "economic_profit": firm.margin - 0.1,
    }[item]  # fmt: skip
    return firm.base * 1e9 * growth(quarter) * rate


def tables() -> Mapping[str, pl.DataFrame]:
    """Return every table the pages read, each checked against its contract."""
    made = {
        "core.companies": _companies(),
        "core.lenses": [
            {"lens": "alpha", "name": "Alpha", "position": 1, "description": "The first cut.", "source": "alpha.txt"},
            {"lens": "beta", "name": "Beta", "position": 2, "description": "The second cut.", "source": "beta.txt"},
        ],
        "core.layers": [
            {"lens": lens, "layer": layer, "name": name, "position": position, "description": f"What {name} do.",
             "parent": None, "colour": colour, "named_by_source": True, "note": None}
            for lens, layer, name, position, colour in LAYERS
        ],
        "core.edges": [
            {"lens": "alpha", "from_layer": "applications", "to_layer": "models", "description": "tokens"},
            {"lens": "alpha", "from_layer": "hyperscalers", "to_layer": "compute-memory", "description": None},
        ],
        "core.memberships": _memberships(),
        "core.company_quarters": [
            {"company_id": f.company_id, "item": "revenue", "period_start": date(2025, 10, 1),
             "period_end": date(2025, 12, 31), "calendar_quarter": "2025Q4", "value": 1.0, "currency": "USD",
             "value_usd": 1.0, "derivation": "reported",
             "source": "sec", "concept": "us-gaap:Revenues", "observation_id": f.company_id,
             "known_at": date(2026, 2, 1)}
            for f in FIRMS
        ],
        "marts.company_metrics": _company_metrics(),
        "marts.layer_metrics": [row for basis in BASES for window in WINDOWS for row in _layer_metrics(basis, window)],
        "marts.value_capture": [row for basis in BASES for window in WINDOWS for row in _value_capture(basis, window)],
        "marts.member_amounts": [
            {"lens": "alpha", "layer": f.layer, "basis": basis, "member_id": f.company_id, "company_id": f.company_id,
             "calendar_quarter": quarter, "window": window, "item": item, "amount_usd": amount(f, item, quarter)}
            for f in FIRMS for basis in BASES for window in WINDOWS for quarter in QUARTERS
            for item in ("revenue", *POOLS, "capex", "operating_cash_flow", "total_debt", "net_debt")
        ],
        "marts.justification": _justification(),
        "marts.layer_metrics_then": _then(),
        "marts.lead_lag": _lead_lag(),
        "marts.concentration": _concentration(),
        **_claims(),
        **_capital(),
        "marts.coverage": _coverage(),
        "marts.freshness": [
            {"company_id": f.company_id, "newest_quarter": "2025Q4", "newest_period_end": date(2025, 12, 31),
             "newest_known_at": date(2026, 2, 1), "source": "sec", "age_days": 181}
            for f in FIRMS
        ],
    }  # fmt: skip
    rest = {name: empty(table(name)) for name in ledger.TABLES if name not in made}
    return rest | {name: _frame(name, rows) for name, rows in made.items()}


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    contract = table(name)
    return conform(pl.DataFrame(rows, schema=contract.polars_schema), contract)


def _blank(name: str) -> dict[str, Any]:
    """A row of a table with null in every column, so that a new nullable column breaks no test."""
    return {column.name: None for t in TABLES if t.full_name == name for column in t.columns}


def _companies() -> list[dict[str, Any]]:
    listed = [
        {"company_id": f.company_id, "name": f.name, "ticker": f.company_id.upper()[:4], "currency": "USD",
         "fiscal_year_end_month": 12, "status": "listed"}
        for f in FIRMS
    ]  # fmt: skip
    dark = [{"company_id": member, "name": name, "status": status} for _, _, member, name, status in DARK]
    return [_blank("core.companies") | row for row in listed + dark]


def _memberships() -> list[dict[str, Any]]:
    whole = [
        {"lens": "alpha", "layer": f.layer, "company_id": f.company_id, "member_id": f.company_id,
         "member_name": f.name, "measure": "whole", "primary_layer": True, "named_by_source": True}
        for f in FIRMS
    ]  # fmt: skip
    dark = [
        {"lens": lens, "layer": layer, "company_id": member, "member_id": member, "member_name": name,
         "measure": "dark", "primary_layer": False, "named_by_source": True}
        for lens, layer, member, name, _ in DARK
    ]  # fmt: skip
    return [_blank("core.memberships") | row for row in whole + dark]


def _ratio(metric: str, firms: list[Firm], quarter: str) -> float | None:
    """Layer value of a metric; a margin and the capex rates follow from the amounts, the rest is a fixed number."""
    items = {
        "operating_margin": ("operating_income", "revenue"), "gross_margin": ("gross_profit", "revenue"),
        "net_margin": ("net_income", "revenue"), "fcf_margin": ("free_cash_flow", "revenue"),
        "capex_to_revenue": ("capex", "revenue"), "capex_to_ocf": ("capex", "operating_cash_flow"),
        "debt_to_ocf": ("total_debt", "operating_cash_flow"),
    }  # fmt: skip
    if not firms:
        return None
    if metric not in items:
        return 0.5
    above, below = items[metric]
    return sum(amount(f, above, quarter) for f in firms) / sum(amount(f, below, quarter) for f in firms)


def _company_metrics() -> list[dict[str, Any]]:
    return [
        {"company_id": f.company_id, "calendar_quarter": quarter, "period_end": date(2025, 12, 31), "window": "ttm",
         "metric": metric.id, "value": 1.0 + FIRMS.index(f), "null_reason": None}
        for f in FIRMS for quarter in QUARTERS for metric in METRICS if metric.id in ("debt_to_ocf", "debt_to_ebitda")
    ]  # fmt: skip


def _layer_metrics(basis: str, window: str) -> list[dict[str, Any]]:
    rows = []
    for lens, layer, *_ in LAYERS:
        firms = [f for f in FIRMS if f.layer == layer and lens == "alpha"]
        for quarter in QUARTERS:
            for metric in METRICS:
                value = _ratio(metric.id, firms, quarter)
                several = len(firms) > 1
                rows.append(
                    {
                        "lens": lens, "layer": layer, "basis": basis, "calendar_quarter": quarter, "window": window,
                        "metric": metric.id, "value": value, "median": value, "p25": value, "p75": value,
                        "n_members": len(firms) or 1, "n_measured": len(firms), "coverage_ratio": float(bool(firms)),
                        "value_ex_largest": _ratio(metric.id, firms[1:], quarter) if several else None,
                        "largest_company_id": firms[0].company_id if firms else None,
                        "status": "provisional" if quarter == PROVISIONAL or not firms else "final",
                        "null_reason": None if firms else "coverage below 50 %",
                    }
                )  # fmt: skip
    return rows


def _value_capture(basis: str, window: str) -> list[dict[str, Any]]:
    rows = []
    for quarter in QUARTERS:
        for pool in POOLS:
            sums = {
                layer: sum(amount(f, pool, quarter) for f in FIRMS if f.layer == layer)
                for layer in {f.layer for f in FIRMS}
            }
            net, positive = sum(sums.values()), sum(max(value, 0) for value in sums.values())
            for lens, layer, *_ in LAYERS:
                value = sums.get(layer) if lens == "alpha" else None
                firms = sum(f.layer == layer for f in FIRMS) if lens == "alpha" else 0
                rows.append(
                    {
                        "lens": lens, "layer": layer, "basis": basis, "calendar_quarter": quarter, "window": window,
                        "pool": pool, "amount_usd": value, "share_of_net": None if value is None else value / net,
                        "share_of_positive": None if value is None else max(value, 0) / positive,
                        "n_members": firms or 1, "n_measured": firms,
                        "status": "provisional" if quarter == PROVISIONAL or not firms else "final",
                    }
                )  # fmt: skip
    return rows


def _claims() -> dict[str, list[dict[str, Any]]]:
    """One claim that holds and flipped, one that is contradicted, one that cannot be tested, with a hostile name."""
    history = (("2023Q1", "contradicted"), ("2023Q2", "contradicted"), ("2023Q3", "supported"), ("2023Q4", "supported"))
    verdicts = {"chips": "supported", "apps": "contradicted", "models": "not_testable"}
    claims = [
        _blank("marts.claims")
        | {"lens": "alpha", "claim_id": one, "statement": f"About {one} {HOSTILE}", "verdict": verdict,
           "basis": "layer",
           "measured": None if verdict == "not_testable" else 0.5, "unit": "fraction", "measured_text": "50%",
           "threshold": "above 40%", "test": "band", "window": "ttm", "calendar_quarter": "2023Q4",
           "n_checks": 4, "n_agree": 3 if one == "chips" else 4, "n_flips": 0, "since": "2023Q3",
           "flipped": "2023Q3" if one == "chips" else None}
        for one, verdict in verdicts.items()
    ]  # fmt: skip
    readings = [
        _blank("marts.claim_readings")
        | {"lens": "alpha", "claim_id": "chips", "reading": "headline", "read_in": "alpha", "layer": "compute-memory",
           "role": "subject", "basis": "layer", "n_members": 2, "n_measured": 2, "verdict": "supported"}
    ]  # fmt: skip
    told = [
        _blank("marts.claim_history")
        | {"lens": "alpha", "claim_id": "chips", "calendar_quarter": quarter, "verdict": verdict, "status": "final",
           "flipped": quarter == "2023Q3"}
        for quarter, verdict in history
    ]  # fmt: skip
    return {"marts.claims": claims, "marts.claim_readings": readings, "marts.claim_history": told}


def _then() -> list[dict[str, Any]]:
    """On KNOWN_ON chips had 20 % in 2022Q4 and 40 % in 2025Q1, of margin and of capex alike; now their margin is

    (90 + 2.5) / 175 = 52.86 % in every quarter. Hyperscalers: 30 and 35.38 %, now (28 + 18) / 130 = 35.38 %.
    Applications: 20 % in both. A later quarter that was provisional then is drawn pale and never told.
    """
    figures = {
        ("compute-memory", "2022Q4"): 0.20, ("compute-memory", "2025Q1"): 0.40, ("compute-memory", "2025Q2"): 0.90,
        ("hyperscalers", "2022Q4"): 0.30, ("hyperscalers", "2025Q1"): 0.3538,
        ("applications", "2022Q4"): 0.20, ("applications", "2025Q1"): 0.20,
    }  # fmt: skip
    return [
        _blank("marts.layer_metrics_then")
        | {"known_on": KNOWN_ON, "lens": "alpha", "n_members": 2, "n_measured": 2, "metric": metric, "layer": layer,
           "calendar_quarter": quarter, "value": value, "status": "provisional" if quarter == "2025Q2" else "final"}
        for metric in ("operating_margin", "capex_to_revenue")
        for (layer, quarter), value in figures.items()
    ]  # fmt: skip


def _lead_lag() -> list[dict[str, Any]]:
    """Chips move with capex, most (.8) a quarter later; applications within their band; models are unknown."""
    found = {
        ("compute-memory", -1): 0.2, ("compute-memory", 0): 0.6, ("compute-memory", 1): 0.8,
        ("applications", -1): 0.1, ("applications", 0): 0.2, ("applications", 1): -0.2,
        ("models", -1): None, ("models", 0): None, ("models", 1): None,
    }  # fmt: skip
    return [
        _blank("marts.lead_lag")
        | {"lens": "alpha", "driver": "clouds", "follower": layer, "basis": "layer", "lag_quarters": lag,
           "correlation": r, "n_quarters": 20 if r else 0, "n_placebos": 13 if r else 0, "n_driver": 2, "n_follower": 2}
        | ({"placebo_low": -0.3, "placebo_high": 0.3, "outside_band": abs(r) > 0.3, "first_quarter": "2020Q1",
            "last_quarter": "2024Q4"} if r else {"null_reason": "insufficient data: fewer than 16 quarters"})
        for (layer, lag), r in found.items()
    ]  # fmt: skip


def _concentration() -> list[dict[str, Any]]:
    """Chips: AMD had 40 % of three in 2022Q4, Nvidia 60 % in 2025Q4. Clouds: one of two went from 50 % to 90 %.

    Applications: one measured. Models: none. With .6, .3 and .1 the index is 3,600 + 900 + 100 = 4,600.
    """
    found = {
        ("compute-memory", "2022Q4"): (3_400.0, 0.40, "amd", 3),
        ("compute-memory", "2024Q4"): (4_000.0, 0.50, "nvidia", 3),
        ("compute-memory", "2025Q1"): (4_100.0, 0.52, "nvidia", 3),
        ("compute-memory", "2025Q2"): (4_200.0, 0.54, "nvidia", 3),
        ("compute-memory", "2025Q3"): (4_400.0, 0.57, "nvidia", 3),
        ("compute-memory", "2025Q4"): (4_600.0, 0.60, "nvidia", 3),
        ("hyperscalers", "2022Q4"): (5_000.0, 0.50, "microsoft", 2),
        ("hyperscalers", "2025Q4"): (8_200.0, 0.90, "microsoft", 2),
        ("applications", "2025Q4"): (10_000.0, 1.0, "hostile", 1),
    }
    return [
        _blank("marts.concentration")
        | {"lens": "alpha", "layer": layer, "basis": "layer", "window": "ttm", "item": "revenue",
           "calendar_quarter": quarter, "hhi": hhi, "largest_share": share, "largest_company_id": company,
           "n_companies": n, "n_members": 4, "n_measured": n, "status": "final"}
        for (layer, quarter), (hhi, share, company, n) in found.items()
    ]  # fmt: skip


def _capital() -> dict[str, list[dict[str, Any]]]:
    """Hyperscalers: capex 100 bn, of which 90 from operations, 60 borrowed, 30 paid out, 20 put by; 80 to come."""
    amounts = {
        "funded_capex": 100e9, "funded_by_operations": 90e9, "funded_by_debt": 60e9, "funded_by_equity": -30e9,
        "funded_by_cash": -20e9, "funded_residual": 0.0, "cumulative_capex": 120e9, "da_to_come": 80e9,
        "funding_gap": 10e9,
    }  # fmt: skip
    common = {"lens": "alpha", "layer": "hyperscalers", "basis": "consolidated", "calendar_quarter": "2025Q4"}
    counted = {"n_members": 2, "n_measured": 2, "coverage_ratio": 1.0, "status": "final"}
    capital = [
        _blank("marts.capital") | common | counted | {"window": "ttm", "measure": measure, "value": value}
        for measure, value in amounts.items()
    ]
    runoff = [
        _blank("marts.runoff") | common | counted | {"charge_year": year, "equipment_usd": 12e9, "shell_usd": 4e9}
        for year in range(2026, 2031)
    ]
    return {"marts.capital": capital, "marts.runoff": runoff}


def _justification() -> list[dict[str, Any]]:
    """Two quarters: capital 100 bn and then 300 bn, of both groups alike; figures as methods.md reckons them."""
    rows = []
    for buyers in ("together", "hyperscalers", "neoclouds"):
        for capital in ("all", "above_base_rate"):
            for at, quarter in enumerate(("2023Q1", "2023Q2")):
                spent = (100e9, 300e9)[at]
                rows.append(
                    _blank("marts.justification")
                    | {"lens": "alpha", "buyers": buyers, "capital": capital, "calendar_quarter": quarter,
                       "capex_usd": (100e9, 200e9)[at], "capital_usd": spent, "equipment_usd": spent * 0.6,
                       "shell_usd": spent * 0.4, "required_revenue_usd": spent * 0.722, "measured_revenue_usd": 50e9,
                       "new_revenue_usd": 5e9, "gap_usd": spent * 0.722 - 50e9, "simple_rule_usd": 60e9,
                       "n_buyers": 3, "n_buyers_measured": 2, "n_members": 3, "n_measured": 2, "n_named": 2,
                       "n_named_measured": 1, "dark_members": "OpenAI, " + HOSTILE, "status": "final"}
                )  # fmt: skip
    return rows


def _coverage() -> list[dict[str, Any]]:
    blank = {"first_quarter": None, "last_quarter": None, "n_reported": 0, "n_derived": 0, "n_aggregated": 0,
             "n_year_only": 0, "n_missing": 29, "reason": "in no source"}  # fmt: skip
    known = blank | {
        "first_quarter": "2019Q1",
        "last_quarter": "2025Q4",
        "n_reported": 29,
        "n_missing": 0,
        "reason": None,
    }
    rows = [
        {"lens": "alpha", "layer": f.layer, "company_id": f.company_id, "member_id": f.company_id,
         "member_name": f.name, "measure": "whole", "status": "listed", "item": item} | known
        for f in FIRMS for item in ("revenue", "operating_income")
    ] + [
        {"lens": lens, "layer": layer, "company_id": member, "member_id": member, "member_name": name,
         "measure": "dark", "status": status, "item": "revenue"} | blank
        for lens, layer, member, name, status in DARK
    ]  # fmt: skip
    return rows
