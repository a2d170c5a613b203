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
    provisional = {s.quarter for _, _, slices in layers for s in slices if s.share is not None and not s.final}
    chosen = _chosen(values, quarter, provisional)
    values = {q: v for q, v in values.items() if q in chosen}
    layers = [(name, colour, [s for s in slices if s.quarter in chosen]) for name, colour, slices in layers]
    if quarter not in values or len(values) < 2:
        return None
    before = shifted(quarter, -SPAN)
    neutral = f"Share of positive {measure} by layer, {min(values)[:4]} to {quarter[:4]}"
    title = findings.first(
        neutral,
        findings.largest_move(_known(values.get(before, {})), _known(values[quarter]), measure, "three years"),
    )
    key = chart.key(layers)
    return View(
        f"{item}.{basis}",
        title,
        f"Share of all positive {measure}, calendar years{'' if quarter.endswith('Q4') else f' and twelve months to {formats.quarter(quarter)}'}, "
        f"{BASIS_TEXT[basis]}. A loss is no share.",
        f"{title}. Shares in {formats.quarter(quarter)}: "
        + ", ".join(f"{name} {formats.percent(share)}" for name, share in _known(values[quarter]).items())
        + ".",
        f"twelve months to {formats.quarter(quarter)}",
        members_line(ledger, lens, basis, quarter, item),
        series_table("Twelve months to", [(name, "fraction") for name, _, _ in layers], values),
        {"wide": chart.picture(layers), "narrow": chart.picture(layers, narrow=True)},
        legend=[(name, colour, formats.percent(share)) for name, colour, share in key],
        note="Membership follows dates: companies join when they list or enter a layer. Layers below 1% are drawn, not labelled.",
    )  # fmt: skip


def _chosen(values: dict[str, dict[str, float | None]], headline: str, provisional: set[str]) -> set[str]:
    """The quarters to draw: calendar years, the headline, and the newest provisional one that lacks no layer of weight.

    Whole years only, because some members are known by year alone: between years they would come and go.
    """
    years = {q for q in values if q.endswith("Q4") and q < headline}
    weighty = {name for name, share in _known(values.get(headline, {})).items() if share >= 0.02}
    later = [q for q in values if q > headline and q in provisional and weighty <= _known(values[q]).keys()]
    return {*years, headline, *later[-1:]}


def _known(values: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}
