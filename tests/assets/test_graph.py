"""The graph: one name everywhere, everything described, stages in order."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from analytics.contracts import TABLES, Table, table
from assets import policies
from assets.checks import CONTRACT, RULES
from pipelines import graph
from pipelines.definitions import compose
from pipelines.home import Home
from pipelines.settings import Settings

STAGES = ("raw", "core", "marts", "published")
ROOT = Path(__file__).parents[2]
FILES = [f for stage in STAGES for f in sorted((ROOT / "assets" / stage).glob("[!_]*.py"))]
DEFINITIONS = compose(Settings())
GRAPH = DEFINITIONS.resolve_asset_graph()
CHECKS = {key: GRAPH.get_check_spec(key) for key in GRAPH.asset_check_keys}
SPECS = {spec.key: spec for spec in DEFINITIONS.resolve_all_asset_specs()}


def key_of(contract: Table) -> dg.AssetKey:
    return dg.AssetKey([contract.schema, contract.name])


def test_a_files_path_is_the_asset_key():
    assert sorted(SPECS) == sorted(dg.AssetKey([f.parent.name, f.stem]) for f in FILES)


def test_every_declared_table_is_an_asset_and_every_asset_of_the_first_stages_a_table():
    in_warehouse = [key for key in SPECS if key.path[0] != "published"]
    assert sorted(in_warehouse) == sorted(map(key_of, TABLES))


def test_a_tables_name_says_which_table_without_its_stage():
    # Assets take tables by parameters named after them.
    names = [contract.name for contract in TABLES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}.{f.stem}")
def test_an_assets_docstring_and_description_open_with_the_grain(file):
    (function,) = [
        node
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == file.stem
    ]
    docstring = ast.get_docstring(function) or ""
    description = SPECS[dg.AssetKey([file.parent.name, file.stem])].description or ""
    if file.parent.name == "published":
        assert docstring.startswith("One ") and description == docstring
    else:
        contract = table(f"{file.parent.name}.{file.stem}")
        assert docstring.startswith(contract.grain)
        assert description == contract.description


@pytest.mark.parametrize("contract", TABLES, ids=lambda t: t.full_name)
def test_every_column_has_type_description_and_unit_as_declared(contract):
    schema = SPECS[key_of(contract)].metadata["dagster/column_schema"]
    shown = {c.name: c for c in (schema.value if isinstance(schema, dg.MetadataValue) else schema).columns}
    assert list(shown) == [c.name for c in contract.columns]
    for column in contract.columns:
        told = shown[column.name]
        assert told.description and told.description.startswith(column.description)
        assert (told.description == column.description) is (column.unit is None)
        assert column.unit is None or told.description.endswith(f"Unit: {column.unit}.")
        assert told.type == str(column.dtype)
        assert told.constraints.nullable == column.nullable
        assert all(value in str(told.constraints.other) for value in column.values)


@pytest.mark.parametrize("key", sorted(SPECS), ids=lambda k: ".".join(k.path))
def test_every_asset_has_group_kinds_owners_and_tags(key):
    spec = SPECS[key]
    assert spec.group_name == key.path[0] == spec.tags["stage"]
    assert spec.kinds
    assert list(spec.owners) == list(policies.OWNERS)
    assert GRAPH.get(key).pools == {policies.WAREHOUSE_POOL}


def test_every_table_has_a_blocking_contract_check():
    contracts = {k for k in CHECKS if k.name == CONTRACT}
    assert {k.asset_key for k in contracts} == set(map(key_of, TABLES))
    assert all(CHECKS[k].blocking for k in contracts)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.table}.{r.name}")
def test_every_rule_is_a_check_that_says_what_to_do_and_stops_if_it_is_an_error(rule):
    spec = CHECKS[dg.AssetCheckKey(key_of(table(rule.table)), rule.name)]
    assert spec.blocking == (rule.severity == "ERROR")
    assert rule.says in (spec.description or "") and rule.remedy in (spec.description or "")
    # What a rule asks for is the frame, what readers see, the inputs, or a table that its asset takes.
    asked = {p.name for p in inspect.signature(rule.finds).parameters.values() if p.default is p.empty}
    takes = {dep.asset_key.path[-1] for dep in SPECS[spec.asset_key].deps}
    assert asked <= {"now", "before", "inputs"} | takes


def test_every_check_has_a_description():
    assert all(spec.description for spec in CHECKS.values())


@pytest.mark.parametrize("contract", TABLES, ids=lambda t: t.full_name)
def test_every_figure_has_a_unit(contract):
    """A number without a unit is a count of places, a month or a position, and says so in its description."""
    plain = {"fiscal_year", "position", "rank", "http_status", "requests"}
    missing = [
        c.name for c in contract.columns if c.dtype in (pl.Float64(), pl.Int64()) and not c.unit and c.name not in plain
    ]
    assert not missing


def test_every_asset_links_to_a_page_that_is_published(refreshed_home):
    current = Home.at(refreshed_home).current
    for key, spec in SPECS.items():
        told = spec.metadata["page"]
        address = told.value if isinstance(told, dg.MetadataValue) else told
        page, _, place = str(address).removeprefix(f"{policies.PAGES_URL}/").partition("#")
        assert (current / page).is_file(), (key, address)
        assert not place or f'id="{place}"' in (current / page).read_text(), (key, address)


def test_the_graph_is_the_one_written_down():
    """A snapshot: a change of the graph is a change of docs/graph.md, which `make docs` writes."""
    assert graph.page() == (ROOT / "docs" / "graph.md").read_text()


def test_stages_follow_one_another():
    order = STAGES.index
    for key, spec in SPECS.items():
        for dep in spec.deps:
            assert order(dep.asset_key.path[0]) <= order(key.path[0]), f"{key} takes {dep.asset_key}"
            if key.path[0] == "raw":
                assert dep.asset_key == dg.AssetKey(["raw", "fetches"]), "raw takes nothing but what was fetched"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}.{f.stem}")
def test_only_a_table_that_takes_up_answers_reads_them(file):
    # Any other would not be made again when there is a new one. raw.fetches always is; so is what is published.
    if file.parent.name == "published" or (file.parent.name, file.stem) == ("raw", "fetches"):
        return
    tree = ast.parse(file.read_text())
    taken = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "inputs"
    }
    parameters = {a.arg for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for a in f.args.args}
    allowed = {"stacks", "bundle", "known", "knowledge_day"}
    assert taken <= allowed | ({"ledger", "fetches"} if "delivery" in parameters else set())


def test_everything_ends_in_the_manifest():
    manifest = dg.AssetSelection.assets(["published", "manifest"])
    assert manifest.upstream().resolve(GRAPH) == set(SPECS)


@pytest.mark.parametrize("words", [["check", "defs"], ["list", "defs"]], ids=" ".join)
def test_dg_is_content_and_says_nothing_else(words, tmp_path):
    home = Home.at(tmp_path)
    home.prepare()
    done = subprocess.run(
        [Path(sys.executable).parent / "dg", *words],
        cwd=ROOT, env=os.environ | {"DAGSTER_HOME": str(home.dagster), "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
