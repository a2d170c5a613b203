"""All companies of the registry, by the real command: python -m tests.prove.live_full.

The first refresh at the pace that the settings have by default, a second one, one without network, a rebuild; two at
once, with readers.
"""

import json
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from analytics import stacks
from tests.conftest import run_command
from tests.live.equal import published_is_what_was_told
from tests.live.homes import Place, whole
from tests.live.rate import most_in_a_second
from tests.prove.page import section, table
from tests.standins import StandIn, World

Done = subprocess.CompletedProcess[str]


class Readers:
    """Threads that open what is published and read it, again and again."""

    def __init__(self, place: Place, threads: int = 2) -> None:
        self.place, self.reads, self.versions, self.errors = place, 0, set[str](), list[BaseException]()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, daemon=True) for _ in range(threads)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        query = "SELECT count(*), sum(value_usd) FROM core.company_quarters"
        while not self._stop.wait(0.05):
            try:
                version = self.place.current.resolve()
                manifest = json.loads((version / "manifest.json").read_text())
                with duckdb.connect(str(self.place.current / "layerledger.duckdb"), read_only=True) as database:
                    ((rows, total),) = database.sql(query).fetchall()
                assert rows > 50_000 and total > 0
                self.reads += 1
                self.versions.add(manifest["version"])
            except Exception as error:  # noqa: BLE001 (told at the end)
                self.errors.append(error)


def main() -> None:
    """Refresh, compare, refresh again, rebuild, refresh twice at once under the eyes of readers."""
    now = datetime.now(UTC).date()
    with (
        tempfile.TemporaryDirectory() as folder,
        StandIn(World(now), sec_limit=10) as standin,
    ):
        defaults = {"LAYERLEDGER_SEC_PER_SECOND": "", "LAYERLEDGER_YAHOO_PER_SECOND": ""}
        place = Place(Path(folder) / "home", settings=defaults)
        first, first_seconds = _run(place, standin, "refresh")
        print(first.stdout, flush=True)
        asked = standin.requests.entries()
        by_endpoint = sorted({e.endpoint for e in asked})
        counts = [(e, standin.requests.count(e)) for e in by_endpoint]
        listed = [c for c in stacks.load().company_entries if c.status == "listed"]
        filers = sum(c.cik is not None for c in listed)
        rates = {source: most_in_a_second(standin, f"{source}.*") for source in ("sec", "yahoo")}
        assert rates["sec"] <= 10, rates
        assert ", 0 failed." in first.stdout
        equal = published_is_what_was_told(place)
        print(equal, flush=True)
        version, files = _published(place)

        standin.requests.clear()
        _, second_seconds = _run(place, standin, "refresh")
        assert _published(place)[0] == version and len(standin.requests) == 0, standin.requests.table()
        print(f"second: {second_seconds:.1f} s", flush=True)

        _, rebuild_seconds = _run(place, standin, "rebuild")
        again, anew = _published(place)
        data = [name for name in files if name.startswith("data/") and name.endswith(".parquet")]
        other = [name for name in data if files[name] != anew[name]]
        assert again != version and not other, other
        print(f"rebuilt: {rebuild_seconds:.1f} s, {len(data)} files alike", flush=True)

        alone = _without_network(place)
        readers, refused = _two_at_once(place, standin)
        print(f"{readers.reads} reads, {len(readers.versions)} versions", flush=True)
    section(
        "live_full",
        "All companies, by the real command",
        f"""The real command with the real clients of yfinance and SEC, at the pace that it has by default, on an empty
home, against the stand-ins: {len(listed)} listed companies, {filers} of them filers of SEC.
“{first.stdout.splitlines()[-3].strip()}” Never more than {rates["sec"]} requests to SEC and {rates["yahoo"]} to Yahoo
within a second; a stand-in that refuses the eleventh had nothing to refuse. {first_seconds:.0f} s, most of it waiting.

{table(counts, "first day: requests to", "number")}

Every figure told is published, and none other: the archived answers, read by a few lines of the test that share nothing
with our parsers, against the tables.

{table(list(equal.items()), "equal", "figures")}

- A second refresh made no request and published nothing: {second_seconds:.1f} s.
- `layerledger rebuild`, which throws the warehouse away: {len(data)} Parquet files, all with the bytes they had
  ({rebuild_seconds:.0f} s).
- With no network at all a refresh ended with 0 and said: “{alone}”
- A second refresh started while one ran ended with {refused.returncode}:
  “{" ".join(refused.stderr.replace(folder, "…").split())}”
- {readers.reads} reads of the published database by two readers meanwhile, {len(readers.versions)} versions seen, no
  error.""",
    )


def _without_network(place: Place) -> str:
    """The line that a refresh prints on a machine without network, where it ends with 0."""
    variables = {k: v for k, v in place.environment(None).items() if k.startswith("LAYERLEDGER_")}
    done = run_command(["refresh", "--company", "nvidia"], place.home, **variables)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if "No live source" in line)
    as_of = whole(place)["as_of"]
    assert line == f"No live source was reached; figures are as of {as_of}."
    return line


def _two_at_once(place: Place, standin: StandIn) -> tuple[Readers, Done]:
    with Readers(place) as readers, place.started(standin, "refresh", "--force") as process:
        while not list((place.home / "published").glob(".staging-*")):
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.05)
        refused = place.run(standin, "refresh")
        out, err = process.communicate(timeout=600)
        time.sleep(0.5)
    assert process.returncode == 0, err
    assert "Published as of" in out
    assert refused.returncode == 3 and "is refreshing" in refused.stderr, refused.stderr
    assert not readers.errors and readers.reads > 10 and len(readers.versions) == 2, (readers.errors, readers.versions)
    whole(place)
    return readers, refused


def _run(place: Place, standin: StandIn, *arguments: str) -> tuple[Done, float]:
    began = time.monotonic()
    done = place.run(standin, *arguments, timeout=800)
    assert done.returncode == 0, done.stderr
    return done, time.monotonic() - began


def _published(place: Place) -> tuple[str, dict[str, str]]:
    manifest = whole(place)
    files = manifest["files"]
    assert isinstance(files, dict)
    return str(manifest["version"]), {name: told["sha256"] for name, told in files.items()}


if __name__ == "__main__":
    main()
