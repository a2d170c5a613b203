"""SEC's companyfacts become observations as filed, and anything else is refused by name."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from assets.sources import sec
from assets.sources.payload import Payload, PayloadError

FOLDER = Path(__file__).parents[1] / "payloads" / "sec"
FETCHED_AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


def payload(cik: str = "0001769628", company_id: str = "coreweave", content: bytes | None = None) -> Payload:
    if content is None:
        content = (FOLDER / f"CIK{cik}.json").read_bytes()
    return Payload("sec", sec.subject(cik), company_id, content, FETCHED_AT)


def changed(change) -> Payload:
    document = json.loads((FOLDER / "CIK0001769628.json").read_bytes())
    change(document)
    return payload(content=json.dumps(document).encode())


REVENUE = "RevenueFromContractWithCustomerExcludingAssessedTax"


def test_every_fact_becomes_one_row() -> None:
    rows = sec.parse(payload())
    assert rows.height == 144  # the pack's own count for CRWV
    assert rows["source"].unique().to_list() == ["sec"]
    assert rows["company_id"].unique().to_list() == ["coreweave"]
    assert rows["payload_sha256"].unique().to_list() == [
        hashlib.sha256((FOLDER / "CIK0001769628.json").read_bytes()).hexdigest()
    ]


def test_a_fact_keeps_period_unit_filing_date_and_accession() -> None:
    # CoreWeave's 10-Q filed 2026-08-12: revenue of the quarter ended 2026-06-30, 2,575 M.
    row = sec.parse(payload()).filter(
        (pl.col("concept") == f"us-gaap:{REVENUE}") & (pl.col("period_start") == date(2026, 4, 1))
    )
    assert row.select(
        "period_end", "unit", "value", "known_at", "known_at_basis", "period_basis", "reference", "fetched_at"
    ).rows() == [
        (date(2026, 6, 30), "USD", 2_575e6, date(2026, 8, 12), "filed", "filed", "0001769628-26-000366", FETCHED_AT)
    ]  # fmt: skip


def test_a_balance_has_no_start_and_a_repetition_in_a_later_filing_stays() -> None:
    rows = sec.parse(payload("0001045810", "nvidia"))
    cash = rows.filter(
        (pl.col("concept") == "us-gaap:CashAndCashEquivalentsAtCarryingValue")
        & (pl.col("period_end") == date(2025, 1, 26))
    )
    # 8,589 M, stated by the 10-K for fiscal 2025 and again by the four filings after it.
    assert cash["value"].to_list() == [8_589e6] * 5
    assert cash["reference"].n_unique() == 5
    assert cash["period_start"].null_count() == 5


def test_a_period_that_ends_after_the_filing_is_kept_as_filed() -> None:
    rows = sec.parse(payload("0001045810", "nvidia")).filter(pl.col("period_end") > pl.col("known_at"))
    assert rows.select("concept", "period_end", "known_at", "value", "unit").rows() == [
        ("us-gaap:CommonStockDividendsPerShareDeclared", date(2014, 1, 26), date(2013, 11, 19), 0.085, "USD/shares")
    ]  # fmt: skip


def test_the_id_is_the_hash_of_what_identifies_the_figure() -> None:
    text = f"sec|coreweave|us-gaap:{REVENUE}|2026-04-01|2026-06-30|USD|2575000000.0|2026-08-12|0001769628-26-000366"
    assert hashlib.sha256(text.encode()).hexdigest()[:16] in sec.parse(payload())["observation_id"]


def test_parsing_the_same_answer_later_gives_the_same_ids() -> None:
    later = Payload("sec", sec.subject("0001769628"), "coreweave", payload().content, datetime(2027, 1, 1, tzinfo=UTC))
    assert sec.parse(payload())["observation_id"].to_list() == sec.parse(later)["observation_id"].to_list()


@pytest.mark.parametrize(
    "content", [b"", b"<html>Undeclared Automated Tool</html>", b'{"cik": 1769628', b"\xff\xfe\x00", b'{"cik": NaN}']
)  # fmt: skip
def test_what_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(PayloadError, match=r"^companyfacts/CIK0001769628: not JSON"):
        sec.parse(payload(content=content))


def test_json_that_is_no_object_is_refused() -> None:
    with pytest.raises(PayloadError, match="a list where an object was promised"):
        sec.parse(payload(content=b"[]"))


def test_the_answer_of_another_company_is_refused() -> None:
    with pytest.raises(PayloadError, match="wrong company, the answer is about companyfacts/CIK0001045810"):
        sec.parse(payload(content=(FOLDER / "CIK0001045810.json").read_bytes()))


@pytest.mark.parametrize("cik", ["none", None, "", [1769628]])
def test_an_answer_without_a_cik_is_refused(cik: object) -> None:
    with pytest.raises(PayloadError, match="no cik that is a number"):
        sec.parse(changed(lambda d: d.update(cik=cik)))


def test_a_cik_written_with_zeros_is_the_same() -> None:
    assert sec.parse(changed(lambda d: d.update(cik="0001769628"))).height == 144


@pytest.mark.parametrize("facts", [None, {}, [], {"us-gaap": {}}, {"us-gaap": {REVENUE: {"units": {"USD": []}}}}])
def test_an_answer_without_facts_is_refused(facts: object) -> None:
    with pytest.raises(PayloadError, match="holds no facts"):
        sec.parse(changed(lambda d: d.update(facts=facts)))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"us-gaap": []}, "us-gaap holds list where an object was promised"),
        ({"us-gaap": {REVENUE: "gone"}}, f"us-gaap:{REVENUE} is not an object with units"),
        ({"us-gaap": {REVENUE: {"label": "x"}}}, f"us-gaap:{REVENUE} holds NoneType"),
        ({"us-gaap": {REVENUE: {"units": {"USD": {}}}}}, f"us-gaap:{REVENUE} in USD holds dict where a list"),
        ({"us-gaap": {REVENUE: {"units": {"USD": [1]}}}}, "a fact that is not an object"),
    ],
)
def test_another_shape_is_refused_where_it_begins(value: object, message: str) -> None:
    with pytest.raises(PayloadError, match=message):
        sec.parse(changed(lambda d: d.update(facts=value)))


@pytest.mark.parametrize("field", ["val", "end", "filed", "accn"])
def test_a_fact_without_a_field_is_refused(field: str) -> None:
    with pytest.raises(PayloadError, match=f"us-gaap:{REVENUE} in USD: a fact without '{field}'"):
        sec.parse(changed(lambda d: d["facts"]["us-gaap"][REVENUE]["units"]["USD"][3].pop(field)))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("val", "2,575", "`val` is of type str"),
        ("val", True, "`val` is of type bool"),
        ("val", None, "`val` is of type NoneType"),
        ("accn", 42, "`accn` is of type int"),
        ("end", 20260630, "`end` is of type int"),
        ("end", "2026-06-31", "`end` '2026-06-31' is not a date"),
        ("start", "soon", "`start` 'soon' is not a date"),
        ("filed", "12.08.2026", "`filed` '12.08.2026' is not a date"),
    ],
)
def test_a_field_of_another_type_is_refused(field: str, value: object, message: str) -> None:
    def change(document: dict) -> None:
        document["facts"]["us-gaap"][REVENUE]["units"]["USD"][3][field] = value

    with pytest.raises(PayloadError, match=message) as error:
        sec.parse(changed(change))
    assert REVENUE in str(error.value)
