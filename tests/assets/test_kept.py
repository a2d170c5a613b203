"""What is kept of a table: only what rests on exactly what it rested on, and then as it stood."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.contracts import table
from assets import kept, statements
from assets.kept import Kept, Made, by_company, digests, same
from assets.warehouse import connect, read_table, write_table
from tests.analytics.facts import companies, no_rates, observation, observations

LENSES, FETCHES = table("core.lenses"), table("raw.fetches")
SCHEMA = {"company_id": pl.String, "item": pl.String, "value": pl.Float64}

figures = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["revenue", "capex"]),
        st.none() | st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e15]),
    ),
    max_size=12,
)


def frame(rows: list[tuple[str, str, float | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def lenses(*names: str) -> pl.DataFrame:
    rows = [(n, n.title(), at, "By demand.", "Text") for at, n in enumerate(names)]
    return pl.DataFrame(rows, schema=LENSES.polars_schema, orient="row")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "warehouse.duckdb") as connection:
        yield connection


# Digests of rows


@given(figures, st.randoms())
def test_the_order_of_rows_changes_no_digest(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert digests(frame(rows), "company_id") == digests(frame(shuffled), "company_id")


@given(figures, figures)
def test_a_digest_differs_exactly_where_the_rows_of_the_part_do(one, other):
    def by_part(rows):
        written = [(company, item, repr(value)) for company, item, value in rows]  # repr tells −0.0 from 0.0
        return {company: sorted(row for row in written if row[0] == company) for company, *_ in written}

    rows = by_part(one), by_part(other)
    told = digests(frame(one), "company_id"), digests(frame(other), "company_id")
    for part in rows[0].keys() | rows[1].keys():
        assert (told[0].get(part) == told[1].get(part)) is (rows[0].get(part) == rows[1].get(part))


def test_the_same_is_the_same_to_the_bit():
    zero, negative = frame([("a", "capex", 0.0)]), frame([("a", "capex", -0.0)])
    assert same(zero, zero.clone())
    assert not same(zero, negative)
    assert not same(zero, frame([("a", "capex", None)]))
    assert not same(zero, zero.with_columns(pl.col("value").cast(pl.Float32)))
    assert same(lenses("demand"), lenses("demand"))


# Parts


def doubled(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(value=pl.col("value") * 2)


@given(figures, figures)
def test_parts_give_the_whole_table_whatever_changed(before, after):
    asked: list[set[str]] = []

    def build(rows: pl.DataFrame) -> pl.DataFrame:
        asked.append(set(rows["company_id"]))
        return doubled(rows)

    first = Kept({}, lambda: pl.DataFrame(schema=SCHEMA))
    stood = by_company(first, [frame(before)], build)
    assert sorted(stood.rows(), key=str) == sorted(doubled(frame(before)).rows(), key=str)
    asked.clear()
    second = Kept(first.now, lambda: stood)
    stands = by_company(second, [frame(after)], build)
    assert sorted(stands.rows(), key=str) == sorted(doubled(frame(after)).rows(), key=str)

    told = digests(frame(before), "company_id"), digests(frame(after), "company_id")
    changed = {part for part in told[1] if told[0].get(part) != told[1][part]}
    assert set().union(*asked) == changed


def test_a_part_that_rests_on_two_tables_is_made_again_when_either_changes():
    one, other = frame([("a", "capex", 1.0), ("b", "capex", 2.0)]), frame([("a", "revenue", 3.0)])
    first = Kept({}, lambda: one)
    by_company(first, [one, other], lambda rows, _: rows)
    asked = []

    def build(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
        asked.append((rows["company_id"].to_list(), others["company_id"].to_list()))
        return rows

    by_company(Kept(first.now, lambda: one), [one, doubled(other)], build)
    assert asked == [(["a"], ["a"])]


def test_parts_made_by_other_code_are_made_again(monkeypatch):
    rows = frame([("a", "capex", 1.0)])
    first = Kept({}, lambda: rows)
    by_company(first, [rows], doubled)
    monkeypatch.setattr("assets.kept.fingerprint.code", lambda *packages: "another")
    assert by_company(Kept(first.now, lambda: rows), [rows], doubled)["value"].to_list() == [2.0]


def test_statements_rest_on_the_rates_of_every_currency_that_the_figures_name():
    told = [("a", "USD"), ("b", "USD"), ("b", "TWD")]  # b told in another currency once
    observations = pl.DataFrame(told, schema=["company_id", "unit"], orient="row")
    companies = pl.DataFrame({"company_id": ["a", "b", "silent"], "currency": ["USD", "USD", "TWD"]})

    def rest_on(twd: float) -> dict[str, str]:
        rates = pl.DataFrame({"currency": ["TWD"], "usd_per_unit": [twd]})
        return statements.rest_on(observations, companies, rates, None)

    before, after = rest_on(0.031), rest_on(0.032)
    assert {company for company in before if before[company] != after[company]} == {"b"}
    assert set(before) == {"a", "b", "silent"}


def test_a_fact_that_means_no_item_makes_no_statement_again():
    period = "2025-01-01", "2025-03-31"
    revenue = observation("us-gaap:Revenues", *period, 100, "2025-05-01")
    capex = observation("us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", *period, 7, "2025-05-01")
    rent = observation("us-gaap:OperatingLeaseCost", *period, 3, "2025-05-01", unit="EUR")

    def rests_on(*rows: dict[str, object]) -> dict[str, str]:
        now = Kept({}, pl.DataFrame)
        statements.part("quarters", observations(*rows), companies(), no_rates(), None, now)
        return now.now

    assert rests_on(revenue, rent) == rests_on(revenue)
    assert rests_on(revenue, capex) != rests_on(revenue)


# Bookkeeping


def test_a_table_of_which_nobody_noted_what_it_was_made_from_is_unknown(database):
    assert kept.made(database, LENSES) is None
    write_table(database, LENSES, lenses("demand"))
    assert kept.made(database, LENSES) is None
    write_table(database, LENSES, lenses("demand"), now=Made("1", "1", {"a": "x"}))
    assert kept.made(database, LENSES) == Made("1", "1", {"a": "x"})
    write_table(database, LENSES, lenses("supply"))
    assert kept.made(database, LENSES) is None


def test_the_same_rows_from_other_input_keep_the_name_of_their_content(database):
    write_table(database, LENSES, lenses("demand"), now=Made("1", "1", {}))
    write_table(database, LENSES, lenses("demand"), now=Made("2", "2", {}))
    assert kept.made(database, LENSES) == Made("2", "1", {})
    write_table(database, LENSES, lenses("supply"), now=Made("3", "3", {}))
    assert kept.made(database, LENSES) == Made("3", "3", {})
    assert read_table(database, LENSES)["lens"].to_list() == ["supply"]


def test_rows_added_or_none_to_a_table_that_only_grows(database):
    row = dict.fromkeys(FETCHES.polars_schema, None) | {"source": "sec", "subject": "s", "outcome": "ok", "requests": 1}
    row["started_at"] = pl.datetime(2026, 1, 1, time_zone="UTC")

    def fetches(*ids: str) -> pl.DataFrame:
        rows = [pl.select(**{k: pl.lit(v) if not isinstance(v, pl.Expr) else v for k, v in row.items()}) for _ in ids]
        whole = pl.concat(rows).with_columns(fetch_id=pl.Series(ids), bytes=pl.lit(1))
        return whole.cast(dict(FETCHES.polars_schema)).select(FETCHES.polars_schema.names())

    write_table(database, FETCHES, fetches("a"), append=True, now=Made("1", "1", {}))
    write_table(database, FETCHES, fetches("a"), append=True, now=Made("2", "2", {}))
    assert kept.made(database, FETCHES) == Made("2", "1", {})
    write_table(database, FETCHES, fetches("b"), append=True, now=Made("3", "3", {}))
    assert kept.made(database, FETCHES) == Made("3", "3", {})


def test_a_failed_write_leaves_the_bookkeeping_too(database):
    write_table(database, LENSES, lenses("demand"), now=Made("1", "1", {}))

    def refuse(frame: pl.DataFrame) -> None:
        raise RuntimeError("held back")

    with pytest.raises(RuntimeError, match="held back"):
        write_table(database, LENSES, lenses("supply"), examine=refuse, now=Made("2", "2", {}))
    assert kept.made(database, LENSES) == Made("1", "1", {})
    assert read_table(database, LENSES)["lens"].to_list() == ["demand"]


def test_what_is_forgotten_is_made_again(database):
    write_table(database, LENSES, lenses("demand"), now=Made("1", "1", {}))
    kept.forget(database)
    assert kept.made(database, LENSES) is None
    kept.forget(database)
