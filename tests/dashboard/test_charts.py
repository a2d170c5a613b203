"""Every chart is valid Vega-Lite, complete, and draws what it should."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import altair as alt
import pytest

from dashboard import site, theme
from dashboard.charts import capex, capture, debt, gap, history, leaders, lines, panels, profit_pools, stress
from dashboard.charts.picture import Picture
from dashboard.ledger import Ledger, Reading, position, shifted
from tests.dashboard import synthetic

NBSP = "\u00a0"


def pictures() -> Iterator[tuple[str, Picture]]:
    """One picture of each structure that the pages of the synthetic tables use, wide and narrow."""
    seen = set()
    for page in site._pages(Ledger(synthetic.tables(), synthetic.AS_OF)):
        for card in page.cards:
            for view in card.views:
                own = [*view.pictures.items(), *(("panel", p.picture) for p in view.panels if p.picture)]
                for which, picture in own:
                    if id(picture.spec) not in seen:
                        seen.add(id(picture.spec))
                        yield f"{card.id}.{view.key}.{which}", picture


FOUND = list(pictures())


def test_every_chart_module_is_among_those_checked() -> None:
    # profit pools, capture and lines, wide and narrow; capex, debt, stress, gap, bars; panels, and panels as a past day
    # knew them; lags; leaders; history of ratios and of multiples
    assert len(FOUND) == 17


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("name", "picture"), FOUND, ids=[name for name, _ in FOUND])
def test_charts_are_valid_vega_lite_with_every_token_resolved(name: str, picture: Picture, dark: bool) -> None:
    chart = picture.chart(dark=dark, width=600)  # raises where the schema is broken
    assert isinstance(chart, alt.TopLevelMixin)
    spec = picture.standalone(dark=dark)
    left = [text for text in _texts(spec) if text.startswith("@")]
    assert left == []


@pytest.mark.parametrize(("name", "picture"), FOUND, ids=[name for name, _ in FOUND])
def test_every_data_set_a_chart_names_is_there(name: str, picture: Picture) -> None:
    named = {node["name"] for node in _nodes(picture.spec) if set(node) == {"name"}}
    assert named <= set(picture.data)


def _nodes(node: object) -> Iterator[dict[str, object]]:
    if isinstance(node, dict):
        if "data" in node and isinstance(node["data"], dict):
            yield node["data"]
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


POOLS = [
    profit_pools.Pool(
        "Chips",
        "compute-memory",
        [profit_pools.Block("Nvidia", 200e9, 120e9), profit_pools.Block("AMD", 50e9, 5e9)],
        125e9,
        0.5,
    ),
    profit_pools.Pool("Models", "models", [], None, None),
]


def test_a_block_is_as_wide_as_its_revenue_and_as_high_as_its_margin() -> None:
    rows = profit_pools.picture(POOLS, "operating income").data["blocks"]
    nvidia, amd, models = rows
    assert (nvidia["y2"], amd["y2"]) == (0.6, 0.1)
    widths = [float(str(row["x2"])) - float(str(row["x"])) for row in (nvidia, amd)]
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.02)
    assert models["known"] is False and "no public figures" in str(models["tip"])


def test_an_unknown_layer_never_wears_a_layer_colour() -> None:
    rows = profit_pools.picture(POOLS, "operating income").data["blocks"]
    assert "fill" not in rows[2]


def test_blocks_beyond_the_drawing_are_cut_and_reported() -> None:
    lossy = profit_pools.Pool("Cloud", "neoclouds", [profit_pools.Block("Deep red", 10e9, -11.5e9)], -11.5e9, -1.15)
    assert [block.name for block in profit_pools.clipped([*POOLS, lossy])] == ["Deep red"]
    row = profit_pools.picture([*POOLS, lossy], "operating income").data["blocks"][-1]
    assert row["y2"] == -0.10
    assert "−115.0%" in str(row["tip"])


def test_late_blocks_are_drawn_pale_and_stand_last() -> None:
    pool = POOLS[0]._replace(blocks=[profit_pools.Block("Old", 10e9, 9e9, "2024Q4"), *POOLS[0].blocks])
    rows = profit_pools.picture([pool], "operating income").data["blocks"]
    assert [row["late"] for row in rows] == [False, False, True]
    assert f"twelve months to 2024{NBSP}Q4, not counted" in str(rows[-1]["tip"])


def test_capture_stacks_shares_from_the_top_to_one() -> None:
    layers = [
        ("Applications", "applications", [capture.Slice("2024Q4", 0.25, True), capture.Slice("2025Q4", 0.5, True)]),
        ("Storage", "storage", [capture.Slice("2024Q4", 0.75, True), capture.Slice("2025Q4", 0.5, False)]),
    ]
    drawn = capture.picture(layers)
    assert [(row["y"], row["y2"]) for row in drawn.data["areas"][:2]] == [(1.0, 0.75), (0.75, 0.0)]
    assert [row["final"] for row in drawn.data["areas"]] == [True, True, False, False]
    # The labels say the newest final shares, 25 % and 75 %, not the provisional ones.
    assert {row["text"] for row in drawn.data["labels"]} == {"Applications 25%", "Storage 75%"}


def test_panels_share_one_data_set_and_cut_what_lies_beyond() -> None:
    layers = [
        ("Storage", "storage", [panels.Point("2025Q3", 0.1, True), panels.Point("2025Q4", 0.9, False)]),
        ("Models", "models", []),
    ]
    found = panels.pictures(layers, "operating margin", -0.2, 0.6, {"Storage": "2025Q2"})
    assert list(found) == ["Storage"]
    rows = found["Storage"].data["series"]
    assert [(row["y"], row["true"]) for row in rows] == [(0.1, None), (0.6, 0.9)]
    assert found["Storage"].tokens["@final"] == position("2025Q3") == 2025.75
    assert found["Storage"].tokens["@at"] == 2025.5  # the dot stands where the layers are compared


def test_a_rate_beyond_the_axis_is_written_in_words() -> None:
    rates = [
        capex.Rate("Neoclouds", "neoclouds", None, 2.54, 14e9),
        *(capex.Rate(name, "storage", 0.1, 0.2, 1e9) for name in ("A", "B", "C")),
        capex.Rate("Models", "models", None, None, None, unknown="1 of 3 measured"),
    ]
    rows = {row["name"]: row for row in capex.picture(rates, "2022Q4", "2025Q4", "Capex ÷ revenue").data["rates"]}
    assert rows["Neoclouds"]["words"] == "254%, beyond this axis ▸"
    assert "now" not in rows["Neoclouds"]
    assert rows["Models"]["words"] == "1 of 3 measured"
    assert rows["A"]["now"] == 0.2


def test_debt_draws_the_median_and_names_the_extremes() -> None:
    loads = [debt.Load("Low", 0.5, "2025Q4"), debt.Load("Middle", 2.0, "2025Q4"), debt.Load("High", 6.0, "2025Q4")]
    drawn = debt.picture([("Storage", "storage", loads), ("Models", "models", [])], "Debt")
    assert [row["x"] for row in drawn.data["ticks"]] == [2.0]
    assert {row["text"] for row in drawn.data["names"]} == {"Low", "High"}
    assert drawn.data["rows"][1]["words"] == "not known, or not meaningful"


def test_strain_runs_from_the_threshold_to_the_worst() -> None:
    falling = stress.Gauge("Margin", "Margin", "fraction", 0.35, -0.05)
    assert falling.strain(0.40) == 0
    assert falling.strain(0.15) == pytest.approx(0.5)
    assert falling.strain(-0.5) == 1
    rows = stress.picture([falling], [stress.Readings("Models", "models", [None], ["no public figures"])]).data["cells"]
    assert rows[0]["text"] == "n/a" and rows[0]["known"] is False


def _reading(quarter: str, value: float | None, status: str = "final") -> Reading:
    return Reading(quarter, value, value, value, value, 3, 2, 2 / 3, value, "nvidia", status, None)


def test_history_labels_the_newest_final_value_and_not_the_provisional_one() -> None:
    readings = [_reading("2025Q3", 0.30), _reading("2025Q4", 0.40), _reading("2026Q1", 0.99, "provisional")]
    both = history.pictures(readings, history.Shown("fraction", "storage", "Nvidia", -1, 3))
    drawn = both["wide"]
    assert both["narrow"].data["rows"] is drawn.data["rows"]  # a page holds them once
    assert drawn.tokens["@final"] == 2026.0
    assert {row["text"] for row in drawn.data["ends"]} == {"40% the layer", "40% median", "40% without Nvidia"}


def test_quarters_on_a_scale_of_years() -> None:
    assert position("2025Q1") == 2025.25
    assert shifted("2025Q4", 1) == "2026Q1"
    assert shifted("2025Q1", -5) == "2023Q4"


def test_layers_of_the_contract_have_a_colour() -> None:
    assert all(colour in theme.LAYERS for *_, colour in synthetic.LAYERS)
    assert date(2026, 6, 30) == synthetic.AS_OF


def test_layers_too_narrow_for_their_labels_go_down_the_page() -> None:
    dark = [profit_pools.Pool(f"Layer with a long name {n}", "storage", [], None, None) for n in range(8)]
    crowded = profit_pools.picture([*dark, POOLS[0]], "operating income")
    roomy = profit_pools.picture(POOLS, "operating income")
    assert crowded.spec is profit_pools.picture(POOLS, "operating income", narrow=True).spec
    assert roomy.spec is not crowded.spec


@pytest.mark.parametrize(
    "spec",
    [
        capture._spec(False),
        lines._spec(False),
        gap._spec(),
        leaders._spec(),
        history._spec("times"),
        panels._spec(False),
    ],
    ids=["capture", "lines", "gap", "leaders", "history", "panels"],
)
def test_on_every_chart_over_time_a_year_s_name_stands_where_the_year_begins(spec: dict[str, Any]) -> None:
    # 2026.0 is the end of 2025Q4, and so the beginning of 2026; the number itself is written, nothing is taken off.
    axes = [x["axis"] for layer in spec["layer"] if (x := layer.get("encoding", {}).get("x", {})).get("axis")]
    assert axes
    for axis in axes:
        assert axis["values"] == "@years" and axis["format"] == "d" and "labelExpr" not in axis


def test_a_line_of_the_gap_that_ends_earlier_says_where() -> None:
    moments = [gap.Moment("2025Q4", 5e9, 3e9, 1e9, 9e9, True), gap.Moment("2026Q1", 6e9, 4e9, 2e9, None, True)]
    texts = {row["name"]: row["text"] for row in gap.picture(moments).data["labels"]}
    assert texts["rule"] == "$9\u00a0bn Sequoia’s rule, 2025\u00a0Q4" and texts["measured"] == "$4\u00a0bn measured"
