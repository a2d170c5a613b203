"""What was known on past days; the restatement is made up, its arithmetic is in the tests."""

from datetime import date

import polars as pl

from analytics import hindsight
from tests.analytics import frames
from tests.analytics.facts import companies, no_rates, observation, observations

QUARTERS = [
    ("2024-01-01", "2024-03-31", "2024-05-01"),
    ("2024-04-01", "2024-06-30", "2024-08-01"),
    ("2024-07-01", "2024-09-30", "2024-11-01"),
    ("2024-10-01", "2024-12-31", "2025-02-20"),
]  # fmt: skip


def filed():
    rows = []
    for start, end, known in QUARTERS:
        rows.append(observation("us-gaap:Revenues", start, end, 100, known, reference="first"))
        rows.append(observation("us-gaap:OperatingIncomeLoss", start, end, 20, known, reference="first"))
    # In August 2025 the quarters of 2024 are restated.
    for start, end, _ in QUARTERS:
        rows.append(observation("us-gaap:OperatingIncomeLoss", start, end, 25, "2025-08-01", reference="later"))
    return observations(*rows)


def then(days):
    return hindsight.layer_metrics_then(
        filed(),
        companies(),
        no_rates(),
        frames.memberships(frames.member("chips", "acme")),
        frames.layers("chips"),
        days,
    ).filter(pl.col("metric") == "operating_margin", pl.col("calendar_quarter") == "2024Q4")


def test_a_figure_is_told_as_it_was_known():
    days = [date(2025, 1, 31), date(2025, 6, 30), date(2025, 9, 30)]
    found = then(days)
    # June: 4 × 20 of 4 × 100. September: 4 × 25 of 400. In January the fourth quarter was not known.
    assert dict(found.select("known_on", "value").iter_rows()) == {days[1]: 0.2, days[2]: 0.25}


def test_the_days_are_the_ends_of_the_quarters_before():
    assert hindsight.past_quarter_ends(date(2026, 9, 30), 3) == [
        date(2025, 12, 31),
        date(2026, 3, 31),
        date(2026, 6, 30),
    ]
    assert hindsight.past_quarter_ends(date(2026, 10, 1), 2) == [date(2026, 6, 30), date(2026, 9, 30)]


def test_past_days_rest_on_the_items_of_their_metrics_alone():
    period = "2025-01-01", "2025-03-31", 100, "2025-05-01"
    heard = ("us-gaap:Revenues", "us-gaap:OperatingIncomeLoss", "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment")
    others = ("us-gaap:NetIncomeLoss", "us-gaap:OperatingLeaseCost")
    told = observations(*(observation(concept, *period) for concept in (*heard, *others)))
    assert hindsight.heard(told)["concept"].to_list() == list(heard)


def test_without_days_there_is_nothing():
    assert then([]).height == 0
