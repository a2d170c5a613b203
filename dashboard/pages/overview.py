"""The page of a lens; that of the default lens is the home page."""

from dashboard import findings, formats
from dashboard.cards import capex, capture, debt, margins, profit_pools, stress
from dashboard.cards.profit_pools import as_findings, pools
from dashboard.ledger import BASE_QUARTER, Ledger, Lens
from dashboard.pages.page import Page, layer_path, lens_path

MAKERS = (profit_pools.card, capture.card, capex.card, margins.card, debt.card, stress.card)


def page(ledger: Ledger, lens: Lens) -> Page:
    """Return the page of a lens: headline, key figures, cards, and the map of the stack.

    A lens without any figure (all its members are private or open source) shows its stack alone.
    """
    home = lens.position == min(other.position for other in ledger.lenses)
    try:
        quarter = ledger.headline(lens.lens)
    except ValueError:
        quarter = None
    cards = [card for make in MAKERS if (card := make(ledger, lens.lens)).views] if quarter else []
    title, lede = _claim(ledger, lens, quarter)
    return Page(
        lens_path(lens.lens, ledger.lenses[0].lens),
        "overview.html",
        "Layer Ledger: where the AI stack earns" if home else f"{lens.name}: Layer Ledger",
        lede,
        "overview",
        lens.lens,
        cards,
        {
            "headline": title,
            "lede": lede,
            "figures": _figures(ledger, lens.lens, quarter) if quarter else [],
            "stack": _stack(ledger, lens.lens, quarter),
            "stack_title": _stack_title(ledger, lens.lens, quarter),
            "quarter": quarter,
            "about": lens,
            "home": home,
        },
    )


def _claim(ledger: Ledger, lens: Lens, quarter: str | None) -> tuple[str, str]:
    """The headline and the lede with its date, coverage and fragility."""
    if quarter is None:
        return f"{lens.name}: no layer has public figures", lens.description
    known = as_findings(pools(ledger, lens.lens, "layer", quarter, "operating_income"))
    names = {layer.layer: layer.name for layer in ledger.layers(lens.lens)}
    at = ledger.headline(lens.lens, "consolidated")
    spent = capex.spending(ledger, lens.lens, at)
    stakes = [findings.Stake(names[k], v) for k, v in spent.items()]
    title = findings.first(f"{lens.name}: who earns and who spends", findings.headline(known, stakes))
    order = findings.ranked(known)
    parts = []
    if order and order[0].profit > 0:
        total = sum(p.profit for p in order if p.profit > 0)
        top = order[0]
        text = (
            f"In the twelve months to {formats.quarter(quarter)}, {findings.low(top.name)} earned "
            f"{formats.cents(top.profit / total)} of every dollar of operating profit measured in this stack"
        )
        lead = findings.leader_without_its_largest(known)
        if top.largest and lead and len(order) > 1:
            text += (
                f"; without {top.largest.name}, {findings.low(lead)} would lead"
                if lead != top.name
                else f", and would lead without {top.largest.name} too"
            )
        parts.append(text + ".")
    if stakes:
        spender = max(spent, key=lambda k: spent[k])
        before = capex.spending(ledger, lens.lens, BASE_QUARTER).get(spender)
        text = f"{names[spender]} spent {formats.dollars(spent[spender])} on capex"
        if before:
            text += f", {formats.times(spent[spender] / before)} the {formats.quarter(BASE_QUARTER)} rate"
        parts.append(text + ".")
    dark = [n for n, members, measured in _measured(ledger, lens.lens, quarter) if members and not measured]
    if dark:
        listed = " and ".join(findings.low(n) for n in dark)
        parts.append(
            f"No member of the {listed} layer{'s' * (len(dark) > 1)} reports that business apart: {'their' if len(dark) > 1 else 'its'} share is unknown, not zero."
        )
    return title, " ".join(parts)


def _figures(ledger: Ledger, lens: str, quarter: str) -> list[tuple[str, str]]:
    """Up to four key figures: (figure, what it is)."""
    found: list[tuple[str, str]] = []
    known = findings.ranked(as_findings(pools(ledger, lens, "layer", quarter, "operating_income")))
    names = {layer.layer: layer.name for layer in ledger.layers(lens)}
    ids = {name: layer for layer, name in names.items()}
    if known and known[0].profit > 0:
        top = known[0]
        before = next(
            (
                s.amount_usd
                for s in ledger.shares(lens, ids[top.name], "layer", "operating_income")
                if s.quarter == BASE_QUARTER
            ),
            None,
        )
        was = (
            f", {'up' if top.profit > before else 'down'} from {formats.dollars(before)} in {formats.quarter(BASE_QUARTER)}"
            if before is not None
            else ""
        )
        found.append((formats.dollars(top.profit), f"operating income, {findings.low(top.name)}{was}"))
    at = ledger.headline(lens, "consolidated")
    spent = capex.spending(ledger, lens, at)
    if spent:
        spender = max(spent, key=lambda k: spent[k])
        rate = ledger.value(lens, spender, "consolidated", "capex_to_revenue", at)
        then = ledger.value(lens, spender, "consolidated", "capex_to_revenue", BASE_QUARTER)
        if rate is not None:
            was = f", from {formats.percent(then)} in {formats.quarter(BASE_QUARTER)}" if then is not None else ""
            found.append((formats.percent(rate), f"of revenue goes to capex at {findings.low(names[spender])}{was}"))
    rates = {k: v for k in names if (v := ledger.value(lens, k, "consolidated", "capex_to_ocf", at)) is not None}
    if rates:
        top_layer = max(rates, key=lambda k: rates[k])
        members = sorted(
            (a for a in ledger.amounts(lens, "consolidated", at, "capex") if a.layer == top_layer),
            key=lambda a: -a.amount_usd,
        )
        who = ", ".join(ledger.names.get(a.company_id, a.company_id) for a in members[:2])
        found.append(
            (
                formats.times(rates[top_layer]),
                f"capex to operating cash flow at {findings.low(names[top_layer])} ({who})",
            )
        )
    everyone = [x for group in debt.loads(ledger, lens, "debt_to_ocf", at).values() for x in group]
    giants = sorted(ledger.amounts(lens, "consolidated", at, "capex"), key=lambda a: -a.amount_usd)[:6]
    big = [x for x in everyone if x.name in {ledger.names.get(a.company_id) for a in giants}]
    if len(big) > 1:
        worst, least = max(big, key=lambda x: x.value), min(big, key=lambda x: x.value)
        found.append(
            (
                formats.times(worst.value),
                f"{worst.name}’s debt to operating cash flow; {least.name}’s is {formats.times(least.value)}",
            )
        )
    return found


def _measured(ledger: Ledger, lens: str, quarter: str | None) -> list[tuple[str, int, int]]:
    """(name, members, measured members) of each layer: those with operating income on the layer basis."""
    rows = []
    for layer in ledger.layers(lens):
        share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter or "")
        members = len({m.member_id for m in ledger.members(lens, layer.layer) if m.valid_to is None})
        rows.append((layer.name, share.n_members if share else members, share.n_measured if share else 0))
    return rows


def _stack_title(ledger: Ledger, lens: str, quarter: str | None) -> str:
    counted = _measured(ledger, lens, quarter)
    measured, members = sum(m for _, _, m in counted), sum(n for _, n, _ in counted)
    return findings.first(
        f"{measured} of {members} members across {formats.word(len(counted))} layers have public figures",
        findings.dark_layer(counted),
    )


def _stack(ledger: Ledger, lens: str, quarter: str | None) -> list[dict[str, object]]:
    """One row a layer: its link, chips, margin, profit with its bar, capex rate and how many are measured."""
    profits: dict[str, dict[str, float]] = {}
    if quarter:
        for a in ledger.amounts(lens, "layer", quarter, "operating_income"):
            profits.setdefault(a.layer, {})[a.member_id] = a.amount_usd
    at = ledger.headline(lens, "consolidated") if quarter else ""
    counts = {name: (members, measured) for name, members, measured in _measured(ledger, lens, quarter)}
    rows: list[dict[str, object]] = []
    for layer in ledger.layers(lens):
        chips, seen = [], set()
        held = [m for m in ledger.members_at(lens, quarter or "2026Q2") if m.layer == layer.layer]
        for member in sorted(
            held,
            key=lambda m: (
                m.member_id not in profits.get(layer.layer, {}),
                -profits.get(layer.layer, {}).get(m.member_id, 0.0),
                m.name,
            ),
        ):
            if member.member_id in seen:
                continue
            seen.add(member.member_id)
            amount = profits.get(layer.layer, {}).get(member.member_id)
            chips.append({"name": member.name, "measured": amount is not None, "ours": not member.named_by_source,
                          "amount": formats.dollars(amount)})  # fmt: skip
        share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter or "")
        members, measured = counts[layer.name]
        rows.append(
            {
                "name": layer.name, "colour": layer.colour, "href": layer_path(lens, layer), "ours": not layer.named_by_source,
                "chips": chips, "profit": share.amount_usd if share else None,
                "margin": ledger.value(lens, layer.layer, "layer", "operating_margin", quarter) if quarter else None,
                "capex": ledger.value(lens, layer.layer, "consolidated", "capex_to_revenue", at) if quarter else None,
                "members": members, "measured": measured,
            }
        )  # fmt: skip
    largest = max((abs(p) for r in rows if isinstance(p := r["profit"], float)), default=1.0)
    for row in rows:
        profit = row["profit"]
        row["bar"] = round(96 * abs(profit) / largest, 1) if isinstance(profit, float) else None
    return rows
