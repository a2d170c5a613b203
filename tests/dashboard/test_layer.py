"""A layer's own page: each number is of the newest final quarter in which it is known, and says so."""

import polars as pl

from dashboard.cards import history
from dashboard.ledger import Layer, Ledger
from dashboard.pages import layer as pages
from dashboard.pages.page import Page
from tests.dashboard import synthetic

NBSP = "\u00a0"
LATER = synthetic.PROVISIONAL  # provisional everywhere, so that all layers together stand a quarter before it
NOW, BEFORE = f"2026{NBSP}Q1", f"2025{NBSP}Q4"


def told_later(*metrics: str) -> Ledger:
    """Tables in which some metrics of the hyperscalers are final a quarter before those of all layers are."""
    tables = dict(synthetic.tables())
    own = (pl.col("layer") == "hyperscalers") & (pl.col("calendar_quarter") == LATER) & pl.col("metric").is_in(metrics)
    status = pl.when(own).then(pl.lit("final")).otherwise(pl.col("status"))
    tables["marts.layer_metrics"] = tables["marts.layer_metrics"].with_columns(status=status)
    return Ledger(tables, synthetic.AS_OF)


def page_of(ledger: Ledger, layer: str = "hyperscalers") -> tuple[Layer, Page]:
    found = next(one for one in ledger.layers("alpha") if one.layer == layer)
    return found, pages.page(ledger, ledger.lenses[0], found)


def test_every_key_figure_says_its_own_months() -> None:
    # Margin (28 + 18) / 130 = 35 %, capex (14 + 15) / 130 = 22 %, debt 0.8 / 0.4 = 2 times: in every quarter.
    _, page = page_of(told_later("capex_to_revenue"))
    figures = page.context["figures"]
    assert isinstance(figures, list)
    assert [figure for figure, _ in figures][1:] == ["35%", "22%", "2.0×"]
    months = [BEFORE, BEFORE, NOW, BEFORE]
    assert all(f"twelve months to {at}" in text for (_, text), at in zip(figures, months, strict=True))
    assert str(page.context["headline"]).endswith(f", twelve months to {BEFORE}")


def test_a_layer_s_page_is_not_held_back_by_other_layers() -> None:
    ledger = told_later("operating_margin", "capex_to_revenue")
    assert ledger.newest("alpha") == "2025Q4"
    layer, page = page_of(ledger)
    assert page.context["quarter"] == LATER
    assert str(page.context["headline"]).endswith(f", twelve months to {NOW}")
    card = history.card(ledger, "alpha", layer, "margins", "Margins", "layer", ["operating_margin"])
    assert NOW in card.views[0].title


def test_without_any_figure_no_months_are_claimed() -> None:
    _, page = page_of(told_later(), "models")
    figures = page.context["figures"]
    assert isinstance(figures, list)
    assert [figure for figure, _ in figures] == ["n/a"] * 4
    assert figures[2][1] == "of revenue goes to capex, consolidated basis, known in no quarter"


def test_who_was_a_member_before_is_listed_and_not_counted() -> None:
    tables = dict(synthetic.tables())
    ended = pl.when(pl.col("member_id") == "alphabet").then(pl.date(2024, 1, 1)).otherwise(pl.col("valid_to"))
    tables["core.memberships"] = tables["core.memberships"].with_columns(valid_to=ended)
    _, page = page_of(Ledger(tables, synthetic.AS_OF))
    members = page.context["members"]
    assert isinstance(members, list)
    assert [member["name"] for member in members if member["held"]] == ["Microsoft"]
    assert page.context["held"] == 1 and len(members) == 2


def test_a_dark_layer_counts_the_members_of_the_time_in_its_first_sentence_too() -> None:
    tables = dict(synthetic.tables())
    later = pl.when(pl.col("member_id") == "openai").then(pl.date(2026, 1, 8)).otherwise(pl.col("valid_from"))
    more = tables["core.memberships"].filter(pl.col("member_id") == "openai").with_columns(member_id=pl.lit("other"))
    tables["core.memberships"] = pl.concat([tables["core.memberships"], more]).with_columns(valid_from=later)
    _, page = page_of(Ledger(tables, synthetic.AS_OF), "models")  # at the end of 2025Q4 one of both is a member
    assert page.context["headline"] == "Models: the one member reports no figures for this business"
    assert page.context["held"] == 1


def test_a_margin_last_final_long_ago_is_told_as_past_and_members_as_of_now() -> None:
    tables = dict(synthetic.tables())
    own = (pl.col("layer") == "hyperscalers") & (pl.col("calendar_quarter") > "2023Q4") & (pl.col("basis") == "layer")
    status = pl.when(own).then(pl.lit("provisional")).otherwise(pl.col("status"))
    tables["marts.layer_metrics"] = tables["marts.layer_metrics"].with_columns(status=status)
    _, page = page_of(Ledger(tables, synthetic.AS_OF))
    # Of the other layers 2025Q4 is final, so that most are at it.
    assert page.context["headline"] == (
        f"Hyperscalers kept 35 cents of each dollar of sales as operating profit, twelve months to 2023{NBSP}Q4"
    )
    figures = page.context["figures"]
    assert isinstance(figures, list)
    assert f"twelve months to 2023{NBSP}Q4" in figures[1][1] and f"provisional since, 35% in {NOW}" in figures[1][1]
    assert page.context["quarter"] == "2025Q4"
