"""When a quarter is final, of a layer and of each figure: the rule of methods.md, computed by hand beside each."""

from functools import cached_property

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, capital, capture, decomposition, windows
from tests.analytics.frames import (
    companies,
    company,
    figure,
    flat,
    labels,
    layers,
    member,
    memberships,
    no_prices,
    quarters,
    segments,
    shifted,
)
from tests.analytics.test_aggregate import Q, chips, layered, one

FIRST = "2022Q1"
Row = dict[str, object]


def known(name: str, revenue: float, count: int, first: str = FIRST, **items: tuple[float, int]) -> list[Row]:
    """A company with so much revenue a quarter, so many quarters from the first; other items by amount and count."""
    rows = flat(name, first, count, revenue=revenue)
    return rows + [r for item, (amount, n) in items.items() for r in flat(name, first, n, **{item: amount})]


class TestOfALayer:
    """A quarter is final for a layer when members with 80 % of its trailing revenue have reported it."""

    def status(self, quarter: str, **last: tuple[float, str]) -> str:
        """Members by yearly revenue and last reported quarter; each reported since 2023Q1."""
        first = windows.index("2023Q1")
        rows = [
            flat(name, "2023Q1", windows.index(end) - first + 1, revenue=amount / 4)
            for name, (amount, end) in last.items()
        ]
        return one(layered(quarters(*rows), *chips(*last)), "gross_margin", quarter=quarter)["status"]

    def test_final_with_eighty_per_cent_of_trailing_revenue(self):
        # 80 of 100 have reported.
        assert self.status(Q, a=(80, Q), b=(20, "2025Q2")) == "final"

    def test_provisional_below_eighty_per_cent(self):
        # 79 of 100 have reported.
        assert self.status(Q, a=(79, Q), b=(21, "2025Q2")) == "provisional"

    def test_a_member_weighs_what_it_last_reported(self):
        # b stopped two years ago with 21 of 100: it still weighs that, and nothing has replaced it.
        assert self.status(Q, a=(79, Q), b=(21, "2023Q4")) == "provisional"

    def test_an_earlier_quarter_that_all_reported_is_final(self):
        assert self.status("2025Q2", a=(79, Q), b=(21, "2025Q2")) == "final"

    def test_the_start_of_a_record_weighs_the_quarters_there_are(self):
        assert self.status("2023Q1", a=(79, Q), b=(21, "2025Q2")) == "final"

    def test_a_quarter_before_all_figures_is_provisional(self):
        assert self.status("2015Q1", a=(79, Q)) == "provisional"

    def test_a_yearly_reporter_has_reported_its_last_quarter_only(self):
        rows = quarters(
            flat("a", "2024Q1", 7, revenue=5),
            figure("tsmc", "revenue", "2024Q4", 80, derivation="year_only"),
        )
        frame = layered(rows, *chips("a", "tsmc"))
        # TSMC weighs 80 of 100 from the end of 2024 on.
        assert one(frame, "gross_margin", quarter="2024Q4")["status"] == "final"
        assert one(frame, "gross_margin", quarter="2025Q1")["status"] == "provisional"


class TestOfAMetric:
    """Members with 80 % of the revenue of those who report the metric have it."""

    def status(
        self, rows: list[Row], quarter: str, metric: str = "operating_margin", window: str = "quarter"
    ) -> object:
        names = sorted({str(r["company_id"]) for r in rows})
        return one(layered(quarters(rows), *chips(*names)), metric, window=window, quarter=quarter)["status"]

    def test_a_quarter_without_a_fifth_of_who_report_the_metric_is_provisional(self):
        # a, b and c sell 60, 20 and 20, all of it reported; c never tells its operating income. Of the 80 of a and b
        # the 60 of a are 75 %: the margin of a alone is not the layer's.
        rows = [
            *known("a", 60, 12, operating_income=(30, 12)),
            *known("b", 20, 12, operating_income=(2, 11)),
            *known("c", 20, 12),
        ]
        assert self.status(rows, shifted(FIRST, 10)) == "final"
        assert self.status(rows, shifted(FIRST, 11)) == "provisional"

    def test_eighty_per_cent_are_enough(self):
        # a has 80 of the 100 of a and b; c would make it 80 of 200 if silence for ever counted.
        rows = [
            *known("a", 80, 12, operating_income=(30, 12)),
            *known("b", 20, 12, operating_income=(2, 11)),
            *known("c", 100, 12),
        ]
        assert self.status(rows, shifted(FIRST, 11)) == "final"

    def test_the_layer_must_have_reported_too(self):
        # Both who tell the margin have told it, and they are 79 of 100: c has not even told its revenue.
        rows = [
            *known("a", 60, 12, operating_income=(30, 12)),
            *known("b", 19, 12, operating_income=(2, 12)),
            *known("c", 21, 11),
        ]
        assert self.status(rows, shifted(FIRST, 11)) == "provisional"

    def test_each_metric_by_itself(self):
        rows = [
            *known("a", 60, 12, operating_income=(30, 12), net_income=(20, 12)),
            *known("b", 40, 12, operating_income=(2, 11), net_income=(1, 12)),
        ]
        assert self.status(rows, shifted(FIRST, 11)) == "provisional"
        assert self.status(rows, shifted(FIRST, 11), "net_margin") == "final"

    def test_who_is_silent_for_more_than_two_years_reports_it_no_longer(self):
        # b tells its operating income until the fourth quarter: it is missed in the eight after it, not in the ninth.
        rows = [*known("a", 60, 16, operating_income=(30, 16)), *known("b", 40, 16, operating_income=(2, 4))]
        found = [self.status(rows, shifted(FIRST, k)) for k in range(3, 13)]
        assert found == ["final"] + ["provisional"] * 8 + ["final"]

    def test_nobody_is_missed_before_its_first_figure(self):
        rows = [*known("a", 60, 12, operating_income=(30, 12)), *known("b", 40, 12)]
        rows += flat("b", shifted(FIRST, 8), 4, operating_income=2)
        assert {self.status(rows, shifted(FIRST, k)) for k in range(12)} == {"final"}

    def test_who_tells_it_once_a_year_is_missed_in_between_over_twelve_months_alone(self):
        # b sells 40 of 100 and tells its operating income by the year, the last time two years before the end.
        rows = [*known("a", 60, 16, operating_income=(30, 16)), *known("b", 40, 16)]
        rows += [figure("b", "operating_income", f"{y}Q4", 8, derivation="year_only") for y in (2022, 2023)]
        trailing = {q: self.status(rows, q, window="ttm") for q in labels("2022Q4", 13)}
        assert {q for q, status in trailing.items() if status == "final"} == {"2022Q4", "2023Q4"}
        assert {self.status(rows, q) for q in labels("2022Q4", 13)} == {"final"}

    def test_a_member_that_has_left_is_not_missed(self):
        rows = quarters(known("a", 60, 12, operating_income=(30, 12)), known("b", 40, 12, operating_income=(2, 8)))
        gone = member("chips", "b", valid_to=pl.select(windows.last_day_of(pl.lit(windows.index(FIRST) + 9))).item())
        frame = layered(rows, member("chips", "a"), gone, people=companies("a", company("b")))
        assert one(frame, "operating_margin", quarter=shifted(FIRST, 9))["status"] == "provisional"
        assert one(frame, "operating_margin", quarter=shifted(FIRST, 10))["status"] == "final"

    def test_a_year_known_by_itself_weighs_in_between(self):
        # b sold 40 of 100 in 2022, told as a year; of 2023 it has told one quarter of 10. The 40 of the year weigh, not
        # the 10 so far (14 %), so that without its margin 60 of 100 have told theirs.
        rows = [
            *flat("a", "2022Q1", 5, revenue=15, operating_income=6),
            figure("b", "revenue", "2022Q4", 40, derivation="year_only"),
            figure("b", "operating_income", "2022Q4", 8, derivation="year_only"),
            figure("b", "revenue", "2023Q1", 10),
        ]
        assert self.status(rows, "2022Q4", window="ttm") == "final"
        assert self.status(rows, "2023Q1", window="ttm") == "provisional"

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 9), st.lists(st.booleans(), min_size=12, max_size=12)), max_size=4))
    def test_the_rule_counted_out(self, told: list[tuple[int, list[bool]]]):
        # Revenue is known of everybody in every quarter; operating income where `has` says so.
        rows = [
            row
            for n, (revenue, has) in enumerate(told)
            for k, there in enumerate(has)
            for row in flat(
                f"c{n}", shifted(FIRST, k), 1, revenue=revenue, **({"operating_income": 1} if there else {})
            )
        ]
        frame = layered(quarters(rows), *chips(*(f"c{n}" for n in range(len(told))))) if told else None
        for k in range(12 * bool(told)):
            reports = [(revenue, has[k]) for revenue, has in told if any(has[max(0, k - 8) : k + 1])]
            enough = 10 * sum(r for r, has in reports if has) >= 8 * sum(r for r, _ in reports)
            found = one(frame, "operating_margin", quarter=shifted(FIRST, k))["status"]
            assert found == ("final" if enough else "provisional")


class TestOfWhatElseIsTold:
    """Pools, increments, concentration, splits of a margin, capital: each by its own figure."""

    # b, two thirds of what a sells, has told everything but its operating income and capex of the last quarter.
    ROWS = quarters(
        known("a", 60, 12, operating_income=(30, 12), net_income=(20, 12), capex=(9, 12)),
        known("b", 40, 12, operating_income=(10, 11), net_income=(5, 12), capex=(6, 11)),
    )
    LAST = shifted(FIRST, 11)

    @cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        core = (self.ROWS, segments(), memberships(*chips("a", "b")), companies("a", "b"))
        metrics = layered(self.ROWS, *chips("a", "b"))
        amounts, items = aggregate.member_amounts(*core), aggregate.layer_items(*core)
        effects = decomposition.member_effects(aggregate.member_ratios(*core, decomposition.MARGINS))
        return {
            "pools": capture.value_capture(amounts, metrics, items),
            "increments": capture.increments(amounts, metrics, items),
            "concentration": decomposition.concentration(amounts, metrics, items),
            "splits": decomposition.decomposition(effects, metrics),
            "capital": capital.capital(*core, metrics),
            "runoff": capital.runoff(*core, metrics),
        }

    def statuses(self, frame: pl.DataFrame, of: str, quarter: str = LAST, **where: str) -> dict[str, str]:
        found = frame.filter(calendar_quarter=quarter, basis="layer", **where)
        return dict(found.select(of, "status").unique().iter_rows())

    def test_a_pool_is_final_by_its_item(self):
        found = self.statuses(self.tables["pools"], "pool", window="quarter")
        assert (found["operating_income"], found["net_income"]) == ("provisional", "final")
        # Nobody tells its gross profit: nobody's is missing.
        assert found["gross_profit"] == "final"

    def test_increments_and_concentration_by_their_item(self):
        found = self.statuses(self.tables["increments"], "item", window="ttm")
        assert (found["operating_income"], found["net_income"], found["revenue"]) == ("provisional", "final", "final")
        found = self.statuses(self.tables["concentration"], "item", window="ttm", layer="chips")
        assert found == {"revenue": "final", "operating_income": "provisional", "capex": "provisional"}
        found = self.statuses(self.tables["concentration"], "item", window="ttm", layer="stack")
        assert found == {"operating_income": "provisional", "capex": "provisional"}

    def test_a_split_by_its_margin(self):
        for layer in ("chips", "stack"):
            found = self.statuses(self.tables["splits"], "metric", window="ttm", layer=layer)
            assert (found["operating_margin"], found["net_margin"]) == ("provisional", "final")

    def test_capital_by_its_measure(self):
        found = self.statuses(self.tables["capital"], "measure", window="ttm")
        assert (found["capex"], found["cumulative_capex"], found["asset_life"]) == (
            "provisional",
            "provisional",
            "final",
        )
        assert (
            self.statuses(self.tables["capital"], "measure", shifted(self.LAST, -1), window="ttm")["capex"] == "final"
        )
        assert set(self.statuses(self.tables["runoff"], "layer", shifted(self.LAST, -1)).values()) == {"final"}

    def test_a_layer_without_a_measurable_member_is_provisional(self):
        core = (self.ROWS, segments(), memberships(member("chips", "a", measure="dark")), companies("a"))
        metrics = aggregate.layer_metrics(*core[:3], layers("chips"), core[3], no_prices())
        pools = capture.value_capture(aggregate.member_amounts(*core), metrics, aggregate.layer_items(*core))
        assert set(pools["status"]) == {"provisional"}
        assert pools["unknown_usd"].null_count() == pools.height


class TestUnknown:
    """What a pool lacks, as last known."""

    def pool(self, rows: pl.DataFrame, *members: Row) -> dict[str, tuple[object, ...]]:
        """Amount, what is unknown, and share of the positive pool of each layer in the last quarter."""
        joined = memberships(*members)
        people, named = companies(*sorted(set(joined["company_id"]))), layers(*sorted(set(joined["layer"])))
        core = (rows, segments(), joined, people)
        metrics = aggregate.layer_metrics(*core[:3], named, people, no_prices())
        pools = capture.value_capture(aggregate.member_amounts(*core), metrics, aggregate.layer_items(*core))
        found = pools.filter(pool="operating_income", basis="layer", window="quarter", calendar_quarter=Q)
        shown = found.select("layer", "amount_usd", "unknown_usd", "share_of_positive")
        return {layer: tuple(rest) for layer, *rest in shown.iter_rows()}

    def test_the_newest_amounts_of_who_has_none_for_these_months(self):
        # b told 40 until four quarters before and 50 three quarters before, then nothing; x and y have told.
        rows = quarters(
            [figure(n, "operating_income", Q, v) for n, v in {"a": 10, "c": 5, "y": 30}.items()],
            [figure("b", "operating_income", shifted(Q, k), v) for k, v in {-4: 40, -3: 50}.items()],
        )
        found = self.pool(rows, *(member("x", n) for n in "abc"), member("y", "y"))
        assert found == {"x": (15, 50, 1 / 3), "y": (30, 0, 2 / 3)}

    def test_a_layer_without_an_amount_lacks_all_its_members(self):
        # One of three members is known, so x is in no pool: its 10 are not in it, and neither are the 50 of b.
        rows = quarters(
            figure("a", "operating_income", Q, 10),
            figure("b", "operating_income", shifted(Q, -3), 50),
            figure("y", "operating_income", Q, 30),
        )
        found = self.pool(rows, *(member("x", n) for n in "abc"), member("y", "y"))
        assert found == {"x": (None, 60, None), "y": (30, 0, 1)}

    def test_a_loss_counts_less(self):
        rows = quarters(
            [figure(n, "operating_income", Q, 10) for n in "ab"], figure("c", "operating_income", shifted(Q, -1), -7)
        )
        assert self.pool(rows, *(member("x", n) for n in "abc"))["x"] == (20, -7, 1)

    def test_after_two_years_nothing_is_known_of_it(self):
        rows = quarters(
            figure("a", "operating_income", Q, 10),
            figure("b", "operating_income", shifted(Q, -9), 50),
            figure("z", "operating_income", shifted(Q, -9), 50),
            figure("old", "operating_income", shifted(Q, -8), 7),
        )
        found = self.pool(rows, member("x", "a"), member("x", "b"), member("y", "z"), member("w", "old"))
        assert found == {"x": (10, 0, 1), "y": (None, None, None), "w": (None, 7, None)}
