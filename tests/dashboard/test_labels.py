"""Labels do not touch."""

from itertools import combinations

from dashboard.charts import panels
from dashboard.charts.labels import Box, Wanted, crossed, place, spread
from dashboard.charts.picture import text_width


def test_spread_keeps_the_gap_and_the_order() -> None:
    # 10 and 12 are pushed to 10 and 26; 100 keeps its place.
    assert spread([10, 12, 100], 16, 0, 200) == [10, 26, 100]
    # Against the ceiling the last moves down to it, and pushes the others down.
    assert spread([190, 195, 199], 16, 0, 200) == [168, 184, 200]


def test_spread_shrinks_the_gap_where_there_is_no_room() -> None:
    assert spread([0, 0, 0], 16, 0, 20) == [0, 10, 20]


def test_placed_labels_touch_neither_each_other_nor_blocks() -> None:
    blocks = [Box(0, 0, 40, 100), Box(50, 0, 55, 20), Box(60, 0, 65, 20), Box(70, 0, 200, 150)]
    wanted = [Wanted(90, 38, (b.left + b.right) / 2, b.top + 6, led=b.right - b.left < 50) for b in blocks]
    boxes = place(wanted, blocks, 300, 400)
    for one, other in combinations([*boxes, *blocks], 2):
        assert not (one in boxes and one.touches(other)), (one, other)
    for box in boxes:
        assert box.left >= 0 and box.right <= 300 and box.top <= 400


def test_a_leader_through_a_label_is_counted() -> None:
    wanted = [Wanted(40, 20, 50, 0, led=True), Wanted(40, 20, 52, 0, led=True)]
    # The second stands above the first, so its leader runs down through it.
    assert crossed(wanted, [Box(30, 14, 70, 34), Box(32, 40, 72, 60)]) == 1
    assert crossed(wanted, [Box(10, 14, 50, 34), Box(60, 14, 100, 34)]) == 0


def test_widths_are_those_of_the_widest_common_face() -> None:
    # Measured in Chromium with DejaVu Sans: 126.9, 145.7 (bold), 111.9 and 101.5 pixels.
    assert 126 <= text_width("Compute & memory", 12.5) <= 134
    assert 145 <= text_width("Compute & memory", 13, bold=True) <= 153
    assert 110 <= text_width("−$803 mn · −13%", 12) <= 118
    assert 101 <= text_width("AI infrastructure", 12.5) <= 107


def test_names_of_lines_stand_on_the_side_where_the_curve_is_not() -> None:
    # A curve just above 0 leaves the room below; one just below 0 that above; far away the usual side.
    assert panels.side([(0.0, 0.05), (1.0, 0.1)], 10, 0.85) == "line-top"
    assert panels.side([(0.0, -0.05), (1.0, -0.02)], 10, 0.85) == "line-bottom"
    assert panels.side([(0.0, 0.3), (9.0, 0.02)], 10, 0.85) == "line-bottom"
