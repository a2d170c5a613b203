"""The audit: a small warehouse counted by hand, worked examples through the second derivation, homes, the command."""

import ast
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rich.console import Console

from analytics.contracts import empty, table
from assets.audit import checks, compare, rederive
from assets.audit.audit import NothingToAudit, audit, opened, steps
from assets.audit.home import DATABASE, MANIFEST, audit_home
from assets.audit.printed import scorecard
from assets.publish import manifest
from tests.analytics.facts import companies, observation, observations
from tests.assets import corruptions
from tests.assets.corruptions import OCF, REVENUE, payloads, put, registry
from tests.conftest import ROOT, run_command

AUDIT = ROOT / "assets" / "audit"


@pytest.fixture(scope="module")
def found():
    connection = corruptions.warehouse()
    said: list[str] = []
    result = audit(connection, registry=registry(), payloads=payloads(), step=said.append)
    assert len(said) == steps(registry=True, payloads=True)
    yield result, connection
    connection.close()


def test_both_derivations_of_a_small_warehouse_agree(found):
    result, _ = found
    assert list(result.told()) == []
    assert [c.table for c in result.comparisons if c.rows == 0] == ["core.anomalies"]
    assert result.contradictions == 0


def test_the_scorecard_counts_by_hand(found):
    # Acme: two years of three filed and one derived quarter. Beta: six aggregated, of which four are a fiscal year.
    # Gamma: two years and no quarter, four unknown quarters each.
    result, _ = found
    revenue = result.by("item").filter(pl.col("item") == "revenue").row(0, named=True)
    assert revenue == {
        "item": "revenue",
        "compared": 16,
        "filed": 6,
        "derived": 2,
        "aggregated": 6,
        "year_only": 2,
        "missing": 8,
        "closed_years": 3,
        "open_years": 2,
        "contradictions": 0,
    }
    # Cash flows: the first quarter filed, the others differences; free cash flow and gross profit computed.
    acme = result.figures.filter(pl.col("company_id") == "acme")
    counted = {r["item"]: (r["filed"], r["derived"]) for r in acme.iter_rows(named=True)}
    assert counted["capex"] == (2, 6)
    assert counted["free_cash_flow"] == (0, 8)
    assert counted["diluted_shares"] == (8, 0)
    assert result.by("company_id")["company_id"].to_list() == ["acme", "beta", "gamma"]
    assert json.loads(json.dumps(result.as_json()))["contradictions"] == 0


def test_the_second_derivation_gives_what_a_hand_does(found):
    _, connection = found

    def one(sql):
        return connection.sql(sql).fetchall()[0]

    # 620 less nine months of 450. Operating cash flow of nine months 135 less six months 87.
    quarters = "SELECT value / 1e6, derivation FROM own.company_quarters WHERE company_id = 'acme' AND "
    assert one(quarters + "item = 'revenue' AND period_end = '2024-12-31'") == (170, "q4_from_year")
    assert one(quarters + "item = 'operating_cash_flow' AND period_end = '2024-09-30'") == (48, "decumulated")
    assert one(quarters + "item = 'total_debt_ex_leases' AND period_end = '2024-09-30'") == (250, "computed")
    # Two for one on 2024-07-10: a close of 10 was 20 before it. 50 million shares as filed in May are 100 after it.
    prices = "SELECT close, market_cap_usd / 1e6 FROM own.prices WHERE date = "
    assert one(prices + "'2024-07-09'") == (20, 1000)
    assert one(prices + "'2024-07-10'") == (10, 1000)
    # One euro is 1 + n/10000 on day n from 2023-01-02; the weekdays of 2024-04-01 to 2024-06-30 are days 455 to 543.
    days = [n for n in range(455, 546) if (date(2023, 1, 2).toordinal() + n) % 7 not in (6, 0)]
    rate = sum(1 + n / 10000 for n in days) / len(days)
    (dollars,) = one("SELECT value_usd FROM own.company_quarters WHERE company_id = 'beta' AND item = 'revenue' "
                     "AND period_end = '2024-06-30'")  # fmt: skip
    assert dollars == pytest.approx(30e6 * rate)
    # Layers in 2024Q2: Acme's operating income of 30 in the top (one of two members), below it Beta's 3 and Cloud's 35.
    shares = dict(
        connection.sql(
            "SELECT layer, share_of_net FROM own.value_capture WHERE calendar_quarter = '2024Q2' AND basis = 'layer' "
            "AND \"window\" = 'quarter' AND pool = 'operating_income'"
        ).fetchall()
    )
    assert shares["top"] == pytest.approx(30 / (30 + 3 * rate + 35))
    assert shares["bottom"] == pytest.approx((3 * rate + 35) / (30 + 3 * rate + 35))


def second(*rows, on=None, item="revenue", end="2021-12-31"):
    """What the second derivation knows of one quarter."""
    with duckdb.connect() as connection:
        put(
            connection,
            {
                "raw.observations": observations(*rows),
                "raw.fx_observations": empty(table("raw.fx_observations")),
                "raw.segment_observations": empty(table("raw.segment_observations")),
                "core.companies": companies(),
            },
        )
        rederive.statements(connection, date.fromisoformat(on) if on else None)
        found = connection.execute(
            "SELECT value FROM own.company_quarters WHERE item = $item AND period_end = CAST($end AS DATE) "
            "AND derivation <> 'year_only'",
            {"item": item, "end": end},
        ).fetchall()
    return found[0][0] if found else None


def test_worked_examples_through_the_second_derivation():
    # methods.md, Time. A fourth quarter: 4,738 − 3,406 = 1,332; with no nine months null, never 4,738.
    year = observation(REVENUE, "2021-01-01", "2021-12-31", 4738e6, "2022-02-15")
    nine = observation(REVENUE, "2021-01-01", "2021-09-30", 3406e6, "2021-11-01")
    assert second(year, nine) == 1332e6
    assert second(year) is None
    assert second(year, nine, on="2022-02-14") is None
    # Nine months 3,042.396 less six months 1,988.633.
    nine, six = (
        observation(OCF, "2021-01-01", end, value, known)
        for end, value, known in (
            ("2021-09-30", 3042.396e6, "2021-11-01"),
            ("2021-06-30", 1988.633e6, "2021-08-01"),
        )
    )
    assert second(nine, six, item="operating_cash_flow", end="2021-09-30") == pytest.approx(1053.763e6)
    # IBM 2021: 57,350 without the business spun off less 54,093 with it is no quarter; 57,350 − 40,656 = 16,694 is.
    ibm = [
        observation(REVENUE, "2020-01-01", "2020-12-31", 73620e6, "2021-02-23"),
        observation(REVENUE, "2021-01-01", "2021-09-30", 54093e6, "2021-11-05"),
        observation(REVENUE, "2021-01-01", "2021-12-31", 57350e6, "2022-02-22"),
        observation(REVENUE, "2020-01-01", "2020-12-31", 55179e6, "2022-02-22"),
        observation(REVENUE, "2021-01-01", "2021-09-30", 40656e6, "2022-10-25"),
    ]
    assert second(*ibm, on="2022-03-01") is None
    assert second(*ibm, on="2022-10-25") == 16694e6


def test_the_audit_computes_nothing_with_the_path_it_audits():
    # Declarations are shared; the derivations are called in one module alone, for the other side of the comparison.
    shared = {
        "analytics.concepts", "analytics.items", "analytics.quarantine", "analytics.metrics.registry",
        "analytics.contracts", "analytics.contracts.columns", "analytics.stacks", "analytics.assumptions",
    }  # fmt: skip
    for path in AUDIT.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        named = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
        if path.name != "another_day.py":
            assert {m for m in named if m.startswith("analytics")} <= shared, path.name
    assert "another_day" not in (AUDIT / "rederive.py").read_text(encoding="utf-8")


def test_every_query_says_what_it_is():
    for path in (AUDIT / "sql").rglob("*.sql"):
        assert path.read_text(encoding="utf-8").startswith("-- "), path.name
    for name in checks.names():
        first = (AUDIT / "sql" / "checks" / f"{name}.sql").read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith(("-- error: ", "-- warning: ")), name


@pytest.fixture
def home(tmp_path: Path) -> tuple[Path, Path]:
    """A published folder with its manifest, and the warehouse that it is a copy of."""
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "current"
    corruptions.warehouse(warehouse).close()
    published.mkdir()
    shutil.copy(warehouse, published / DATABASE)
    (published / "index.html").write_text("A page.")
    promise(published)
    return published, warehouse


def promise(published: Path, as_known_on: date | None = None) -> None:
    contents = manifest(
        published, run_id="0", as_of=date(2025, 3, 1), as_known_on=as_known_on, created_at=corruptions.FETCHED, rows={}
    )
    (published / MANIFEST).write_text(json.dumps(contents))


def failing(result):
    return {c.name: [f.message for f in c.findings] for c in result.checks if c.failing}


def test_a_published_version_is_audited_with_its_files(home):
    result = audit_home(*home)
    assert failing(result) == {}
    assert result.contradictions == 0


def test_a_stale_hash_a_stray_file_and_a_lost_one_are_named(home):
    published, warehouse = home
    (published / "index.html").write_text("Another page.")
    (published / "stray.html").write_text("Stray.")
    result = audit_home(published, warehouse)
    (told,) = (c for c in result.checks if c.name == "files_as_promised")
    assert [str(f) for f in told.findings] == [
        "stray.html: is there, and not promised",
        "index.html: was changed since it was published (sha256 differs)",
    ]
    (published / "index.html").unlink()
    assert "is promised, and not there" in failing(audit_home(published, warehouse))["files_as_promised"]


def test_a_published_figure_that_the_warehouse_does_not_hold_is_named(home):
    published, warehouse = home
    with duckdb.connect(str(published / DATABASE)) as connection:
        connection.execute(
            "UPDATE core.company_quarters SET value = 1 WHERE item = 'revenue' AND period_end = '2024-06-30'"
        )
    result = audit_home(published, warehouse)
    assert failing(result)["same_as_warehouse"] == ["4 rows differ from the warehouse"]
    assert failing(result)["files_as_promised"] == ["was changed since it was published (sha256 differs)"]
    assert any("item revenue, period_end 2024-06-30" in line for line in result.told())


def test_a_warehouse_refreshed_since_is_no_contradiction(home):
    published, warehouse = home
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE raw.fetches SET started_at = '2026-06-01 00:00:00+00'")
        connection.execute("DELETE FROM core.company_quarters")
    result = audit_home(published, warehouse)
    assert failing(result) == {
        "same_as_warehouse": ["cannot be compared: the warehouse was refreshed since, and not published"]
    }
    assert result.contradictions == 0


def test_what_would_be_known_on_another_day_is_audited(home):
    result = audit_home(*home, as_known_on=date(2024, 8, 15))
    assert result.as_known_on == date(2024, 8, 15)
    assert list(result.told()) == []
    # Filed by then: Acme's four quarters of 2023 and two of 2024. Beta's aggregator and Gamma's second year came later.
    assert result.by("company_id")["company_id"].to_list() == ["acme", "gamma"]
    (revenue,) = result.figures.filter((pl.col("company_id") == "acme") & (pl.col("item") == "revenue"))["compared"]
    assert revenue == 6


def test_tables_made_on_another_day_contradict(home):
    # The manifest says that only what was known on 2024-08-15 was used; the tables hold what came later.
    published, warehouse = home
    promise(published, date(2024, 8, 15))
    told = list(audit_home(published, warehouse).told())
    assert any(s.startswith("known_before_end: acme: revenue: 2024-12-31") for s in told)
    assert any(
        "company_id acme, item revenue, period_end 2024-09-30" in s and "follows from nothing" in s for s in told
    )


def test_one_company_is_audited_alone(home):
    published, warehouse = home
    with duckdb.connect(str(published / DATABASE)) as connection:
        connection.execute("UPDATE core.company_quarters SET value = value + 1 WHERE item = 'revenue'")
    result = audit_home(published, warehouse, company="beta")
    quarters = next(c for c in result.comparisons if c.table == "core.company_quarters")
    assert (quarters.rows, quarters.differing) == (24, 6)
    assert result.by("company_id")["company_id"].to_list() == ["beta"]


def test_a_table_that_is_absent_is_named(home):
    published, warehouse = home
    with duckdb.connect(str(published / DATABASE)) as connection:
        connection.execute("DROP TABLE core.gaps")
    result = audit_home(published, warehouse)
    assert "the table is absent" in failing(result)["contracts"]
    assert any(s.startswith("core.gaps: ") and "follows, and is not published" in s for s in result.told())


def test_nothing_to_audit(tmp_path):
    with pytest.raises(NothingToAudit, match="run `layerledger refresh`"):
        audit_home(tmp_path / "current", tmp_path / "warehouse.duckdb")
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    with pytest.raises(NothingToAudit, match="holds no figures"):
        audit_home(tmp_path / "current", tmp_path / "warehouse.duckdb")


def test_a_database_is_opened_to_read_only(home):
    _, warehouse = home
    with opened(warehouse) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("DELETE FROM home.core.gaps")


def test_the_scorecard_prints_whole(found, capsys):
    Console(width=200).print(scorecard(found[0]))
    printed = capsys.readouterr().out
    for word in ("marts.value_capture", "quarters close their year", "free_cash_flow", "gamma", "no contradiction"):
        assert word in printed


# The bundle, as `layerledger refresh` publishes it.


def test_the_published_bundle_contradicts_itself_nowhere(refreshed_home):
    done = run_command(["audit", "--json"], refreshed_home)
    told = json.loads(done.stdout)
    assert told["told"] == []
    assert done.returncode == 0, done.stderr
    # Every table of core and marts is compared with a second derivation, and holds something.
    assert {t["table"] for t in told["tables"]} >= set(compare.TABLES)
    assert all(t["rows"] for t in told["tables"])
    assert sum(row["closed_years"] for row in told["by_item"]) > 5000


@pytest.mark.long
def test_the_bundle_as_known_on_a_past_day_contradicts_itself_nowhere(refreshed_home):
    done = run_command(["audit", "--json", "--as-known-on", "2023-11-01"], refreshed_home)
    assert json.loads(done.stdout)["told"] == []
    assert done.returncode == 0, done.stderr


def test_the_command_names_a_corrupted_figure_and_exits_1(refreshed_home, tmp_path):
    home = tmp_path / "home"
    (home / "published").mkdir(parents=True)
    shutil.copytree((refreshed_home / "published" / "current").resolve(), home / "published" / "current")
    with duckdb.connect(str(home / "published" / "current" / DATABASE)) as connection:
        connection.execute(
            "UPDATE core.company_quarters SET value = value * 1000 "
            "WHERE company_id = 'nvidia' AND item = 'revenue' AND calendar_quarter = '2025Q4'"
        )
    done = run_command(["audit", "--company", "nvidia"], home, COLUMNS="300")
    assert done.returncode == 1
    assert "company_id nvidia, item revenue, period_end 2026-01-25" in done.stdout
    assert "contradictions" in done.stderr


def test_the_command_on_an_empty_home_exits_3(command):
    done = command("audit")
    assert done.returncode == 3
    assert "nothing to audit" in done.stderr
    assert command("audit", "--as-known-on", "yesterday").returncode == 2
    assert command("audit", "--company", "nvidya").returncode == 2
