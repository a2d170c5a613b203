"""The capture card: how each layer's share of the profit pool moved."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Control, View, series_table
from dashboard.cards.profit_pools import BASES, BASIS_TEXT, ITEMS, members_line
from dashboard.charts import capture as chart
from dashboard.ledger import Ledger, shifted

SPAN = 12  # quarters that the finding looks back over


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    views = [
        view
        for basis in ("consolidated", "layer")
        for item in ITEMS
        if (view := _view(ledger, lens, item, basis)) and (basis == "consolidated" or item == "operating_income")
    ]
    present = {view.key for view in views}
    return Card(
        "capture",
        "Capture over time: whose share grows?",
        views,
        (
            Control("item", "Profit", [(i, ITEMS[i][0]) for i in ITEMS if any(k.startswith(f"{i}.") for k in present)]),
            Control("basis", "Basis", [(b, BASES[b]) for b in ("consolidated", "layer") if any(k.endswith(f".{b}") for k in present)]),
        ),
        size="wide",
        break_at=520,
    )  # fmt: skip


def _view(ledger: Ledger, lens: str, item: str, basis: str) -> View | None:
    layers = [
        (layer.name, layer.colour,
         [chart.Slice(s.quarter, s.of_positive, s.status == "final") for s in ledger.shares(lens, layer.layer, basis, item)])
        for layer in ledger.layers(lens)
    ]  # fmt: skip
    values: dict[str, dict[str, float | None]] = {}
    for name, _, slices in layers:
        for s in slices:
            if s.share is not None:
                values.setdefault(s.quarter, {})[name] = s.share
    if len(values) < 2:
        return None
    quarter, measure = ledger.headline(lens, basis), ITEMS[item][1]
    if quarter not in values:
        return None
    before = shifted(quarter, -SPAN)
    neutral = f"Share of positive {measure} by layer, {min(values)[:4]} to {quarter[:4]}"
    title = findings.first(
        neutral,
        findings.largest_move(_known(values.get(before, {})), _known(values[quarter]), measure, "three years"),
    )
    shown = {q: v for q, v in values.items()}
    key = chart.key(layers)
    return View(
        f"{item}.{basis}",
        title,
        f"Share of all positive {measure}, twelve months to each calendar quarter, {BASIS_TEXT[basis]}. Losses count as no share.",
        f"{title}. Shares in {formats.quarter(quarter)}: "
        + ", ".join(f"{name} {formats.percent(share)}" for name, share in _known(values[quarter]).items())
        + ".",
        f"twelve months to {formats.quarter(quarter)}",
        members_line(ledger, lens, basis, quarter, item),
        series_table("Twelve months to", [(name, "fraction") for name, _, _ in layers], shown),
        {"wide": chart.picture(layers), "narrow": chart.picture(layers, narrow=True)},
        legend=[(name, colour, formats.percent(share) if share is not None else "no public figures") for name, colour, share in key],
        note="Membership follows dates: companies join when they list or enter a layer. Layers below 1% are drawn, not labelled.",
    )  # fmt: skip


def _known(values: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}
