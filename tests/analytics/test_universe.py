"""Each listed dollar once under every lens, and how many layers a company spans."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, metrics, stacks, universe
from analytics.watch.layers import lenses_disagree
from tests.analytics.frames import (
    companies,
    company,
    figure,
    frame,
    layers,
    member,
    memberships,
    no_prices,
    quarters,
    segment_figure,
    segments,
)

Q = "2025Q3"
ITEM = "operating_income"


def lenses(*ids: str) -> pl.DataFrame:
    rows = ({"lens": i, "name": i, "position": n, "description": "x", "source": "x"} for n, i in enumerate(ids, 1))
    return frame("core.lenses", *rows)


def totals(
    rows: pl.DataFrame,
    *members: dict[str, object],
    segment_rows: pl.DataFrame | None = None,
    people: pl.DataFrame | None = None,
) -> pl.DataFrame:
    joined, parts = memberships(*members), segments() if segment_rows is None else segment_rows
    people = companies(*sorted(set(rows["company_id"]))) if people is None else people
    amounts = aggregate.member_amounts(rows, parts, joined, people)
    own = metrics.company_metrics(rows, people, no_prices())
    return universe.universe(rows, own, amounts, joined, people, lenses(*sorted({"lens", *joined["lens"]})))


def told(table: pl.DataFrame, lens: str = "lens", basis: str = "layer") -> dict[str, float]:
    found = table.filter(lens=lens, basis=basis, window="quarter", item=ITEM, calendar_quarter=Q)
    return found.row(0, named=True)


def incomes(**amounts: float) -> pl.DataFrame:
    return quarters([figure(name, ITEM, Q, amount) for name, amount in amounts.items()])


def test_a_dollar_is_placed_left_over_or_not_placed():
    # Amazon 50, of which AWS is 35; NVIDIA 65 whole; Ford 7, which the lens does not know: 100 + 15 + 7 = 122.
    aws = member("cloud", "aws", company_id="amazon", measure="segment", segment="AWS", primary_layer=True)
    table = totals(
        incomes(amazon=50, nvidia=65, ford=7), aws, member("chips", "nvidia"),
        segment_rows=segments(segment_figure("amazon", "AWS", ITEM, Q, 35)),
    )  # fmt: skip
    row = told(table)
    assert (row["placed_usd"], row["remainder_usd"], row["unplaced_usd"], row["total_usd"]) == (100, 15, 7, 122)
    assert (row["n_companies"], row["n_placed"]) == (3, 2)
    # Whole on the consolidated basis: nothing is left over.
    row = told(table, basis="consolidated")
    assert (row["placed_usd"], row["remainder_usd"], row["unplaced_usd"], row["total_usd"]) == (115, 0, 7, 122)


def test_the_total_is_the_same_under_lenses_that_place_other_companies():
    other = member("hardware", "ford") | {"lens": "other"}
    table = totals(incomes(nvidia=65, ford=7), member("chips", "nvidia"), other)
    assert told(table, "lens")["placed_usd"] == 65
    assert told(table, "other")["placed_usd"] == 7
    assert told(table, "lens")["total_usd"] == told(table, "other")["total_usd"] == 72
    assert universe.disagreements(table).is_empty()
    assert lenses_disagree(table).is_empty()


@pytest.mark.parametrize("measure", ["whole", "segment"])
def test_a_dollar_counted_twice_is_found(measure):
    # NVIDIA's 65 in two layers at once, which the memberships of the project refuse: 130 + 7 under that lens.
    rows, people = incomes(nvidia=65, ford=7), companies("ford", "nvidia")
    twice = {"measure": measure, "segment": "All" if measure == "segment" else None, "primary_layer": True}
    joined = memberships(
        member("chips", "gpu", company_id="nvidia", **twice), member("hardware", "ford") | {"lens": "other"}
    )
    parts = segments(segment_figure("nvidia", "All", ITEM, Q, 65))
    once = aggregate.member_amounts(rows, parts, joined, people)
    again = pl.concat([once, once.filter(lens="lens").with_columns(layer=pl.lit("cloud"))])
    joined = pl.concat([joined, joined.filter(lens="lens").with_columns(layer=pl.lit("cloud"))])
    own, both = metrics.company_metrics(rows, people, no_prices()), lenses("lens", "other")
    table = universe.universe(rows, own, again, joined, people, both)
    assert (told(table)["placed_usd"], told(table)["total_usd"], told(table)["listed_usd"]) == (130, 137, 72)
    found = lenses_disagree(table).filter(pl.col("row") == f"{ITEM} {Q} (quarter, layer)")
    assert found["told"].to_list() == ["from 72.0 to 137.0 by lens, 72.0 listed"]
    # Under one lens alone it would be found as well.
    assert not lenses_disagree(table.filter(lens="lens")).is_empty()


def test_only_the_listed_are_in_the_universe_and_only_while_they_are():
    people = companies(
        company("coreweave", listed_from=date(2025, 10, 1)),
        company("juniper", status="delisted", listed_to=date(2025, 7, 2)),
        company("lambda", status="private"),
        "nvidia",
    )
    table = totals(incomes(coreweave=1, juniper=2, **{"lambda": 4}, nvidia=8), people=people)
    assert told(table)["total_usd"] == 8


def test_revenue_is_in_no_total():
    table = totals(quarters(figure("a", "revenue", Q, 10), figure("a", ITEM, Q, 1)), member("x", "a"))
    assert set(table["item"]) == {ITEM}


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(-1e12, 1e12).map(lambda v: round(v, 2)), min_size=1),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["x", "y"]), st.sampled_from(["lens", "other"]))),
)
def test_every_lens_gives_the_same_total(amounts, places):
    placed = {(company, lens): layer for company, layer, lens in places if company in amounts}
    members = [member(layer, name) | {"lens": lens} for (name, lens), layer in placed.items()]
    table = totals(incomes(**amounts), *(members or [member("x", "nobody")]), people=companies(*amounts, "nobody"))
    assert universe.disagreements(table).is_empty()
    for total in table.filter(item=ITEM, window="quarter")["total_usd"]:
        assert total == pytest.approx(sum(amounts.values()), abs=0.01)


class TestIntegration:
    def test_how_many_layers_a_company_spans(self):
        rows = [
            member("models", "deepmind", company_id="alphabet", measure="dark"),
            member("cloud", "google-cloud", company_id="alphabet", measure="segment", segment="Google Cloud"),
            member("cloud", "gke", company_id="alphabet", measure="dark"),
            member("chips", "nvidia"),
            member("chips", "tpu", company_id="alphabet", measure="dark", valid_from=date(2030, 1, 1)),
        ]
        table = universe.integration(memberships(*rows), layers("models", "cloud", "chips"), date(2026, 1, 1))
        found = {r["company_id"]: r for r in table.iter_rows(named=True)}
        alphabet = found["alphabet"]
        assert (alphabet["n_layers"], alphabet["n_measured_layers"], alphabet["n_members"]) == (2, 1, 3)
        assert alphabet["layers"] == "models, cloud"
        assert found["nvidia"]["n_layers"] == 1

    def test_alphabet_spans_four_layers_of_the_cake(self):
        # Gemini, Gemini models, Google Cloud and the TPU: the source names Google in each but energy.
        registry = stacks.load()
        table = universe.integration(registry.memberships, registry.layers, date(2026, 9, 30))
        row = table.filter(lens="layer-cake", company_id="alphabet").row(0, named=True)
        assert row["layers"] == "applications, models, infrastructure, chips"
