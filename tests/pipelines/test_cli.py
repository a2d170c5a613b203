"""The command: help at once, lists as tables and JSON, status, the server and the UI as processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analytics import stacks
from pipelines.schedules import SCHEDULES
from tests.conftest import ROOT, run_command

# design.md, Public contract.
COMMANDS = {
    "refresh",
    "rebuild",
    "publish",
    "published",
    "serve",
    "dev",
    "audit",
    "explain",
    "status",
    "companies",
    "lenses",
}


def test_help_names_the_commands_and_the_exit_codes(command):
    told = command("--help", COLUMNS="200")
    assert told.returncode == 0
    assert {line.split()[1] for line in told.stdout.splitlines() if re.match(r"│ [a-z]+ {2,}", line)} == COMMANDS
    for name in ("", *COMMANDS):
        text = command(*filter(None, [name]), "--help", COLUMNS="300").stdout
        for code in ("0 all is well", "1 failed", "2 bad usage or input", "3 the home", "130 stopped by hand"):
            assert code in text


def test_the_options_of_refresh_are_those_of_the_contract(command):
    text = command("refresh", "--help", COLUMNS="200").stdout
    options = set(re.findall(r"--[a-z-]+", text))
    assert {"--offline", "--company", "--as-known-on", "--home", "--strict"} <= options


def test_help_imports_nothing_heavy():
    program = "import sys; import pipelines.cli; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"dagster", "polars", "duckdb", "altair", "pydantic"} & set(modules.stdout.split())


def test_lenses_are_listed_with_their_layers(command):
    told = json.loads(command("lenses", "--json").stdout)
    loaded = stacks.load()
    assert [t["lens"] for t in told] == loaded.lenses.sort("position")["lens"].to_list()
    assert sum(len(t["layers"]) for t in told) == loaded.layers.height
    assert told[0]["lens"] == "ecosystem" and told[0]["layers"][0] == "applications"
    assert "ecosystem" in command("lenses").stdout


def test_companies_are_listed_and_narrowed_to_a_layer(command):
    every = json.loads(command("companies", "--json").stdout)
    assert len(every) == stacks.load().companies.height
    (nvidia,) = [c for c in every if c["company_id"] == "nvidia"]
    assert (nvidia["ticker"], nvidia["currency"], nvidia["status"]) == ("NVDA", "USD", "listed")

    layer = json.loads(command("companies", "--lens", "ecosystem", "--layer", "neoclouds", "--json").stdout)
    assert "coreweave" in {c["company_id"] for c in layer}
    assert {c["layer"] for c in layer} == {"neoclouds"}
    assert "CoreWeave" in command("companies", "--layer", "neoclouds").stdout


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["companies", "--lens", "ecosytem"], "did you mean ecosystem"),
        (["companies", "--layer", "neocloud"], "did you mean neoclouds"),
        (["companies", "--layer", "zzzzzz"], "`layerledger lenses` lists them"),
    ],
)
def test_an_unknown_lens_or_layer_is_told_with_near_matches(command, words, near):
    done = command(*words)
    assert done.returncode == 2
    assert near in done.stderr and "Traceback" not in done.stderr


def test_status_of_an_empty_home_makes_nothing(command, tmp_path):
    told = json.loads(command("status", "--json").stdout)
    assert (told["published"], told["last_run"], told["refresh_under_way"]) == (None, None, None)
    assert "nothing yet" in command("status").stdout
    assert not (tmp_path / "home").exists()


def test_status_tells_version_age_rows_and_the_last_run(refreshed_home):
    told = json.loads(run_command(["status", "--json"], refreshed_home).stdout)
    manifest = json.loads((refreshed_home / "published" / "current" / "manifest.json").read_text())
    assert told["home"] == str(refreshed_home)
    for key in ("version", "run_id", "as_of", "as_known_on", "created_at", "rows"):
        assert told["published"][key] == manifest[key]
    assert told["published"]["age_days"] >= 0
    assert (told["last_run"]["run_id"], told["last_run"]["status"]) == (manifest["run_id"], "SUCCESS")
    assert (told["last_run"]["failed"], told["failed_fetches"], told["refresh_under_way"]) == ([], [], None)
    assert manifest["version"] in run_command(["status"], refreshed_home, COLUMNS="200").stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(home: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is stopped, in a session of its own as a terminal would give it.

    It hears an interrupt also where whoever runs the tests ignores them, as a shell does for what runs beside it.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", *words],
        cwd=ROOT,
        env=os.environ | {"LAYERLEDGER_HOME": str(home), "COLUMNS": "200"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no thread runs here
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise


def answer(url: str, within: float, data: bytes | None = None) -> str:
    until = time.monotonic() + within
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    while True:
        try:
            with urllib.request.urlopen(request) as got:
                return str(got.read().decode())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_serve_shows_the_published_pages(refreshed_home):
    port = free_port()
    with started(refreshed_home, "serve", "--port", str(port)) as process:
        page = answer(f"http://127.0.0.1:{port}/", within=10)
        assert page == (refreshed_home / "published" / "current" / "index.html").read_text()
    assert process.returncode == 130


def test_serve_without_anything_published_says_what_to_do(command):
    done = command("serve")
    assert done.returncode == 1
    assert "nothing is published" in done.stderr and "layerledger refresh" in done.stderr


def test_serve_on_a_taken_port_says_so(refreshed_home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        # Not cut off from the network: a process that is has a loopback of its own.
        with started(refreshed_home, "serve", "--port", str(port)) as process:
            told, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"port {port} cannot be used" in told and "--port" in told


def test_dev_opens_the_ui_on_this_home_with_the_schedule_running(tmp_path):
    port = free_port()
    query = (
        '{ schedulesOrError(repositorySelector: {repositoryName: "__repository__", '
        'repositoryLocationName: "pipelines.definitions"}) '
        "{ ... on Schedules { results { name scheduleState { status } } } } }"
    )
    with started(tmp_path / "home", "dev", "--port", str(port)):
        # 6 to 10 s on an idle machine with two cores; tests that run beside this one slow it down.
        assert "dagster_version" in answer(f"http://127.0.0.1:{port}/server_info", within=90)
        told = json.loads(answer(f"http://127.0.0.1:{port}/graphql", 10, json.dumps({"query": query}).encode()))
    schedules = told["data"]["schedulesOrError"]["results"]
    assert {s["name"] for s in schedules} == {one.name for one in SCHEDULES}
    assert {s["scheduleState"]["status"] for s in schedules} == {"RUNNING"}
    assert (tmp_path / "home" / "dagster" / "schedules").is_dir()
