"""The page of a lens; that of the default lens is the home page."""

from collections.abc import Sequence

from dashboard import findings, formats, news
from dashboard.cards import capex, capture, concentration, debt, increments, margins, profit_pools, stress
from dashboard.cards.profit_pools import as_findings, pools
from dashboard.ledger import BASE_QUARTER, Layer, Ledger, Lens
from dashboard.pages.page import Page, layer_path, lens_path

MAKERS = (
    profit_pools.card,
    capture.card,
    capex.card,
    increments.card,
    margins.card,
    debt.card,
    stress.card,
    concentration.card,
)
CHANGES = 10  # newest changes that the home page lists
OF_WEIGHT = 0.05  # of the measured profit: a member that large is named where it is not in the sum
TOO_MUCH = 0.2  # of the measured profit: where so much is not in the sum, a part of it says little
BAR = 96  # pixels of the longest bar in the stack


def page(ledger: Ledger, lens: Lens) -> Page:
    """Return the page of a lens: headline, key figures, cards, and the map of the stack.

    A lens without any figure (all its members are private or open source) shows its stack alone.
    """
    home = lens == ledger.lenses[0]
    quarter = ledger.newest(lens.lens)
    cards = [card for make in MAKERS if (card := make(ledger, lens.lens)).views] if quarter else []
    title, lede = _claim(ledger, lens, quarter)
    counts = _measured(ledger, lens.lens, quarter)
    measured, members = sum(m for _, _, m in counts), sum(n for _, n, _ in counts)
    neutral = f"{measured} of {members} members across {formats.word(len(counts))} layers have public figures"
    return Page(
        path=lens_path(lens.lens, ledger.lenses[0].lens),
        template="overview.html",
        title="Layer Ledger: where the AI stack earns" if home else f"{lens.name}: Layer Ledger",
        description=lede,
        section="overview",
        lens=lens.lens,
        cards=cards,
        context={
            "headline": title,
            "lede": lede,
            "figures": _figures(ledger, lens.lens, quarter) if quarter else [],
            "stack": _stack(ledger, lens.lens, quarter),
            "stack_provisional": findings.provisional(_provisional(ledger, lens.lens, quarter)),
            "stack_title": findings.first(neutral, findings.dark_layer(counts)),
            "quarter": quarter,
            "capex_at": ledger.headline(lens.lens, "consolidated") if quarter else None,
            "about": lens,
            "home": home,
            "changes": news.events(ledger) if home else [],
            "shown_changes": CHANGES,
        },
    )


def _claim(ledger: Ledger, lens: Lens, quarter: str | None) -> tuple[str, str]:
    """The headline, and the lede with its date, coverage and fragility."""
    if quarter is None:
        return f"{lens.name}: no layer has public figures", lens.description
    known = as_findings(pools(ledger, lens.lens, "layer", quarter, "operating_income"))
    names = {layer.layer: layer.name for layer in ledger.layers(lens.lens)}
    at = ledger.headline(lens.lens, "consolidated")
    spent = capex.spending(ledger, lens.lens, at)
    title = findings.first(
        f"{lens.name}: who earns and who spends",
        findings.headline(known, [findings.Stake(names[layer], value) for layer, value in spent.items()]),
    )
    lede = [_share_sentence(known, quarter, _unknown(ledger, lens.lens, quarter))]
    if spent:
        top = max(spent, key=lambda layer: spent[layer])
        before = capex.spending(ledger, lens.lens, BASE_QUARTER).get(top)
        lede.append(_spending_sentence(names[top], spent[top], before, at, quarter))
    dark = [name for name, members, measured in _measured(ledger, lens.lens, quarter) if members and not measured]
    if dark:
        listed, many = findings.listed([findings.low(name) for name in dark]), len(dark) > 1
        whose = "their share is" if many else "its share is"
        lede.append(
            f"No member of the {listed} layer{'s' * many} reports that business apart: {whose} unknown, not zero."
        )
    return title, " ".join(part for part in lede if part)


def _spending_sentence(name: str, spent: float, before: float | None, at: str, quarter: str) -> str:
    """Who spends most, in the twelve months to `at`: said where those before it in the lede are to another quarter."""
    rate = f", {formats.times(spent / before)} the {formats.quarter(BASE_QUARTER)} rate" if before else ""
    who = name if at == quarter else f"In the twelve months to {formats.quarter(at)}, {findings.low(name)}"
    return f"{who} spent {formats.dollars(spent)} on capex{rate}."


def _unknown(ledger: Ledger, lens: str, quarter: str) -> list[findings.Stake]:
    """Layers without an amount for these months, each with what was last known of it."""
    shares = (
        (layer.name, ledger.share(lens, layer.layer, "layer", "operating_income", quarter))
        for layer in ledger.layers(lens)
    )
    return [
        findings.Stake(findings.low(name), share.lacking)
        for name, share in shares
        if share and share.amount_usd is None and share.lacking
    ]


def _share_sentence(known: list[findings.LayerPool], quarter: str, unknown: Sequence[findings.Stake] = ()) -> str:
    order = findings.ranked(known)
    if not order or order[0].profit <= 0:
        return ""
    top, total = order[0], sum(pool.profit for pool in order if pool.profit > 0)
    missing = [*(stake for pool in known for stake in pool.late), *unknown]
    text = f"In the twelve months to {formats.quarter(quarter)}, {findings.low(top.name)} earned "
    if sum(stake.value for stake in missing) > TOO_MUCH * total:
        text += f"{formats.dollars(top.profit)} of operating profit, the most that is measured in this stack"
        return f"{text}; too much of it is unknown to tell shares.{_left_out(missing, total)}"
    text += f"{formats.cents(top.profit / total)} of every dollar of operating profit measured in this stack"
    lead = findings.leader_without_its_largest(known)
    if top.largest and lead and len(order) > 1:
        led = f", and would lead without {top.largest.name} too"
        text += led if lead == top.name else f"; without {top.largest.name}, {findings.low(lead)} would lead"
    return f"{text}.{_left_out(missing, total)}"


def _left_out(missing: Sequence[findings.Stake], total: float) -> str:
    """Name who would change the share, had they a figure for these months."""
    late = [stake for stake in missing if stake.value >= OF_WEIGHT * total]
    if not late:
        return ""
    named = findings.listed([f"{stake.name} ({formats.dollars(stake.value)} when last known)" for stake in late])
    return f" Not counted, because unknown for these months: {named}."


def _figures(ledger: Ledger, lens: str, quarter: str) -> list[tuple[str, str]]:
    """Up to four key figures: (figure, what it is)."""
    layers = {layer.layer: layer for layer in ledger.layers(lens)}
    at = ledger.headline(lens, "consolidated")
    found = [_largest_pool(ledger, lens, list(layers.values()), quarter)]
    spent = capex.spending(ledger, lens, at)
    if spent:
        top = max(spent, key=lambda layer: spent[layer])
        found.append(_capex_rate(ledger, lens, layers[top], at))
    rates = {one: v for one in layers if (v := ledger.value(lens, one, "consolidated", "capex_to_ocf", at)) is not None}
    if rates:
        top = max(rates, key=lambda layer: rates[layer])
        amounts = [a for a in ledger.amounts(lens, "consolidated", at, "capex") if a.layer == top]
        who = ", ".join(ledger.names[a.company_id] for a in sorted(amounts, key=lambda a: -a.amount_usd)[:2])
        text = f"capex to operating cash flow at {findings.low(layers[top].name)} ({who}), {formats.months(at)}"
        found.append((formats.times(rates[top]), text))
    largest = debt.giants(ledger, lens, at)
    loads = [load for group in debt.loads(ledger, lens, "debt_to_ocf", at).values() for load in group]
    big = sorted((x for x in loads if x.name in largest and not x.late), key=lambda x: x.value)
    if len(big) > 1:
        least, most = big[0], big[-1]
        text = f"{most.name}’s debt to operating cash flow, {formats.months(most.quarter)}; {least.name}’s is "
        text += formats.times(least.value) + f" ({formats.quarter(least.quarter)})" * (least.quarter != most.quarter)
        found.append((formats.times(most.value), text))
    return [figure for figure in found if figure]


def _largest_pool(ledger: Ledger, lens: str, layers: list[Layer], quarter: str) -> tuple[str, str] | None:
    known = [
        (share.amount_usd, layer, share.status)
        for layer in layers
        if (share := ledger.share(lens, layer.layer, "layer", "operating_income", quarter))
        and share.amount_usd is not None
    ]
    if not known:
        return None
    profit, top, status = max(known, key=lambda one: one[0])
    share = ledger.share(lens, top.layer, "layer", "operating_income", BASE_QUARTER)
    text = f"operating income, {findings.low(top.name)}, {formats.months(quarter)}"
    text += ", provisional" * (status != "final")
    if share and share.amount_usd is not None:
        way = "up" if profit > share.amount_usd else "down"
        text += f", {way} from {formats.dollars(share.amount_usd)} in {formats.quarter(BASE_QUARTER)}"
    return formats.dollars(profit), text


def _capex_rate(ledger: Ledger, lens: str, layer: Layer, quarter: str) -> tuple[str, str] | None:
    now = ledger.reading(lens, layer.layer, "consolidated", "capex_to_revenue", quarter)
    then = ledger.value(lens, layer.layer, "consolidated", "capex_to_revenue", BASE_QUARTER)
    if now is None or now.value is None:
        return None
    was = f", from {formats.percent(then)} in {formats.quarter(BASE_QUARTER)}" if then is not None else ""
    text = f"of revenue goes to capex at {findings.low(layer.name)}, {formats.months(quarter)}"
    return formats.percent(now.value), text + ", provisional" * (not now.final) + was


def _measured(ledger: Ledger, lens: str, quarter: str | None) -> list[tuple[str, int, int]]:
    """(name, members, measured members) of each layer: those with operating income on the layer basis."""
    rows = []
    for layer in ledger.layers(lens):
        share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter) if quarter else None
        held = {m.member_id for m in ledger.members(lens, layer.layer) if m.valid_to is None}
        rows.append((layer.name, share.n_members, share.n_measured) if share else (layer.name, len(held), 0))
    return rows


def _stack(ledger: Ledger, lens: str, quarter: str | None) -> list[dict[str, object]]:
    """One row a layer: its link, chips, margin, profit with its bar, capex rate and how many are measured."""
    at = ledger.headline(lens, "consolidated") if quarter else ""
    counts = {name: (members, measured) for name, members, measured in _measured(ledger, lens, quarter)}
    shares = {
        layer.layer: share.amount_usd
        for layer in ledger.layers(lens)
        if (share := ledger.share(lens, layer.layer, "layer", "operating_income", quarter or ""))
    }
    largest = max((abs(profit) for profit in shares.values() if profit is not None), default=1.0)
    rows: list[dict[str, object]] = []
    for layer in ledger.layers(lens):
        profit = shares.get(layer.layer)
        members, measured = counts[layer.name]
        rows.append(
            {
                "name": layer.name,
                "colour": layer.colour,
                "href": layer_path(lens, layer),
                "ours": not layer.named_by_source,
                "chips": _chips(ledger, lens, layer, quarter),
                "profit": profit,
                "bar": None if profit is None else round(BAR * abs(profit) / largest, 1),
                "margin": ledger.value(lens, layer.layer, "layer", "operating_margin", quarter or ""),
                "capex": ledger.value(lens, layer.layer, "consolidated", "capex_to_revenue", at),
                "members": members,
                "measured": measured,
            }
        )
    return rows


def _provisional(ledger: Ledger, lens: str, quarter: str | None) -> list[str]:
    """What of the table of the stack is provisional: a layer, where one figure alone is with its name."""
    if quarter is None:
        return []
    at, found = ledger.headline(lens, "consolidated"), []
    for layer in ledger.layers(lens):
        profit = ledger.reading(lens, layer.layer, "layer", "operating_margin", quarter)
        spent = ledger.reading(lens, layer.layer, "consolidated", "capex_to_revenue", at)
        late = [text for r, text in ((profit, "operating income and margin"), (spent, "capex ÷ revenue"))
                if r and r.value is not None and not r.final]  # fmt: skip
        found += [f"{layer.name} ({' and '.join(late)})"] if late else []
    return found


def _chips(ledger: Ledger, lens: str, layer: Layer, quarter: str | None) -> list[dict[str, object]]:
    """The members of a layer, measured ones first, the largest profit first."""
    held = ledger.members_at(lens, quarter) if quarter else ledger.members(lens)
    members = {m.member_id: m for m in held if m.layer == layer.layer}
    amounts = ledger.amounts(lens, "layer", quarter or "", "operating_income")
    profit = {a.member_id: a.amount_usd for a in amounts if a.layer == layer.layer}
    order = sorted(members.values(), key=lambda m: (m.member_id not in profit, -profit.get(m.member_id, 0.0), m.name))
    return [
        {
            "name": m.name,
            "measured": m.member_id in profit,
            "ours": not m.named_by_source,
            "tip": f"operating income {formats.dollars(profit[m.member_id])}" if m.member_id in profit
            else "no public figures" if m.measure == "dark" else "no operating income for these months",
        }
        for m in order
    ]  # fmt: skip
