"""The claim ledger: every claim of every lens, judged in every quarter and on every other reading.

Belongs here: which quarter, basis and lens is read, when a verdict flipped, how the tables are put together. Does not
belong here: the tests (verdicts.py), the values (values.py), the claims themselves (stacks/lenses).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from analytics import aggregate, windows
from analytics.claims import words
from analytics.claims.rules import rules
from analytics.claims.values import Key, Value, by_key, key_of, values
from analytics.claims.verdicts import Judgement, judge, not_testable
from analytics.contracts import conform, table
from analytics.once import once
from analytics.stacks import Claim

# Measures of the whole lens: the same on each of its layers.
OF_THE_LENS = ("companies_spanning_layers",)
_OTHER_BASIS = {"layer": "consolidated", "consolidated": "layer"}
_NO_NUMBER = {"median": "no median", "without_largest": "nothing is left without the largest"}
_OTHER_WINDOW = {"ttm": "quarter", "quarter": "ttm"}


@dataclass(frozen=True)
class Tables:
    """The three tables of claims."""

    claims: pl.DataFrame
    readings: pl.DataFrame
    history: pl.DataFrame


@dataclass(frozen=True)
class Reading:
    """One reading of a claim: in which lens, basis, window and quarter, which number of each layer, and the verdict."""

    name: str
    lens: str
    basis: str
    window: str
    quarter: int
    shown: Mapping[str, Value | None]
    numbers: Mapping[str, float | None]
    judgement: Judgement
    subjects: Sequence[str]


@dataclass(frozen=True)
class _Book:
    """The values; of each lens its layers in order with their names, its dark members, its newest final quarter."""

    values: Mapping[Key, Value]
    layers: Mapping[str, Mapping[str, str]]
    dark: Mapping[tuple[str, str, str, int], int]
    newest_final: Mapping[str, int]

    @cached_property
    def quarters(self) -> list[int]:
        return sorted({key[5] for key in self.values})


@once
def tables(
    claims: tuple[Claim, ...],
    layers: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    layer_items: pl.DataFrame,
) -> Tables:
    """marts.claims, marts.claim_readings and marts.claim_history, made together.

    Args:
        claims: the claims of the registry, each with its lens.
        layers: core.layers.
        layer_metrics: marts.layer_metrics.
        value_capture: marts.value_capture.
        member_amounts: marts.member_amounts.
        memberships: core.memberships.
        companies: core.companies.
        layer_items: as from `aggregate.layer_items`.

    Raises:
        ValueError: a claim names a metric that is not known.
    """
    newest = str(layer_metrics["calendar_quarter"].max() or "2014Q4")
    members = aggregate.members_by_quarter(memberships, companies, newest)
    wanted = [(c.metric, c.pool) for c in claims if c.metric is not None and c.test != "not_testable"]
    names: dict[str, dict[str, str]] = {}
    for lens, layer, name in layers.sort("lens", "position").select("lens", "layer", "name").iter_rows():
        names.setdefault(lens, {})[layer] = name
    # Only the lenses in which a metric is read.
    places = {
        (lens, key_of(c.metric, c.pool))
        for c in claims
        if c.metric is not None
        for lens in (c.lens or "", *_elsewhere(c, names))
    }
    read_there = pl.DataFrame(sorted(places), schema={"lens": pl.String, "metric": pl.String}, orient="row")
    rows = values(wanted, layer_metrics, value_capture, member_amounts, members, layer_items)
    found = by_key(rows.join(read_there, on=["lens", "metric"], how="semi"))
    dark = members.filter(~pl.col("measurable")).group_by("lens", "layer", "basis", "quarter").len()
    final = layer_metrics.filter(pl.col("status") == "final").group_by("lens").agg(pl.col("calendar_quarter").max())
    newest_final = {lens: windows.index(quarter) for lens, quarter in final.iter_rows()}
    book = _Book(found, names, {row[:4]: row[4] for row in dark.iter_rows()}, newest_final)
    ledgers = [_Ledger(claim, book) for claim in claims]
    return Tables(
        _frame("marts.claims", [ledger.row for ledger in ledgers]),
        _frame("marts.claim_readings", [row for ledger in ledgers for row in ledger.reading_rows]),
        _frame("marts.claim_history", [row for ledger in ledgers for row in ledger.history_rows]),
    )


def _elsewhere(claim: Claim, names: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The other lenses that have the layers which a claim names."""
    named = {*claim.layers, *claim.versus}
    return [
        lens
        for lens, layers in names.items()
        if lens != claim.lens and (claim.metric in OF_THE_LENS or named <= set(layers))
    ]


def _frame(name: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    contract = table(name)
    return conform(pl.DataFrame(rows, schema=contract.polars_schema, orient="row"), contract)


@dataclass(frozen=True)
class _Ledger:
    """One claim and everything that is known of it."""

    claim: Claim
    book: _Book

    @property
    def lens(self) -> str:
        return self.claim.lens or ""

    @property
    def testable(self) -> bool:
        return self.claim.test != "not_testable"

    @cached_property
    def unit(self) -> str | None:
        return rules().unit_of(self.claim.metric) if self.claim.metric else None

    def read(
        self, name: str, quarter: int, basis: str | None = None, lens: str | None = None, window: str | None = None
    ) -> Reading:
        """Read the claim once: in a quarter, on a basis, in a lens, by the number that the reading's name says."""
        basis, lens, window = basis or self.claim.basis, lens or self.lens, window or self.window
        subjects, versus = self._layers(lens)
        then_at = windows.index(self.claim.since) if self.claim.since else None
        shown = {layer: self._value(lens, layer, basis, window, quarter) for layer in (*subjects, *versus)}
        numbers = {
            # A layer that is not final is no comparison.
            layer: self._number(name, value, of=layer in subjects)
            if value is not None and (value.final or layer in subjects)
            else None
            for layer, value in shown.items()
        }
        before = {s: self._value(lens, s, basis, window, then_at) for s in subjects if then_at is not None}
        if then_at is not None and quarter <= then_at:
            judgement = not_testable(f"not after {self.claim.since}")
        elif other := [
            s
            for s, then in before.items()
            if then and then.value is not None and (now := shown[s]) and now.value is not None and now.pool != then.pool
        ]:
            judgement = not_testable(
                f"{self._named(other, lens)}: the pool holds other layers than in {self.claim.since}"
            )
        else:
            judgement = judge(
                self.claim,
                {s: numbers[s] for s in subjects},
                {v: numbers[v] for v in versus},
                {s: self._number(name, v, of=True) for s, v in before.items()},
                self.unit or "",
            )
        if judgement.reason and judgement.reason.startswith("not measured: "):
            missing = [s for s in subjects if numbers[s] is None]
            why = [
                self._why(name, s, shown[s], self.book.dark.get((lens, s, basis, quarter), 0), lens) for s in missing
            ]
            judgement = not_testable("; ".join(why))
        return Reading(name, lens, basis, window, quarter, shown, numbers, judgement, subjects)

    def _named(self, layers: Sequence[str], lens: str) -> str:
        return words.listed([self.book.layers.get(lens, {}).get(layer, layer) for layer in layers])

    def _layers(self, lens: str) -> tuple[list[str], list[str]]:
        """The layers that the claim is about, and those compared, in a lens."""
        there = self.book.layers.get(lens, {})
        subjects = list(self.claim.layers)
        if self.claim.metric in OF_THE_LENS:
            return (subjects if lens == self.lens else list(there))[:1], []
        if self.claim.test in ("band", "rising", "falling"):
            return subjects, []
        return subjects, self.claim.versus or [layer for layer in there if layer not in subjects]

    def _value(self, lens: str, layer: str, basis: str, window: str, quarter: int | None) -> Value | None:
        metric = key_of(self.claim.metric or "", self.claim.pool)
        return None if quarter is None else self.book.values.get((lens, layer, basis, window, metric, quarter))

    @staticmethod
    def _number(name: str, value: Value | None, *, of: bool) -> float | None:
        if value is None:
            return None
        if name == "median":
            return value.median
        return value.without_largest if name == "without_largest" and of else value.value

    def _why(self, name: str, layer: str, value: Value | None, n_dark: int, lens: str) -> str:
        """Why a layer has no number, in words."""
        called = self.book.layers.get(lens, {}).get(layer, layer)
        if value is None:
            return f"{called}: no listed company stands behind it"
        if value.value is not None:
            return f"{called}: {_NO_NUMBER[name]}"
        told = f"{called}: {value.reason}, {value.n_measured} of {value.n_members} measured"
        return f"{told}, {n_dark} private or not reported apart" if n_dark else told

    @cached_property
    def window(self) -> str:
        """The claim's window, or single quarters where only these can be tested and are recent enough."""
        other = _OTHER_WINDOW[self.claim.window]
        return other if not self._recent(self.claim.window) and self._recent(other) else self.claim.window

    @cached_property
    def newest(self) -> int | None:
        """The newest quarter in which the lens is final somewhere."""
        return self.book.newest_final.get(self.lens)

    def _through_time(self, window: str) -> list[Reading]:
        return [self.read("headline", q, window=window) for q in self.book.quarters] if self.testable else []

    def _judged(self, readings: Sequence[Reading]) -> list[Reading]:
        """The final readings that can be tested, oldest first."""
        return [
            r
            for r in readings
            if r.judgement.verdict != "not_testable"
            and self._final(r)
            and self.newest is not None
            and r.quarter <= self.newest
        ]

    def _recent(self, window: str) -> bool:
        """Whether the claim can be tested in this window in a quarter that is not too old."""
        if not self.testable or self.newest is None:
            return False
        back = range(self.newest, self.newest - rules().max_age_quarters - 1, -1)
        return bool(self._judged([self.read("headline", q, window=window) for q in back]))

    @cached_property
    def history(self) -> list[Reading]:
        """The headline reading in every quarter."""
        return self._through_time(self.window)

    def _final(self, reading: Reading) -> bool:
        return all((value := reading.shown[s]) is not None and value.final for s in reading.subjects)

    @cached_property
    def judged(self) -> list[Reading]:
        """The final readings of the headline that can be tested, oldest first."""
        return self._judged(self.history)

    @cached_property
    def flips(self) -> list[Reading]:
        """The readings whose verdict is another than that before."""
        return [
            now
            for before, now in zip(self.judged, self.judged[1:], strict=False)
            if now.judgement.verdict != before.judgement.verdict
        ]

    @cached_property
    def headline(self) -> Reading | None:
        """The newest final reading that can be tested, if it is not too old."""
        if not self.judged or self.newest is None:
            return None
        last = self.judged[-1]
        return last if self.newest - last.quarter <= rules().max_age_quarters else None

    @cached_property
    def others(self) -> list[Reading]:
        """The other readings, in the quarter of the headline; without one, each in its newest quarter."""
        if not self.testable or self.newest is None:
            return []
        return [
            self._newest("other_basis", basis=_OTHER_BASIS[self.claim.basis]),
            self._newest("other_window", window=_OTHER_WINDOW[self.window]),
            self._newest("median"),
            self._newest("without_largest"),
            *([self.read("quarter_before", self.headline.quarter - 1)] if self.headline else []),
            *(self._newest("other_lens", lens=lens) for lens in _elsewhere(self.claim, self.book.layers)),
        ]

    def _newest(self, name: str, **place: str) -> Reading:
        """A reading in the headline's quarter; without a headline in the newest in which it can be tested."""
        if self.headline:
            return self.read(name, self.headline.quarter, **place)
        newest = self.newest or 0
        tried = [place] if "window" in place else [place, place | {"window": _OTHER_WINDOW[self.window]}]
        back = [
            self.read(name, q, **where)
            for where in tried
            for q in range(newest, newest - rules().max_age_quarters - 1, -1)
        ]
        return next((r for r in back if r.judgement.verdict != "not_testable" and self._final(r)), back[0])

    @cached_property
    def reason(self) -> str | None:
        """Why there is no verdict, or why it is of an older quarter."""
        if not self.testable:
            return self.claim.reason
        newest = self.newest
        if newest is None:
            return "no layer of the lens has a final quarter"
        why = self.read("headline", newest, window=self.claim.window).judgement.reason
        if self.headline is None:
            if not self.judged:
                return f"{why}; in no quarter can it be tested"
            last = self.judged[-1]
            return f"{why}; last testable in {_label(last.quarter)}: {last.judgement.verdict}"
        told = []
        if self.window != self.claim.window:
            told.append("of one quarter, since twelve months cannot be tested")
        if self.headline.quarter < newest:
            told.append(f"of {_label(self.headline.quarter)}, since in {_label(newest)} it cannot be tested: {why}")
        if self.headline.judgement.reason:
            told.append(self.headline.judgement.reason)
        return "; ".join(told) or None

    @cached_property
    def row(self) -> dict[str, object]:
        """The row of marts.claims."""
        claim, headline = self.claim, self.headline
        checks = [r for r in self.others if r.judgement.verdict != "not_testable"]
        verdict = headline.judgement.verdict if headline else "not_testable"
        agree = [r for r in checks if r.judgement.verdict == verdict]
        first = headline.shown[headline.subjects[0]] if headline else None
        stands = None
        if headline:
            stands = (self.flips[-1] if self.flips else self.judged[0]).quarter
        return {
            "lens": self.lens,
            "claim_id": claim.id,
            "statement": claim.statement,
            "measured": first.value if first else None,
            "verdict": verdict,
            "coverage_ratio": self._coverage(headline) if headline else None,
            "since": _label(stands),
            "reason": self.reason,
            "measured_text": self._text(headline) if headline else "not measured",
            "unit": self.unit,
            "threshold": words.threshold(claim, self.unit or "", self.book.layers.get(self.lens, {})),
            "reading": claim.ours,
            "metric": key_of(claim.metric, claim.pool) if claim.metric else None,
            "test": claim.test,
            "basis": claim.basis,
            "window": self.window,
            "calendar_quarter": _label(headline.quarter) if headline else None,
            "n_checks": len(checks),
            "n_agree": len(agree),
            "sensitivity": self._sensitivity(checks, verdict),
            "n_flips": len(self.flips),
            "flipped": ", ".join(_label(r.quarter) or "" for r in reversed(self.flips)) or None,
        }

    @staticmethod
    def _coverage(reading: Reading) -> float | None:
        """The least coverage of the layers that the claim is about."""
        known = [v.coverage for s in reading.subjects if (v := reading.shown[s]) is not None and v.coverage is not None]
        return min(known, default=None)

    def _sensitivity(self, checks: Sequence[Reading], verdict: str) -> str | None:
        told = []
        for r in checks:
            if r.judgement.verdict != verdict:
                number = words.amount(r.numbers[r.subjects[0]], self.unit or "")
                at = "" if self.headline else f" in {_label(r.quarter)}"
                told.append(f"{self._called(r)}{at}: {r.judgement.verdict} ({number})")
        return "; ".join(told) or None

    def _called(self, reading: Reading) -> str:
        match reading.name:
            case "other_basis":
                return f"{reading.basis} basis"
            case "other_window":
                return "one quarter" if reading.window == "quarter" else "twelve months"
            case "other_lens":
                return f"lens {reading.lens}"
            case "quarter_before":
                return _label(reading.quarter) or ""
            case name:
                return name.replace("_", " ")

    def _text(self, reading: Reading) -> str:
        names, unit = self.book.layers.get(self.lens, {}), self.unit or ""

        def told(layer: str) -> str:
            return f"{names.get(layer, layer)} {words.amount(reading.numbers[layer], unit)}"

        if self.claim.metric in OF_THE_LENS:
            return words.amount(reading.numbers[reading.subjects[0]], unit)
        text = ", ".join(told(s) for s in reading.subjects)
        if self.claim.since:
            at = windows.index(self.claim.since)
            then = [self._value(self.lens, s, reading.basis, reading.window, at) for s in reading.subjects]
            text += f" ({', '.join(words.amount(v.value if v else None, unit) for v in then)} in {self.claim.since})"
        versus = [layer for layer in reading.shown if layer not in reading.subjects]
        known = sorted(
            (v for v in versus if reading.numbers[v] is not None), key=lambda v: -(reading.numbers[v] or 0.0)
        )
        if versus:
            text += f"; compared: {', '.join(told(v) for v in known)}"
        if len(known) < len(versus):
            text += f"; {len(versus) - len(known)} not measured"
        return text

    @property
    def reading_rows(self) -> Iterator[dict[str, object]]:
        """The rows of marts.claim_readings."""
        for r in ([self.headline] if self.headline else []) + self.others:
            for layer, value in r.shown.items():
                yield {
                    "lens": self.lens,
                    "claim_id": self.claim.id,
                    "reading": r.name,
                    "read_in": r.lens,
                    "layer": layer,
                    "role": "subject" if layer in r.subjects else "versus",
                    "basis": r.basis,
                    "calendar_quarter": _label(r.quarter),
                    "value": r.numbers[layer],
                    "n_members": value.n_members if value else 0,
                    "n_measured": value.n_measured if value else 0,
                    "coverage_ratio": value.coverage if value else None,
                    "holds": r.judgement.holds.get(layer),
                    "verdict": r.judgement.verdict,
                    "reason": r.judgement.reason,
                }

    @property
    def history_rows(self) -> Iterator[dict[str, object]]:
        """The rows of marts.claim_history: the quarters in which a layer that the claim is about has members."""
        flipped = {r.quarter for r in self.flips}
        for r in self.history:
            if any(r.shown[s] is None for s in r.subjects):
                continue
            first = r.shown[r.subjects[0]]
            yield {
                "lens": self.lens,
                "claim_id": self.claim.id,
                "calendar_quarter": _label(r.quarter),
                "measured": first.value if first else None,
                "verdict": r.judgement.verdict,
                "coverage_ratio": self._coverage(r),
                "flipped": r.quarter in flipped,
                "status": "final" if self._final(r) and r.quarter <= (self.newest or 0) else "provisional",
                "reason": r.judgement.reason,
            }


def _label(quarter: int | None) -> str | None:
    return None if quarter is None else f"{quarter // 4}Q{quarter % 4 + 1}"
