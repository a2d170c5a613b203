"""The graph: one name everywhere, everything described, stages in order."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from analytics.contracts import TABLES, Table, table
from assets import policies
from assets.checks import CONTRACT
from pipelines.definitions import compose
from pipelines.home import Home
from pipelines.settings import Settings

STAGES = ("raw", "core", "marts", "published")
ROOT = Path(__file__).parents[2]
FILES = [f for stage in STAGES for f in sorted((ROOT / "assets" / stage).glob("[!_]*.py"))]
DEFINITIONS = compose(Settings())
GRAPH = DEFINITIONS.resolve_asset_graph()
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
    checks = {key: GRAPH.get_check_spec(key) for key in GRAPH.asset_check_keys}
    assert {k.asset_key for k in checks if k.name == CONTRACT} == set(map(key_of, TABLES))
    assert all(spec.blocking and spec.description for spec in checks.values())


def test_stages_follow_one_another():
    order = STAGES.index
    for key, spec in SPECS.items():
        for dep in spec.deps:
            assert order(dep.asset_key.path[0]) <= order(key.path[0]), f"{key} takes {dep.asset_key}"
            if key.path[0] == "raw":
                assert dep.asset_key == dg.AssetKey(["raw", "fetches"]), "raw takes nothing but what was fetched"


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
