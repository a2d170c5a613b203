"""Explain: why a figure is what it is, as a tree from the metric to the observations.

Belongs here: the tree of one company's metric in one calendar quarter. Each number is formed again on the way from the
leaves and compared with the stored one. Does not belong here: how a tree is printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from analytics import bases, windows
from analytics.assumptions import default
from analytics.items import BY_ID, IDENTITIES
from analytics.metrics.model import Amount, Metric, Window
from analytics.metrics.registry import BY_METRIC, METRICS

# The tables that an explanation reads; company tables may be cut to the one company.
TABLES = (
    "core.company_quarters",
    "core.prices",
    "core.gaps",
    "marts.company_metrics",
    "marts.disagreements",
    "raw.observations",
)
AGREEMENT = 1e-9


@dataclass(frozen=True)
class Node:
    """One figure: what it is, its value with unit (None where unknown), how it came, and what it is made of."""

    label: str
    value: float | None
    unit: str
    detail: str = ""
    children: tuple["Node", ...] = field(default=())


class Unexplained(LookupError):
    """Nothing is known of what was asked for; the message says what there is."""


def explain(tables: Mapping[str, pl.DataFrame], company_id: str, metric_id: str, quarter: str) -> Node:
    """The derivation of a company's metric in a calendar quarter, one child for each window that the metric has.

    Args:
        tables: the frames named in TABLES.
        company_id: see core.companies. metric_id: see analytics/metrics. quarter: calendar quarter, '2025Q4'.

    Raises:
        Unexplained: no such metric, or nothing is known of the company in that quarter.
    """
    metric = next((m for m in METRICS if m.id == metric_id), None)
    if metric is None:
        raise Unexplained(f"no metric {metric_id!r}; there are: {', '.join(m.id for m in METRICS)}")
    ledger = _Ledger(tables, company_id)
    quarters = ledger.quarters["calendar_quarter"].unique().sort().to_list()
    if quarter not in quarters:
        known = f"known are {quarters[0]} to {quarters[-1]}" if quarters else "no figures are known"
        raise Unexplained(f"nothing is known of {company_id} in calendar quarter {quarter!r}; {known}")
    children = tuple(_window(ledger, metric, window, quarter) for window in metric.windows)
    return Node(f"{company_id} · {metric.title} · calendar {quarter}", None, "", metric.formula, children)


class _Ledger:
    """The tables of one company, with the look-ups that the tree needs."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], company_id: str) -> None:
        own = {name: tables[name].filter(pl.col("company_id") == company_id) for name in TABLES}
        self.quarters = own["core.company_quarters"].sort("period_end")
        self.metrics, self.prices, self.gaps = (
            own["marts.company_metrics"],
            own["core.prices"].sort("date"),
            own["core.gaps"],
        )
        self.disagreements = own["marts.disagreements"]
        self.observations = {r["observation_id"]: r for r in own["raw.observations"].iter_rows(named=True)}

    def stored(self, metric: str, window: str, quarter: str) -> dict[str, object] | None:
        rows = self.metrics.filter(
            (pl.col("metric") == metric) & (pl.col("window") == window) & (pl.col("calendar_quarter") == quarter)
        )
        return rows.row(0, named=True) if rows.height else None

    def rows(self, item: str, quarter: str, *, year_only: bool) -> pl.DataFrame:
        whole = pl.col("derivation") == "year_only"
        return self.quarters.filter(
            (pl.col("item") == item) & (pl.col("calendar_quarter") == quarter) & (whole if year_only else ~whole)
        )

    def four(self, item: str, end: date) -> pl.DataFrame:
        """The four latest quarters of an item up to a period's end."""
        mine = (pl.col("item") == item) & (pl.col("derivation") != "year_only") & (pl.col("period_end") <= end)
        return self.quarters.filter(mine).tail(4)

    def twelve_months(self, item: str, quarter: str) -> pl.DataFrame:
        """The four quarters of an item that make up twelve months to a quarter, else the whole year there."""
        now = self.rows(item, quarter, year_only=False)
        four = self.four(item, now["period_end"][-1]) if now.height else now
        return four if four.height == 4 and _contiguous(four) else self.rows(item, quarter, year_only=True)

    def restated(self, item: str, window: Window, *quarters: str) -> bool:
        """Whether the amounts of an item in some quarters stand on no common basis."""
        if window == "ttm":
            found = [self.twelve_months(item, quarter) for quarter in quarters]
        else:
            found = [self.rows(item, quarter, year_only=False).tail(1) for quarter in quarters]
        return _share_none(pl.concat(found))


def _window(ledger: _Ledger, metric: Metric, window: Window, quarter: str) -> Node:
    children = [_amount(ledger, amount, window, quarter, metric.in_usd) for amount in metric.amounts]
    numerator = children[0].value
    value = numerator
    if metric.denominator is not None:
        denominator = children[1].value
        usable = numerator is not None and denominator is not None and denominator > 0
        value = numerator / denominator if usable and numerator is not None and denominator is not None else None
    stored = ledger.stored(metric.id, window, quarter)
    label = "trailing twelve months" if window == "ttm" else "fiscal quarter"
    return Node(label, value, metric.unit, _verdict(value, stored), tuple(children))


def _verdict(value: float | None, stored: dict[str, object] | None) -> str:
    if stored is None:
        return "not in marts.company_metrics"
    other, reason = stored["value"], stored["null_reason"]
    if other is None:
        return f"null: {reason}"
    assert isinstance(other, float)
    if value is not None and abs(value - other) <= AGREEMENT * max(1.0, abs(other)):
        return "agrees with marts.company_metrics"
    return f"CONTRADICTION: marts.company_metrics holds {other!r}"


def _earlier(quarter: str, by: int) -> str:
    number = windows.index(quarter) - by
    return f"{number // 4}Q{number % 4 + 1}"


def _sum(values: list[float | None], signs: list[int]) -> float | None:
    """Σ sign × value; null if any is null."""
    known = [v for v in values if v is not None]
    return sum(s * v for s, v in zip(signs, known, strict=True)) if len(known) == len(values) else None


def _amount(ledger: _Ledger, amount: Amount, window: Window, quarter: str, in_usd: bool) -> Node:
    before = _earlier(quarter, 4)
    at = {"prior": [before], "average": [before, quarter], "change": [before, quarter]}.get(amount.taken, [quarter])
    sums = []
    for when in at:
        nodes = [_item(ledger, item, window, when, in_usd) for item, _ in amount.terms]
        total = _sum([n.value for n in nodes], [sign for _, sign in amount.terms])
        unit = next((n.unit for n in nodes if n.unit), "")
        single = len(nodes) == 1 and amount.terms[0][1] == 1
        sums.append(nodes[0] if single else Node(f"{amount.name}, {when}", total, unit, _terms(amount), tuple(nodes)))
    if len(sums) == 1:
        return sums[0]
    opening, closing = sums
    if any(ledger.restated(item, window, before, quarter) for item, _ in amount.terms):
        return Node(amount.name, None, closing.unit, windows.RESTATED_SINCE, (opening, closing))
    value = _sum([opening.value, closing.value], [-1, 1] if amount.taken == "change" else [1, 1])
    if value is not None and amount.taken == "average":
        value /= 2
    how = "closing less opening" if amount.taken == "change" else "mean of opening and closing"
    return Node(amount.name, value, closing.unit, how, (opening, closing))


def _terms(amount: Amount) -> str:
    return " ".join(f"{'+' if sign > 0 else '−'} {item}" for item, sign in amount.terms).removeprefix("+ ")


def _item(ledger: _Ledger, item: str, window: Window, quarter: str, in_usd: bool) -> Node:
    if item == "market_cap":
        return _market_cap(ledger, quarter)
    if item == "nopat":
        return _nopat(ledger, window, quarter, in_usd)
    if item == "economic_profit":
        return _economic_profit(ledger, window, quarter, in_usd)
    now = ledger.rows(item, quarter, year_only=False)
    if BY_ID[item].kind == "stock" or window == "quarter":
        found = now
    else:
        four = ledger.twelve_months(item, quarter)
        if four.height == 4:
            nodes = tuple(_figure(ledger, row, in_usd) for row in four.iter_rows(named=True))
            total, how = _sum([n.value for n in nodes], [1] * 4), "sum"
            if _share_none(four):
                total, how = None, windows.RESTATED_WITHIN
            return Node(f"{BY_ID[item].title}, four quarters to {quarter}", total, nodes[0].unit, how, nodes)
        found = four
    if found.height:
        return _figure(ledger, found.row(-1, named=True), in_usd)
    why = windows.NOT_CONTIGUOUS if now.height else _why_missing(ledger, item, quarter)
    return Node(f"{BY_ID[item].title}, {quarter}", None, "", why)


def _share_none(rows: pl.DataFrame) -> bool:
    """Whether no basis is common to some figures."""
    common = rows.select(pl.col("basis_from").max(), pl.col("basis_until").min())
    return not common.select(bases.shared()).item()


def _contiguous(four: pl.DataFrame) -> bool:
    starts, ends = four["period_start"].to_list(), four["period_end"].to_list()
    joints = [(starts[i + 1] - ends[i]).days - 1 for i in range(3)]
    first, last = windows.YEAR_DAYS
    return all(abs(j) <= windows.JOINT_DAYS for j in joints) and first <= (ends[3] - starts[0]).days + 1 <= last


def _why_missing(ledger: _Ledger, item: str, quarter: str) -> str:
    ends = ledger.quarters.filter(pl.col("calendar_quarter") == quarter)["period_end"]
    gap = ledger.gaps.filter((pl.col("item") == item) & pl.col("period_end").is_in(ends.implode()))
    return f"unknown: {gap['reason'][0]}" if gap.height else "unknown: no source states it"


def _figure(ledger: _Ledger, row: dict[str, object], in_usd: bool) -> Node:
    value, dollars, currency = row["value"], row["value_usd"], row["currency"]
    assert isinstance(value, float)
    detail = f"{row['derivation']}, {row['concept']} ({row['source']}), known {row['known_at']}"
    if dollars is not None and currency != "USD":
        assert isinstance(dollars, float)
        rate = f"{dollars / value:.6g} USD per {currency}" if value else "nothing to translate"
        detail += f"; {dollars:,.0f} USD at {rate} ({'average' if row['period_start'] else 'closing'} rate)"
    span = f"{row['period_start']} to {row['period_end']}" if row["period_start"] else f"at {row['period_end']}"
    children = _parts(ledger, row) + _losers(ledger, row)
    shown = dollars if in_usd else value
    assert shown is None or isinstance(shown, float)
    label = f"{BY_ID[str(row['item'])].title}, {row['calendar_quarter']} ({span})"
    return Node(label, shown, "USD" if in_usd else str(currency), detail, children)


def _parts(ledger: _Ledger, row: dict[str, object]) -> tuple[Node, ...]:
    if str(row["concept"]).startswith("computed:"):
        identity = next(i for i in IDENTITIES if i.item == row["item"])
        inputs = ledger.quarters.filter(pl.col("period_end") == row["period_end"])
        inputs = inputs.filter(pl.col("item").is_in([item for item, _ in identity.terms]))
        return tuple(_figure(ledger, r, False) for r in inputs.iter_rows(named=True))
    less = _subtracted(ledger, row)
    return (
        _observation(ledger, str(row["observation_id"]), ""),
        *(_observation(ledger, identifier, "less ") for identifier in less),
    )


def _subtracted(ledger: _Ledger, row: dict[str, object]) -> list[str]:
    """Observations subtracted: one year-to-date figure, or the three quarters that stand for nine months."""
    last = row["minus_observation_id"]
    if last is None:
        return []
    seen = ledger.observations.get(str(last))
    if seen is None or row["derivation"] != "q4_from_year" or (seen["period_end"] - seen["period_start"]).days > 200:
        return [str(last)]
    end = row["period_end"]
    assert isinstance(end, date)
    return [str(i) for i in ledger.four(str(row["item"]), end)["observation_id"][:-1]]


def _observation(ledger: _Ledger, observation_id: str, prefix: str) -> Node:
    seen = ledger.observations.get(observation_id)
    if seen is None:
        return Node(f"{prefix}observation {observation_id}", None, "", "NOT IN raw.observations")
    span = f"{seen['period_start']} to {seen['period_end']}" if seen["period_start"] else f"at {seen['period_end']}"
    detail = (
        f"{seen['source']} {seen['reference'] or ''}, known {seen['known_at']} ({seen['known_at_basis']}), "
        f"payload {seen['payload_sha256'][:12]}"
    )
    return Node(f"{prefix}{seen['concept']}, {span}", seen["value"], seen["unit"], detail)


def _losers(ledger: _Ledger, row: dict[str, object]) -> tuple[Node, ...]:
    found = ledger.disagreements.filter(
        (pl.col("item") == row["item"]) & (pl.col("period_end") == row["period_end"])
    ).sort("other_source", "other_concept")
    return tuple(_loser(r) for r in found.iter_rows(named=True))


def _loser(row: dict[str, object]) -> Node:
    ratio, value = row["difference_ratio"], row["other_value"]
    assert isinstance(value, float)
    off = f", off by {ratio:+.2%}" if ratio is not None else ""
    label = f"not used: {row['other_concept']} ({row['other_source']})"
    return Node(label, value, str(row["currency"]), f"likely {row['kind']}{off}")


def _market_cap(ledger: _Ledger, quarter: str) -> Node:
    ends = ledger.quarters.filter(pl.col("calendar_quarter") == quarter)["period_end"]
    on = ledger.prices.filter(pl.col("date") <= ends.max()).tail(1)
    if not on.height:
        return Node(f"Market value, {quarter}", None, "USD", "unknown: no price")
    row = on.row(0, named=True)
    detail = f"close {row['close']:.2f} {row['currency']} of {row['date']} × shares of all classes known that day"
    return Node(f"Market value, {quarter}", row["market_cap_usd"], "USD", detail)


def _nopat(ledger: _Ledger, window: Window, quarter: str, in_usd: bool) -> Node:
    # The tax rate is a ratio within the company, so it is taken before translation.
    parts = (
        _item(ledger, "operating_income", window, quarter, in_usd),
        *(_item(ledger, i, window, quarter, False) for i in ("income_tax", "pretax_income")),
    )
    income, tax, pretax = (p.value for p in parts)
    value = None
    if income is not None and income <= 0:
        value = income
    elif income is not None and tax is not None and pretax is not None and pretax > 0 and 0 <= tax / pretax <= 1:
        value = income * (1 - tax / pretax)
    detail = "operating income × (1 − income tax ÷ pre-tax income); a loss bears no tax"
    return Node(f"Net operating profit after tax, {quarter}", value, parts[0].unit, detail, parts)


def _economic_profit(ledger: _Ledger, window: Window, quarter: str, in_usd: bool) -> Node:
    profit, capital = (_amount(ledger, amount, window, quarter, in_usd) for amount in BY_METRIC["roic"].amounts)
    rate = default("cost_of_capital")
    value = None
    if profit.value is not None and capital.value is not None:
        value = profit.value - rate * capital.value
    detail = f"NOPAT − {rate:g} × average invested capital"
    return Node(f"Economic profit, {quarter}", value, profit.unit, detail, (profit, capital))
