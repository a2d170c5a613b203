"""The health of the data: what could not be fetched, who disagrees, what was restated, what is odd, what stays unknown.

Belongs here: which rows are shown, the newest or largest first, and how many there are in all. Does not belong here:
coverage and freshness (coverage.py), the rules (analytics).
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from analytics.items import ITEMS
from dashboard import formats
from dashboard.ledger import SOURCE_NAMES, Ledger
from dashboard.pages import fetches

SHOWN = 20  # rows of a table; the published files hold all
TITLES = {item.id: item.title for item in ITEMS}
KINDS = {
    "sign": "the other sign",
    "scale": "another scale",
    "minority": "minority interests in or out",
    "adjusted": "an adjusted figure",
    "lease": "leases in or out",
    "definition": "another definition",
    "vintage": "before or after a restatement",
    "other": "not explained",
}

RULES = {"operating margin outside −20 to 1": "operating margin outside −2,000% to 100%"}
FIGURE = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
OF_SHARES = ("shares_outstanding", "diluted_shares")

Cell = str | tuple[str, str]  # text, or text and class


def tables(ledger: Ledger) -> list[dict[str, object]]:
    """Return the tables of the page, as templates/plain.html shows them."""
    return [made for make in (_fetches, _disagreements, _restatements, _anomalies, _gaps) if (made := make(ledger))]


def _fetches(ledger: Ledger) -> dict[str, object] | None:
    if ledger.frame("raw.fetches").is_empty():
        return None
    told = fetches.told(ledger)
    return _made("fetches", "Fetches: what could not be fetched?", told.title, told.subtitle, fetches.HEADS, told.rows,
                 "raw.fetches")  # fmt: skip


def _disagreements(ledger: Ledger) -> dict[str, object] | None:
    frame = ledger.tables["marts.disagreements"]
    if frame.is_empty():
        return None
    counts = Counter(frame["kind"].to_list())
    told = ", ".join(f"{KINDS.get(kind, kind)} {count}" for kind, count in counts.most_common())
    largest = (
        frame.filter(pl.col("difference_ratio").is_not_null())
        .sort(pl.col("difference_ratio").abs(), descending=True)
        .unique(["company_id", "item", "period_end"], keep="first", maintain_order=True)
    )
    rows: list[Sequence[Cell]] = [
        [_company(ledger, r["company_id"]), TITLES.get(r["item"], r["item"]), formats.day(r["period_end"]),
         (_millions(r["value"]), "num"), (_source(r["source"]), "wrap"), (_millions(r["other_value"]), "num"),
         (_source(r["other_source"]), "wrap"), (formats.percent(r["difference_ratio"], 1), "num"),
         (KINDS.get(r["kind"], r["kind"]), "wrap")]
        for r in largest.head(SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    return _made(
        "disagreements", "Disagreements: who says something else?",
        f"{frame.height:,} statements differ by more than 0.5% from the one that speaks",
        f"Likely causes, found by rule: {told}. The largest; millions of the reporting currency.",
        ["Company", "Item", "Quarter to", "Speaks", "Source", "Other", "Source", "Difference", "Likely"], rows,
        "marts.disagreements", shown=frame.height,
    )  # fmt: skip


def _restatements(ledger: Ledger) -> dict[str, object] | None:
    frame = ledger.tables["marts.restatements"]
    if frame.is_empty():
        return None
    rows: list[Sequence[Cell]] = [
        [_company(ledger, r["company_id"]), TITLES.get(r["item"], r["item"]),
         (f"{formats.day(r['period_start'])} to " if r["period_start"] else "") + formats.day(r["period_end"]),
         (_millions(r["old_value"]), "num"), (_millions(r["new_value"]), "num"),
         (formats.percent(r["change_ratio"], 1), "num"), formats.day(r["known_at"])]
        for r in frame.sort("known_at", descending=True).head(SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    return _made(
        "restatements", "Restatements: what changed afterwards?",
        f"{frame['company_id'].n_unique()} companies restated {frame.height:,} figures by more than 0.5%",
        "The newest first; millions of the reporting currency. Both values stay in the ledger; the newer one speaks.",
        ["Company", "Item", "Period", "Was", "Is", "Change", "Known"], rows, "marts.restatements", shown=frame.height,
    )  # fmt: skip


def _anomalies(ledger: Ledger) -> dict[str, object] | None:
    frame = ledger.tables["core.anomalies"]
    if frame.is_empty():
        return None
    out = frame.filter(pl.col("severity") == "error").height
    rows: list[Sequence[Cell]] = [
        [_company(ledger, r["company_id"]), TITLES.get(r["item"], r["item"]), formats.day(r["period_end"]),
         (r["rule"], "wide-text"), (r["message"], "wide-text"),
         "left out" if r["severity"] == "error" else "kept"]
        for r in map(told, frame.sort("severity", "period_end", descending=[False, True]).head(SHOWN).to_dicts())
    ]  # fmt: skip
    return _made(
        "anomalies", "Checks: which figures look wrong?",
        f"{frame.height} figures break a rule of sanity; {out} {'is' if out == 1 else 'are'} left out",
        "Figures that cannot be true are left out of every metric; odd ones are kept and shown.",
        ["Company", "Item", "Quarter to", "Rule", "In figures", "What was done"], rows, "core.anomalies",
        shown=frame.height,
    )  # fmt: skip


def _gaps(ledger: Ledger) -> dict[str, object] | None:
    frame = ledger.tables["core.gaps"]
    if frame.is_empty():
        return None
    grouped = (
        frame.group_by("reason")
        .agg(pl.len().alias("n"), pl.col("company_id").n_unique().alias("companies"), pl.col("period_end").max())
        .sort("n", descending=True)
    )
    rows: list[Sequence[Cell]] = [
        [(r["reason"], "wide-text"), (formats.number(r["n"]), "num"), (formats.number(r["companies"]), "num"),
         formats.day(r["period_end"])]
        for r in grouped.head(SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    return _made(
        "gaps", "Gaps: what stays unknown although the year is stated?",
        f"{frame.height:,} quarters of {frame['company_id'].n_unique()} companies stay unknown",
        "Null with a reason, never zero; by reason.",
        ["Reason", "Quarters", "Companies", "Newest"], rows, "core.gaps",
    )  # fmt: skip


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of core.anomalies with its rule and its message as a person writes figures.

    '$1.1 bn but revenue $796 mn less cost $541 mn'.
    """

    def written(found: re.Match[str]) -> str:
        return amount(float(found[0]), "" if row["item"] in OF_SHARES else row["currency"])

    return {**row, "rule": RULES.get(row["rule"], row["rule"]), "message": FIGURE.sub(written, row["message"])}


def amount(value: float, currency: str) -> str:
    """Write an amount of any currency: '$1.1 bn', 'EUR 1.1 bn'; without a currency a number, '1.1 bn'."""
    text = formats.dollars(value)
    return text if currency == "USD" else text.replace("$", f"{currency}{formats.SPACE}" if currency else "")


def _company(ledger: Ledger, company: str) -> str:
    return ledger.names.get(company, company)


def _source(source: str) -> str:
    return SOURCE_NAMES.get(source, source)


def _millions(value: float) -> str:
    return f"{value / 1e6:,.1f}".replace("-", formats.MINUS)


def _made(
    identifier: str,
    question: str,
    title: str,
    subtitle: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    source: str,
    shown: int = 0,
) -> dict[str, object]:
    numeric = {at for row in rows for at, cell in enumerate(row) if not isinstance(cell, str) and cell[1] == "num"}
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="num"') if at in numeric else "", text)
        for at, text in enumerate(heads)
    )
    body = Markup("\n").join(Markup("<tr>{}</tr>").format(Markup("").join(_cells(row))) for row in rows)
    table = Markup(
        '<div class="scroll tall" tabindex="0" role="region" aria-label="{}"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(title, head, body)
    note = f"{len(rows)} of {shown:,} are shown; the published table holds all." if shown > len(rows) else ""
    return {
        "id": identifier,
        "question": question,
        "title": title,
        "subtitle": subtitle,
        "body": table if rows else Markup(""),
        "note": note,
        "source": source,
    }


def _cells(row: Sequence[Cell]) -> list[Markup]:
    found = []
    for at, cell in enumerate(row):
        text, kind = (cell, "") if isinstance(cell, str) else cell
        if at == 0:
            found.append(Markup('<th scope="row"{}>{}</th>').format(_class(kind), text))
        else:
            found.append(Markup("<td{}>{}</td>").format(_class(kind), text))
    return found


def _class(kind: str) -> Markup:
    return Markup(' class="{}"').format(kind) if kind else Markup("")
