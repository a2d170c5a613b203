"""Coverage and provenance: what is known of whom, from which source, and how old it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from dashboard import formats
from dashboard.ledger import SOURCE_NAMES, Ledger, Lens
from dashboard.pages import health
from dashboard.pages.page import STATUS, Page, layer_path, why_unmeasured

ITEMS = {
    "revenue": "Revenue",
    "gross_profit": "Gross profit",
    "operating_income": "Operating income",
    "net_income": "Net income",
    "operating_cash_flow": "Operating cash flow",
    "capex": "Capex",
    "depreciation_amortization": "D&A",
    "total_debt": "Total debt",
    "interest_expense": "Interest",
}
KINDS = {
    "n_reported": "reported in a filing",
    "n_derived": "derived from filings",
    "n_aggregated": "from an aggregator",
    "n_year_only": "known as whole years only",
    "n_missing": "missing",
}
DERIVATIONS = ("reported", "q4_from_year", "decumulated", "computed", "year_only")


def page(ledger: Ledger) -> Page:
    """Return the coverage page, all lenses on it."""
    rows = ledger.tables["marts.coverage"].to_dicts()
    return Page(
        path="coverage.html",
        template="coverage.html",
        title="Data health: coverage, freshness, disagreements: Layer Ledger",
        description="How many members of each layer are measured, for which items, from which sources, and how fresh "
        "the figures are.",
        section="coverage",
        lens=ledger.lenses[0].lens,
        context={
            "matrices": [(lens, _matrix(ledger, lens, rows)) for lens in ledger.lenses],
            "items": list(ITEMS.values()),
            "kinds": list(KINDS.values()),
            "by_source": _by_source(ledger),
            "freshness": _freshness(ledger),
            "dark": _dark(ledger),
            "health": health.tables(ledger),
        },
    )


def _matrix(ledger: Ledger, lens: Lens, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Layers against items: members known at all, and how their quarters of revenue came to be known."""
    members: dict[str, set[str]] = defaultdict(set)
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    kinds: dict[str, list[int]] = defaultdict(lambda: [0] * len(KINDS))
    for row in rows:
        if row["lens"] == lens.lens:
            members[row["layer"]].add(row["member_id"])
            if row["last_quarter"] is not None:
                known[row["layer"], row["item"]].add(row["member_id"])
            if row["item"] == "revenue" and row["measure"] != "dark":
                kinds[row["layer"]] = [n + row[kind] for n, kind in zip(kinds[row["layer"]], KINDS, strict=True)]
    return [
        {
            "name": layer.name,
            "colour": layer.colour,
            "href": layer_path(lens.lens, layer),
            "cells": [(len(known[layer.layer, item]), len(members[layer.layer])) for item in ITEMS],
            "parts": kinds[layer.layer],
        }
        for layer in ledger.layers(lens.lens)
    ]


def _by_source(ledger: Ledger) -> list[dict[str, object]]:
    """Figures by the source that speaks for them, and how they came to be."""
    counted = (
        ledger.tables["core.company_quarters"]
        .group_by("source")
        .agg(
            pl.len().alias("figures"),
            pl.col("company_id").n_unique().alias("companies"),
            pl.col("calendar_quarter").min().alias("first"),
            pl.col("calendar_quarter").max().alias("last"),
            *((pl.col("derivation") == derivation).sum().alias(derivation) for derivation in DERIVATIONS),
        )
    )
    found = {row["source"]: row for row in counted.iter_rows(named=True)}
    return [{**found[source], "name": name} for source, name in SOURCE_NAMES.items() if source in found]


def _freshness(ledger: Ledger) -> list[dict[str, object]]:
    """Listed companies, those without any figure first, then the oldest."""
    rows = ledger.tables["marts.freshness"].sort("age_days", descending=True, nulls_last=False)
    return [
        {
            "name": ledger.names.get(row["company_id"], row["company_id"]),
            "quarter": row["newest_quarter"],
            "end": row["newest_period_end"],
            "known": row["newest_known_at"],
            "source": SOURCE_NAMES.get(row["source"], formats.UNKNOWN),
            "age": row["age_days"],
        }
        for row in rows.iter_rows(named=True)
    ]


def _dark(ledger: Ledger) -> list[dict[str, object]]:
    """Members for whose business nothing is reported, each once, with the reason and where it sits."""
    found: dict[str, dict[str, Any]] = {}
    for lens in ledger.lenses:
        names = {layer.layer: layer.name for layer in ledger.layers(lens.lens)}
        for member in ledger.members(lens.lens):
            if member.measure != "dark":
                continue
            parent_id = ledger.companies.get(member.member_id, {}).get("parent_id")
            parent = ledger.names.get(str(parent_id)) if parent_id else None
            entry = found.setdefault(
                member.member_id,
                {
                    "name": member.name,
                    "status": STATUS.get(member.status, member.status),
                    "reason": why_unmeasured(member, parent),
                    "places": {},
                },
            )
            entry["places"][f"{lens.name}: {names[member.layer]}"] = layer_path(lens.lens, member.layer)
    return sorted(found.values(), key=lambda entry: str(entry["name"]).casefold())
