"""A refresh makes again what its news reaches, and nothing else; what it publishes is what a rebuild publishes.

All companies stand in tests/prove/incremental.py.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics import stacks
from analytics.contracts import TABLES
from assets.kept import Made, made
from assets.warehouse import connect
from pipelines.refresh import refresh
from pipelines.settings import Settings
from tests.assets.small import Clock, ask
from tests.live.homes import Place
from tests.live.kills import Scene, world
from tests.prove.incremental import equal, restate
from tests.standins import StandIn

FILED = date(2026, 11, 18)


def refreshed(place: Place, **options: bool) -> str:
    """Refresh without asking, in this process; the version then published."""
    settings = Settings(home=place.home, stacks=place.stacks, bundle=place.bundle, offline=True)
    outcome = refresh(settings, lambda *_: None, **options)
    assert outcome.failures == ()
    return place.current.resolve().name


def stands(place: Place) -> Mapping[str, Made]:
    """What each table was made from."""
    with connect(place.home / "warehouse.duckdb", read_only=True) as warehouse:
        return {t.full_name: found for t in TABLES if (found := made(warehouse, t))}


def changed(before: Mapping[str, Made], after: Mapping[str, Made], name: str) -> set[str]:
    """The parts of a table that are made from something else."""
    then, now = before[name].parts, after[name].parts
    return {part for part in then.keys() | now.keys() if then.get(part) != now.get(part)}


@pytest.mark.long
def test_news_a_day_and_a_registry_edit_end_where_a_rebuild_does(lived: Scene, tmp_path: Path) -> None:
    before, place = lived.before, lived.before.copied(tmp_path / "home")
    place = replace(place, stacks=Path(shutil.copytree(before.stacks or "", tmp_path / "stacks")))
    first = stands(place)

    # A quarter is filed, and another amount of an older one.
    told = world(FILED)
    restate(told, "nvidia", FILED)
    with StandIn(told) as standin:
        ask(place.home, standin, stacks.load(place.stacks), Clock(FILED), ["nvidia"])
    version = refreshed(place)
    news = stands(place)
    for name in ("core.company_quarters", "core.company_years", "marts.restatements", "marts.disagreements"):
        assert changed(first, news, name) == {"nvidia"}, name
    assert place.data("marts.restatements").filter(company_id="nvidia", item="revenue", known_at=FILED).height
    assert {news[t].content == first[t].content for t in ("core.layers", "core.companies", "raw.splits")} == {True}
    assert (place.current / "data" / "core.layers.csv").stat().st_nlink == 2, "the same file in both versions"
    assert (place.current / "data" / "core.company_quarters.csv").stat().st_nlink == 1

    # A day passes, with closes and exchange rates, and the registry says since when TSMC is the business it is now.
    with StandIn(world(FILED + timedelta(days=1))) as standin:
        ask(place.home, standin, stacks.load(place.stacks), Clock(FILED + timedelta(days=1)))
    entries = place.stacks / "companies.toml" if place.stacks else Path()
    entries.write_text(entries.read_text().replace('id = "tsmc"\n', 'id = "tsmc"\nhistory_from = 2018-01-01\n'))
    assert refreshed(place) != version
    assert changed(news, stands(place), "core.company_quarters") == {"tsmc", "samsung-electronics"}
    assert place.data("core.company_quarters").filter(company_id="tsmc")["period_end"].min() >= date(2018, 1, 1)

    copy = replace(place, home=Path(shutil.copytree(place.home, tmp_path / "copy", symlinks=True)))
    assert refreshed(copy, anew=True) != place.current.resolve().name
    tables, _ = equal(place, copy)
    assert tables == sum(1 if t.schema == "raw" else 2 for t in TABLES)
