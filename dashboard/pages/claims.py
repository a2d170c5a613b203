"""The page of claims: what the sources say, what is measured, the verdict, how firm it is and when it changed."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from analytics.claims.rules import rules
from analytics.metrics import BY_METRIC
from dashboard import formats
from dashboard.ledger import Ledger, position, shifted
from dashboard.pages.page import Page

VERDICTS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "mixed": "Mixed",
    "not_testable": "Not testable",
}
TEXTS = ("statement", "measured_text", "threshold", "reading", "reason", "sensitivity")
SINCE = "2015Q1"  # where the strips of verdicts begin
WIDTH = 240.0  # pixels of a strip


class Run(NamedTuple):
    """Quarters of one verdict in a row, as a piece of a strip: pixels, and what it says."""

    verdict: str
    provisional: bool
    x: float
    width: float
    tip: str


def page(ledger: Ledger) -> Page | None:
    """Return the page, or None where no claim has a verdict."""
    claims = ledger.claims
    if not claims:
        return None
    strips = _strips(ledger)
    counts = Counter(claim["verdict"] for claim in claims)
    tested = [claim for claim in claims if claim["verdict"] != "not_testable"]
    groups = []
    for lens in ledger.lenses:
        own = [claim for claim in claims if claim["lens"] == lens.lens]
        if own:
            groups.append((lens, [_told(claim, strips.get((lens.lens, claim["claim_id"]), [])) for claim in own]))
    firm = sum(claim["n_checks"] > 0 and claim["n_agree"] == claim["n_checks"] for claim in tested)
    flips = sorted(
        ((quarter, claim) for claim in tested for quarter in (claim["flipped"] or "").split(", ") if quarter),
        key=lambda one: one[0],
        reverse=True,
    )
    return Page(
        path="claims.html",
        template="claims.html",
        title="Claims: Layer Ledger",
        description=f"{len(claims)} claims about the AI stack, each with its measured value and verdict.",
        section="claims",
        lens=ledger.lenses[0].lens,
        context={
            "headline": headline(counts, len(claims)),
            "counts": counts,
            "verdicts": VERDICTS,
            "n_tested": len(tested),
            "firm": firm,
            "groups": groups,
            "first": SINCE,
            "last": max((q for _, q, *_ in _history(ledger)), default=SINCE),
            "flips": [(quarter, claim) for quarter, claim in flips if quarter >= "2022Q4"],
            "width": WIDTH,
        },
    )


def headline(counts: Counter[str], total: int) -> str:
    """Say how the claims stand: 'Of 37 claims, 16 hold, 6 are contradicted, one is mixed; 14 cannot be tested'."""
    parts = [("supported", "holds", "hold"), ("contradicted", "is contradicted", "are contradicted"),
             ("mixed", "is mixed", "are mixed")]  # fmt: skip
    said = [f"{formats.word(n)} {one if n == 1 else many}" for key, one, many in parts if (n := counts[key])]
    if not said:
        return f"None of {total} claims can be tested"
    text = ", ".join(said)
    open_ = counts["not_testable"]
    return f"Of {total} claims, {text}" + (f"; {formats.word(open_)} cannot be tested" if open_ else "")


def _told(claim: dict[str, Any], strip: Sequence[Run]) -> dict[str, Any]:
    checks, agree = claim["n_checks"], claim["n_agree"]
    if not checks:
        firm = ""
    elif agree == checks:
        firm = f"stands in {'the one' if checks == 1 else f'all {checks}'} other reading{'s' * (checks > 1)}"
    else:
        firm = f"stands in {agree} of {checks} other readings"
    tested = claim["verdict"] != "not_testable"
    return {
        **claim,
        **{name: claim[name] and formats.tidy(claim[name]) for name in TEXTS},
        "measure": measure_title(claim["metric"]),
        "changes": ", ".join(formats.quarter(q) for q in (claim["flipped"] or "").split(", ") if q),
        "firm": firm,
        "strip": strip,
        "window_text": {"ttm": "twelve months to", "quarter": "the quarter"}.get(claim["window"], ""),
        "tested": tested,
        "number": formats.metric(claim["measured"], claim["unit"], 1)
        if tested and claim["unit"] in ("fraction", "times", "USD")
        else f"{claim['measured']:g}"
        if tested and claim["measured"] is not None
        else formats.UNKNOWN,
    }


def measure_title(metric: str | None) -> str:
    """Name what a claim is measured by: 'Gross margin', 'Share of the positive pool, operating income'; '' of none."""
    if metric is None:
        return ""
    name, _, pool = metric.partition(":")
    title = rules().measure[name].title if name in rules().measure else BY_METRIC[name].title
    return f"{title}, {pool.replace('_', ' ')}" if pool else title


def _history(ledger: Ledger) -> list[tuple[tuple[str, str], str, str, str]]:
    frame = ledger.frame("marts.claim_history").sort("lens", "claim_id", "calendar_quarter")
    return [
        ((lens, claim), quarter, verdict, status)
        for lens, claim, quarter, verdict, status in frame.select(
            "lens", "claim_id", "calendar_quarter", "verdict", "status"
        ).iter_rows()
        if quarter >= SINCE
    ]


def _strips(ledger: Ledger) -> dict[tuple[str, str], list[Run]]:
    """For each claim its verdicts over time, as runs on one scale of quarters for all."""
    rows = _history(ledger)
    if not rows:
        return {}
    start = position(SINCE) - 0.25
    scale = WIDTH / (position(max(quarter for _, quarter, *_ in rows)) - start)
    found: dict[tuple[str, str], list[Run]] = {}
    for claim, own in groupby(rows, key=lambda row: row[0]):
        runs, before = [], None
        for _, quarter, verdict, status in own:
            kind = (verdict, status == "provisional")
            if before and before[0] == kind and shifted(before[2], 1) == quarter:
                before = (kind, before[1], quarter)
            else:
                if before:
                    runs.append(before)
                before = (kind, quarter, quarter)
        for (verdict, provisional), first, last in [*runs, *([before] if before else [])]:
            x = (position(first) - 0.25 - start) * scale
            when = formats.quarter(first) + (f" to {formats.quarter(last)}" if last != first else "")
            tip = f"{VERDICTS[verdict].lower()}, {when}" + (", provisional" if provisional else "")
            found.setdefault(claim, []).append(
                Run(verdict, provisional, round(x, 1), round((position(last) - start) * scale - x, 1), tip)
            )
    return found
