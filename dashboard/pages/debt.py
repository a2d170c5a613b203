"""The page of debt and stress of a lens: components beside one another, ranked each by itself; never a score."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from analytics.metrics.registry import METRICS
from analytics.stress import COMPONENTS
from dashboard import findings, formats
from dashboard.cards import debt, stress
from dashboard.ledger import Ledger, Lens, shifted
from dashboard.pages.page import Page, company_path, layer_path

UNIT = {metric.id: metric.unit for metric in METRICS}
HEADS = {
    "interest_coverage_ebit": "EBIT ÷ interest",
    "interest_coverage_ebitda": "EBITDA ÷ interest",
    "debt_to_ebitda": "Debt ÷ EBITDA",
    "net_debt_to_ebitda": "Net debt ÷ EBITDA",
    "net_debt": "Net debt",
    "debt_growth": "Debt growth",
    "capex_to_ocf": "Capex ÷ cash flow",
    "funding_gap": "Funding gap",
    "cash_runway": "Cash runway",
}
BACK = 4  # quarters by which a company's figure may be older
WORDS = {"strained": "nothing to pay with", "calm": "nothing to pay"}


# (component, calendar quarter) -> row of marts.stress; and by (kind, subject)
Own = Mapping[tuple[str, str], Mapping[str, Any]]
Components = Mapping[tuple[str, str], Own]


class Cell(NamedTuple):
    """One component of one subject: the figure as text, its class, its rank in words, why where unknown, and of when.

    `at`: the quarter of a figure that is older than the others of its table.
    """

    text: str
    kind: str
    rank: str
    tip: str
    at: str = ""


def path(lens: str, default: str) -> str:
    """Return the path of the page of a lens."""
    return "debt.html" if lens == default else f"debt/{lens}.html"


def page(ledger: Ledger, lens: Lens) -> Page | None:
    """Return the page, or None where the lens has no figures."""
    if ledger.newest(lens.lens) is None:
        return None
    quarter = ledger.headline(lens.lens, "consolidated")
    rows = ledger.stress.get(lens.lens, {})
    columns = _columns(rows, quarter)
    tables = [t for make in (_layers, _companies) if (t := make(ledger, lens, quarter, rows, columns))]
    return Page(
        path=path(lens.lens, ledger.lenses[0].lens),
        template="cards.html",
        title=f"Debt and stress ({lens.name}): Layer Ledger",
        description="Who owes, against what, how it is served, and what is not known of it.",
        section="debt",
        lens=lens.lens,
        cards=[card for make in (debt.card, stress.card) if (card := make(ledger, lens.lens)).views],
        context={
            "headline": _headline(ledger, lens.lens, quarter),
            "lede": _lede(ledger, lens.lens, quarter, rows),
            "figures": _figures(ledger, lens.lens, quarter),
            "tables": tables,
        },
    )


def _headline(ledger: Ledger, lens: str, quarter: str) -> str:
    values = {
        layer.name: value
        for layer in ledger.layers(lens)
        if (value := ledger.value(lens, layer.layer, "consolidated", "capex_to_ocf", quarter)) is not None
    }
    return findings.first(
        f"Debt and stress by layer, {formats.quarter(quarter)}",
        findings.only_layer_above(values, "its operating cash flow"),
    )


def _lede(ledger: Ledger, lens: str, quarter: str, rows: Components) -> str:
    """How firm the headline is, and of how many companies the debt is known."""
    readings = [
        (layer.name, r)
        for layer in ledger.layers(lens)
        if (r := ledger.reading(lens, layer.layer, "consolidated", "capex_to_ocf", quarter)) and r.value is not None
    ]
    text = ""
    if readings:
        name, top = max(readings, key=lambda one: one[1].value or 0.0)
        text = (
            f"{name}: in the {formats.months(quarter)} capex is {formats.percent(top.value)} of operating cash flow, "
        )
        text += f"{top.n_measured} of {top.n_members} measured"
        if top.without_largest is not None and top.largest:
            text += f"; without {ledger.names[top.largest]} {formats.percent(top.without_largest)}"
        text += ". "
    companies = [own for (kind, _), own in rows.items() if kind == "company"]
    owing, known = (
        sum(any((own.get((c, q)) or {}).get("value") is not None for q in _recent(quarter)) for own in companies)
        for c in ("net_debt", "capex_to_ocf")
    )
    if companies:
        text += f"Of {len(companies)} companies net debt is known of {owing}, capex against cash flow of {known}."
    return text


def _recent(quarter: str) -> list[str]:
    return [shifted(quarter, -back) for back in range(BACK + 1)]


def _figures(ledger: Ledger, lens: str, quarter: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    loads = [load for group in debt.loads(ledger, lens, "debt_to_ocf", quarter).values() for load in group]
    large = set(debt.giants(ledger, lens, quarter))
    for load in sorted((x for x in loads if x.name in large and not x.late), key=lambda x: -x.value)[:2]:
        text = f"{load.name}’s debt to operating cash flow, {formats.months(load.quarter)}"
        found.append((formats.times(load.value), text))
    gaps = ledger.stress.get(lens, {})
    worst = [
        (own["value"], subject)
        for (kind, subject), row in gaps.items()
        if kind == "company" and (own := row.get(("funding_gap", quarter))) and own["value"] is not None
    ]
    for value, subject in sorted(worst, reverse=True)[:2]:
        if value > 0:
            text = f"{ledger.names[subject]}’s capex beyond its operating cash flow, {formats.months(quarter)}"
            found.append((formats.dollars(value), text))
    return found


def _cell(component: str, row: Mapping[str, Any] | None, older: str = "") -> Cell:
    if row is None:
        return Cell(formats.UNKNOWN, "unknown-cell", "", "not known")
    standing, unit = row["standing"], UNIT[component]
    rank = f"{row['rank']} of {row['n_ranked']}" if row["rank"] is not None else ""
    if standing == "unknown":
        return Cell(formats.UNKNOWN, "unknown-cell", "", str(row["null_reason"] or "not known"))
    if standing in WORDS:
        return Cell(WORDS[standing], standing, rank, str(row["null_reason"] or ""), older)
    text = formats.metric(row["value"], unit)
    # A third of the ranked at each end is told apart; few make no thirds.
    third = row["n_ranked"] / 3 if row["rank"] is not None and row["n_ranked"] >= 8 else 0
    kind = "high" if third and row["rank"] <= third else "low" if third and row["rank"] > 2 * third else "middle"
    return Cell(text, kind, rank, "", older)


def _newest(own: Own, component: str, quarter: str, *, final: bool = False) -> Cell:
    """The newest of five quarters in which the component is known, dated where it is older than the headline."""
    for at in _recent(quarter):
        row = own.get((component, at))
        if row and row["standing"] != "unknown" and (not final or row["status"] == "final"):
            return _cell(component, row, formats.quarter(at) if at != quarter else "")
    return _cell(component, own.get((component, quarter)))


def _td(cell: Cell) -> Markup:
    return Markup('<td class="num stress-{}"{}>{}{}</td>').format(
        cell.kind,
        Markup(' title="{}"').format(cell.tip) if cell.tip else "",
        cell.text,
        Markup("").join(Markup("<small>{}</small>").format(small) for small in (cell.at, cell.rank) if small),
    )


def _table(caption: str, heads: Sequence[str], body: Sequence[Markup], tall: bool) -> Markup:
    return Markup(
        '<div class="scroll{}" tabindex="0" role="region" aria-label="{}"><table class="stress-table">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(
        " tall" if tall else "",
        caption,
        Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(Markup(' class="num"') if head in HEADS.values() else "", head)
            for head in heads
        ),
        Markup("\n").join(body),
    )  # fmt: skip


def _columns(rows: Components, quarter: str) -> list[str]:
    """The components, those known of most layers and companies first: a phone shows three columns of them."""

    def known(component: str) -> int:
        newest = (_newest(own, component, quarter) for own in rows.values())
        return sum(cell.kind != "unknown-cell" for cell in newest)

    return sorted((c.metric for c in COMPONENTS), key=known, reverse=True)


def _layers(
    ledger: Ledger, lens: Lens, quarter: str, rows: Components, columns: Sequence[str]
) -> dict[str, object] | None:
    body, counted = [], 0
    for layer in ledger.layers(lens.lens):
        own = rows.get(("layer", layer.layer), {})
        cells = [_newest(own, component, quarter, final=True) for component in columns]
        counted += any(cell.kind not in ("unknown-cell",) for cell in cells)
        body.append(
            Markup('<tr><th scope="row"><a class="c-{}" href="{}"><span class="dot"></span>{}</a></th>{}</tr>').format(
                layer.colour, _root(ledger, lens) + layer_path(lens.lens, layer), layer.name,
                Markup("").join(map(_td, cells)),
            )
        )  # fmt: skip
    if not counted:
        return None
    return {
        "id": "components",
        "question": "Components by layer: where does each one strain?",
        "title": f"{counted} of {len(body)} layers have at least one component",
        "subtitle": f"The newest final of five quarters to calendar {formats.quarter(quarter)} in which a component is "
        "known, twelve months, consolidated basis. Small: the quarter where it is an older one, and the rank, 1 is "
        "the most strained. Tinted: the third that is most strained; hatched: unknown, with the reason when you point "
        "at it.",
        "body": _table("Components of stress by layer", ["Layer", *(HEADS[c] for c in columns)], body, False),
        "note": "“Nothing to pay with”: debt or capex, and no earnings or cash flow to set against it; ranked before "
        "every value. “Nothing to pay”: no interest, or no cash burnt.",
        "as_of": f"{formats.months(quarter)}, or earlier where dated",
        "coverage": f"{counted} of {len(body)} layers",
    }  # fmt: skip


def _companies(
    ledger: Ledger, lens: Lens, quarter: str, rows: Components, columns: Sequence[str]
) -> dict[str, object] | None:
    names = {layer.layer: layer for layer in ledger.layers(lens.lens)}
    lines = []
    for (kind, subject), own in rows.items():
        if kind != "company":
            continue
        cells = [_newest(own, component, quarter) for component in columns]
        layer = next(iter(own.values()))["layer"]
        known = sum(cell.kind != "unknown-cell" for cell in cells)
        missing = sorted({cell.tip for cell in cells if cell.kind == "unknown-cell"})
        lines.append((names[layer], known, ledger.names.get(subject, subject), subject, cells, missing))
    if not lines:
        return None
    # Neoclouds first, since the source names them the riskiest; then in stack order, the best known first.
    lines.sort(key=lambda one: (one[0].colour != "neoclouds", one[0].position, -one[1], one[2]))
    body = []
    for layer, _known, name, subject, cells, missing in lines:
        link = company_path(subject) if subject in ledger.reporting else None
        told = (
            Markup('<a href="{}">{}</a>').format(_root(ledger, lens) + link, name)
            if link
            else Markup("{}").format(name)
        )
        body.append(
            Markup(
                '<tr><th scope="row">{}<small class="c-{}"><span class="dot"></span>{}</small></th>{}'
                '<td class="wide-text">{}</td></tr>'
            ).format(told, layer.colour, layer.name, Markup("").join(map(_td, cells)), "; ".join(missing))
        )
    with_any = sum(known > 0 for _, known, *_ in lines)
    return {
        "id": "companies",
        "question": "Company by company: what is known, and what is missing?",
        "title": f"{with_any} of {len(lines)} companies have at least one component",
        "subtitle": f"The newest of five quarters to calendar {formats.quarter(quarter)} in which a component is known "
        "(an older one is dated), twelve months, whole companies. Neoclouds first. Right: what is missing, and why.",
        "body": _table(
            "Stress by company", ["Company", *(HEADS[c] for c in columns), "Missing"], body, True
        ),
        "note": "Private companies publish no accounts; they are listed, because their debt exists all the same.",
        "as_of": f"{formats.months(quarter)}, or earlier where dated",
        "coverage": f"{with_any} of {len(lines)} companies",
    }  # fmt: skip


def _root(ledger: Ledger, lens: Lens) -> str:
    return "../" * path(lens.lens, ledger.lenses[0].lens).count("/")
