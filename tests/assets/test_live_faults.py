"""Every fault of the dial alone, on every endpoint: how the fetch ends, and that nothing else suffers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from assets.archive import Archive
from tests.assets.small import Clock, ask, outcomes, registry
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


@pytest.mark.parametrize("endpoint", SUBJECTS)
@pytest.mark.parametrize("kind", TABLE)
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
