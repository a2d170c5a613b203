"""Each finding in a case where it is true and one where it is not; figures chosen to be checked by eye."""

import pytest

from dashboard import findings
from dashboard.findings import LayerPool, Stake

NBSP = "\u00a0"
CHIPS = LayerPool("Compute & memory", 192e9, [Stake("Nvidia", 130e9), Stake("SK Hynix", 33e9), Stake("AMD", 29e9)])
CLOUDS = LayerPool("Hyperscalers", 104e9, [Stake("Azure", 50e9), Stake("AWS", 40e9), Stake("Google Cloud", 14e9)])


def test_first_true_finding_speaks_and_a_neutral_title_stands_in() -> None:
    assert findings.first("neutral", None, "true", "also true") == "true"
    assert findings.first("neutral", None, None) == "neutral"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("Compute & memory", "compute & memory"), ("AI infrastructure", "AI infrastructure"), ("MLOps", "MLOps")],
)
def test_names_inside_a_sentence(name: str, sentence: str) -> None:
    assert findings.low(name) == sentence


def test_verbs_follow_the_name() -> None:
    assert findings.verb("Hyperscalers", "earn") == "earn"
    assert findings.verb("Storage", "earn") == "earns"
    assert findings.verb("Compute & memory", "carry") == "carries"
    assert findings.verb("Foundries", "be") == "are"


def test_one_member_beats_a_layer() -> None:
    sentence = findings.one_member_beats_a_layer([CLOUDS, CHIPS])
    assert sentence == f"Nvidia alone earns more than all measured hyperscalers: $130{NBSP}bn against $104{NBSP}bn"


def test_one_member_does_not_beat_a_layer_whose_late_members_would_turn_it() -> None:
    # 104 measured and 40 a year back are more than 130.
    late = CLOUDS._replace(late=[Stake("Oracle Cloud", 40e9)])
    assert findings.one_member_beats_a_layer([CHIPS, late]) is None
    assert findings.one_member_beats_a_layer([CHIPS, CLOUDS._replace(profit=131e9)]) is None
    assert findings.one_member_beats_a_layer([CHIPS]) is None
    assert findings.one_member_beats_a_layer([CHIPS, CLOUDS._replace(profit=12e9)]) is None  # no comparison


def test_largest_pool_names_the_member_it_rests_on() -> None:
    # Without Nvidia, 192 − 130 = 62, less than 104.
    sentence = findings.largest_pool([CLOUDS, CHIPS], "operating income")
    assert sentence == f"Compute & memory earns the most, $192{NBSP}bn; without Nvidia, hyperscalers would lead"


def test_largest_pool_that_rests_on_nobody_gives_its_share() -> None:
    small = CLOUDS._replace(profit=48e9)
    # 192 of 240 is 80 %; without Nvidia 62 still leads 48.
    sentence = findings.largest_pool([small, CHIPS], "operating income")
    assert sentence == f"Compute & memory earns the most: $192{NBSP}bn, 80% of measured operating income"
    assert findings.largest_pool([CHIPS._replace(profit=-1.0)], "net income") is None


def test_largest_move_needs_five_points() -> None:
    before, after = {"Storage": 0.03, "Compute & memory": 0.07}, {"Storage": 0.05, "Compute & memory": 0.23}
    assert findings.largest_move(before, after, "operating income", "2022 Q4") == (
        "Compute & memory went from 7% to 23% of operating income since 2022 Q4"
    )
    assert findings.largest_move(before, {"Compute & memory": 0.11}, "operating income", "2022 Q4") is None
    assert findings.largest_move({}, after, "operating income", "2022 Q4") is None


def test_margin_moves() -> None:
    before = {"Storage": -0.07, "Compute & memory": 0.13, "Data centres": 0.16, "Foundries": 0.50}
    after = {"Storage": 0.43, "Compute & memory": 0.43, "Data centres": 0.16, "Foundries": 0.46}
    assert findings.margin_moves(before, after, "operating margin", "2022 Q4") == (
        "Storage operating margins rose 50 points from 2022 Q4, compute & memory 30; data centres stayed flat"
    )
    assert findings.margin_moves(before, before, "operating margin", "2022 Q4") is None


def test_capex_rate() -> None:
    assert findings.capex_rate("Hyperscalers", 0.13, 0.26, "2022 Q4") == (
        "Hyperscalers now spend 26 cents of each revenue dollar on capex, twice the 2022 Q4 rate"
    )
    assert findings.capex_rate("Neoclouds", 0.5, 2.54, "2022 Q4") == (
        "Neoclouds now spend 2.5× their revenue on capex, up from 50 cents in 2022 Q4"
    )
    assert findings.capex_rate("Storage", 0.04, 0.08, "2022 Q4") is None  # doubled, but below a tenth of revenue
    assert findings.capex_rate("Foundries", 0.30, 0.34, "2022 Q4") is None
    assert findings.capex_rate("Models", None, 0.34, "2022 Q4") is None


def test_debt_findings() -> None:
    loads = [Stake("Oracle", 4.9), Stake("Amazon", 1.1), Stake("Microsoft", 0.4)]
    assert findings.heaviest_giant(loads, "against its cash flow") == (
        "Of the three largest spenders, Oracle owes most against its cash flow: 4.9×; next Amazon, 1.1×"
    )
    assert findings.heaviest_giant([*loads, Stake("Meta", 3.0)], "against its cash flow") is None  # 4.9 < 2 × 3.0
    assert findings.heaviest_debt(loads, 1.1, "against its cash flow") == (
        "Oracle owes 4.9× against its cash flow; the median company 1.1×"
    )
    assert findings.heaviest_debt(loads, 3.0, "against its cash flow") is None
    assert findings.heaviest_debt(loads[:2], 1.0, "against its cash flow") is None


def test_only_layer_above() -> None:
    values = {"Neoclouds": 4.18, "Data centres": 1.10, "Storage": 0.06}
    assert findings.only_layer_above(values, "its operating cash flow") == (
        "Neoclouds are the only layer that spends more than four times its operating cash flow"
    )
    assert findings.only_layer_above({"Neoclouds": 4.18, "Data centres": 4.02}, "its operating cash flow") is None
    assert findings.only_layer_above({"Storage": 0.9, "Energy": 0.2}, "its operating cash flow") is None
    assert findings.only_layer_above({"Energy": 1.2, "Storage": 0.2}, "its operating cash flow") == (
        "Energy is the only layer that spends more than its operating cash flow"
    )


def test_dark_layer() -> None:
    assert findings.dark_layer([("Models", 6, 0), ("Storage", 5, 4)]) == (
        "Models: none of the six members reports figures for this business"
    )
    assert findings.dark_layer([("Storage", 5, 4)]) is None


def test_headline() -> None:
    capex = [Stake("Hyperscalers", 395e9), Stake("Compute & memory", 58e9)]
    assert findings.headline([CHIPS, CLOUDS], capex) == (
        "Compute & memory earns the largest profit pool; hyperscalers carry the spending"
    )
    assert findings.headline([CLOUDS], capex) == "Hyperscalers earn the largest profit pool and carry the spending"
    assert findings.headline([], capex) is None
