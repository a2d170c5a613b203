"""The lenses side by side: the same dollars under each, what each leaves out, and who spans several layers."""

from collections.abc import Mapping
from typing import Any

from dashboard import findings, formats
from dashboard.cards import universe
from dashboard.ledger import Ledger, Lens
from dashboard.pages import stack
from dashboard.pages.page import Page, company_path, layer_path, lens_path


def page(ledger: Ledger) -> Page:
    """Return the page of all lenses."""
    card = universe.card(ledger)
    spans = _spans(ledger)
    neutral = f"{formats.word(len(ledger.lenses)).capitalize()} ways of cutting one industry"
    return Page(
        path="lenses.html",
        template="lenses.html",
        title="The lenses: Layer Ledger",
        description="Published ways of cutting the AI industry into layers, side by side over the same figures.",
        section="lenses",
        lens=ledger.lenses[0].lens,
        cards=[card] if card.views else [],
        context={
            "headline": card.views[0].title if card.views else neutral,
            "months": ledger.newest(ledger.lenses[0].lens) if card.views else None,
            "columns": [_column(ledger, lens) for lens in ledger.lenses],
            "spans": spans,
            "span_title": findings.first(
                "Companies in more than one layer",
                findings.widest_span(
                    [(row["name"], lens, n, total) for row in spans for lens, n, total in row["counts"]]
                ),
            ),
        },
    )


def _column(ledger: Ledger, lens: Lens) -> dict[str, object]:
    quarter, layers = ledger.newest(lens.lens), []
    for layer in ledger.layers(lens.lens):
        share = ledger.share(lens.lens, layer.layer, "layer", "operating_income", quarter or "")
        held = {m.member_id for m in ledger.members(lens.lens, layer.layer) if m.valid_to is None}
        layers.append(
            {
                "name": layer.name,
                "colour": layer.colour,
                "href": layer_path(lens.lens, layer),
                "profit": share.amount_usd if share else None,
                "margin": ledger.value(lens.lens, layer.layer, "layer", "operating_margin", quarter or ""),
                "measured": share.n_measured if share else 0,
                "members": share.n_members if share else len(held),
                "ours": not layer.named_by_source,
            }
        )
    return {
        "lens": lens,
        "href": lens_path(lens.lens, ledger.lenses[0].lens),
        "map": stack.path(lens.lens),
        "quarter": quarter,
        "layers": layers,
    }


def _spans(ledger: Ledger) -> list[dict[str, Any]]:
    """Companies that stand behind several layers of a lens: their layers by lens, the widest first."""
    names = {lens.lens: {layer.layer: layer.name for layer in ledger.layers(lens.lens)} for lens in ledger.lenses}
    titles = {lens.lens: lens.name for lens in ledger.lenses}
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in ledger.frame("marts.integration").iter_rows(named=True):
        if row["n_layers"] > 1:
            rows.setdefault(row["company_id"], {})[row["lens"]] = row
    found = []
    for company, own in rows.items():
        cells = []
        for lens in ledger.lenses:
            held = own.get(lens.lens)
            cells.append([names[lens.lens].get(one, one) for one in held["layers"].split(", ")] if held else [])
        found.append(
            {
                "name": ledger.names.get(company, company),
                "href": company_path(company) if company in ledger.reporting else None,
                "cells": cells,
                "counts": [(titles[lens], r["n_layers"], len(names[lens])) for lens, r in own.items()],
                "most": max(r["n_layers"] for r in own.values()),
            }
        )
    return sorted(found, key=lambda row: (-row["most"], -sum(map(bool, row["cells"])), row["name"]))
