"""The stack map: rows follow the flows, areas follow the dollars, the unknown has no size and no layer colour."""

import math
import re
from itertools import combinations

import pytest

from dashboard.cards import stack_map as card
from dashboard.charts import stack_map as chart
from dashboard.charts.stack_map import Bubble, Flow, Node
from dashboard.ledger import Ledger
from tests.dashboard import synthetic


def node(layer: str, *amounts: float | None) -> Node:
    bubbles = [Bubble(f"{layer}-{n}", f"Firm {n}", amount, "tip", {"margin": 2}) for n, amount in enumerate(amounts)]
    return Node(layer, layer.title(), "storage", "$1 bn", {"margin": "20%"}, layer, bubbles, {"margin": 2}, "x.html")


DIAMOND = [Flow("top", "left", ""), Flow("top", "right", ""), Flow("left", "foot", ""), Flow("right", "foot", "chips")]
NODES = [node("top", 40e9, 10e9), node("left", 90e9), node("right", None, None), node("foot", -10e9)]


def test_a_layer_stands_below_every_layer_that_buys_from_it() -> None:
    assert chart.ranks(["top", "left", "right", "foot"], DIAMOND) == [["top"], ["left", "right"], ["foot"]]
    # The longest way down counts: `foot` is bought by top too, and still stands below left.
    assert chart.ranks(["top", "left", "foot"], [Flow("top", "foot", ""), *DIAMOND[:1], DIAMOND[2]]) == [
        ["top"], ["left"], ["foot"],
    ]  # fmt: skip
    with pytest.raises(ValueError, match="run in a circle"):
        chart.ranks(["a", "b"], [Flow("a", "b", ""), Flow("b", "a", "")])


@pytest.mark.parametrize("total", [chart.WIDE, chart.NARROW])
def test_areas_follow_dollars_across_layers_and_nothing_overlaps(total: int) -> None:
    places = chart.placed(NODES, DIAMOND, total)
    radius = {layer: [c.r for c in place.circles] for layer, place in places.items()}
    # 90 : 40 : 10 as areas is 3 : 2 : 1 as radii.
    assert radius["left"][0] / radius["top"][0] == pytest.approx(3 / 2)
    assert radius["top"][0] / radius["top"][1] == pytest.approx(2)
    assert radius["right"] == [chart.DARK, chart.DARK]
    for place in places.values():
        for one, other in combinations(place.circles, 2):
            assert math.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r
        for c in place.circles:
            assert place.left <= c.x - c.r and c.x + c.r <= place.left + place.width
            assert place.top + chart.HEAD - 0.01 <= c.y - c.r and c.y + c.r <= place.top + place.height
    for one, other in combinations(places.values(), 2):
        apart = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert apart or one.top + one.height <= other.top or other.top + other.height <= one.top
    assert max(p.left + p.width for p in places.values()) <= total


def test_the_unknown_is_hatched_and_a_loss_is_a_ring() -> None:
    drawn = str(chart.drawing(NODES, DIAMOND, []))
    assert drawn.count('class="unknown-member"') == 4  # two members, in the wide and the narrow drawing
    assert drawn.count('class="loss"') == 2
    assert drawn.count('class="node c-storage dark"') == 2
    assert "<title>chips</title>" in drawn


def test_names_are_text() -> None:
    hostile = node("top", 1.0)._replace(name='<script>"x"', label='"><script>')
    drawn = str(chart.drawing([hostile], [], [chart.Deal("top-0", "top-0", "<b>")]))
    assert "<script" not in drawn and "&lt;script&gt;" in drawn


def test_a_deal_is_drawn_between_the_bubbles_of_both() -> None:
    places = chart.placed(NODES, DIAMOND, chart.WIDE)
    one, other = places["top"].circles[0], places["foot"].circles[0]
    drawn = str(chart.drawing(NODES, DIAMOND, [chart.Deal("top-0", "foot-0", "1 Jan 2025: a deal")]))
    assert f'd="M{one.x:.1f} {one.y:.1f}Q' in drawn and f"{other.x:.1f} {other.y:.1f}" in drawn
    assert "1 Jan 2025: a deal" in drawn


def test_classes_of_a_colour_scale() -> None:
    margin = card.SCALES["margin"]
    assert [card.classed(margin, v) for v in (-0.1, 0.0, 0.149, 0.3, 0.9, None)] == [0, 1, 1, 3, 4, None]
    assert card.rate(margin, {"operating_income": 5.0, "revenue": 0.0}) is None
    assert card.rate(margin, {"revenue": 10.0}) is None
    assert card.rate(margin, {"operating_income": 5.0, "revenue": 10.0}) == 0.5


def test_the_card_holds_every_member_and_says_who_leads() -> None:
    # 2025Q4: chips 150 × 0.6 + 25 × 0.1 = 92.5, all × 2.35 = 217; sum of the positive layers as on the home page.
    made = card.card(Ledger(synthetic.tables(), synthetic.AS_OF), "alpha")
    income = made.views[0]
    assert [view.key for view in made.views] == ["operating_income", "revenue", "capex", "total_debt"]
    assert "Compute & memory earns the most, $217\u00a0bn or 64% of what is measured" in income.title
    assert "without Nvidia, hyperscalers would lead" in income.title
    assert len(income.table.rows) == 8
    assert re.search(r'class="unknown-member"[^>]*data-member="openai"', str(income.drawing))
    assert "of what is measured" not in made.views[1].title  # revenues of layers are never added


def test_a_lens_without_figures_has_its_map_too() -> None:
    made = card.card(Ledger(synthetic.tables(), synthetic.AS_OF), "beta")
    assert [view.title for view in made.views] == ["1 layers, and who buys from whom"]
