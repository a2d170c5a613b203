"""Judgements that name companies, labels and figures: each must name something that exists."""

import tomllib
from datetime import date
from importlib import resources

import polars as pl

from analytics import concepts, quarantine
from analytics.items import BY_ID, IDENTITIES
from analytics.stacks import registry
from assets.sources import bundle


def test_every_label_means_an_item_once_in_its_source():
    labels = [c.label for c in concepts.CONCEPTS]
    assert {c.item for c in concepts.CONCEPTS} <= set(BY_ID)
    assert len(labels) == len(set(labels))


def test_every_misnomer_names_a_company_and_a_label():
    known = set(registry.load().companies["company_id"])
    labels = {c.label for c in concepts.CONCEPTS}
    assert {m.company_id for m in concepts.MISNOMERS} <= known
    assert {m.label for m in concepts.MISNOMERS} <= labels


def test_every_identity_is_made_of_items():
    for identity in IDENTITIES:
        assert {identity.item, *(item for item, _ in identity.terms)} <= set(BY_ID)


def test_every_quarantined_figure_is_one_that_the_bundle_holds():
    shipped = bundle.read().observations
    left = quarantine.without_quarantined(shipped)
    wrong = quarantine.quarantined()
    missing = wrong.join(shipped, on=list(quarantine.SCHEMA), how="anti", nulls_equal=True)
    assert missing.is_empty(), missing
    assert shipped.height - left.height >= wrong.height


def test_a_figure_is_quarantined_in_its_period_only():
    # NVIDIA's 2,230 M are the quarter to 2017-07-30; one filing states them for the half-year too.
    left = quarantine.without_quarantined(bundle.read().observations).filter(
        (pl.col("company_id") == "nvidia") & (pl.col("concept") == "us-gaap:Revenues") & (pl.col("value") == 2230e6)
    )
    days = (left["period_end"] - left["period_start"]).dt.total_days().unique().to_list()
    assert days == [90]


def test_parts_dated_the_day_after_a_year_are_not_heard_for_its_balances():
    # HPE on 2018-10-31: 55,493 M of assets. Equity is left to StockAnalysis, which has it without minorities.
    left = quarantine.without_quarantined(bundle.read().observations).filter(
        pl.col("company_id") == "hpe",
        pl.col("source") == "sec_derived",
        pl.col("period_end").is_between(date(2018, 10, 31), date(2018, 11, 6)),
        pl.col("period_start").is_null(),
    )
    told = {c.partition(":")[2]: v for c, v in left.select("concept", "value").iter_rows()}
    assert (told["assets"], told.get("equity"), told.get("liabilities")) == (55_493e6, None, None)


def test_every_quarantined_figure_gives_its_reason():
    text = resources.files("analytics").joinpath("quarantine.toml").read_text(encoding="utf-8")
    judgements = tomllib.loads(text)
    assert {f["why"] for f in judgements["figure"]} == set(judgements["why"])
    assert all(j["reason"] and j["source"] and j["date"] for j in judgements["why"].values())
