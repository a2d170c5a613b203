"""Every fault of the dial alone, on every endpoint: how the fetch ends, and that nothing else suffers."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import polars as pl
import pytest
import stamina
from polars.testing import assert_frame_equal

from assets.archive import Archive
from tests.assets.small import Clock, ask, outcomes, raw, registry
from tests.sampling import sampled
from tests.standins import KINDS, TODAY, StandIn, World

COMPANIES = ("nvidia", "samsung-electronics")
REGISTRY = registry(COMPANIES)
# What each endpoint is asked for here: Nvidia files with SEC, Samsung does not and reports in won.
SUBJECTS = {
    "sec.submissions": "submissions/CIK0001045810",
    "sec.companyfacts": "companyfacts/CIK0001045810",
    "yahoo.quote": "quotes/005930.KS",
    "yahoo.timeseries": "timeseries/005930.KS",
    "yahoo.chart": "chart/NVDA",
    "yahoo.chart of a rate": "rate/KRW=X",
}
FROM_SEC = ("submissions/", "companyfacts/")
OK, GONE, EMPTY, LIMITED = "ok", "not_found", "no_data", "rate_limited"
REFUSED, CHANGED, UNREACHED = "refused", "schema_changed", "unreachable"

# One row per fault: the outcome at submissions, companyfacts, quote, timeseries, chart, rate.
TABLE = {
    "too_many": (LIMITED, LIMITED, LIMITED, LIMITED, LIMITED, LIMITED),
    "too_many_retry_after": (LIMITED, LIMITED, LIMITED, LIMITED, LIMITED, LIMITED),
    "limited_200": (LIMITED, LIMITED, LIMITED, LIMITED, LIMITED, LIMITED),
    # SEC knows no crumbs.
    "invalid_crumb": (OK, OK, REFUSED, REFUSED, REFUSED, REFUSED),
    "forbidden": (REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED),
    "not_found": (GONE, GONE, GONE, GONE, GONE, GONE),
    "server_error": (UNREACHED,) * 6,
    "unavailable": (UNREACHED,) * 6,
    "html": (CHANGED,) * 6,
    # Consent is given, once.
    "consent": (OK,) * 6,
    "truncated": (CHANGED,) * 6,
    "wrong_types": (CHANGED,) * 6,
    # Of a quote we read nothing that this fault renames.
    "renamed_keys": (CHANGED, CHANGED, OK, CHANGED, CHANGED, CHANGED),
    "empty_body": (EMPTY,) * 6,
    "empty_result": (EMPTY, EMPTY, GONE, EMPTY, EMPTY, EMPTY),
    # Entries with nothing but `meta`: submissions, facts and quotes have none.
    "no_figures": (OK, OK, OK, EMPTY, EMPTY, EMPTY),
    # Yahoo's own arrays have holes; a fact of SEC that is null is none.
    "null_figures": (OK, CHANGED, OK, OK, OK, OK),
    # Submissions tell no currency, and of a quote none is read.
    "wrong_currency": (OK, CHANGED, OK, CHANGED, CHANGED, CHANGED),
    # Told twice alike is told once.
    "repeated": (OK,) * 6,
    "stale_quarter": (OK, OK, OK, CHANGED, OK, OK),
    "slow_drip": (UNREACHED,) * 6,
    "cut": (UNREACHED,) * 6,
    "reset": (UNREACHED,) * 6,
    "dns": (UNREACHED,) * 6,
    "tls": (UNREACHED,) * 6,
    "tls_plain": (UNREACHED,) * 6,
}


@pytest.fixture(autouse=True)
def no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture(scope="module")
def serving() -> Iterator[StandIn]:
    with StandIn(World(companies=COMPANIES), drip_seconds=5) as standin:
        yield standin


@pytest.fixture
def standin(serving: StandIn) -> Iterator[StandIn]:
    """One stand-in for all, whose world nobody changes."""
    yield serving
    serving.faults.clear()
    serving.requests.clear()


def test_the_table_has_every_fault_of_the_dial():
    assert set(TABLE) == set(KINDS)


# Each fifth of 26 faults at six endpoints: the sample has every fault and every endpoint.
@pytest.mark.parametrize(("kind", "endpoint"), sampled(product(TABLE, SUBJECTS), 5, "-".join))
def test_outcome(kind: str, endpoint: str, standin: StandIn, tmp_path: Path):
    subject = SUBJECTS[endpoint]
    expected = TABLE[kind][list(SUBJECTS).index(endpoint)]
    place, _, _rate = endpoint.partition(" of a rate")
    symbol = subject.partition("/")[2] if place == "yahoo.chart" else "*"
    standin.faults.set(kind, place, subject=symbol)
    ended = ask(tmp_path, standin, REGISTRY, Clock(TODAY), seconds=0.5 if kind == "slow_drip" else 10.0)
    found = outcomes(ended)
    assert found[subject] == expected
    (fetch,) = (f for f in ended if f.subject == subject)
    if expected == OK:
        assert fetch.payload_sha256
        # Holes are told, and asked again.
        holed = kind == "null_figures" and endpoint in ("yahoo.timeseries", "yahoo.chart", "yahoo.chart of a rate")
        assert (fetch.message is not None) is holed
        return
    assert fetch.message and fetch.next_try_at and fetch.next_try_at > fetch.started_at
    # What came is kept, whatever it was.
    assert fetch.payload_sha256 or not fetch.bytes
    if fetch.payload_sha256:
        assert len(Archive(tmp_path).get(fetch.payload_sha256)) == fetch.bytes
    # Others are asked and answered as ever, unless the source asked to be left alone.
    others = {s: o for s, o in found.items() if s != subject}
    if endpoint == "sec.submissions":
        assert "companyfacts/CIK0001045810" not in others
    here = subject.startswith(FROM_SEC)
    elsewhere = {o for s, o in others.items() if s.startswith(FROM_SEC) != here}
    beside = {o for s, o in others.items() if s.startswith(FROM_SEC) == here}
    assert elsewhere == {OK}
    assert beside <= ({OK, LIMITED} if expected == LIMITED else {OK})


# Cookie and crumb: only quotes need them. A sign of too many requests is heeded wherever it stands.
@pytest.mark.parametrize(
    "kind", ["invalid_crumb", "forbidden", "not_found", "server_error", "html", "empty_body", "cut"]
)
def test_without_a_crumb_prices_and_statements_come_all_the_same(kind: str, standin: StandIn, tmp_path: Path):
    standin.faults.set(kind, "yahoo.crumb")
    found = outcomes(ask(tmp_path, standin, REGISTRY, Clock(TODAY)))
    assert standin.requests.count("yahoo.crumb") <= 2 * 2, "what keeps failing is not asked for each question"
    assert found.pop("quotes/005930.KS") == "refused"
    assert set(found.values()) == {"ok"}


@pytest.mark.parametrize("kind", ["forbidden", "server_error", "dns", "reset", "slow_drip"])
def test_without_the_usual_cookie_another_way_is_found(kind: str, standin: StandIn, tmp_path: Path):
    standin.faults.set(kind, "yahoo.cookie")
    found = outcomes(ask(tmp_path, standin, REGISTRY, Clock(TODAY), seconds=0.5 if kind == "slow_drip" else 10.0))
    assert set(found.values()) == {"ok"}


@pytest.mark.parametrize("place", ["yahoo.crumb", "yahoo.cookie"])
def test_too_many_requests_for_a_crumb_or_cookie_ends_the_runs_questions(place: str, standin: StandIn, tmp_path: Path):
    standin.faults.set("too_many", place)
    found = outcomes(ask(tmp_path, standin, REGISTRY, Clock(TODAY)))
    assert standin.requests.count("yahoo.*") <= 2
    assert {s: o for s, o in found.items() if not s.startswith(FROM_SEC)} == dict.fromkeys(
        ["quotes/005930.KS", "timeseries/005930.KS", "chart/005930.KS", "chart/NVDA", "rate/KRW=X"], "rate_limited"
    )


def test_a_crumb_that_became_invalid_is_renewed(standin: StandIn, tmp_path: Path):
    standin.faults.set("invalid_crumb", "yahoo.quote", count=1)
    found = outcomes(ask(tmp_path, standin, REGISTRY, Clock(TODAY)))
    assert set(found.values()) == {"ok"}


# The bulk file: the outcome of the download, and of a filer's facts in it (None: nothing was read).
BULK = {
    "too_many": (LIMITED, None), "too_many_retry_after": (LIMITED, None), "limited_200": (LIMITED, None),
    "forbidden": (REFUSED, None), "not_found": (GONE, None), "server_error": (UNREACHED, None),
    "unavailable": (UNREACHED, None), "html": (CHANGED, None), "truncated": (CHANGED, None),
    "empty_body": (EMPTY, None),
    "slow_drip": (UNREACHED, None), "cut": (UNREACHED, None), "reset": (UNREACHED, None), "dns": (UNREACHED, None),
    "tls": (UNREACHED, None), "tls_plain": (UNREACHED, None),
    # The file is whole; what stands in it is not.
    "wrong_types": (OK, CHANGED), "renamed_keys": (OK, CHANGED), "empty_result": (OK, EMPTY),
    "null_figures": (OK, CHANGED), "wrong_currency": (OK, CHANGED), "repeated": (OK, OK),
}  # fmt: skip


def test_the_bulk_files_table_has_every_fault_that_it_can_meet():
    assert set(BULK) == {name for name, kind in KINDS.items() if kind.applies("sec.bulk")}


@pytest.mark.parametrize("kind", sampled(BULK, 5))
def test_outcome_of_the_bulk_file(kind: str, standin: StandIn, tmp_path: Path):
    standin.faults.set(kind, "sec.bulk")
    seconds = 0.5 if kind == "slow_drip" else 10.0
    ended = ask(tmp_path, standin, REGISTRY, Clock(TODAY), seconds=seconds, bulk=True)
    found = outcomes(ended)
    (fetch,) = (f for f in ended if f.subject == "bulk/companyfacts.zip")
    assert (fetch.outcome, found.get("companyfacts/CIK0001045810")) == BULK[kind]
    assert fetch.requests and (fetch.outcome == OK or fetch.message) and fetch.next_try_at
    assert {o for s, o in found.items() if not s.startswith(("bulk/", *FROM_SEC))} == {OK}
    assert not list((tmp_path / "cache").glob("*.zip")), "the download is not kept, its answers are"


def test_the_bulk_file_brings_what_filer_by_filer_brings_and_is_asked_once_a_day(standin: StandIn, tmp_path: Path):
    one, other, clock = tmp_path / "one", tmp_path / "other", Clock(TODAY)
    ask(one, standin, REGISTRY, Clock(TODAY))
    ask(other, standin, REGISTRY, clock, bulk=True)
    assert_frame_equal(facts_in(one), facts_in(other))
    assert facts_in(one).height > 10_000
    standin.requests.clear()

    clock.pass_time(hours=3)
    ask(other, standin, REGISTRY, clock, bulk=True)
    assert standin.requests.count("sec.*") == 0
    clock.pass_time(hours=21)
    assert outcomes(ask(other, standin, REGISTRY, clock, bulk=True))["bulk/companyfacts.zip"] == "unchanged"
    (entry,) = standin.requests.entries("sec.*")
    assert (entry.endpoint, entry.status) == ("sec.bulk", 304)


def facts_in(home: Path) -> pl.DataFrame:
    told = raw(home, REGISTRY)["raw.observations"].filter(pl.col("source") == "sec")
    return told.drop("fetched_at").sort("observation_id")
