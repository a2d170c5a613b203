"""Every number says its months, and on pages that compare layers they are the same months for all of them."""

import re

import polars as pl

from dashboard.cards import debt, margins
from dashboard.ledger import Ledger
from dashboard.pages import capex, overview, question, stack
from dashboard.pages import debt as debts
from dashboard.pages.page import Page
from tests.dashboard import synthetic

NBSP = "\u00a0"
NOW, BEFORE = f"2025{NBSP}Q4", f"2025{NBSP}Q3"
MONTHS = re.compile(r"(twelve months to|at the end of) 20\d\d\u00a0Q[1-4]")


def ledger() -> Ledger:
    """Tables in which the profits on the layer basis are final a quarter later than all else: 2025Q4 and 2025Q3."""
    tables = dict(synthetic.tables())
    late = (
        (pl.col("basis") == "consolidated")
        & (pl.col("calendar_quarter") == "2025Q4")
        & (pl.col("layer") == "neoclouds")
    )
    status = pl.when(late).then(pl.lit("provisional")).otherwise(pl.col("status"))
    tables["marts.layer_metrics"] = tables["marts.layer_metrics"].with_columns(status=status)
    return Ledger(tables, synthetic.AS_OF)


def figures(page: Page | None) -> list[tuple[str, str]]:
    assert page is not None
    found = page.context["figures"]
    assert isinstance(found, list)
    return found


def test_every_key_figure_says_its_months() -> None:
    known = ledger()
    lens = known.lenses[0]
    for page in (overview.page(known, lens), capex.page(known, lens), debts.page(known, lens), question.page(known)):
        assert len(figures(page)) > 1
        assert [text for _, text in figures(page) if not MONTHS.search(text)] == []


def test_profits_and_capex_of_one_page_are_dated_apart_where_their_quarters_differ() -> None:
    known = ledger()
    assert (known.headline("alpha"), known.headline("alpha", "consolidated")) == ("2025Q4", "2025Q3")
    profit, spending, *_ = figures(overview.page(known, known.lenses[0]))
    assert f"twelve months to {NOW}" in profit[1] and f"twelve months to {BEFORE}" in spending[1]
    layers = stack.page(known, known.lenses[0]).context["layers"]
    assert isinstance(layers, list)
    titles = [title for title, _ in layers[0]["figures"]]
    assert [title.rpartition(" to ")[2] for title in titles] == [NOW, NOW, BEFORE, BEFORE]


def test_panels_of_margins_and_debts_stand_at_the_quarter_that_all_layers_share() -> None:
    known = ledger()
    view = margins.card(known, "alpha").views[0]
    assert view.as_of == f"twelve months to {BEFORE}"
    assert {panel.picture.tokens["@at"] for panel in view.panels if panel.picture} == {2025.75}
    loads = debt.loads(known, "alpha", "debt_to_ocf", "2025Q3")
    assert {load.quarter for group in loads.values() for load in group} == {"2025Q3"}


def test_a_layer_without_a_figure_for_those_months_says_which_it_shows() -> None:
    tables = dict(ledger().tables)
    gone = (pl.col("layer") == "applications") & (pl.col("calendar_quarter") == "2025Q3")
    value = pl.when(gone & (pl.col("metric") == "gross_margin")).then(None).otherwise(pl.col("value"))
    tables["marts.layer_metrics"] = tables["marts.layer_metrics"].with_columns(value=value)
    views = {view.key: view for view in margins.card(Ledger(tables, synthetic.AS_OF), "alpha").views}
    headings = {panel.name: panel.value for panel in views["gross_margin.consolidated.ttm.aggregate.now"].panels}
    # Gross profit is 60 % of everyone's revenue.
    assert headings["Applications"] == f"60%, 2025{NBSP}Q2" and headings["Hyperscalers"] == "60%"


def test_what_is_provisional_beside_final_figures_is_named() -> None:
    tables = dict(synthetic.tables())
    late = (pl.col("layer") == "hyperscalers") & (pl.col("calendar_quarter") > "2023Q4")
    for name in ("marts.layer_metrics", "marts.value_capture"):
        status = pl.when(late & (pl.col("basis") == "layer")).then(pl.lit("provisional")).otherwise(pl.col("status"))
        tables[name] = tables[name].with_columns(status=status)
    known = Ledger(tables, synthetic.AS_OF)
    lens = known.lenses[0]
    assert known.headline("alpha") == "2025Q4"  # in most layers it is final
    told = "Provisional, because not enough has reported: Hyperscalers"
    assert overview.page(known, lens).context["stack_provisional"] == f"{told} (operating income and margin)."
    page = stack.page(known, lens)
    assert page.cards[0].views[0].note.endswith(f"{told}.")
    layers = page.context["layers"]
    assert isinstance(layers, list)
    ends = {one["layer"].layer: [title.endswith(", provisional") for title, _ in one["figures"]] for one in layers}
    assert ends["hyperscalers"] == [True, True, False, False] and not any(ends["applications"])
