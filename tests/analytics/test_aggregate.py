"""From companies to a layer: every rule of methods.md with its worked example, computed by hand beside it."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, metrics, windows
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
    segment_figure,
    segments,
    shifted,
)

Q = "2025Q3"


def layered(
    rows: pl.DataFrame,
    *members: dict[str, object],
    segment_rows: pl.DataFrame | None = None,
    people: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """marts.layer_metrics of some figures; every company listed, every layer declared."""
    joined = memberships(*members)
    return aggregate.layer_metrics(
        rows,
        segments() if segment_rows is None else segment_rows,
        joined,
        layers(*sorted(set(joined["layer"]))),
        companies(*sorted(set(joined["company_id"]))) if people is None else people,
        no_prices(),
    )


def one(
    frame: pl.DataFrame,
    metric: str,
    layer: str = "chips",
    basis: str = "layer",
    window: str = "quarter",
    quarter: str = Q,
) -> dict[str, object]:
    found = frame.filter(metric=metric, layer=layer, basis=basis, window=window, calendar_quarter=quarter)
    assert found.height == 1
    return found.row(0, named=True)


def three(numerator: str, denominator: str, pairs: dict[str, tuple[float | None, float | None]]) -> pl.DataFrame:
    rows = []
    for name, (top, bottom) in pairs.items():
        rows += [figure(name, numerator, Q, top)] if top is not None else []
        rows += [figure(name, denominator, Q, bottom)] if bottom is not None else []
    return quarters(rows)


def chips(*ids: str) -> list[dict[str, object]]:
    return [member("chips", i) for i in ids]


class TestSumOverSum:
    """Revenue 200/10/1, operating income 120/1/−3."""

    def rows(self) -> pl.DataFrame:
        return three("operating_income", "revenue", {"big": (120, 200), "mid": (1, 10), "small": (-3, 1)})

    def test_layer_ratio_is_sum_over_sum(self):
        row = one(layered(self.rows(), *chips("big", "mid", "small")), "operating_margin")
        # 118 / 211 = 55.9 %; the mean of 60 %, 10 % and −300 % would be −76.7 %.
        assert row["value"] == pytest.approx(118 / 211)
        assert row["value"] == pytest.approx(0.559, abs=0.0005)
        assert row["value"] != pytest.approx(-0.767, abs=0.01)

    def test_median_and_quartiles_are_of_the_members_own_values(self):
        # −300 %, 10 %, 60 %: the middle is 10 %, the quartiles halfway to it: (−3 + .1) / 2 and (.1 + .6) / 2.
        row = one(layered(self.rows(), *chips("big", "mid", "small")), "operating_margin")
        assert row["median"] == pytest.approx(0.10)
        assert row["p25"] == pytest.approx(-1.45)
        assert row["p75"] == pytest.approx(0.35)

    def test_without_the_largest_member(self):
        # (1 − 3) / (10 + 1) = −18.2 %.
        row = one(layered(self.rows(), *chips("big", "mid", "small")), "operating_margin")
        assert row["largest_company_id"] == "big"
        assert row["value_ex_largest"] == pytest.approx(-2 / 11)

    def test_a_layer_of_one_has_no_value_without_it(self):
        row = one(layered(three("operating_income", "revenue", {"big": (1, 2)}), *chips("big")), "operating_margin")
        assert row["value"] == pytest.approx(0.5)
        assert row["value_ex_largest"] is None

    def test_amounts_are_added_in_dollars(self):
        rows = quarters(figure("acme", "capex", Q, 10), figure("tsmc", "capex", Q, 1000, currency="TWD", rate=0.03))
        row = one(layered(rows, *chips("acme", "tsmc")), "capex")
        # 10 + 1000 × .03; the largest is TSMC with 30.
        assert row["value"] == pytest.approx(40)
        assert row["largest_company_id"] == "tsmc"
        assert row["value_ex_largest"] == pytest.approx(10)
        assert row["median"] == pytest.approx(20)

    def test_growth_is_for_constant_membership(self):
        # A 100 → 110, B enters with 50: + 10 %, not + 60 %. B has no year before, so 1 of 2 is measured.
        rows = quarters(
            figure("a", "revenue", shifted(Q, -4), 100), figure("a", "revenue", Q, 110), figure("b", "revenue", Q, 50)
        )
        row = one(layered(rows, *chips("a", "b")), "revenue_growth_yoy")
        assert row["value"] == pytest.approx(0.10)
        assert (row["n_members"], row["n_measured"]) == (2, 1)

    def test_incremental_margin_of_a_layer_near_zero(self):
        # Revenue 100 → 130 and 100 → 71: together 200 → 201, + 0.5 %, though each moved much.
        rows = quarters(
            [figure(n, "revenue", shifted(Q, -4), 100) for n in "ab"],
            [figure(n, "operating_income", q, 20) for n in "ab" for q in (shifted(Q, -4), Q)],
            figure("a", "revenue", Q, 130),
            figure("b", "revenue", Q, 71),
        )
        row = one(layered(rows, *chips("a", "b")), "incremental_operating_margin")
        assert row["value"] is None
        assert row["null_reason"] == "not meaningful: change in revenue near zero"


class TestNotMeaningfulMembers:
    def debt(self, **ebitda: float) -> dict[str, object]:
        rows = quarters(
            [figure(n, "total_debt", Q, 100) for n in ebitda],
            *(
                flat(n, shifted(Q, -3), 4, operating_income=v / 4, depreciation_amortization=0)
                for n, v in ebitda.items()
            ),
        )
        return one(layered(rows, *chips(*ebitda)), "debt_to_ebitda", window="ttm")

    def test_they_count_in_sums_and_coverage_but_not_in_the_median(self):
        # Debt 100 each, EBITDA 50 and −10: 200 / 40 = 5; the median is of the one that has a ratio, 100 / 50 = 2.
        row = self.debt(a=50, b=-10)
        assert row["value"] == pytest.approx(5.0)
        assert row["median"] == pytest.approx(2.0)
        assert (row["n_members"], row["n_measured"], row["coverage_ratio"]) == (2, 2, 1.0)

    def test_a_layer_whose_denominators_sum_to_no_more_than_zero(self):
        row = self.debt(a=10, b=-10)
        assert row["value"] is None
        assert row["null_reason"] == "not meaningful: EBITDA ≤ 0"
        assert row["n_measured"] == 2


class TestCoverage:
    def test_a_member_without_both_inputs_is_left_out_of_both_sums(self):
        # c has capex but no revenue, b revenue but no capex: 10 / 100 stays, measured 1 of 3.
        rows = three("capex", "revenue", {"a": (10, 100), "b": (None, 900), "c": (90, None)})
        row = one(layered(rows, *chips("a", "b", "c")), "capex_to_revenue")
        assert (row["n_members"], row["n_measured"]) == (3, 1)
        assert row["coverage_ratio"] == pytest.approx(1 / 3)
        assert row["value"] is None
        assert row["value_ex_largest"] is None
        assert row["null_reason"] == "coverage below 50 %"
        # What is known of its members stays to be read.
        assert row["median"] == pytest.approx(0.10)

    def test_half_is_enough(self):
        rows = three("capex", "revenue", {"a": (10, 100), "b": (None, 900)})
        row = one(layered(rows, *chips("a", "b")), "capex_to_revenue")
        assert row["coverage_ratio"] == 0.5
        assert row["value"] == pytest.approx(0.10)

    def test_dark_and_private_members_count_as_members_only(self):
        people = companies("a", company("llama", status="part_of", parent_id="a"), company("openai", status="private"))
        row = one(
            layered(
                three("capex", "revenue", {"a": (10, 100)}),
                member("chips", "a"),
                member("chips", "llama", company_id="a", measure="dark"),
                member("chips", "openai", primary_layer=False),
                people=people,
            ),
            "capex_to_revenue",
        )
        assert (row["n_members"], row["n_measured"], row["value"]) == (3, 1, None)

    def test_a_layer_that_is_all_dark_has_rows_without_values(self):
        frame = layered(
            three("capex", "revenue", {"meta": (10, 100)}),
            member("apps", "meta"),
            member("models", "llama", company_id="meta", measure="dark"),
        )
        dark = one(frame, "capex_to_revenue", layer="models")
        assert (dark["value"], dark["n_members"], dark["n_measured"]) == (None, 1, 0)
        assert dark["status"] == "provisional"
        assert dark["null_reason"] == "coverage below 50 %"
        empty = one(frame, "capex_to_revenue", layer="models", basis="consolidated")
        assert (empty["n_members"], empty["coverage_ratio"]) == (0, None)
        assert empty["null_reason"] == "no listed company has this as its primary layer"

    def test_a_layer_without_a_listed_member_has_no_rows(self):
        people = companies("a", company("mistral", status="private"))
        frame = layered(
            three("capex", "revenue", {"a": (1, 2)}),
            member("apps", "a"),
            member("models", "mistral", primary_layer=False),
            people=people,
        )
        assert set(frame["layer"]) == {"apps"}

    def test_every_quarter_metric_and_window_has_a_row(self):
        frame = layered(three("capex", "revenue", {"a": (1, 2)}), member("chips", "a"))
        declared = sum(len(m.windows) for m in metrics.METRICS)
        # 2015Q1 to 2025Q3 is 43 quarters; two bases.
        assert frame.height == 43 * 2 * declared
        assert frame["calendar_quarter"].min() == "2015Q1"
        assert frame["calendar_quarter"].max() == Q


class TestBases:
    """Amazon: 1,000 of revenue, of which AWS 100 with 35 of operating income."""

    def frame(self) -> pl.DataFrame:
        return layered(
            quarters(figure("amazon", "revenue", Q, 1000), figure("amazon", "operating_income", Q, 50)),
            member("cloud", "aws", company_id="amazon", measure="segment", segment="AWS", primary_layer=True),
            segment_rows=segments(
                segment_figure("amazon", "AWS", "revenue", Q, 100),
                segment_figure("amazon", "AWS", "operating_income", Q, 35),
            ),
        )

    def test_the_layer_basis_takes_the_segment(self):
        row = one(self.frame(), "operating_margin", "cloud")
        assert row["value"] == pytest.approx(0.35)
        assert row["largest_company_id"] == "amazon"

    def test_the_consolidated_basis_takes_the_whole_company_in_its_primary_layer(self):
        assert one(self.frame(), "operating_margin", "cloud", "consolidated")["value"] == pytest.approx(0.05)

    def test_what_a_segment_does_not_report_is_not_taken_from_the_company(self):
        rows = quarters(figure("amazon", "capex", Q, 90), figure("amazon", "revenue", Q, 1000))
        frame = layered(
            rows,
            member("cloud", "aws", company_id="amazon", measure="segment", segment="AWS", primary_layer=True),
            segment_rows=segments(segment_figure("amazon", "AWS", "revenue", Q, 100)),
        )
        assert one(frame, "capex_to_revenue", "cloud")["n_measured"] == 0
        assert one(frame, "capex_to_revenue", "cloud", "consolidated")["value"] == pytest.approx(0.09)

    def test_segmentations_are_not_joined(self):
        # Microsoft: three quarters before and one after the change of August 2024 are no twelve months.
        old = [segment_figure("msft", "IC", "revenue", q, 25, basis_note="old") for q in labels("2024Q4", 3)]
        new = [segment_figure("msft", "IC", "revenue", Q, 20, basis_note="new")]
        year = [segment_figure("msft", "IC", "operating_income", q, 5, basis_note="old") for q in labels("2024Q4", 3)]
        frame = layered(
            quarters(figure("msft", "revenue", Q, 70)),
            member("cloud", "azure", company_id="msft", measure="segment", segment="IC"),
            segment_rows=segments(*old, *new, *year),
        )
        assert one(frame, "operating_margin", "cloud", window="ttm")["n_measured"] == 0

    def test_the_segmentation_that_goes_on_speaks_where_two_overlap(self):
        rows = [
            segment_figure("msft", "IC", "revenue", "2025Q2", 25, basis_note="old"),
            segment_figure("msft", "IC", "revenue", "2025Q2", 80, basis_note="new", derivation="year_only"),
            segment_figure("msft", "IC", "revenue", Q, 20, basis_note="new"),
        ]
        amounts = aggregate.member_amounts(
            quarters(),
            segments(*rows),
            memberships(member("cloud", "azure", company_id="msft", measure="segment", segment="IC")),
            companies("msft"),
        )
        assert amounts.filter(basis="layer").select("calendar_quarter", "window", "amount_usd").rows() == [
            ("2025Q2", "quarter", 25.0),
            ("2025Q2", "ttm", 80.0),
            ("2025Q3", "quarter", 20.0),
        ]


class TestMembershipInTime:
    def members(self, *rows: dict[str, object], people: pl.DataFrame) -> dict[str, list[str]]:
        frame = aggregate.members_by_quarter(memberships(*rows), people, "2025Q4").filter(basis="layer")
        names = windows.label_of(pl.col("quarter")).alias("q")
        return {q: sorted(ids) for q, ids in frame.group_by(names).agg("member_id").iter_rows()}

    def test_a_listed_company_counts_from_its_listing(self):
        # CoreWeave's first trading day was 2025-03-28: it is there on 2025-03-31, not on 2024-12-31.
        people = companies(company("coreweave", listed_from=date(2025, 3, 28)))
        found = self.members(member("neoclouds", "coreweave"), people=people)
        assert min(found) == "2025Q1"

    def test_a_delisted_company_counts_to_its_last_day(self):
        # Juniper's last trading day was 2025-07-01: it is there on 2025-06-30, not on 2025-09-30.
        people = companies(company("juniper", status="delisted", listed_to=date(2025, 7, 1)))
        found = self.members(member("networking", "juniper"), people=people)
        assert max(found) == "2025Q2"

    def test_a_membership_counts_between_its_dates_on_the_quarters_last_day(self):
        row = member("chips", "a", valid_from=date(2024, 3, 31), valid_to=date(2025, 6, 29))
        found = self.members(row, people=companies("a"))
        assert (min(found), max(found)) == ("2024Q1", "2025Q1")

    def test_a_company_that_is_not_yet_listed_does_not_count_in_n_members(self):
        people = companies("a", company("b", listed_from=date(2025, 10, 1)))
        frame = layered(three("capex", "revenue", {"a": (1, 2), "b": (1, 2)}), *chips("a", "b"), people=people)
        assert one(frame, "capex_to_revenue")["n_members"] == 1

    def test_a_company_counted_whole_in_two_layers_is_an_error(self):
        with pytest.raises(ValueError, match=r"lens counts a twice on the layer basis \(a in chips, a in cloud\)"):
            layered(
                three("capex", "revenue", {"a": (1, 2)}),
                member("chips", "a"),
                member("cloud", "a", primary_layer=False),
            )

    def test_a_company_counted_whole_beside_its_segment_is_an_error(self):
        with pytest.raises(ValueError, match="counts a twice"):
            layered(
                three("capex", "revenue", {"a": (1, 2)}),
                member("chips", "a"),
                member("cloud", "part", company_id="a", measure="segment", segment="S"),
            )

    def test_a_member_of_a_layer_that_is_not_declared_is_an_error(self):
        with pytest.raises(ValueError, match="lens/cloud"):
            aggregate.layer_metrics(
                quarters(), segments(), memberships(member("cloud", "a")), layers("chips"), companies("a"), no_prices()
            )


class TestMemberAmounts:
    def test_every_known_amount_of_a_measured_member(self):
        rows = quarters(
            flat("a", "2024Q4", 4, revenue=100, operating_income=20),
            [figure("a", i, Q, v) for i, v in {"total_debt": 50, "cash": 10, "short_term_investments": 5}.items()],
            figure("a", "inventory", Q, 7),
        )
        frame = aggregate.member_amounts(rows, segments(), memberships(member("chips", "a")), companies("a"))
        now = frame.filter(calendar_quarter=Q, basis="layer", window="ttm")
        # Four quarters of 100 and 20; net debt 50 − 10 − 5; inventory is none of the published items.
        assert dict(now.select("item", "amount_usd").iter_rows()) == {
            "net_debt": 35.0, "operating_income": 80.0, "revenue": 400.0, "total_debt": 50.0,
        }  # fmt: skip
        assert frame.filter(basis="consolidated").height == frame.filter(basis="layer").height

    def test_they_sum_to_the_layers_amount(self):
        rows = quarters([figure(n, "capex", Q, v) for n, v in {"a": 3, "b": 5}.items()])
        amounts = aggregate.member_amounts(rows, segments(), memberships(*chips("a", "b")), companies("a", "b"))
        total = amounts.filter(item="capex", window="quarter", basis="layer")["amount_usd"].sum()
        assert total == one(layered(rows, *chips("a", "b")), "capex")["value"] == 8


def test_no_figures_give_no_rows():
    frame = layered(quarters(), member("chips", "a"))
    assert frame.is_empty()


pairs = st.lists(
    st.tuples(
        st.floats(-1e12, 1e12, allow_nan=False).map(lambda v: round(v, 2)),
        st.floats(1, 1e12).map(lambda v: round(v, 2)),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(pairs)
def test_sum_over_sum_lies_between_the_members_ratios(found):
    """With positive denominators Σ/Σ is a weighted mean; unknown members are counted, never taken as zero."""
    data = {f"c{k}": (top if known else None, bottom) for k, (top, bottom, known) in enumerate(found)}
    row = one(layered(three("operating_income", "revenue", data), *chips(*data)), "operating_margin")
    ratios = [top / bottom for top, bottom in data.values() if top is not None]
    assert row["n_measured"] == len(ratios)
    if 2 * len(ratios) < len(data):
        assert row["value"] is None
    else:
        slack = 1e-9 * max(1.0, *(abs(r) for r in ratios))
        assert min(ratios) - slack <= row["value"] <= max(ratios) + slack
        assert min(ratios) <= row["p25"] <= row["median"] <= row["p75"] <= max(ratios)


@settings(max_examples=15, deadline=None)
@given(pairs, st.sampled_from([0.001, 7.0, 1e6]), st.randoms(use_true_random=False))
def test_order_currency_and_a_zero_company_change_no_ratio(found, rate, random):
    data = {f"c{k}": (top, bottom) for k, (top, bottom, _) in enumerate(found)}
    before = one(layered(three("operating_income", "revenue", data), *chips(*data)), "operating_margin")
    names = list(data)
    random.shuffle(names)
    rows = [
        figure(n, item, Q, v, currency="KRW", rate=rate)
        for n in names
        for item, v in zip(("operating_income", "revenue"), data[n], strict=True)
    ]
    zero = [figure("zero", i, Q, 0) for i in ("operating_income", "revenue")]
    after = one(layered(quarters(rows, zero), *chips(*names, "zero")), "operating_margin")
    assert after["value"] == pytest.approx(before["value"], rel=1e-9, abs=1e-9)
    assert after["median"] == pytest.approx(before["median"])


@pytest.mark.parametrize("basis", ["layer", "consolidated"])
def test_a_dark_company_is_counted_and_not_measured(basis):
    # Meta makes Llama and reports nothing for it: Meta's margin of 40 / 100 is not the models layer's.
    rows = quarters(figure("meta", "revenue", Q, 100), figure("meta", "operating_income", Q, 40))
    frame = layered(rows, member("models", "meta", measure="dark", primary_layer=True))
    found = one(frame, "operating_margin", "models", basis)
    assert (found["n_members"], found["n_measured"], found["value"]) == (1, 0, None)
