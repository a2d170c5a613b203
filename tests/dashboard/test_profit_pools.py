"""Profit pools of all members, and of those alone whom a lens's source names."""

import polars as pl
import pytest

from dashboard.cards import profit_pools
from dashboard.ledger import Ledger
from tests.dashboard import synthetic


def with_peers(*peers: str) -> Ledger:
    """The synthetic tables, in which some members are ours."""
    tables = dict(synthetic.tables())
    ours = pl.col("member_id").is_in(peers)
    tables["core.memberships"] = tables["core.memberships"].with_columns(named_by_source=~ours)
    return Ledger(tables, synthetic.AS_OF)


def pools(ledger: Ledger, view: str) -> dict[str, profit_pools.chart.Pool]:
    named = profit_pools.named(ledger, "alpha", "2025Q4") if view == "source" else None
    return {p.name: p for p in profit_pools.pools(ledger, "alpha", "layer", "2025Q4", "operating_income", named)}


def test_without_our_peers_a_layer_is_the_sum_of_those_the_source_names() -> None:
    ledger = with_peers("amd")
    every, source = (pools(ledger, view) for view in ("peers", "source"))
    # Nvidia keeps .6 of its sales, AMD .1 of a sixth as much: (90 + 2.5) / 175 together.
    assert every["Compute & memory"].margin == pytest.approx(92.5 / 175)
    assert source["Compute & memory"].margin == pytest.approx(0.60)
    assert source["Compute & memory"].profit == pytest.approx((every["Compute & memory"].profit or 0) * 90 / 92.5)
    assert [block.name for block in source["Compute & memory"].blocks] == ["Nvidia"]
    # Of a layer without our peers both say the same.
    assert source["Hyperscalers"].profit == pytest.approx(every["Hyperscalers"].profit)
    assert source["Hyperscalers"].margin == pytest.approx(every["Hyperscalers"].margin)


def test_below_half_of_the_named_a_layer_is_unknown_and_says_why() -> None:
    ledger = with_peers("nvidia", "amd", "microsoft")
    found = pools(ledger, "source")
    assert (found["Compute & memory"].profit, found["Compute & memory"].unknown) == (None, "names no member")
    assert (found["Models"].profit, found["Models"].unknown) == (None, "no public figures")
    assert found["Hyperscalers"].profit is not None  # Alphabet, one of one
    three = profit_pools._among(
        ledger.layers("alpha")[0], [profit_pools.chart.Block("One", 10e9, 1e9)], 3, provisional=False
    )
    assert (three.profit, three.unknown) == (None, "1 of 3 measured")


def test_the_switch_is_there_where_some_members_are_ours() -> None:
    views = {view.key: view for view in profit_pools.card(with_peers("amd"), "alpha").views}
    source = views["operating_income.layer.source"]
    assert source.title.endswith(" (source’s own members)") and source.alt.startswith(source.title)
    assert "of members that the lens’s source names, without the peers that we add" in source.subtitle
    assert source.coverage.endswith(" members that the source names")
    assert "AMD" not in {row[1] for row in source.table.rows}
    assert not any(key.endswith(".source") for key in (v.key for v in profit_pools.card(with_peers(), "alpha").views))
