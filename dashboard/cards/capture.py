"""The capture card: how each layer's share of the profit pool moved."""

from collections.abc import Sequence

from dashboard import findings, formats
from dashboard.cards.card import Card, View, control, series_table
from dashboard.cards.profit_pools import BASES, BASIS_TEXT, ITEMS, members_line
from dashboard.charts import capture as chart
from dashboard.ledger import BASE_QUARTER, Ledger

BY_SEGMENT = ("operating_income",)  # what segments report, so what the layer basis can show
WEIGHT = 0.02  # share from which a layer counts: it may not be missing in a provisional quarter


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    keys = [("consolidated", item) for item in ITEMS] + [("layer", item) for item in BY_SEGMENT]
    views = [view for basis, item in keys if (view := _view(ledger, lens, item, basis))]
    controls = (
        control("item", "Profit", {item: names[0] for item, names in ITEMS.items()}, views),
        control("basis", "Basis", {basis: BASES[basis] for basis in ("consolidated", "layer")}, views),
    )
    return Card("capture", "Capture over time: whose share grows?", views, controls, size="wide", break_at=520)


def _view(ledger: Ledger, lens: str, item: str, basis: str) -> View | None:
    quarter, measure = ledger.headline(lens, basis), ITEMS[item][1]
    slices = {
        layer: [chart.Slice(s.quarter, s.of_positive, s.status == "final") for s in shares]
        for layer in ledger.layers(lens)
        if (shares := ledger.shares(lens, layer.layer, basis, item)) is not None
    }
    chosen = _chosen([s for group in slices.values() for s in group], quarter)
    layers = [(layer.name, layer.colour, [s for s in group if s.quarter in chosen]) for layer, group in slices.items()]
    values: dict[str, dict[str, float]] = {}
    for name, _, group in layers:
        for s in group:
            if s.share is not None:
                values.setdefault(s.quarter, {})[name] = s.share
    if quarter not in values or len(values) < 2 or sum(v >= WEIGHT for v in values[quarter].values()) < 2:
        return None  # one layer that has it all is no picture
    title = findings.first(
        f"Share of positive {measure} by layer, {min(values)[:4]} to {quarter[:4]}",
        findings.largest_move(values.get(BASE_QUARTER, {}), values[quarter], measure, formats.quarter(BASE_QUARTER)),
    )
    window = "calendar years" + ("" if quarter.endswith("Q4") else f" and twelve months to {formats.quarter(quarter)}")
    now = ", ".join(f"{name} {formats.percent(share)}" for name, share in values[quarter].items())
    return View(
        key=f"{item}.{basis}",
        title=title,
        subtitle=f"Share of all positive {measure}, {window}, {BASIS_TEXT[basis]}. A loss is no share.",
        alt=f"{title}. Shares in {formats.quarter(quarter)}: {now}.",
        as_of=f"twelve months to {formats.quarter(quarter)}",
        coverage=members_line(ledger, lens, basis, quarter, item),
        table=series_table("Twelve months to", [(name, "fraction") for name, _, _ in layers], values),
        pictures={"wide": chart.picture(layers), "narrow": chart.picture(layers, narrow=True)},
        legend=[(name, colour, formats.percent(share)) for name, colour, share in chart.key(layers)],
        note="Membership follows dates: companies join when they list or enter a layer. "
        f"Layers below 1% are drawn, not labelled.{_unknown(layers)}",
    )


def _unknown(layers: Sequence[tuple[str, str, Sequence[chart.Slice]]]) -> str:
    """Name the years of which a layer's share is unknown though it is known before and after."""
    told = []
    for name, _, group in layers:
        known = [s.quarter for s in group if s.share is not None]
        gaps = [s.quarter[:4] for s in group if s.share is None and known and known[0] < s.quarter < known[-1]]
        if gaps:
            told.append(f"{name} {', '.join(gaps)}")
    return f" Unknown, and so not in the whole: {'; '.join(told)}." if told else ""


def _chosen(slices: Sequence[chart.Slice], headline: str) -> set[str]:
    """The quarters to draw: calendar years, the headline, and the newest provisional one that lacks no layer of weight.

    Whole years only, because some members are known by year alone: between years they would come and go.
    """
    known = [s for s in slices if s.share is not None]
    years = {s.quarter for s in known if s.quarter.endswith("Q4") and s.quarter < headline}
    weighty = sum(s.quarter == headline and (s.share or 0) >= WEIGHT for s in known)
    provisional = {s.quarter for s in known if not s.final and s.quarter > headline}
    whole = [
        q for q in sorted(provisional) if sum(s.quarter == q and (s.share or 0) >= WEIGHT for s in known) >= weighty
    ]
    return {*years, headline, *whole[-1:]}
