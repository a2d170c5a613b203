"""What the first sentences of a lens say."""

from dashboard.findings import LayerPool, Stake
from dashboard.ledger import compared_at
from dashboard.pages import overview

NBSP = "\u00a0"


def sentence(late: list[Stake]) -> str:
    chips = LayerPool("Chips", 60e9, [Stake("Nvidia", 50e9), Stake("AMD", 10e9)])
    return overview._share_sentence([chips, LayerPool("Clouds", 40e9, [Stake("Azure", 40e9)], late)], "2025Q4")


def test_who_is_missing_from_a_share_is_named_where_it_has_weight():
    # 60 of 100 are 60 cents; without Nvidia's 50 chips keep 10, clouds 40.
    told = (
        f"In the twelve months to 2025{NBSP}Q4, chips earned 60 cents of every dollar of operating profit measured in "
    )
    told += "this stack; without Nvidia, clouds would lead."
    assert sentence([]) == told
    assert sentence([Stake("Small", 4.9e9)]) == told
    assert (
        sentence([Stake("AWS", 15e9)])
        == f"{told} Not counted, because unknown for these months: AWS ($15{NBSP}bn when last known)."
    )


def test_a_share_is_not_told_where_more_than_a_fifth_of_the_measured_profit_is_missing():
    # 21 of 100; 60 cents might as well be 60 of 121.
    assert sentence([Stake("AWS", 21e9)]) == (
        f"In the twelve months to 2025{NBSP}Q4, chips earned $60{NBSP}bn of operating profit, the most that is "
        "measured in this stack; too much of it is unknown to tell shares. Not counted, because unknown for these "
        f"months: AWS ($21{NBSP}bn when last known)."
    )


def test_a_layer_without_a_figure_is_named_with_what_was_last_known_of_it():
    chips = LayerPool("Chips", 60e9, [Stake("Nvidia", 50e9), Stake("AMD", 10e9)])
    told = overview._share_sentence([chips], "2025Q4", [Stake("infrastructure", 66e9), Stake("small", 2e9)])
    assert told.endswith(
        f" Not counted, because unknown for these months: infrastructure ($66{NBSP}bn when last known)."
    )


def test_spending_of_other_months_than_the_profits_is_dated():
    # 300 over 100 is 3 times.
    told = f"spent $300{NBSP}bn on capex, 3.0× the 2022{NBSP}Q4 rate."
    assert overview._spending_sentence("Clouds", 300e9, 100e9, "2025Q4", "2025Q4") == f"Clouds {told}"
    later = overview._spending_sentence("Clouds", 300e9, 100e9, "2026Q1", "2025Q4")
    assert later == f"In the twelve months to 2026{NBSP}Q1, clouds {told}"


def test_layers_are_compared_at_the_newest_quarter_that_is_final_in_all():
    chips = {"2025Q3": True, "2025Q4": True, "2026Q1": True}
    assert compared_at([chips, {"2025Q3": True, "2025Q4": True}]) == "2025Q4"
    assert compared_at([]) is None


def test_where_no_quarter_is_final_in_all_layers_one_is_taken_in_which_most_are_known():
    # Clouds are never final, and of 2026Q1 nothing is known of them.
    chips, clouds = {"2025Q4": True, "2026Q1": True}, {"2025Q4": False}
    assert compared_at([chips, clouds]) == "2025Q4"
