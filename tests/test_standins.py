"""The stand-ins for Yahoo and SEC under the real clients: yfinance, curl_cffi, httpx.

Belongs here: that they answer as the real endpoints do, that every fault of the dial does what it says, that requests
are counted, that the clock tells only what was filed. Does not belong here: what the product makes of it.
"""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yfinance as yf
from curl_cffi import requests as curl
from yfinance.data import YfData
from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError

from assets.sources import bundle, sec
from assets.sources.payload import Payload
from tests.standins import KINDS, TODAY, Fact, RedirectSession, Refused, StandIn, World, recorded
from tests.standins.__main__ import fault as fault_of
from tests.standins.client import fresh_yfinance
from tests.standins.companies import Company
from tests.standins.exchange import Request
from tests.standins.redirect import rewritten

# yfinance 1.7 on pandas 3.1: pandas announces a change that yfinance has not made yet.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame:DeprecationWarning")

ROOT = Path(__file__).parents[1]
CONTACT = {"User-Agent": "Layer Ledger tests developer@example.com"}
TIMESERIES = "https://query2.finance.yahoo.com/ws/fundamentals-timeseries/v1/finance/timeseries"
CHART = "https://query2.finance.yahoo.com/v8/finance/chart"
QUOTE = "https://query1.finance.yahoo.com/v7/finance/quote"
SUMMARY = "https://query2.finance.yahoo.com/v10/finance/quoteSummary"
BULK = "www.sec.gov/Archives/edgar/daily-index/xbrl/companyfacts.zip"
SOME = ("nvidia", "microsoft", "coreweave", "tsmc", "samsung-electronics", "alphabet", "alibaba")


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(World(companies=SOME), drip_seconds=0.3) as serving:
        yield serving


@pytest.fixture
def session(standin: StandIn, tmp_path: Path) -> Iterator[RedirectSession]:
    with fresh_yfinance(tmp_path / "yfinance"), RedirectSession(standin.yahoo_url) as opened:
        yield opened


@pytest.fixture
def client(standin: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=standin.url, headers=CONTACT, timeout=60) as opened:
        yield opened


def raw(session: RedirectSession, url: str, **params: Any) -> Any:
    """JSON through yfinance's own client, with its cookies and crumb."""
    return YfData(session=session).get_raw_json(url, params=params)


def series(session: RedirectSession, symbol: str, *types: str, **params: Any) -> dict[str, dict[str, float]]:
    """Amounts by type and date out of a timeseries answer."""
    document = raw(session, f"{TIMESERIES}/{symbol}", symbol=symbol, type=",".join(types), **params)
    return {
        entry["meta"]["type"][0]: {
            row["asOfDate"]: row["reportedValue"]["raw"] for row in entry.get(entry["meta"]["type"][0], [])
        }
        for entry in document["timeseries"]["result"]
    }


def cik(company_id: str, standin: StandIn) -> str:
    return f"CIK{standin.world.companies[company_id].cik}"


# What is told: figures of filings


def test_facts_are_those_that_coreweave_filed(client: httpx.Client) -> None:
    # tests/payloads/sec holds CoreWeave's 144 facts verbatim from its filings.
    filed = json.loads((ROOT / "tests/payloads/sec/CIK0001769628.json").read_text())
    told = client.get("/data.sec.gov/api/xbrl/companyfacts/CIK0001769628.json").json()
    assert facts_in(told) == facts_in(filed)
    assert sum(facts_in(told).values()) == 144
    assert told["cik"] == 1769628


def facts_in(document: dict[str, Any]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (taxonomy, concept, unit, row.get("start"), row["end"], row["val"], row["accn"], row["filed"])
        for taxonomy, concepts in document["facts"].items()
        for concept, described in concepts.items()
        for unit, rows in described["units"].items()
        for row in rows
    )


@pytest.mark.parametrize("company_id", ["nvidia", "tsmc", "alphabet"])
def test_the_products_parser_reads_from_the_stand_in_what_the_bundle_holds(
    client: httpx.Client, standin: StandIn, company_id: str
) -> None:
    number = standin.world.companies[company_id].cik
    body = client.get(f"/data.sec.gov/api/xbrl/companyfacts/CIK{number}.json").content
    parsed = sec.parse(Payload("sec", sec.subject(number or ""), company_id, body, datetime.now(UTC)))
    held = bundle.read().observations.filter(source="sec", company_id=company_id)
    assert set(parsed["observation_id"]) == set(held["observation_id"])


def test_quarterly_statements_are_the_filed_ones(session: RedirectSession) -> None:
    # Nvidia 10-Q of 2025-08-27: revenue 46,743 M in the quarter to 2025-07-27; Yahoo stamps the month's end.
    # Microsoft 10-K 2025: year 281,724 M; nine months 205,283 M (10-Q of 2025-04-30); so the fourth quarter 76,441 M.
    # TSMC, first quarter of 2025: NT$839,254 M.
    assert series(session, "NVDA", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]["2025-07-31"] == 46_743e6
    assert (
        series(session, "MSFT", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]["2025-06-30"] == 281_724e6 - 205_283e6
    )
    session_rows = raw(session, f"{TIMESERIES}/TSM", type="annualTotalRevenue,quarterlyTotalRevenue")
    rows = [row for entry in session_rows["timeseries"]["result"] for row in entry[entry["meta"]["type"][0]]]
    assert {row["currencyCode"] for row in rows} == {"TWD"}
    assert {row["periodType"] for row in rows} == {"3M", "12M"}
    # The year 2024 was NT$2,894,308 M.
    assert next(r for r in rows if r["periodType"] == "12M" and r["asOfDate"] == "2024-12-31")["reportedValue"][
        "raw"
    ] == pytest.approx(2_894_308e6, abs=1e6)


def test_timeseries_answers_the_types_asked_for_and_no_more(session: RedirectSession) -> None:
    types = ("quarterlyTotalRevenue", "annualCapitalExpenditure", "quarterlyGoodwill", "trailingTotalRevenue")
    document = raw(session, f"{TIMESERIES}/NVDA", type=",".join(types))
    entries = document["timeseries"]["result"]
    assert [entry["meta"] for entry in entries] == [{"symbol": ["NVDA"], "type": [kind]} for kind in types]
    assert set(entries[2]) == {"meta"}  # a type without data
    for entry in entries[:2]:
        rows = entry[entry["meta"]["type"][0]]
        assert [at // 86400 * 86400 for at in entry["timestamp"]] == entry["timestamp"]
        assert [datetime.fromtimestamp(at, UTC).date().isoformat() for at in entry["timestamp"]] == [
            row["asOfDate"] for row in rows
        ]
    assert all(value < 0 for value in series(session, "NVDA", types[1])[types[1]].values())  # capex as Yahoo prints it
    quarters = series(session, "NVDA", types[0])[types[0]]
    assert len(quarters) == 5
    assert series(session, "NVDA", types[3])[types[3]] == {max(quarters): sum(sorted_values(quarters)[-4:])}
    # period1 and period2 cut by the stamp.
    since = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    until = int(datetime(2026, 4, 30, tzinfo=UTC).timestamp())
    kept = series(session, "NVDA", types[0], period1=since, period2=until)[types[0]]
    assert kept == {day: amount for day, amount in quarters.items() if "2026-01-01" <= day <= "2026-04-30"}


def sorted_values(amounts: dict[str, float]) -> list[float]:
    return [amounts[day] for day in sorted(amounts)]


def test_every_company_of_the_registry_has_answers() -> None:
    with StandIn() as standin, curl.Session() as http:
        told = {}
        for company in standin.world.companies.values():
            revenue = http.get(
                rewritten(f"{TIMESERIES}/{company.symbol}?type=quarterlyTotalRevenue,annualTotalRevenue", standin.url)
            ).json()["timeseries"]["result"]
            priced = http.get(rewritten(f"{CHART}/{company.symbol}?range=5d&interval=1d", standin.url))
            told[company.company_id] = (any(len(entry) > 1 for entry in revenue), priced.status_code)
            if company.cik:
                for path in (f"submissions/CIK{company.cik}", f"api/xbrl/companyfacts/CIK{company.cik}"):
                    assert http.get(f"{standin.url}/data.sec.gov/{path}.json", headers=CONTACT).status_code == 200
        gone = {c.company_id for c in standin.world.companies.values() if c.listed_to}
        assert {name for name, (_, status) in told.items() if status == 404} == gone == {"confluent", "juniper"}
        assert {name for name, (has, _) in told.items() if not has} == gone
        assert len(told) >= 96


# The real yfinance


def test_yfinance_reads_the_recorded_statement(session: RedirectSession) -> None:
    kept = recorded.document("timeseries/yfinance-rs_income_statement_quarterly_AAPL.json")["timeseries"]["result"]
    frame = yf.Ticker("AAPL", session=session).quarterly_income_stmt
    names = {"quarterlyTotalRevenue": "Total Revenue", "quarterlyGrossProfit": "Gross Profit",
             "quarterlyOperatingIncome": "Operating Income", "quarterlyNetIncome": "Net Income"}  # fmt: skip
    cells = 0
    for entry in kept:
        (kind,) = entry["meta"]["type"]
        for row in entry[kind]:
            assert frame.loc[names[kind], row["asOfDate"]] == row["reportedValue"]["raw"]
            cells += 1
    assert cells == frame.notna().to_numpy().sum() == 20
    assert frame.loc["Total Revenue", "2025-06-30"] == 94_036e6  # Apple's 10-Q of 2025-08-01


def test_yfinance_gives_the_recorded_answer_raw_and_its_frame_fails_on_the_nulls(session: RedirectSession) -> None:
    kept = recorded.document("timeseries/yafin_annual_income_statement_AAPL.json")["timeseries"]["result"]
    types = [entry["meta"]["type"][0] for entry in kept]
    told = raw(session, f"{TIMESERIES}/AAPL", type=",".join(types))
    assert told["timeseries"]["result"] == kept
    assert any(None in entry.get(kind, []) for entry, kind in zip(kept, types, strict=True))
    with pytest.raises(TypeError):
        yf.Ticker("AAPL", session=session).income_stmt  # noqa: B018


def test_yfinance_reads_the_recorded_chart(session: RedirectSession) -> None:
    kept = recorded.document("chart/yafin_AAPL_1d_1y.json")["chart"]["result"][0]
    ticker = yf.Ticker("AAPL", session=session)
    frame = ticker.history(period="1y", auto_adjust=False)
    assert frame["Close"].tolist() == kept["indicators"]["quote"][0]["close"]
    assert frame["Volume"].tolist() == kept["indicators"]["quote"][0]["volume"]
    paid = frame["Dividends"]
    assert paid[paid > 0].tolist() == [e["amount"] for _, e in sorted(kept["events"]["dividends"].items())]
    assert str(frame.index.tz) == "America/New_York"


def test_yfinance_reads_prices_splits_and_dividends(session: RedirectSession, standin: StandIn) -> None:
    standin.world.add_dividend("nvidia", date(2026, 9, 10), 0.01)
    ticker = yf.Ticker("NVDA", session=session)
    frame = ticker.history(start="2024-06-03", end="2024-06-13", auto_adjust=False)
    closes = {stamp.date(): close for stamp, close in frame["Close"].items()}
    # Closes of the week of the ten-for-one split, adjusted for it.
    assert closes[date(2024, 6, 7)] == 120.888
    assert closes[date(2024, 6, 10)] == 121.790001
    split = frame["Stock Splits"]
    assert {stamp.date(): ratio for stamp, ratio in split[split > 0].items()} == {date(2024, 6, 10): 10.0}
    held = bundle.read().price_observations.filter(ticker="NVDA")
    known = dict(held.select("date", "close").iter_rows())
    assert closes == {day: known[day] for day in closes}
    assert len(closes) == 8
    month = ticker.history(period="1mo", auto_adjust=False)
    assert month.index[-1].date() == TODAY
    assert {s.date(): d for s, d in month["Dividends"].items() if d} == {date(2026, 9, 10): 0.01}


def test_fast_info_and_quote_agree(session: RedirectSession, standin: StandIn) -> None:
    info = yf.Ticker("GOOGL", session=session).fast_info
    (quoted,) = raw(session, QUOTE, symbols="GOOGL")["quoteResponse"]["result"]
    assert info["currency"] == quoted["currency"] == "USD"
    assert info["lastPrice"] == quoted["regularMarketPrice"] == standin.world.closes("GOOGL")[TODAY]
    # Market value counts all classes; sharesOutstanding the quoted one only, as Yahoo does.
    assert info["marketCap"] == pytest.approx(quoted["marketCap"])
    # Alphabet's 10-Q of 2026-07-23 counts 12,309 M shares of all classes.
    assert quoted["marketCap"] / quoted["regularMarketPrice"] == pytest.approx(12_309e6, rel=1e-3)
    assert quoted["sharesOutstanding"] < 6_000e6


def test_quotes_of_many_leave_out_the_unknown(session: RedirectSession) -> None:
    told = raw(session, QUOTE, symbols="NVDA,NOSUCH,005930.KS,AAPL,BABA")["quoteResponse"]
    found = {quoted["symbol"]: quoted for quoted in told["result"]}
    assert list(found) == ["NVDA", "005930.KS", "AAPL", "BABA"]
    assert found["005930.KS"]["currency"] == "KRW"
    assert (found["BABA"]["currency"], found["BABA"]["financialCurrency"]) == ("USD", "CNY")
    assert found["AAPL"]["marketCap"] == recorded.quote("AAPL")["marketCap"]  # type: ignore[index]


def test_days_of_results_are_estimated_until_announced(session: RedirectSession, standin: StandIn) -> None:
    def days() -> list[object]:
        (quoted,) = raw(session, QUOTE, symbols="NVDA")["quoteResponse"]["result"]
        stamps = (quoted[name] for name in ("earningsTimestamp", "earningsTimestampStart"))
        return [datetime.fromtimestamp(at, UTC).date() for at in stamps] + [quoted["isEarningsDateEstimate"]]

    standin.world.today = date(2025, 8, 1)
    assert days() == [date(2025, 5, 28), date(2025, 8, 27), True]
    standin.world.today = date(2025, 8, 20)
    assert days() == [date(2025, 8, 27), date(2025, 8, 27), False]
    standin.world.today = date(2025, 8, 27)
    assert days() == [date(2025, 8, 27), date(2025, 11, 26), True]


def test_exchange_rates_are_charts(session: RedirectSession) -> None:
    rates = bundle.read().fx_observations.filter(date=date(2026, 3, 2))
    dollars = dict(rates.select("currency", "usd_per_unit").iter_rows())
    for symbol, expected in (
        ("EURUSD=X", dollars["EUR"]),
        ("KRW=X", 1 / dollars["KRW"]),
        ("TWD=X", 1 / dollars["TWD"]),
    ):
        frame = yf.Ticker(symbol, session=session).history(start="2026-03-02", end="2026-03-03", auto_adjust=False)
        assert frame["Close"].tolist() == [pytest.approx(expected, rel=1e-5)]
    assert yf.Ticker("KRW=X", session=session).fast_info["currency"] == "KRW"


def test_an_unknown_symbol_is_unknown_everywhere(session: RedirectSession) -> None:
    assert yf.Ticker("NOSUCH", session=session).quarterly_income_stmt.empty
    # yfinance looks for the time zone in the chart, then (twice in a process) in quoteSummary, and then gives up.
    with pytest.raises((YFTzMissingError, YFPricesMissingError, curl.exceptions.HTTPError)):
        yf.Ticker("NOSUCH", session=session).history(period="max")
    with pytest.raises(curl.exceptions.HTTPError, match="404"):
        raw(session, f"{SUMMARY}/NOSUCH", modules="price")


def test_yfinance_keeps_one_cookie_and_one_crumb(session: RedirectSession, standin: StandIn) -> None:
    for symbol in ("NVDA", "MSFT", "GOOGL"):
        raw(session, QUOTE, symbols=symbol)
        series(session, symbol, "quarterlyTotalRevenue")
    assert standin.requests.count("yahoo.cookie") == 1
    assert standin.requests.count("yahoo.crumb") == 1
    assert {entry.status for entry in standin.requests.entries("yahoo.quote")} == {200}


def test_yfinance_heals_a_crumb_that_went_stale(session: RedirectSession, standin: StandIn) -> None:
    raw(session, QUOTE, symbols="NVDA")
    standin.yahoo.expire()
    assert raw(session, QUOTE, symbols="NVDA")["quoteResponse"]["result"][0]["symbol"] == "NVDA"
    assert [entry.status for entry in standin.requests.entries("yahoo.quote")] == [200, 401, 200]


def test_yfinance_goes_through_the_consent_pages(session: RedirectSession, standin: StandIn) -> None:
    # No cookie from fc.yahoo.com, as on machines that block it: yfinance then asks guce and accepts the terms.
    standin.faults.set("dns", "yahoo.cookie")
    assert raw(session, QUOTE, symbols="NVDA")["quoteResponse"]["result"][0]["symbol"] == "NVDA"
    hosts = [entry.host for entry in standin.requests.entries("yahoo.consent")]
    assert "guce.yahoo.com" in hosts and "consent.yahoo.com" in hosts


def test_yfinance_accepts_terms_that_stand_before_an_answer(session: RedirectSession, standin: StandIn) -> None:
    standin.faults.set("consent", "yahoo.timeseries")
    quarters = series(session, "NVDA", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]
    assert quarters["2025-07-31"] == 46_743e6
    assert standin.requests.count("yahoo.consent") >= 3


def test_quotes_are_refused_without_cookie_or_crumb(standin: StandIn) -> None:
    with curl.Session() as bare:
        nothing = bare.get(rewritten(f"{QUOTE}?symbols=NVDA", standin.yahoo_url))
        bare.get(rewritten("https://fc.yahoo.com", standin.yahoo_url))
        wrong = bare.get(rewritten(f"{QUOTE}?symbols=NVDA&crumb=Too+Many+Requests%0D%0A", standin.yahoo_url))
        free = bare.get(rewritten(f"{CHART}/NVDA?range=5d&interval=1d", standin.yahoo_url))
    assert (nothing.status_code, nothing.json()["finance"]["error"]["description"]) == (401, "Invalid Cookie")
    assert (wrong.status_code, wrong.json()["finance"]["error"]["description"]) == (401, "Invalid Crumb")
    assert free.status_code == 200


def test_what_libraries_say_of_yfinance_under_a_rate_limit(session: RedirectSession, standin: StandIn) -> None:
    standin.faults.set("too_many", "yahoo.timeseries")
    standin.faults.set("too_many", "yahoo.crumb", skip=1)
    with pytest.raises(YFRateLimitError):
        yf.Ticker("NVDA", session=session).quarterly_income_stmt  # noqa: B018
    # The whole URL, then the first chunk of it, each with either cookie strategy: four where one was asked for.
    assert standin.requests.count("yahoo.timeseries") == 4
    yf.config.debug.hide_exceptions = True
    assert yf.Ticker("NVDA", session=session).quarterly_income_stmt.empty


# SEC, with httpx and curl_cffi


def test_sec_refuses_who_does_not_say_who_they_are(standin: StandIn) -> None:
    address = f"{standin.url}/data.sec.gov/submissions/CIK0001045810.json"
    for agent in ("python-httpx/0.28", "Mozilla/5.0", ""):
        refused = httpx.get(address, headers={"User-Agent": agent}, timeout=60)
        assert refused.status_code == 403
        assert "Undeclared Automated Tool" in refused.text
    assert httpx.get(address, headers=CONTACT, timeout=60).status_code == 200
    assert [entry.status for entry in standin.requests] == [403, 403, 403, 200]


def test_submissions_and_facts_agree(client: httpx.Client, standin: StandIn) -> None:
    number = cik("nvidia", standin)
    told = client.get(f"/data.sec.gov/submissions/{number}.json").json()
    facts = client.get(f"/data.sec.gov/api/xbrl/companyfacts/{number}.json").json()
    recent = told["filings"]["recent"]
    assert len({len(column) for column in recent.values()}) == 1
    filed = dict(zip(recent["accessionNumber"], recent["filingDate"], strict=True))
    assert {(key[6], key[7]) for key in facts_in(facts)} == set(filed.items())
    assert recent["filingDate"] == sorted(recent["filingDate"], reverse=True)
    forms = dict(zip(recent["accessionNumber"], recent["form"], strict=True))
    reports = dict(zip(recent["accessionNumber"], recent["reportDate"], strict=True))
    # Nvidia's 10-K of fiscal 2025 and its 10-Q of the second quarter of fiscal 2026.
    assert (forms["0001045810-25-000023"], reports["0001045810-25-000023"]) == ("10-K", "2025-01-26")
    assert (forms["0001045810-25-000209"], reports["0001045810-25-000209"]) == ("10-Q", "2025-07-27")
    assert told["tickers"] == ["NVDA"] and told["cik"] == "0001045810"


def test_a_filer_of_real_weight_states_one_fact_of_each_other_concept_a_report() -> None:
    world = World(companies=["coreweave"], others=30)
    with StandIn(world) as standin, httpx.Client(base_url=standin.url, headers=CONTACT) as client:
        told = facts_in(client.get("/data.sec.gov/api/xbrl/companyfacts/CIK0001769628.json").json())
    reports = [filing for filing in world.filings("coreweave") if filing.report]
    assert len(reports) > 4
    assert sum(told.values()) == 144 + 30 * len(reports)


@pytest.mark.parametrize("path", ["submissions/CIK0001045810", "api/xbrl/companyfacts/CIK0001045810"])
def test_an_unchanged_answer_is_304(client: httpx.Client, standin: StandIn, path: str) -> None:
    address = f"/data.sec.gov/{path}.json"
    first = client.get(address)
    assert first.headers["Content-Encoding"] == "gzip"
    for known in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        again = client.get(address, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    standin.world.add_filing("nvidia", TODAY, facts=[Fact("us-gaap:Assets", "USD", None, TODAY, 1.0, TODAY, "")])
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200


def test_curl_and_httpx_read_the_same(client: httpx.Client, standin: StandIn) -> None:
    path = f"/data.sec.gov/api/xbrl/companyfacts/{cik('nvidia', standin)}.json"
    with curl.Session(impersonate="chrome") as http:
        assert http.get(standin.url + path, headers=CONTACT).content == client.get(path).content


def test_an_unknown_filer_is_404(client: httpx.Client) -> None:
    missing = client.get("/data.sec.gov/api/xbrl/companyfacts/CIK0000000001.json")
    assert missing.status_code == 404
    assert "NoSuchKey" in missing.text


def test_the_bulk_file_holds_every_filers_facts(client: httpx.Client, standin: StandIn) -> None:
    with client.stream("GET", f"/{BULK}") as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        pieces = list(answer.iter_raw())
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    filers = sorted(f"CIK{c.cik}.json" for c in standin.world.companies.values() if c.cik)
    assert archive.namelist() == filers
    assert archive.testzip() is None
    for name in filers:
        assert archive.read(name) == client.get(f"/data.sec.gov/api/xbrl/companyfacts/{name}").content


def test_sec_shuts_the_door_above_its_rate() -> None:
    served = StandIn(World(companies=["nvidia"]), sec_limit=10, sec_window=60)
    with served as standin, httpx.Client(headers=CONTACT) as http:
        statuses = [
            http.get(f"{standin.url}/data.sec.gov/submissions/CIK0001045810.json").status_code for _ in range(14)
        ]
        assert statuses == [200] * 10 + [403] * 4
        assert standin.requests.peak("sec.*", window=60) == 14


# The clock


def test_only_what_was_filed_is_told(session: RedirectSession, standin: StandIn, client: httpx.Client) -> None:
    # Nvidia filed the quarter to 2025-07-27 on 2025-08-27.
    standin.world.today = date(2025, 8, 26)
    number = cik("nvidia", standin)
    assert "0001045810-25-000209" not in client.get(f"/data.sec.gov/submissions/{number}.json").text
    before = facts_in(client.get(f"/data.sec.gov/api/xbrl/companyfacts/{number}.json").json())
    assert max(key[7] for key in before) == "2025-05-28"
    assert max(series(session, "NVDA", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]) == "2025-04-30"
    assert standin.world.advance() == date(2025, 8, 27)
    assert "0001045810-25-000209" in client.get(f"/data.sec.gov/submissions/{number}.json").text
    after = facts_in(client.get(f"/data.sec.gov/api/xbrl/companyfacts/{number}.json").json())
    assert before <= after
    assert {key[7] for key in after - before} == {"2025-08-27"}
    assert series(session, "NVDA", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]["2025-07-31"] == 46_743e6
    frame = yf.Ticker("NVDA", session=session).history(period="5d", auto_adjust=False)
    assert frame.index[-1].date() == date(2025, 8, 27)


def test_prices_go_on_and_never_change(standin: StandIn) -> None:
    before = standin.world.closes("NVDA")
    standin.world.advance(14)
    after = standin.world.closes("NVDA")
    assert {day: after[day] for day in before} == before
    assert sorted(set(after) - set(before)) == [date(2026, 10, d) for d in (1, 2, 5, 6, 7, 8, 9, 12, 13, 14)]


def test_closes_before_a_split_are_not_adjusted_for_it(standin: StandIn) -> None:
    # Ten for one on 2024-06-10: the close of 2024-06-07 was 1,208.88 then and is 120.888 now.
    standin.world.today = date(2024, 6, 7)
    assert standin.world.closes("NVDA")[date(2024, 6, 7)] == pytest.approx(1208.88)
    standin.world.advance(3)
    assert standin.world.closes("NVDA")[date(2024, 6, 7)] == pytest.approx(120.888)


# What a test changes


def test_a_new_quarter_is_told_by_both_from_its_day_on(
    session: RedirectSession, standin: StandIn, client: httpx.Client
) -> None:
    number = cik("nvidia", standin)
    quarter = standin.world.add_quarter("nvidia", date(2026, 10, 15), revenue=100e9, capex=3e9)
    assert (quarter.start, quarter.end) == (date(2026, 4, 27), date(2026, 7, 26))
    old = client.get(f"/data.sec.gov/submissions/{number}.json")
    standin.world.today = date(2026, 10, 15)
    new = client.get(f"/data.sec.gov/submissions/{number}.json", headers={"If-None-Match": old.headers["ETag"]})
    assert new.json()["filings"]["recent"]["accessionNumber"][0] == quarter.accession
    assert new.json()["filings"]["recent"]["form"][0] == "10-Q"
    facts = client.get(f"/data.sec.gov/api/xbrl/companyfacts/{number}.json").json()["facts"]["us-gaap"]
    told = {
        (r["start"], r["end"]): r["val"] for r in facts["Revenues"]["units"]["USD"] if r["accn"] == quarter.accession
    }
    # The first quarter, filed 2026-05-20, was 81,615 M; to date is first plus second.
    assert told == {("2026-04-27", "2026-07-26"): 100e9, ("2026-01-26", "2026-07-26"): 181_615e6}
    spent = facts["PaymentsToAcquireProductiveAssets"]["units"]["USD"]
    assert [r["start"] for r in spent if r["accn"] == quarter.accession] == ["2026-01-26"]
    figures = series(session, "NVDA", "quarterlyTotalRevenue", "quarterlyCapitalExpenditure")
    assert figures["quarterlyTotalRevenue"]["2026-07-31"] == 100e9
    assert figures["quarterlyCapitalExpenditure"]["2026-07-31"] == -3e9


def test_a_fourth_quarter_is_filed_as_the_year(standin: StandIn, client: httpx.Client) -> None:
    # CoreWeave's fiscal year ends in December; its last filing tells June 2026.
    standin.world.add_quarter("coreweave", date(2026, 11, 10), revenue=3e9)
    fourth = standin.world.add_quarter("coreweave", date(2027, 2, 20), revenue=4e9)
    standin.world.today = date(2027, 2, 20)
    facts = client.get(f"/data.sec.gov/api/xbrl/companyfacts/{cik('coreweave', standin)}.json").json()
    rows = [key for key in facts_in(facts) if key[6] == fourth.accession and "Revenue" in key[1]]
    # 2,078 and 2,575 M were filed for the first two quarters.
    assert [(row[3], row[4], row[5]) for row in rows] == [("2026-01-01", "2026-12-31", 2_078e6 + 2_575e6 + 7e9)]


def test_a_filing_without_facts_changes_submissions_alone(client: httpx.Client, standin: StandIn) -> None:
    number = cik("nvidia", standin)
    facts = client.get(f"/data.sec.gov/api/xbrl/companyfacts/{number}.json")
    filing = standin.world.add_filing("nvidia", TODAY)
    told = client.get(f"/data.sec.gov/submissions/{number}.json").json()["filings"]["recent"]
    assert (told["accessionNumber"][0], told["form"][0], told["isXBRL"][0]) == (filing.accession, "8-K", 0)
    assert client.get(f"/data.sec.gov/api/xbrl/companyfacts/{number}.json").content == facts.content


def test_a_company_that_does_not_file_with_sec_has_its_quarter_from_yahoo(
    session: RedirectSession, standin: StandIn
) -> None:
    quarter = standin.world.add_quarter("samsung-electronics", TODAY, revenue=180e12)
    told = series(session, "005930.KS", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]
    assert told[quarter.end.isoformat()] == 180e12
    assert quarter.end == date(2026, 9, 30)


def test_life_events(session: RedirectSession, standin: StandIn) -> None:
    world = standin.world
    world.add_split("nvidia", date(2026, 10, 5), 4)
    world.change_symbol("alphabet", date(2026, 10, 5), "ALFA")
    world.change("coreweave", listed_to=date(2026, 10, 2))
    before = world.closes("NVDA")
    world.today = date(2026, 10, 6)
    after = world.closes("NVDA")
    assert after[TODAY] == before[TODAY] / 4
    frame = yf.Ticker("NVDA", session=session).history(period="1mo", auto_adjust=False)
    assert {s.date(): r for s, r in frame["Stock Splits"].items() if r} == {date(2026, 10, 5): 4.0}
    quoted = {q["symbol"] for q in raw(session, QUOTE, symbols="ALFA,GOOGL,CRWV")["quoteResponse"]["result"]}
    assert quoted == {"ALFA"}
    world.add_company(Company("openai", "OpenAI", "OPEN", "0009999999", "USD", 12, listed_from=date(2026, 10, 5)))
    assert world.origin("openai") == "invented"
    assert len(series(session, "OPEN", "quarterlyTotalRevenue")["quarterlyTotalRevenue"]) == 5
    assert yf.Ticker("OPEN", session=session).history(period="max", auto_adjust=False).index[0].date() == date(
        2026, 10, 5
    )


# The dial: every fault, at every endpoint, as a plain client meets it

ENDPOINTS = {
    "yahoo.timeseries": f"{TIMESERIES}/NVDA?type=quarterlyTotalRevenue,quarterlyNetIncome",
    "yahoo.chart": f"{CHART}/NVDA?range=1mo&interval=1d&events=div,split",
    "yahoo.quote": f"{QUOTE}?symbols=NVDA,MSFT",
    "yahoo.crumb": "https://query1.finance.yahoo.com/v1/test/getcrumb",
    "sec.companyfacts": "https://data.sec.gov/api/xbrl/companyfacts/CIK0001769628.json",
    "sec.submissions": "https://data.sec.gov/submissions/CIK0001769628.json",
    "sec.bulk": f"https://{BULK}",
}
JSON = ("yahoo.timeseries", "yahoo.chart", "yahoo.quote", "sec.companyfacts", "sec.submissions", "sec.bulk")
Check = Callable[[Any, Any, str], bool]  # the answer (or error) got, the clean one, the endpoint


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for held in value.values() for leaf in leaves(held)]
    return [leaf for held in value for leaf in leaves(held)] if isinstance(value, list) else [value]


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(held) for held in value.values()))
    return set().union(*(keys(held) for held in value)) if isinstance(value, list) else set()


def numbers(value: Any) -> list[Any]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, (int, float)) and not isinstance(leaf, bool)]


def parses(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def has(status: int, text: str = "") -> Check:
    return lambda got, clean, endpoint: got.status_code == status and text in got.text


def header(status: int, retry_after: str | None) -> Check:
    return lambda got, clean, endpoint: (got.status_code, got.headers.get("Retry-After")) == (status, retry_after)


def changed(check: Callable[[Any, Any], bool]) -> Check:
    """The JSON, against that of the clean answer."""
    return lambda got, clean, endpoint: got.status_code == 200 and check(document(got), document(clean))


def document(answer: Any) -> Any:
    """The JSON of an answer, or of every member of the bulk file."""
    if not answer.content.startswith(b"PK"):
        return json.loads(answer.content)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    return [json.loads(archive.read(name)) for name in archive.namelist()]


def fails(*names: str) -> Check:
    return lambda got, clean, endpoint: any(name in {c.__name__ for c in type(got).__mro__} for name in names)


def halved(got: Any, clean: Any, endpoint: str) -> bool:
    whole = endpoint == "yahoo.crumb" or not parses(got.text)
    return whole and clean.text.startswith(got.text) and 0 < len(got.text) < len(clean.text)


def broken_zip(got: Any, clean: Any, endpoint: str) -> bool:
    return zipfile.is_zipfile(io.BytesIO(clean.content)) and not zipfile.is_zipfile(io.BytesIO(got.content))


def slow(got: Any, clean: Any, endpoint: str) -> bool:
    return bool(got.status_code == 200 and got.elapsed.total_seconds() > 0.25)


def nothing(got: Any, clean: Any, endpoint: str) -> bool:
    return (got.status_code, got.content) == (200, b"")


def asks_for_consent(got: Any, clean: Any, endpoint: str) -> bool:
    return "csrfToken" in got.text and "/consent.yahoo.com/" in got.url


def no_numbers(got: Any, clean: Any) -> bool:
    return bool(numbers(clean)) and not numbers(got) and len(leaves(got)) == len(leaves(clean))


def other_keys(got: Any, clean: Any) -> bool:
    return bool(keys(clean) - keys(got)) and leaves(got) == leaves(clean)


def in_yen(got: Any, clean: Any) -> bool:
    return "JPY" in str(got) and "JPY" not in str(clean) and numbers(got) == numbers(clean)


def twice(got: Any, clean: Any) -> bool:
    return len(leaves(got)) > 1.5 * len(leaves(clean)) and keys(got) == keys(clean)


def newest_is_the_one_before(got: Any, clean: Any) -> bool:
    for ours, theirs in zip(got["timeseries"]["result"], clean["timeseries"]["result"], strict=True):
        (kind,) = ours["meta"]["type"]
        before, newest = ours[kind][-2:]
        if newest["reportedValue"] != before["reportedValue"] or newest["asOfDate"] != theirs[kind][-1]["asOfDate"]:
            return False
    return bool(got != clean)


def more_nulls(got: Any, clean: Any) -> bool:
    return leaves(got).count(None) > leaves(clean).count(None)


EVERYWHERE = tuple(ENDPOINTS)
YAHOO = tuple(name for name in ENDPOINTS if name.startswith("yahoo."))
SEC = tuple(name for name in ENDPOINTS if name.startswith("sec."))
# What each fault does, where it does it, and what a plain client sees.
TABLE: list[tuple[str, tuple[str, ...], Check]] = [
    ("too_many", EVERYWHERE, header(429, None)),
    ("too_many", YAHOO, has(429, "Too Many Requests")),
    ("too_many", SEC, has(429, "Threshold Exceeded")),
    ("too_many_retry_after", EVERYWHERE, header(429, "7")),
    ("invalid_crumb", YAHOO, has(401, "Invalid Crumb")),
    ("forbidden", YAHOO, has(403, "Unauthorized")),
    ("forbidden", SEC, has(403, "Undeclared Automated Tool")),
    ("not_found", EVERYWHERE, has(404)),
    ("server_error", EVERYWHERE, has(500)),
    ("unavailable", EVERYWHERE, has(503, "Will be right back")),
    ("html", EVERYWHERE, has(200, "<html>")),
    ("consent", YAHOO, asks_for_consent),
    ("truncated", (*JSON[:5], "yahoo.crumb"), halved),
    ("truncated", ("sec.bulk",), broken_zip),
    ("wrong_types", JSON, changed(no_numbers)),
    ("renamed_keys", JSON, changed(other_keys)),
    ("empty_body", EVERYWHERE, nothing),
    ("empty_result", JSON[:3], changed(lambda got, clean: next(iter(got.values()))["result"] == [])),
    ("empty_result", JSON[3:4], changed(lambda got, clean: got["facts"] == {} and got["cik"] == clean["cik"])),
    ("empty_result", JSON[5:], changed(lambda got, clean: not any(filer["facts"] for filer in got))),
    ("empty_result", JSON[4:5], changed(lambda got, clean: not any(got["filings"]["recent"].values()))),
    ("no_figures", JSON[:1], changed(lambda got, clean: {*map(len, got["timeseries"]["result"])} == {1})),
    ("no_figures", JSON[1:2], changed(lambda got, clean: "timestamp" not in got["chart"]["result"][0])),
    ("null_figures", JSON, changed(more_nulls)),
    ("wrong_currency", (*JSON[:4], "sec.bulk"), changed(in_yen)),
    ("repeated", JSON, changed(twice)),
    ("stale_quarter", JSON[:1], changed(newest_is_the_one_before)),
    ("limited_200", YAHOO, has(200, "Edge: Too Many Requests")),
    ("limited_200", SEC, has(200, "Threshold Exceeded")),
    ("slow_drip", EVERYWHERE, slow),
    ("cut", EVERYWHERE, fails("IncompleteRead", "ConnectionError", "ChunkedEncodingError")),
    ("reset", EVERYWHERE, fails("ConnectionError")),
    ("dns", EVERYWHERE, fails("DNSError")),
    ("tls", EVERYWHERE, fails("CertificateVerifyError")),
    ("tls_plain", EVERYWHERE, fails("SSLError")),
]


@pytest.fixture(scope="module")
def serving() -> Iterator[StandIn]:
    with StandIn(World(companies=("nvidia", "microsoft", "coreweave")), drip_seconds=0.3) as opened:
        yield opened


@pytest.fixture
def dialled(serving: StandIn) -> Iterator[StandIn]:
    """One server for many tests, each with a clear dial."""
    serving.faults.clear()
    yield serving
    serving.faults.clear()


def ask(http: curl.Session[Any], standin: StandIn, url: str) -> Any:
    """The answer, or the error in its place."""
    try:
        return http.get(rewritten(url, standin.yahoo_url), headers=CONTACT, timeout=30)
    except curl.exceptions.RequestException as error:
        return error


@pytest.mark.parametrize(
    ("kind", "endpoint", "check"),
    [(kind, endpoint, check) for kind, where, check in TABLE for endpoint in where],
    ids=[f"{kind}-{endpoint}" for kind, where, _ in TABLE for endpoint in where],
)
def test_fault(dialled: StandIn, kind: str, endpoint: str, check: Check) -> None:
    url = ENDPOINTS[endpoint]
    with curl.Session() as http:
        http.get(rewritten("https://fc.yahoo.com", dialled.yahoo_url))
        crumb = http.get(rewritten(ENDPOINTS["yahoo.crumb"], dialled.yahoo_url)).text
        url += f"&crumb={crumb}" if endpoint == "yahoo.quote" else ""
        clean = ask(http, dialled, url)
        assert clean.status_code == 200
        fault = dialled.faults.set(kind, endpoint, count=1)
        got = ask(http, dialled, url)
        assert check(got, clean, endpoint), got
        assert fault.struck == 1
        assert [e.fault for e in dialled.requests.entries(endpoint)][-1] == kind
        # A fault strikes once and the endpoint is well again.
        assert ask(http, dialled, url).content == clean.content


def test_every_kind_stands_in_the_table() -> None:
    assert {kind for kind, _, _ in TABLE} == set(KINDS)


def test_faults_of_httpx(dialled: StandIn) -> None:
    address = f"{dialled.url}/data.sec.gov/submissions/CIK0001769628.json"
    expected = {
        "reset": httpx.ReadError, "cut": httpx.RemoteProtocolError, "tls": httpx.ConnectError,
        "tls_plain": httpx.ConnectError,
    }  # fmt: skip
    for kind, error in expected.items():
        dialled.faults.set(kind, "sec.submissions", count=1)
        with pytest.raises(error):
            httpx.get(address, headers=CONTACT, follow_redirects=True, timeout=60)


def test_slow_drip_runs_into_a_time_limit(dialled: StandIn) -> None:
    dialled.drip_seconds = 30
    dialled.faults.set("slow_drip", "sec.submissions", count=1)
    started = time.monotonic()
    with pytest.raises(curl.exceptions.Timeout):
        curl.get(f"{dialled.url}/data.sec.gov/submissions/CIK0001769628.json", headers=CONTACT, timeout=1)
    assert time.monotonic() - started < 15
    dialled.drip_seconds = 0.3


def test_broken_addresses(dialled: StandIn) -> None:
    kinds = {name: type(ask_at(address)).__name__ for name, address in dialled.broken_addresses.items()}
    assert kinds == {
        "dns": "DNSError", "tls": "CertificateVerifyError", "tls_plain": "SSLError", "refused": "ConnectionError",
    }  # fmt: skip


def ask_at(address: str) -> Any:
    try:
        return curl.get(f"{address}/data.sec.gov/submissions/CIK0001769628.json", headers=CONTACT, timeout=30)
    except curl.exceptions.RequestException as error:
        return error


def test_an_unknown_fault_is_refused(dialled: StandIn) -> None:
    with pytest.raises(ValueError, match="no fault 'nonsense'; there are: too_many, "):
        dialled.faults.set("nonsense")


# The dial's aim


def statuses(standin: StandIn, symbols: list[str], rounds: int) -> list[int]:
    with curl.Session() as http:
        return [
            http.get(rewritten(f"{CHART}/{symbol}?range=1d&interval=1d", standin.url)).status_code
            for _ in range(rounds)
            for symbol in symbols
        ]


def test_a_fault_may_skip_and_end(dialled: StandIn) -> None:
    dialled.faults.set("server_error", "yahoo.chart", subject="NVDA", skip=1, count=2)
    assert statuses(dialled, ["NVDA", "MSFT"], 4) == [200, 200, 500, 200, 500, 200, 200, 200]


def test_a_fault_may_strike_by_predicate(dialled: StandIn) -> None:
    dialled.faults.set("unavailable", when=lambda request: request.path.endswith("/MSFT"))
    assert statuses(dialled, ["NVDA", "MSFT"], 2) == [200, 503, 200, 503]


def test_probability_depends_on_the_seed_and_not_on_the_order_of_threads() -> None:
    def struck(seed: int, order: int) -> dict[str, list[int]]:
        world = World(companies=("nvidia", "microsoft", "coreweave"))
        with StandIn(world, seed=seed) as standin:
            standin.faults.set("server_error", "yahoo.chart", probability=0.4)
            names = ["NVDA", "MSFT", "CRWV"][::order]
            found: dict[str, list[int]] = {}
            threads = [
                threading.Thread(target=lambda s=s: found.update({s: statuses(standin, [s], 20)})) for s in names
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return found

    first = struck(7, 1)
    assert struck(7, -1) == first
    assert struck(8, 1) != first
    # 60 requests at 0.4: 24 expected; 12 to 36 is more than three standard deviations (3.8) either way.
    assert 12 <= sum(status == 500 for found in first.values() for status in found) <= 36


def test_a_storm_strikes_its_share_with_every_kind(dialled: StandIn) -> None:
    # 2,000 requests, 0.3 of them: 600 expected, standard deviation 20.5; four of those either way.
    dialled.faults.storm(0.3, seed=1)
    request = Request("GET", "query2.finance.yahoo.com", "/", {}, {}, b"", dialled.url)
    chosen = Counter(dialled.faults.choose(request, "yahoo.chart", f"S{number}") for number in range(2000))
    assert 518 <= 2000 - chosen[None] <= 682
    assert set(chosen) - {None} == set(KINDS) - {"stale_quarter"}
    # At SEC no list of filings is about crumbs, consent, figures or currencies.
    found = {dialled.faults.choose(request, "sec.submissions", f"S{number}") for number in range(2000)}
    assert found - {None} == set(KINDS) - {
        "invalid_crumb", "consent", "no_figures", "wrong_currency", "stale_quarter",
    }  # fmt: skip


def test_a_storm_begins_anew_after_clear(dialled: StandIn) -> None:
    def weather() -> list[int]:
        dialled.faults.storm(0.5, seed=4, kinds=("server_error", "unavailable", "not_found"))
        try:
            return statuses(dialled, ["NVDA", "MSFT"], 10)
        finally:
            dialled.faults.clear()

    first = weather()
    assert weather() == first
    assert set(first) == {200, 404, 500, 503}


# Counting


def test_requests_are_counted_with_their_end(dialled: StandIn) -> None:
    dialled.requests.clear()
    dialled.faults.set("too_many", "yahoo.chart", subject="MSFT", count=1)
    statuses(dialled, ["NVDA", "MSFT"], 2)
    httpx.get(f"{dialled.url}/data.sec.gov/submissions/CIK0001769628.json", headers=CONTACT, timeout=60)
    httpx.get(f"{dialled.url}/data.sec.gov/nowhere", headers=CONTACT, timeout=60)
    counted = dialled.requests
    assert (len(counted), counted.count("yahoo.*"), counted.count("sec.*"), counted.count("unknown")) == (6, 4, 1, 1)
    assert counted.count("yahoo.chart", "MSFT") == 2
    assert [(e.status, e.fault) for e in counted.entries("yahoo.chart", "MSFT")] == [(429, "too_many"), (200, None)]
    assert counted.peak("yahoo.*", window=60) == 4
    assert counted.peak("yahoo.*", window=1e-9) == 1
    assert "1  yahoo.chart            429  too_many" in counted.table()


# No other host


def test_the_session_asks_nobody_else(standin: StandIn, session: RedirectSession) -> None:
    for url in (
        "https://example.com/",
        "https://yahoo.com.example.com/",
        "http://127.0.0.1:1/",
        "file:///etc/hostname",
    ):
        with pytest.raises(Refused):
            session.get(url)
    assert rewritten("https://data.sec.gov/submissions/X.json?a=1", "http://h:1") == (
        "http://h:1/data.sec.gov/submissions/X.json?a=1"
    )
    answer = session.get(f"{CHART}/NVDA?range=1d&interval=1d")
    assert answer.url == f"{CHART}/NVDA?range=1d&interval=1d"
    assert answer.primary_ip == "127.0.0.1"


def test_every_request_of_yfinance_ends_at_the_stand_in(
    standin: StandIn, tmp_path: Path, session: RedirectSession
) -> None:
    seen: list[str] = []
    ask_on = session.request

    def watched(*args: Any, **options: Any) -> Any:
        response = ask_on(*args, **options)
        seen.append(response.primary_ip)
        return response

    session.request = watched  # type: ignore[method-assign]
    ticker = yf.Ticker("NVDA", session=session)
    ticker.history(period="1mo")
    assert not ticker.quarterly_cashflow.empty
    assert ticker.info["symbol"] == "NVDA"
    assert len(seen) >= 6
    assert set(seen) == {"127.0.0.1"}
    assert standin.requests.count("unknown") == 0


# By hand


def test_started_by_hand() -> None:
    command = [sys.executable, "-m", "tests.standins", "--today", "2025-08-26", "--company", "nvidia", "--seed", "3"]
    command += ["--fault", "too_many@yahoo.chart"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as run:
        assert run.stdout is not None
        lines = [run.stdout.readline() for _ in range(4)]
        settings = dict(
            line.removeprefix("export ").strip().split("=", 1) for line in lines if line.startswith("export ")
        )
        base = settings["LAYERLEDGER_MIRROR"]
        assert curl.get(rewritten(f"{CHART}/NVDA?range=1d&interval=1d", base)).status_code == 429
        told = curl.get(rewritten("https://data.sec.gov/submissions/CIK0001045810.json", base), headers=CONTACT).json()
        assert told["filings"]["recent"]["filingDate"][0] == "2025-05-28"
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
        assert run.wait(10) == 0
    assert "2 requests" in rest


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("reset", ("reset", 1.0, "*")),
        ("too_many:0.3@yahoo.chart", ("too_many", 0.3, "yahoo.chart")),
        ("storm:0.25@sec.*", ("storm", 0.25, "sec.*")),
    ],
)
def test_faults_given_by_hand(text: str, meant: tuple[str, float, str]) -> None:
    assert fault_of(text) == meant


@pytest.mark.parametrize("fault", ["nonsense", "html:2", "html:often"])
def test_started_by_hand_with_a_fault_that_is_none(fault: str) -> None:
    command = [sys.executable, "-m", "tests.standins", "--fault", fault]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "--fault" in done.stderr
