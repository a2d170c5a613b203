"""Coverage and provenance: what is known of whom, from which source, and how old it is."""

from collections import defaultdict

import polars as pl

from dashboard import formats
from dashboard.ledger import SOURCE_NAMES, Ledger
from dashboard.pages.page import STATUS, Page, layer_path

ITEMS = (
    ("revenue", "Revenue"),
    ("gross_profit", "Gross profit"),
    ("operating_income", "Operating income"),
    ("net_income", "Net income"),
    ("operating_cash_flow", "Operating cash flow"),
    ("capex", "Capex"),
    ("depreciation_amortization", "D&A"),
    ("total_debt", "Total debt"),
    ("interest_expense", "Interest"),
)


def page(ledger: Ledger) -> Page:
    """Return the coverage page, all lenses on it."""
    rows = ledger.tables["marts.coverage"].to_dicts()
    return Page(
        "coverage.html",
        "coverage.html",
        "Coverage and provenance: Layer Ledger",
        "How many members of each layer are measured, for which items, from which sources, and how fresh the figures are.",
        "coverage",
        ledger.lenses[0].lens,
        (),
        {
            "matrices": [_matrix(ledger, lens.lens, lens.name, rows) for lens in ledger.lenses],
            "items": [name for _, name in ITEMS],
            "sources": _sources(ledger),
            "freshness": _freshness(ledger),
            "dark": _dark(ledger, rows),
        },
    )


def _matrix(ledger: Ledger, lens: str, name: str, rows: list[dict[str, object]]) -> dict[str, object]:
    """Layers against items: members known at all, and how their quarters came to be known."""
    members: dict[str, set[object]] = defaultdict(set)
    known: dict[tuple[str, str], set[object]] = defaultdict(set)
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for row in rows:
        if row["lens"] != lens:
            continue
        layer = str(row["layer"])
        members[layer].add(row["member_id"])
        if row["last_quarter"] is not None:
            known[layer, str(row["item"])].add(row["member_id"])
        counts = (row["n_reported"], row["n_derived"], row["n_aggregated"], row["n_year_only"], row["n_missing"])
        if row["item"] == "revenue" and row["measure"] != "dark":
            kinds[layer] = [a + int(str(b)) for a, b in zip(kinds[layer], counts, strict=True)]
    table = []
    for layer in ledger.layers(lens):
        cells = [(len(known[layer.layer, item]), len(members[layer.layer])) for item, _ in ITEMS]
        parts = kinds[layer.layer]
        table.append({"name": layer.name, "colour": layer.colour, "href": layer_path(lens, layer), "cells": cells,
                      "parts": parts, "total": sum(parts)})  # fmt: skip
    return {"lens": lens, "name": name, "rows": table}


def _sources(ledger: Ledger) -> list[dict[str, object]]:
    """Figures by the source that speaks for them, and how they came to be."""
    frame = ledger.tables["core.company_quarters"]
    counted = frame.group_by("source").agg(
        pl.len().alias("figures"), pl.col("company_id").n_unique().alias("companies"),
        pl.col("calendar_quarter").min().alias("first"), pl.col("calendar_quarter").max().alias("last"),
        *((pl.col("derivation") == d).sum().alias(d) for d in ("reported", "q4_from_year", "decumulated", "computed", "year_only")),
    )  # fmt: skip
    by_source = {row["source"]: row for row in counted.iter_rows(named=True)}
    return [{**by_source[s], "name": name} for s, name in SOURCE_NAMES.items() if s in by_source]


def _freshness(ledger: Ledger) -> list[dict[str, object]]:
    rows = ledger.tables["marts.freshness"].sort("age_days", descending=True, nulls_last=False)
    return [
        {
            "name": ledger.names.get(row["company_id"], row["company_id"]),
            "quarter": row["newest_quarter"], "end": row["newest_period_end"], "known": row["newest_known_at"],
            "source": SOURCE_NAMES.get(row["source"], "") if row["source"] else formats.UNKNOWN, "age": row["age_days"],
        }
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _dark(ledger: Ledger, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Members about which nothing is known, each once, with the reason."""
    found: dict[str, dict[str, object]] = {}
    seen = {str(row["member_id"]) for row in rows if row["last_quarter"] is not None}
    for row in rows:
        member = str(row["member_id"])
        if member not in seen and row["reason"]:
            entry = found.setdefault(member, {"name": row["member_name"], "status": STATUS.get(str(row["status"]), row["status"]),
                                              "reason": row["reason"], "layers": {}})  # fmt: skip
            layers = entry["layers"]
            assert isinstance(layers, dict)
            layers[f"{row['lens']} / {row['layer']}"] = None
    return sorted(found.values(), key=lambda e: str(e["name"]).casefold())
