"""A payload that is poisoned: a check stops it, readers keep their figures and are told, the UI shows where."""

import json
from datetime import date, datetime

import dagster as dg
import polars as pl
import pytest
import time_machine

from assets.publish import PublishedFolder
from assets.versions import manifest_of, restore, versions
from pipelines.home import Home
from pipelines.refresh import instance_of
from pipelines.schedules import ZONE
from tests.conftest import run_command
from tests.live.homes import Place, whole
from tests.pipelines.days import COMPANIES, refreshed
from tests.standins import StandIn, World

MONDAY = date(2026, 11, 9)
EVENING = datetime(2026, 11, 9, 18, 31, tzinfo=ZONE)
# How many times the newest quarter the next one is, of whom, and the check that sees it.
POISONS = {
    "thousandfold": ("nvidia", 1000.0, "no_leap"),
    "dollars for won": ("samsung-electronics", 1 / 1400, "no_leap"),
    "the quarter before again": ("nvidia", 1.0, "sound_payloads"),
}


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisoned_quarter_is_stopped_and_accepted_only_by_name(place: Place, poison: str):
    company, times, check = POISONS[poison]
    quarters = (
        place.data("core.company_quarters").filter(company_id=company).filter(pl.col("derivation") != "year_only")
    )
    world = World(MONDAY, COMPANIES)
    newest = quarters.filter(source="sec" if company == "nvidia" else "yahoo")["period_end"].max()
    last = dict(quarters.filter(period_end=newest).select("item", pl.col("value") * times).iter_rows())
    world.add_quarter(company, filed=MONDAY, **last)
    home = Home.at(place.home)
    before = versions(home.published)
    shown = (place.current / "index.html").read_text()
    with StandIn(world) as standin, time_machine.travel(EVENING, tick=True):
        outcome = refreshed(place, standin, companies=[company])

        # It failed by a check that names the rows and says what to do.
        assert outcome.run_id and {f.asset for f in outcome.failures} <= {"core.company_quarters", "core.anomalies"}
        with instance_of(home) as instance:
            failed = {e.check_name: e for e in failed_checks(instance, outcome.run_id)}
        assert check in failed
        rows = failed[check].metadata["which rows"].value
        assert company in rows and "to 2026-" in rows
        assert "quarantine.toml" in (failed[check].description or "")

        # Readers keep their figures, whole, and are told.
        now = versions(home.published)
        assert [v.id for v in now if not v.notices] == [v.id for v in before]
        assert now[0].current and now[0].notices[0]["kind"] == "held" and now[0].as_of == before[0].as_of
        page = (place.current / "index.html").read_text()
        assert 'data-notice="held"' in page and company in page
        start, end = page.index('<aside class="notice"'), page.index("</aside>\n") + len("</aside>\n")
        assert page[:start] + page[end:] == shown
        whole(place)

        # Nothing else can publish meanwhile; once an operator has looked, it is published without a notice.
        assert PublishedFolder(root=str(home.published), cache=str(home.cache)).held
        if poison == "dollars for won":
            assert refreshed(place, standin, ask=False).failures
            accepted = refreshed(place, standin, ask=False, accept=[company])
            assert accepted.failures == ()
            assert (manifest_of(place.current) or {}).get("notices") is None
            assert 'data-notice="held"' not in (place.current / "index.html").read_text()
            assert not (home.published / "held.json").exists()


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetCheckEvaluation]:
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    events = [r.event_log_entry.dagster_event for r in records]
    return [e.event_specific_data for e in events if e and not e.event_specific_data.passed]  # type: ignore[union-attr]


def test_an_earlier_version_is_restored_shown_as_such_and_followed_by_the_newest(place: Place):
    home = Home.at(place.home)
    (first,) = versions(home.published)
    world = World(MONDAY, COMPANIES)
    with StandIn(world) as standin, time_machine.travel(EVENING, tick=True):
        assert refreshed(place, standin).failures == ()
        newest = versions(home.published)[0]
        assert newest.current and newest.as_of > first.as_of

        restore(home.published, first.id[:13])
        told = json.loads((place.current / "manifest.json").read_text())
        assert (told["as_of"], told["notices"][0]["kind"]) == (str(first.as_of), "restored")
        page = (place.current / "index.html").read_text()
        assert 'data-notice="restored"' in page and str(first.as_of) in page
        whole(place)
        shown = versions(home.published)
        assert [(v.current, v.copy_of) for v in shown] == [(True, first.id), (False, None), (False, None)]

        # The next refresh goes on from the newest, though nothing else has changed.
        assert refreshed(place, standin, ask=False).run_id
        shown = versions(home.published)
        assert shown[0].current and not shown[0].notices and shown[0].as_of == newest.as_of
        assert all(not v.notices for v in shown)


def test_the_command_lists_versions_and_restores_one(place: Place):
    (first,) = versions(place.home / "published")
    listed = json.loads(run_command(["published", "list", "--json"], place.home).stdout)
    assert [(v["version"], v["shown"], v["notice"]) for v in listed] == [(first.id, "now", None)]
    wrong = run_command(["published", "restore", "1999"], place.home)
    assert wrong.returncode == 2 and first.id in wrong.stderr and "Traceback" not in wrong.stderr
    done = run_command(["published", "restore", first.id], place.home)
    assert done.returncode == 0, done.stderr
    assert first.id in done.stdout
    assert 'data-notice="restored"' in (place.current / "index.html").read_text()
