"""What the pages say: each title states one finding that can be checked, recomputed from the figures every time.

A finding is a function of figures that gives its sentence, or None where it is not true; `first` takes the first that
is true, and a neutral title, which only names what is shown, stands in where none is.
Belongs here: conditions and sentences. Does not belong here: where the figures come from.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboard import formats


def first(neutral: str, *findings: str | None) -> str:
    """Return the first finding that is true, else the neutral title."""
    return next((finding for finding in findings if finding), neutral)


def verb(name: str, base: str) -> str:
    """Return the verb that goes with a layer's name: hyperscalers 'earn', storage 'earns'."""
    plural = name.endswith("s") and not name.endswith("ss")
    irregular = {"have": ("has", "have"), "carry": ("carries", "carry"), "be": ("is", "are")}
    singular, many = irregular.get(base, (base + "s", base))
    return many if plural else singular


def possessive(name: str) -> str:
    """Return a layer's name before what it has: 'Storage margins', 'Chips’ margins'."""
    return f"{name}’" if name.endswith("s") else name


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def low(name: str) -> str:
    """Return a layer's name inside a sentence: 'Compute & memory' is 'compute & memory', 'AI infrastructure' stays."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def known_on(day: str, finding: str | None) -> str | None:
    """Return a finding about layers as it would have been told on a past day; it begins with a layer's name."""
    return f"Known on {day}: {low(finding)}" if finding else None


def provisional(names: Sequence[str]) -> str:
    """Return a sentence that names what is provisional; '' where nothing is."""
    return f"Provisional, because not enough has reported: {', '.join(names)}." if names else ""


TRIFLE = 0.1  # a layer smaller than this part of a company is no comparison


class Stake(NamedTuple):
    """A named amount in US dollars, or a named ratio."""

    name: str
    value: float


class LayerPool(NamedTuple):
    """One layer's profit in US dollars and its members' parts; late: the older figures of members that it lacks."""

    name: str
    profit: float
    members: Sequence[Stake]
    late: Sequence[Stake] = ()

    @property
    def largest(self) -> Stake | None:
        """The member with the largest profit."""
        return max(self.members, key=lambda m: m.value, default=None)


def ranked(pools: Sequence[LayerPool]) -> list[LayerPool]:
    """Return the layers by profit, the largest first."""
    return sorted(pools, key=lambda p: -p.profit)


def one_member_beats_a_layer(pools: Sequence[LayerPool]) -> str | None:
    """The largest layer's largest member earns more than the whole second layer, its late members added."""
    order = ranked(pools)
    if len(order) < 2 or order[0].largest is None or order[1].profit <= 0 or len(order[0].members) < 2:
        return None
    star, second = order[0].largest, order[1]
    late = sum(m.value for m in second.late)
    if star.value <= second.profit + max(late, 0) or second.profit < TRIFLE * star.value:
        return None
    return (
        f"{star.name} alone earns more than all measured {low(second.name)}: "
        f"{formats.dollars(star.value)} against {formats.dollars(second.profit)}"
    )


def largest_pool(pools: Sequence[LayerPool], measure: str) -> str | None:
    """One layer has the largest positive pool; its largest member is named where the lead rests on it."""
    order = ranked(pools)
    if not order or order[0].profit <= 0:
        return None
    top, text = order[0], f"{order[0].name} {verb(order[0].name, 'earn')} the most"
    total = sum(p.profit for p in order if p.profit > 0)
    if measure == "free cash flow":
        text = f"{top.name} {verb(top.name, 'keep')} the most cash"
    star, lead = top.largest, leader_without_its_largest(pools)
    if star and lead and lead != top.name:
        return f"{text}, {formats.dollars(top.profit)}; without {star.name}, {low(lead)} would lead"
    return f"{text}: {formats.dollars(top.profit)}, {formats.percent(top.profit / total)} of measured {measure}"


def largest_increment(
    name: str, gained: float, total: float, members: Sequence[Stake], measure: str, since: str
) -> str | None:
    """Of each new dollar one layer got most, and one of its members how much of it; US dollars."""
    if total <= 0 or gained <= 0:
        return None
    text = f"Of each new dollar of {measure} since {since}, {formats.cents(gained / total)} went to {low(name)}"
    star = max(members, key=lambda m: m.value, default=None)
    if star and len(members) > 1 and star.value >= gained / 2:
        text += f", {star.value / total * 100:.0f} of them to {star.name}"
    return text


def margin_taken_apart(name: str, row: Mapping[str, float], since: str) -> str | None:
    """A margin moved by at least a point: how much of it members did themselves, and how much the mix; fractions."""
    change, own, mix = row["change"], row["within"], row["between"]
    moved = row["entry"] + row["exit"]
    if abs(change) < 0.01:
        return None
    way = "rose" if change > 0 else "fell"
    parts = [
        (own, "from members’ own margins"),
        (mix, "from the mix"),
        (moved, "from who is newly or no longer measured"),
    ]
    told = [f"{formats.points(part).split(' ')[0]} {text}" for part, text in parts if abs(part) >= 0.005]
    return f"{possessive(name)} margin {way} {formats.points(abs(change))} since {since}: {', '.join(told)}"


def largest_revision(moves: Sequence[tuple[str, str, float, float | None]], measure: str, day: str) -> str | None:
    """The figure that moved most since a day, by a point or more; (name, quarter, then, the same quarter now)."""
    known = [(abs(now - then), name, quarter, then, now) for name, quarter, then, now in moves if now is not None]
    if not known:
        return None
    moved, name, quarter, then, now = max(known)
    if moved < 0.01:
        return f"No layer’s {measure} drawn as known on {day} has moved by a point since" if len(known) > 2 else None
    return (
        f"{name}: {measure} of {formats.quarter(quarter)}, known as {formats.percent(then)} on {day}, is told as "
        f"{formats.percent(now)} now"
    )


def same_total(totals: Sequence[float], places: Mapping[str, float], measure: str) -> str | None:
    """Every lens has the same total, to the dollar, and places a part of it; US dollars."""
    if len(totals) < 2 or max(totals) - min(totals) > 1 or totals[0] <= 0:
        return None
    most, least = max(places, key=lambda n: places[n]), min(places, key=lambda n: places[n])
    return (
        f"Under every lens the same {formats.dollars(totals[0])} of {measure}: {low(most)} places "
        f"{formats.percent(places[most] / totals[0])} of it, {low(least)} {formats.percent(places[least] / totals[0])}"
    )


def widest_span(spans: Sequence[tuple[str, str, int, int]]) -> str | None:
    """One company stands in more layers of a lens than any other does of any; (company, lens, layers, all layers)."""
    order = sorted(spans, key=lambda one: -one[2])
    if not order or (len(order) > 1 and order[0][2] == order[1][2]):
        return None
    name, lens, count, total = order[0]
    return (
        f"{name} stands in {formats.word(count)} of {formats.word(total)} layers of {low(lens)}, more than anyone else"
    )


def largest_spender(now: Mapping[str, float], then: Mapping[str, float], since: str) -> str | None:
    """One layer spends more than all others together; US dollars by name, and how many times as much as then."""
    if len(now) < 2:
        return None
    name = max(now, key=lambda n: now[n])
    rest = sum(now.values()) - now[name]
    if now[name] <= rest:
        return None
    times = f", {formats.times(now[name] / then[name])} what they did in {since}" if then.get(name, 0) > 0 else ""
    if verb(name, "be") == "is":
        times = times.replace("they did", "it did")
    return (
        f"{name} {verb(name, 'spend')} {formats.dollars(now[name])} a year on capex, more than all other layers "
        f"together{times}"
    )


class Leader(NamedTuple):
    """The largest company of a layer and its share, a fraction, then and now."""

    layer: str
    was: str
    then: float
    company: str
    now: float


def leader_moved(leaders: Sequence[Leader], verbs: tuple[str, str], measure: str, since: str) -> str | None:
    """The layer whose largest company's share rose most, by five points or more; else the one where it fell most.

    verbs: what a company does with the measure, now and then: 'makes' and 'made'.
    """
    moves = sorted(((one.now - one.then, one) for one in leaders), key=lambda move: move[0])
    if not moves:
        return None
    change, top = moves[-1] if moves[-1][0] >= 0.05 else moves[0]
    if abs(change) < 0.05:
        return None
    text = f"{top.company} {verbs[0]} {formats.percent(top.now)} of measured {measure} in {low(top.layer)}"
    if top.was == top.company:
        return f"{text}, {'up' if change > 0 else 'down'} from {formats.percent(top.then)} in {since}"
    return f"{text}; in {since} the largest, {top.was}, {verbs[1]} {formats.percent(top.then)}"


def sales_against_capex(sales: float, capex: float, at: str) -> str | None:
    """How suppliers' sales and clouds' capex changed on the year before, each told as more or less; US dollars."""

    def told(change: float) -> str:
        return f"{formats.dollars(abs(change))} {'more' if change > 0 else 'less'}"

    if not sales or not capex:
        return None
    joined = "and" if (sales > 0) == (capex > 0) else "while"
    return f"Measured suppliers sold {told(sales)} in the year to {at}, {joined} clouds spent {told(capex)} on capex"


def residual_of_sales(sales: float, capex: float) -> str | None:
    """What suppliers sell beyond what clouds spend; US dollars a year."""
    if capex <= 0 or sales <= capex:
        return None
    return (
        f"Measured suppliers sell {formats.dollars(sales)} a year, {formats.times(sales / capex)} what clouds spend on "
        f"capex: a residual of {formats.dollars(sales - capex)}"
    )


def moves_with(name: str, coefficient: float, lag: int) -> str | None:
    """A layer's revenue growth correlates with the clouds' capex growth by .5 or more, some quarters apart."""
    if coefficient < 0.5:
        return None
    count = "a quarter" if abs(lag) == 1 else f"{formats.word(abs(lag))} quarters"
    when = "in the same quarter" if lag == 0 else f"{count} {'later' if lag > 0 else 'earlier'}"
    return (
        f"Of all layers’ revenue, {possessive(low(name))} moves most closely with clouds’ capex: correlation "
        f"{formats.coefficient(coefficient)}, {when}"
    )


class Funded(NamedTuple):
    """Capex of members of a layer, and how much of it one way of paying covers, US dollars; of whom: '3 of 4'."""

    layer: str
    capex: float
    paid: float
    members: str

    @property
    def told(self) -> str:
        """The layer, with its members where they are not all."""
        part, whole = self.members.split(" of ")
        return self.layer if part == whole else f"{self.layer} ({self.members} members)"


def borrows_for_capex(layers: Sequence[Funded]) -> str | None:
    """A layer covers at least half of its capex with new debt."""
    heavy = [one for one in layers if one.capex > 0 and one.paid >= one.capex / 2]
    if not heavy:
        return None
    top = max(heavy, key=lambda one: one.capex)
    return (
        f"{top.told} {verb(top.layer, 'borrow')} {formats.cents(top.paid / top.capex)} for each dollar of "
        f"{formats.dollars(top.capex)} of capex"
    )


def pays_from_operations(layers: Sequence[Funded]) -> str | None:
    """The layer that spends most pays for all of it from operations."""
    top = max(layers, key=lambda one: one.capex, default=None)
    if top is None or top.capex <= 0 or top.paid < top.capex:
        return None
    return (
        f"{top.told} still {verb(top.layer, 'earn')} what they spend: {formats.dollars(top.paid)} from operations "
        f"against {formats.dollars(top.capex)} of capex"
    )


def not_yet_earned(
    whose: str, required: float | None, measured: float | None, growth: float | None, since: str
) -> str | None:
    """What capital asks for is more than what is measured, or more than its growth; US dollars a year."""
    if required is None or required <= 0:
        return None
    asks = f"What {whose} have built since {since} needs {formats.dollars(required)} a year"
    if measured is not None and required > measured:
        return f"{asks}; applications and models report {formats.dollars(measured)}, from AI or not"
    if growth is not None and required > growth:
        return f"{asks}; measured applications and models have grown by {formats.dollars(growth)}"
    return None


def largest_of_the_stack(pools: Sequence[LayerPool], doing: str, *, share: bool) -> str | None:
    """One layer leads ('spend the most on capex'); what leads without its largest member is told.

    `share`: also its part of all that is measured, where dollars of layers may be added.
    """
    order = ranked(pools)
    if len(order) < 2 or order[0].profit <= 0:
        return None
    top, lead = order[0], leader_without_its_largest(pools)
    base, rest = doing.split(" ", 1)
    text = f"{top.name} {verb(top.name, base)} {rest}, {formats.dollars(top.profit)}"
    if share:
        text += f" or {formats.percent(top.profit / sum(p.profit for p in order if p.profit > 0))} of what is measured"
    if top.largest and lead and lead != top.name:
        text += f"; without {top.largest.name}, {low(lead)} would lead"
    return text


def leader_without_its_largest(pools: Sequence[LayerPool]) -> str | None:
    """Return the name of the layer that leads once the leading layer's largest member is left out."""
    order = ranked(pools)
    if not order or order[0].largest is None:
        return None
    rest = order[0].profit - order[0].largest.value
    if len(order) > 1 and order[1].profit > rest:
        return order[1].name
    return order[0].name


def largest_move(before: Mapping[str, float], after: Mapping[str, float], measure: str, since: str) -> str | None:
    """The layer whose share moved most, if it moved by five points or more; shares by name, fractions."""
    both = [name for name in after if name in before]
    if not both:
        return None
    name = max(both, key=lambda n: abs(after[n] - before[n]))
    if abs(after[name] - before[name]) < 0.05:
        return None
    shares = f"from {formats.percent(before[name])} to {formats.percent(after[name])}"
    return f"{name} went {shares} of {measure} since {since}"


def margin_moves(before: Mapping[str, float], after: Mapping[str, float], measure: str, since: str) -> str | None:
    """The layer whose margin moved most, the next that moved the same way, and one that moved under three points."""
    moves = sorted(((after[n] - before[n], n) for n in after if n in before), key=lambda m: -abs(m[0]))
    if len(moves) < 3 or abs(moves[0][0]) < 0.05:
        return None
    (top, name), *rest = moves
    word = "rose" if top > 0 else "fell"
    text = f"{possessive(name)} {measure}s {word} {formats.points(abs(top))} from {since}"
    second = next(((m, n) for m, n in rest if m * top > 0 and abs(m) >= 0.03), None)
    if second:
        text += f", {low(second[1])} {abs(second[0]) * 100:.0f}"
    still = min(rest, key=lambda m: abs(m[0]))
    if abs(still[0]) < 0.03:
        text += f"; {low(still[1])} stayed flat"
    return text


def capex_rate(name: str, then: float | None, now: float | None, since: str, *, past: bool = False) -> str | None:
    """A layer spends at least a tenth of its revenue on capex, and at least one and a half times the rate of then.

    past: told of a past day.
    """
    if now is None or then is None or then <= 0 or now < 0.1 or now / then < 1.5:
        return None
    ratio = now / then
    if 1.9 <= ratio <= 2.1:
        than = f"twice the {since} rate"
    elif 2.9 <= ratio <= 3.1:
        than = f"three times the {since} rate"
    else:
        than = f"up from {formats.cents(then)} in {since}"
    does = f"{name} spent" if past else f"{name} now {verb(name, 'spend')}"
    if now >= 1:
        whose = "their" if verb(name, "be") == "are" else "its"
        return f"{does} {formats.times(now)} {whose} revenue on capex, {than}"
    return f"{does} {formats.cents(now)} of each revenue dollar on capex, {than}"


def heaviest_debt(loads: Sequence[Stake], median: float | None, against: str) -> str | None:
    """The company with the highest multiple, if it is at least twice the median of all."""
    if len(loads) < 3 or median is None or median <= 0:
        return None
    top = max(loads, key=lambda load: load.value)
    if top.value < 2 * median:
        return None
    return f"{top.name} owes {formats.times(top.value)} {against}; the median company {formats.times(median)}"


def heaviest_giant(loads: Sequence[Stake], against: str) -> str | None:
    """Of the largest spenders one owes at least twice as much as the next, against its cash flow or EBITDA."""
    order = sorted(loads, key=lambda load: -load.value)
    if len(order) < 3 or order[0].value < 1 or order[0].value < 2 * order[1].value:
        return None
    top, second = order[0], order[1]
    return (
        f"Of the {formats.word(len(order))} largest spenders, {top.name} owes most {against}: "
        f"{formats.times(top.value)}; next {second.name}, {formats.times(second.value)}"
    )


def only_layer_above(values: Mapping[str, float], measure: str) -> str | None:
    """One layer spends more than a whole number of times its operating cash flow, and no other does."""
    order = sorted(values.items(), key=lambda v: -v[1])
    if len(order) < 2:
        return None
    (name, top), (_, second) = order[0], order[1]
    for bar in range(min(int(top), 10), 0, -1):
        if top > bar >= second:
            count = "" if bar == 1 else f"{formats.word(bar)} times " if bar > 2 else "twice "
            return f"{name} {verb(name, 'be')} the only layer that spends more than {count}{measure}"
    return None


def dark_layer(layers: Sequence[tuple[str, int, int]]) -> str | None:
    """In a layer of (name, members, measured) nobody reports its business: the one with the most members."""
    dark = [(members, name) for name, members, measured in layers if members and not measured]
    if not dark:
        return None
    members, name = max(dark)
    if members == 1:
        return f"{name}: the one member reports no figures for this business"
    return f"{name}: none of the {formats.word(members)} members reports figures for this business"


def headline(profit: Sequence[LayerPool], capex: Sequence[Stake]) -> str | None:
    """Who earns the largest pool, and who spends most on capex."""
    order = ranked(profit)
    if not order or order[0].profit <= 0 or not capex:
        return None
    earner, spender = order[0].name, max(capex, key=lambda s: s.value).name
    if earner == spender:
        return f"{earner} {verb(earner, 'earn')} the largest profit pool and {verb(earner, 'carry')} the spending"
    return (
        f"{earner} {verb(earner, 'earn')} the largest profit pool; {low(spender)} {verb(spender, 'carry')} the spending"
    )
