"""Yahoo Finance's stand-in: cookie, crumb, consent, timeseries, chart, quote, quoteSummary.

Belongs here: the shapes and manners of Yahoo's endpoints. Does not belong here: figures (world.py).
"""

import hashlib
import html
import threading
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from typing import Any
from urllib.parse import urlencode

from tests.standins import recorded
from tests.standins.companies import CURRENCIES, Company, Exchange
from tests.standins.exchange import Answer, Endpoint, Request
from tests.standins.figures import Figure, fraction, shifted
from tests.standins.world import World

# Yahoo's keys for an item, each with the sign in which Yahoo prints it.
KEYS: dict[str, tuple[str, int]] = {
    "TotalRevenue": ("revenue", 1), "OperatingRevenue": ("revenue", 1), "CostOfRevenue": ("cost_of_revenue", 1),
    "GrossProfit": ("gross_profit", 1), "ResearchAndDevelopment": ("research_and_development", 1),
    "SellingGeneralAndAdministration": ("selling_general_administrative", 1),
    "OperatingIncome": ("operating_income", 1), "TotalOperatingIncomeAsReported": ("operating_income", 1),
    "InterestExpense": ("interest_expense", 1), "InterestExpenseNonOperating": ("interest_expense", 1),
    "PretaxIncome": ("pretax_income", 1), "TaxProvision": ("income_tax", 1), "NetIncome": ("net_income", 1),
    "NetIncomeCommonStockholders": ("net_income", 1), "ReconciledDepreciation": ("depreciation_amortization", 1),
    "DepreciationAndAmortization": ("depreciation_amortization", 1),
    "StockBasedCompensation": ("stock_based_compensation", 1), "OperatingCashFlow": ("operating_cash_flow", 1),
    "CapitalExpenditure": ("capex", -1), "CapitalExpenditureReported": ("capex", -1), "PurchaseOfPPE": ("capex", -1),
    "CashAndCashEquivalents": ("cash", 1), "OtherShortTermInvestments": ("short_term_investments", 1),
    "CurrentDebt": ("current_debt", 1), "LongTermDebt": ("long_term_debt", 1), "TotalDebt": ("total_debt", 1),
    "CapitalLeaseObligations": ("lease_liabilities", 1), "StockholdersEquity": ("equity", 1),
    "TotalAssets": ("total_assets", 1), "NetPPE": ("net_ppe", 1), "Inventory": ("inventory", 1),
    "OrdinarySharesNumber": ("shares_outstanding", 1), "ShareIssued": ("shares_outstanding", 1),
    "DilutedAverageShares": ("diluted_shares", 1),
}  # fmt: skip
# Yahoo keeps no more than the months before a company's newest period: four years, five quarters.
SPANS = {"annual": ("12M", 48), "quarterly": ("3M", 15)}
RANGES = {
    "1d": 1,
    "5d": 7,
    "1mo": 31,
    "3mo": 92,
    "6mo": 183,
    "1y": 366,
    "2y": 731,
    "5y": 1827,
    "10y": 3653,
    "max": 99999,
}
VALID_RANGES = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]
QUOTED = (
    "currency", "symbol", "fullExchangeName", "regularMarketPrice", "regularMarketTime", "fiftyTwoWeekHigh",
    "fiftyTwoWeekLow", "regularMarketDayHigh", "regularMarketDayLow", "regularMarketVolume", "longName", "shortName",
    "priceHint", "exchangeTimezoneName",
)  # fmt: skip
# What of a quote each module of quoteSummary repeats.
MODULES = {
    "quoteType": ("symbol", "quoteType", "longName", "shortName", "exchange"),
    "price": ("symbol", "currency", "regularMarketPrice", "marketCap", "longName", "quoteType", "regularMarketTime"),
    "summaryDetail": ("currency", "marketCap", "regularMarketPreviousClose", "fiftyTwoWeekHigh", "fiftyTwoWeekLow"),
    "defaultKeyStatistics": ("sharesOutstanding",),
    "financialData": ("financialCurrency",),
}
# What part of all shares the quoted class is (Meta's as recorded 2025-11-26, Alphabet's nearly).
QUOTED_CLASS = {"meta": 0.864, "alphabet": 0.48}
# So many days ahead a day of results is announced, no longer estimated.
ANNOUNCED_DAYS = 21
SESSION = "3_cc-session_1"
CONSENT = """<html><body><form method="post" class="consent-form" action="{action}">
<input type="hidden" name="csrfToken" value="csrf-1"><input type="hidden" name="sessionId" value="{session}">
<input type="hidden" name="originalDoneUrl" value="{done}"><input type="hidden" name="namespace" value="yahoo">
<button type="submit" name="agree" value="agree">Accept all</button></form></body></html>"""


class Yahoo:
    """Answers for Yahoo out of a world. A cookie is given once, a crumb belongs to a cookie and can be made invalid."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._lock = threading.Lock()
        self._given = 0
        self._generation = 0

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        query = r"query[12]\.finance\.yahoo\.com"
        ws = r"/ws/fundamentals-timeseries/v1/finance/timeseries/(?P<subject>[^/]+)"
        return (
            Endpoint("yahoo.cookie", r"fc\.yahoo\.com", r"/?", self.cookie),
            Endpoint("yahoo.crumb", query, r"/v1/test/getcrumb", self.crumb),
            Endpoint("yahoo.consent", r"(guce|consent)\.yahoo\.com", r"/.*", self.consent),
            Endpoint("yahoo.page", r"finance\.yahoo\.com", r"/.*", self.page),
            Endpoint("yahoo.timeseries", query, ws, self.timeseries),
            Endpoint("yahoo.chart", query, r"/v8/finance/chart/(?P<subject>[^/]+)", self.chart),
            Endpoint("yahoo.quote", query, r"/v7/finance/quote", self.quote, lambda r: r.query.get("symbols", "")),
            Endpoint("yahoo.quote_summary", query, r"/v10/finance/quoteSummary/(?P<subject>[^/]+)", self.quote_summary),
        )

    def expire(self) -> None:
        """Make every crumb given so far invalid, as Yahoo does now and then."""
        with self._lock:
            self._generation += 1

    # Manners

    def cookie(self, request: Request, subject: str) -> Answer:
        # The real one answers 404 too, and what counts is the cookie.
        return self._with_cookie(Answer(404, b"", "text/html"))

    def crumb(self, request: Request, subject: str) -> Answer:
        cookie = request.cookies.get("A3")
        if cookie is None:
            return Answer.of(_error("finance", "Unauthorized", "Invalid Cookie"), 401)
        return Answer(200, self._crumb(cookie).encode(), "text/plain;charset=utf-8")

    def consent(self, request: Request, subject: str) -> Answer:
        """guce sends on to the consent page; its form, sent back, gives cookies and leads to where one wanted to go."""
        place = f"{request.base}/consent.yahoo.com/v2/collectConsent"
        done = request.query.get("done", f"{request.base}/finance.yahoo.com/")
        onward = urlencode({"sessionId": SESSION, "done": done})
        if request.method == "POST":
            answer = self._with_cookie(_redirect(f"{request.base}/guce.yahoo.com/copyConsent?{onward}"))
            answer.cookies.append("EuConsent=CPyes; Path=/; Max-Age=31557600")
            return answer
        if request.path.startswith("/copyConsent"):
            return _redirect(done) if "EuConsent" in request.cookies else self._with_cookie(_redirect(done))
        if request.host == "guce.yahoo.com":
            return _redirect(f"{place}?{onward}")
        page = CONSENT.format(action=html.escape(f"{place}?{onward}"), session=SESSION, done=html.escape(done))
        return Answer(200, page.encode(), "text/html;charset=utf-8")

    def page(self, request: Request, subject: str) -> Answer:
        return Answer(200, b"<html><body>Yahoo Finance</body></html>", "text/html;charset=utf-8")

    def _with_cookie(self, answer: Answer) -> Answer:
        with self._lock:
            self._given += 1
            token = f"d=AQABB{self._given:06d}&S=AQAAA"
        answer.cookies.append(f"A3={token}; Path=/; Max-Age=31557600; HttpOnly")
        return answer

    def _crumb(self, cookie: str) -> str:
        return hashlib.sha256(f"{cookie}|{self._generation}".encode()).hexdigest()[:11]

    def _refused(self, request: Request) -> Answer | None:
        """What quote and quoteSummary answer to the wrong cookie or crumb."""
        cookie = request.cookies.get("A3")
        if cookie is None:
            return Answer.of(_error("finance", "Unauthorized", "Invalid Cookie"), 401)
        if request.query.get("crumb") != self._crumb(cookie):
            return Answer.of(_error("finance", "Unauthorized", "Invalid Crumb"), 401)
        return None

    # Statements

    def timeseries(self, request: Request, symbol: str) -> Answer:
        try:
            since, until = int(request.query.get("period1", 0)), int(request.query.get("period2", 2**40))
        except ValueError:
            return Answer.of(_error("finance", "Bad Request", "period1 and period2 are seconds"), 400)
        asked = [kind for kind in request.query.get("type", "").split(",") if kind]
        company = self.world.by_symbol(symbol)
        if not asked:
            return Answer.of({"timeseries": {"result": [self._shares_out(symbol, company)], "error": None}})
        known = {} if company is None else _by_key(self.world.figures(company.company_id))
        entries = []
        for kind in asked:
            if company is None and kind in recorded.timeseries(symbol):
                entries.append(recorded.timeseries(symbol)[kind])
                continue
            rows = [row for row in _rows(kind, known, company) if since <= _stamp(row["asOfDate"]) <= until]
            entry: dict[str, Any] = {"meta": {"symbol": [symbol], "type": [kind]}}
            if rows:
                entry |= {"timestamp": [_stamp(row["asOfDate"]) for row in rows], kind: rows}
            entries.append(entry)
        return Answer.of({"timeseries": {"result": entries, "error": None}})

    def _shares_out(self, symbol: str, company: Company | None) -> dict[str, Any]:
        entry: dict[str, Any] = {"meta": {"symbol": [symbol], "type": ["shares_out"]}}
        if company is not None:
            entry |= {
                "timestamp": [_stamp(self.world.today.isoformat())],
                "shares_out": [int(self.world.shares(company.company_id))],
            }
        return entry

    # Prices

    def chart(self, request: Request, symbol: str) -> Answer:
        company = self.world.by_symbol(symbol)
        if company is None and (kept := recorded.chart(symbol)):
            return Answer.of({"chart": {"result": [kept], "error": None}})
        rates = self._rates(symbol)
        if company is None and rates is None:
            return Answer.of(_error("chart", "Not Found", "No data found, symbol may be delisted"), 404)
        exchange = company.exchange if company else CURRENCIES
        closes = self.world.closes(symbol) if company else dict(rates or {})
        interval, asked = request.query.get("interval", "1d"), request.query.get("range")
        first, last = self._window(request, exchange, asked, closes)
        days = [day for day in closes if first <= day <= last]
        meta = self._meta(symbol, company, exchange, closes, interval, asked)
        events = self._events(company, request, first, last) if company else {}
        result: dict[str, Any] = {"meta": meta}
        if not days:
            return Answer.of({"chart": {"result": [result | {"indicators": {"quote": [{}]}}], "error": None}})
        bars = _bars(closes, days, exchange, interval)
        result |= {"timestamp": [bar["timestamp"] for bar in bars]} | ({"events": events} if events else {})
        columns = {name: [bar[name] for bar in bars] for name in ("close", "open", "high", "low", "volume")}
        result["indicators"] = {"quote": [columns]}
        if interval[-1] not in "mh":
            result["indicators"]["adjclose"] = [{"adjclose": columns["close"]}]
        return Answer.of({"chart": {"result": [result], "error": None}})

    def _rates(self, symbol: str) -> dict[date, float] | None:
        """'KRW=X' and 'USDKRW=X': won for a dollar; 'EURUSD=X': dollars for a euro."""
        pair = symbol.removesuffix("=X")
        if pair == symbol or len(pair) not in (3, 6):
            return None
        base, quoted = ("USD", pair) if len(pair) == 3 else (pair[:3], pair[3:])
        if quoted == "USD":
            return {day: round(rate, 6) for day, rate in self.world.rates(base).items()} or None
        if base == "USD":
            return {day: round(1 / rate, 6) for day, rate in self.world.rates(quoted).items()} or None
        return None

    def _window(
        self, request: Request, exchange: Exchange, asked: str | None, closes: Mapping[date, float]
    ) -> tuple[date, date]:
        today = self.world.today
        if asked is None:
            ends = [int(float(request.query.get(name) or 0)) for name in ("period1", "period2")]
            zone = exchange.tzinfo
            first = datetime.fromtimestamp(max(ends[0], 0), zone).date()
            last = datetime.fromtimestamp(min(ends[1], 2**33) - 1, zone).date()
            return first, min(last, today)
        if asked == "ytd":
            return date(today.year, 1, 1), today
        if asked in ("1d", "5d"):
            days = list(closes)[-int(asked[0]) :]
            return (days[0] if days else today), today
        return (date.min if asked == "max" else today - timedelta(days=RANGES.get(asked, 31))), today

    def _meta(
        self, symbol: str, company: Company | None, exchange: Exchange, closes: Mapping[date, float], interval: str,
        asked: str | None,
    ) -> dict[str, Any]:  # fmt: skip
        days = list(closes)
        last = days[-1] if days else self.world.today
        price = closes.get(last)
        opens, ends = (int(_at(last, hour, exchange).timestamp()) for hour in (exchange.opens, exchange.closes))
        zone = _at(last, exchange.closes, exchange)
        offset = int((zone.utcoffset() or timedelta()).total_seconds())
        year = [closes[d] for d in days if d > last - timedelta(days=365)] or [0.0]
        period = {"timezone": zone.tzname(), "start": opens, "end": ends, "gmtoffset": offset}
        name = company.name if company else symbol
        meta: dict[str, Any] = {
            "currency": self._price_currency(symbol, company), "symbol": symbol, "exchangeName": exchange.code,
            "fullExchangeName": exchange.name, "instrumentType": "EQUITY" if company else "CURRENCY",
            "firstTradeDate": _opening(days[0], exchange) if days else None,
            "regularMarketTime": ends, "hasPrePostMarketData": company is not None, "gmtoffset": offset,
            "timezone": zone.tzname(), "exchangeTimezoneName": exchange.zone, "regularMarketPrice": price,
            "fiftyTwoWeekHigh": max(year), "fiftyTwoWeekLow": min(year), "regularMarketDayHigh": price,
            "regularMarketDayLow": price, "regularMarketVolume": 1_000_000 if company else 0, "longName": name,
            "shortName": name, "chartPreviousClose": price, "priceHint": 2 if company else 4,
            "currentTradingPeriod": {"pre": period, "regular": period, "post": period},
            "dataGranularity": interval, "range": asked or "", "validRanges": VALID_RANGES,
        }  # fmt: skip
        if interval[-1] in "mh":
            meta["tradingPeriods"] = [
                [period | {"start": _opening(d, exchange),
                           "end": int(_at(d, exchange.closes, exchange).timestamp())}]
                for d in days[-5:]
            ]  # fmt: skip
        return meta

    def _price_currency(self, symbol: str, company: Company | None) -> str:
        if company is not None:
            return company.exchange.currency
        pair = symbol.removesuffix("=X")
        return pair[-3:]

    def _events(self, company: Company, request: Request, first: date, last: date) -> dict[str, Any]:
        """Splits and dividends of the days shown, each under the stamp of its day's opening, as far as asked for."""
        asked = request.query.get("events", "")
        splits, dividends = {}, {}
        for split in self.world.splits(company.company_id) if "split" in asked else ():
            if first <= split.day <= last:
                ratio = Fraction(split.ratio).limit_denominator(1000)
                at = _opening(split.day, company.exchange)
                splits[str(at)] = {
                    "date": at, "numerator": float(ratio.numerator),
                    "denominator": float(ratio.denominator), "splitRatio": f"{ratio.numerator}:{ratio.denominator}",
                }  # fmt: skip
        for day, amount in self.world.dividends(company.company_id) if "div" in asked else ():
            if first <= day <= last:
                at = _opening(day, company.exchange)
                dividends[str(at)] = {"amount": amount, "date": at}
        return {name: held for name, held in (("dividends", dividends), ("splits", splits)) if held}

    # Quotes

    def quote(self, request: Request, symbols: str) -> Answer:
        if refused := self._refused(request):
            return refused
        found = [quoted for symbol in symbols.split(",") if symbol and (quoted := self._quoted(symbol))]
        return Answer.of({"quoteResponse": {"result": found, "error": None}})

    def quote_summary(self, request: Request, symbol: str) -> Answer:
        if refused := self._refused(request):
            return refused
        quoted = self._quoted(symbol)
        if quoted is None:
            return Answer.of(_error("quoteSummary", "Not Found", f"Quote not found for ticker symbol: {symbol}"), 404)
        modules = {name: m for name in request.query.get("modules", "").split(",") if (m := self._module(name, quoted))}
        if not modules:
            asked = request.query.get("modules", "")
            text = f"No fundamentals data found for any of the summaryTypes={asked}"
            return Answer.of(_error("quoteSummary", "Not Found", text), 404)
        return Answer.of({"quoteSummary": {"result": [modules], "error": None}})

    def _module(self, name: str, quoted: Mapping[str, Any]) -> dict[str, Any] | None:
        if name == "calendarEvents":
            day = quoted.get("earningsTimestampStart")
            dates = {"earningsDate": [day], "earningsCallDate": [day],
                     "isEarningsDateEstimate": quoted.get("isEarningsDateEstimate")}  # fmt: skip
            made = {"maxAge": 1, "earnings": dates} if day else None
            return recorded.calendar_events(quoted["symbol"]) or made
        if name not in MODULES:
            return None
        return {"maxAge": 1} | {n: quoted[n] for n in MODULES[name] if quoted.get(n) is not None}

    def _quoted(self, symbol: str) -> dict[str, Any] | None:
        company = self.world.by_symbol(symbol)
        if company is None:
            kept = recorded.quote(symbol)
            if kept or (rates := self._rates(symbol)) is None:
                return dict(kept) if kept else None
            closes, exchange = rates, CURRENCIES
        else:
            closes, exchange = self.world.closes(symbol), company.exchange
        meta = self._meta(symbol, company, exchange, closes, "1d", "1d")
        days = list(closes)
        quoted = {name: meta[name] for name in QUOTED} | {
            "language": "en-US", "region": "US", "quoteType": meta["instrumentType"], "exchange": exchange.code,
            "market": "us_market" if exchange.code == "NMS" else "market", "marketState": "CLOSED",
            "exchangeTimezoneShortName": meta["timezone"], "gmtOffSetMilliseconds": meta["gmtoffset"] * 1000,
            "regularMarketPreviousClose": closes[days[-2]] if len(days) > 1 else meta["regularMarketPrice"],
            "esgPopulated": False, "tradeable": False, "triggerable": True,
        }  # fmt: skip
        if company is not None:
            quoted |= self._valued(company, meta["regularMarketPrice"])
        return quoted

    def _valued(self, company: Company, price: float | None) -> dict[str, Any]:
        """Market value over all share classes; `sharesOutstanding` is of the quoted class alone.

        `earningsTimestamp` is that of the last results and `…Start` an estimate of the next, until these are announced;
        then all are of the next.
        """
        shares = self.world.shares(company.company_id)
        last, coming = self.world.results(company.company_id)
        announced = coming is not None and (coming - self.world.today).days <= ANNOUNCED_DAYS
        expected = coming if announced and coming else (last or self.world.today) + timedelta(days=91)
        while expected <= self.world.today:
            expected += timedelta(days=91)
        told = {
            "earningsTimestamp": expected if announced else last, "earningsTimestampStart": expected,
            "earningsTimestampEnd": expected,
        }  # fmt: skip
        return {
            "financialCurrency": company.currency,
            "sharesOutstanding": int(shares * QUOTED_CLASS.get(company.company_id, 1)),
            "marketCap": int(price * shares) if price is not None else None,
            "isEarningsDateEstimate": not announced,
        } | {name: _evening(day) for name, day in told.items() if day is not None}


def _redirect(url: str) -> Answer:
    return Answer(302, b"", "text/html", {"Location": url})


def _error(place: str, code: str, description: str) -> dict[str, Any]:
    return {place: {"result": None, "error": {"code": code, "description": description}}}


def _at(day: date, hour: tuple[int, int], exchange: Exchange) -> datetime:
    return datetime.combine(day, time(*hour), exchange.tzinfo)


@cache
def _opening(day: date, exchange: Exchange) -> int:
    return int(_at(day, exchange.opens, exchange).timestamp())


def _evening(day: date) -> int:
    """Results come after the close."""
    return int(datetime.combine(day, time(20, 0), UTC).timestamp())


def _stamp(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def _by_key(figures: list[Figure]) -> dict[tuple[str, str], dict[date, Figure]]:
    found: dict[tuple[str, str], dict[date, Figure]] = defaultdict(dict)
    for figure in figures:
        found[figure.item, figure.span][figure.end] = figure
    return found


def _rows(
    kind: str, known: Mapping[tuple[str, str], Mapping[date, Figure]], company: Company | None
) -> list[dict[str, Any]]:
    """The rows of one type ('quarterlyTotalRevenue'), oldest first; empty for a type that is not known."""
    prefix = next((p for p in (*SPANS, "trailing") if kind.startswith(p)), None)
    if prefix is None or company is None:
        return []
    key = kind.removeprefix(prefix)
    if prefix == "trailing":
        quarters = sorted(_amounts(key, "3M", known).items())[-4:]
        if len(quarters) < 4 or key in ("TotalAssets", "CashAndCashEquivalents"):
            return []
        return [_row(key, quarters[-1][0], "TTM", sum(value for _, value in quarters), company.currency)]
    span, months = SPANS[prefix]
    newest = max((end for (_, held), ends in known.items() if held == span for end in ends), default=date.min)
    amounts = sorted(_amounts(key, span, known).items())
    kept = [(end, value) for end, value in amounts if shifted(newest, -months) < end]
    return [_row(key, end, span, value, company.currency) for end, value in kept]


def _amounts(key: str, span: str, known: Mapping[tuple[str, str], Mapping[date, Figure]]) -> dict[date, float]:
    if key == "FreeCashFlow":
        flow, spent = (known.get((item, span), {}) for item in ("operating_cash_flow", "capex"))
        return {end: flow[end].value - spent[end].value for end in flow if end in spent}
    if key in ("EBIT", "EBITDA"):
        profit, worn = (known.get((item, span), {}) for item in ("operating_income", "depreciation_amortization"))
        if key == "EBIT":
            return {end: figure.value for end, figure in profit.items()}
        return {end: profit[end].value + worn[end].value for end in profit if end in worn}
    if key not in KEYS:
        return {}
    item, sign = KEYS[key]
    return {end: sign * figure.value for end, figure in known.get((item, span), {}).items()}


def _row(key: str, end: date, span: str, value: float, currency: str) -> dict[str, Any]:
    # Yahoo writes the statements' currency beside share counts too.
    return {
        "dataId": 20000 + int(1000 * fraction(key)), "asOfDate": end.isoformat(), "periodType": span,
        "currencyCode": currency, "reportedValue": {"raw": value, "fmt": _short(value)},
    }  # fmt: skip


def _short(value: float) -> str:
    for unit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.2f}{letter}"
    return f"{value:.2f}"


def _bars(closes: Mapping[date, float], days: list[date], exchange: Exchange, interval: str) -> list[dict[str, Any]]:
    """Bars of a day, or an hour, week, month or quarter; only closes are known, so open is the close before."""
    order = list(closes)
    bars, before = [], closes[order[max(order.index(days[0]) - 1, 0)]]
    for day in days:
        close = closes[day]
        stamps = [_opening(day, exchange)]
        if interval in ("1h", "60m"):
            end = int(_at(day, exchange.closes, exchange).timestamp())
            stamps = list(range(stamps[0], end, 3600))
        for stamp in stamps:
            volume = 0 if exchange is CURRENCIES else 1_000_000 + day.toordinal() * 7919 % 9_000_000
            bars.append({
                "timestamp": stamp, "close": close, "open": before, "high": max(close, before),
                "low": min(close, before), "volume": volume, "day": day,
            })  # fmt: skip
        before = close
    if interval in ("1wk", "5d", "1mo", "3mo"):
        bars = _merged(bars, interval)
    return bars


def _merged(bars: list[dict[str, Any]], interval: str) -> list[dict[str, Any]]:
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for bar in bars:
        day = bar["day"]
        whole = {"1mo": (day.year, day.month), "3mo": (day.year, (day.month - 1) // 3)}
        groups[whole.get(interval, tuple(day.isocalendar())[:2])].append(bar)
    return [
        group[0] | {
            "close": group[-1]["close"], "high": max(b["high"] for b in group), "low": min(b["low"] for b in group),
            "volume": sum(b["volume"] for b in group),
        }
        for group in groups.values()
    ]  # fmt: skip
