"""The `layerledger` command: what the operator types and sees.

Belongs here: commands, options, messages. Does not belong here: the work itself. Everything heavy is imported inside
the command that needs it, so that `--help` answers at once.
"""

import difflib
import gc
import json
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.stop import Exit, Stop, exit_of

if TYPE_CHECKING:
    import polars as pl

    from analytics.stacks import Stacks
    from pipelines.home import Home
    from pipelines.refresh import Outcome
    from pipelines.settings import Settings

EPILOG = (
    "Exit codes: 0 all is well; 1 failed (what was published before stays), or a failed fetch under --strict; "
    "2 bad usage or input; 3 the home cannot be written, or another refresh holds it; 130 stopped by hand."
)

app = typer.Typer(
    name="layerledger",
    help="Where in the AI stack value is captured, where capital is spent, and whether it will pay.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

published = typer.Typer(
    name="published", help="The published versions: list them, restore one.", no_args_is_help=True, epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
app.add_typer(published)

# Results go to stdout; progress and messages to stderr, so that output can be piped.
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Home folder; default: LAYERLEDGER_HOME, else .layerledger here.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LensOption = Annotated[str | None, typer.Option("--lens", help="Id of a lens; see `layerledger lenses`.")]


def main() -> None:
    """Run the command; every foreseen way to fail ends in one message and its exit code."""
    try:
        app()
    except Stop as stop:
        err.print(f"[bold red]error:[/] {escape(str(stop))}", soft_wrap=True)
        sys.exit(stop.code)


@app.command(epilog=EPILOG)
def refresh(
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no live source; use the bundle and what the home holds.")
    ] = False,
    company: Annotated[
        list[str] | None,
        typer.Option(
            "--company",
            metavar="ID",
            help="Ask live sources about this company only (repeat for more), whatever it is due for. The others keep "
            "what is known of them, and everything derived is derived anew.",
        ),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option("--layer", metavar="ID", help="The same for the members of this layer (repeat for more)."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="SOURCE", help="Ask this source only: sec or yahoo (repeat for more)."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Ask about every company, whatever it is due for.")
    ] = False,
    as_known_on: Annotated[
        str | None,
        typer.Option("--as-known-on", metavar="DATE", help="Publish what was known on that day (YYYY-MM-DD)."),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            metavar="SUBJECT",
            help="Publish although a check holds this company, layer, lens or currency back: you have looked at it "
            "(repeat for more).",
        ),
    ] = None,
    home: HomeOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if any fetch failed, even if all was published.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Derive and publish again even if nothing has changed.")
    ] = False,
) -> None:
    """Fetch, derive and publish everything; then print the layers and where to look."""
    _known_on(as_known_on)
    settings = _settings(home)
    offline = offline or settings.offline
    _prepared(settings)
    stacks = _stacks(settings)
    for identifier in company or ():
        _known(identifier, stacks.companies["company_id"], "company", "companies")
    for identifier in layer or ():
        _known(identifier.rpartition("/")[2], stacks.layers["layer"], "layer", "lenses")

    from assets.request import Request, Source

    for identifier in source or ():
        _known(identifier, [one.value for one in Source], "source", "status")
    request = Request(
        ask=not offline, companies=company or [], layers=layer or [], sources=[Source(s) for s in source or ()],
        everything=everything, as_known_on=as_known_on, accept=accept or [],
    )  # fmt: skip
    outcome = _run(settings, request=request, force=force)
    _print_outcome(outcome, settings, home, offline=offline)
    failed = [f for f in outcome.ended if f.outcome not in ("ok", "unchanged")]
    if strict and failed:
        raise Stop(f"--strict: {len(failed)} fetches failed", Exit.FAILED)


@app.command(epilog=EPILOG)
def rebuild(home: HomeOption = None) -> None:
    """Derive and publish everything again from the archive and the bundle alone; the archive stays as it is."""
    from assets.request import Request

    settings = _settings(home)
    _prepared(settings)
    _print_outcome(_run(settings, request=Request(ask=False), anew=True), settings, home, offline=True)


@app.command(epilog=EPILOG)
def publish(home: HomeOption = None) -> None:
    """Publish what the warehouse holds, without asking or deriving anything: after a change of the pages alone."""
    from assets.request import Request

    settings = _settings(home)
    if not _prepared(settings).warehouse.exists():
        raise Stop("there is no warehouse yet to publish from; run `layerledger refresh`", Exit.FAILED)
    _print_outcome(_run(settings, request=Request(ask=False), job="publish"), settings, home, offline=True)


@published.command("list", epilog=EPILOG)
def list_versions(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the published versions, the newest first."""
    import polars as pl

    from assets.versions import versions

    rows = [
        {
            "version": v.id, "as_of": v.as_of, "as_known_on": v.as_known_on, "published_at": v.created_at,
            "megabytes": round(v.bytes / 1e6, 1), "shown": "now" if v.current else "",
            "notice": "; ".join(n["text"] for n in v.notices) or None,
        }
        for v in versions(_home(_settings(home)).published)
    ]  # fmt: skip
    if not rows:
        raise Stop("nothing is published yet; run `layerledger refresh`", Exit.FAILED)
    _show(pl.DataFrame(rows, infer_schema_length=None), as_json)


@published.command(epilog=EPILOG)
def restore(
    version: Annotated[str, typer.Argument(metavar="ID", help="A version, or the beginning of its id.")],
    home: HomeOption = None,
) -> None:
    """Show an earlier version again, with a notice on every page; the next refresh goes on from the newest."""
    from assets.versions import NoSuchVersionError
    from assets.versions import restore as put_back
    from assets.warehouse import WarehouseLockedError, writing

    place = _prepared(_settings(home))
    try:
        with writing(place.root):
            shown = put_back(place.published, version)
    except NoSuchVersionError as error:
        raise Stop(str(error), Exit.BAD_INPUT) from error
    except WarehouseLockedError as error:
        raise Stop(f"{error}; try again when it has ended", Exit.HOME) from error
    out.print(f"Readers see {shown.copy_of} again, as of {shown.as_of}, with a notice: {place.current / 'index.html'}",
              soft_wrap=True)  # fmt: skip
    out.print("The next refresh publishes the newest figures.")


def _print_outcome(outcome: "Outcome", settings: "Settings", home: Path | None, *, offline: bool) -> None:
    """Print the layers, what the live sources answered and did not, and where to look.

    Raises:
        Stop: the refresh failed.
    """
    from pipelines import report

    place = _home(settings)
    if outcome.failures:
        raise Stop(_told(outcome, place), exit_of(outcome.failures[0].error))
    out.print(report.layers_table(place.current))
    manifest = report.manifest(place.current)
    known_on = f", as known on {manifest['as_known_on']}" if manifest["as_known_on"] else ""
    failing = report.failing_now(place, _stacks(settings))
    if failing and not offline:
        out.print(report.failures_table(failing))
    if not offline:
        out.print(report.live(outcome.ended, manifest["as_of"]), soft_wrap=True)
    said = "Published" if outcome.run_id else "Nothing has changed; published before,"
    out.print(f"{said} as of {manifest['as_of']}{known_on}: {place.current / 'index.html'}", soft_wrap=True)
    out.print("Read it with: [bold]layerledger serve[/]" + (f" --home {home}" if home else ""))


@app.command(epilog=EPILOG)
def serve(
    home: HomeOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8010,
    open_: Annotated[bool, typer.Option("--open", help="Open the pages in the browser.")] = False,
) -> None:
    """Serve the published pages to this machine alone (loopback)."""
    from pipelines import serve as pages

    place = _home(_settings(home))
    if not (place.current / "index.html").exists():
        raise Stop(f"nothing is published in {place.root} yet; run `layerledger refresh`", Exit.FAILED)
    try:
        server = pages.server(place.current, port)
    except OSError as error:
        raise Stop(f"port {port} cannot be used: {error.strerror}; choose another with --port", Exit.FAILED) from error
    url = f"http://127.0.0.1:{server.server_port}/"
    out.print(f"Serving {place.current} at {url} (Ctrl-C ends it)", soft_wrap=True)
    if open_:
        typer.launch(url)
    with server:
        server.serve_forever()


@app.command(epilog=EPILOG)
def dev(
    home: HomeOption = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the UI.")] = 3000,
) -> None:
    """Open the Dagster UI on this home, on loopback, with the schedule running."""
    from pipelines.refresh import tidy
    from pipelines.settings import environment_with

    place = _prepared(_settings(home))
    tidy(place)
    out.print(
        f"The Dagster UI will be at http://127.0.0.1:{port}/ (Ctrl-C ends it); home: {place.root}", soft_wrap=True
    )
    command = [
        sys.executable,
        # Its successor, `dg dev`, works in a checkout of the project alone.
        "-W",
        "ignore:Function `dev_command` is superseded",
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    os.execve(
        sys.executable,
        command,
        environment_with(LAYERLEDGER_HOME=str(place.root), DAGSTER_HOME=str(place.dagster)),
    )


@app.command(epilog=EPILOG)
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell what is published, how old it is, and what failed last."""
    from pipelines import report

    settings = _settings(home)
    stacks = _stacks(settings)
    told = report.status(_home(settings), stacks)
    if as_json:
        print(json.dumps(told, indent=1, default=str))
        return
    out.print(report.status_table(told))
    if told["failed_fetches"]:
        out.print(report.failures_table(report.failing_now(_home(settings), stacks)))


@app.command(epilog=EPILOG)
def explain(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="Id of a company; see `layerledger companies`.")],
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="Id of a metric, such as operating_margin.")],
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="Calendar quarter, such as 2025Q4.")],
    as_known_on: Annotated[
        str | None, typer.Option("--as-known-on", metavar="DATE", help="As known on that day (YYYY-MM-DD).")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print how a figure came about: from the metric to items, observations, filings and payloads."""
    known_on = _known_on(as_known_on)
    settings = _settings(home)
    database = _home(settings).current / "layerledger.duckdb"
    if not database.exists():
        raise Stop(f"nothing is published in {_home(settings).root} yet; run `layerledger refresh`", Exit.FAILED)
    _known(company, _stacks(settings).companies["company_id"], "company", "companies")

    from analytics.explain import Unexplained
    from pipelines import explanation

    try:
        node = explanation.of(database, company, metric, quarter, known_on)
    except Unexplained as error:
        raise Stop(str(error), Exit.BAD_INPUT) from error
    if as_json:
        print(json.dumps(explanation.as_json(node), ensure_ascii=False, indent=1))
    else:
        # A pipe or file has no width: lines stay whole there.
        Console(highlight=False, width=None if out.is_terminal else 400).print(explanation.tree(node))


@app.command(epilog=EPILOG)
def audit(
    home: HomeOption = None,
    as_known_on: Annotated[
        str | None, typer.Option("--as-known-on", metavar="DATE", help="As known on that day (YYYY-MM-DD).")
    ] = None,
    company: Annotated[
        str | None, typer.Option("--company", metavar="ID", help="Only what is of this company.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Derive every figure a second time, in SQL, and compare; check all identities; exit 1 on a contradiction."""
    from assets.audit.command import BadPayloads, NothingToAudit, run
    from assets.audit.printed import scorecard

    known_on = _known_on(as_known_on)
    settings = _settings(home)
    stacks = _stacks(settings)
    if company:
        _known(company, stacks.companies["company_id"], "company", "companies")
    place = _home(settings)
    try:
        found = run(
            place.current, place.warehouse, stacks, settings.bundle, as_known_on=known_on, company=company, console=err
        )
    except NothingToAudit as error:
        raise Stop(str(error), Exit.HOME) from error
    except BadPayloads as error:
        raise Stop(str(error), Exit.BAD_INPUT) from error
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        # A pipe or file has no width: the scorecard's columns stay whole there.
        Console(highlight=False, width=None if out.is_terminal else 160).print(scorecard(found))
    if found.contradictions:
        raise Stop(f"{found.contradictions:,} contradictions", Exit.FAILED)


@app.command(epilog=EPILOG)
def companies(
    lens: LensOption = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Id of a layer of that lens.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the companies; with --lens or --layer, the members of that lens or layer."""
    import polars as pl

    stacks = _stacks(_settings(None))
    rows = stacks.companies.select("company_id", "name", "ticker", "status", "currency", "parent_id")
    if lens or layer:
        lens = _lens(stacks, lens)
        members = stacks.memberships.filter(pl.col("lens") == lens)
        if layer:
            _known(layer, stacks.layers.filter(pl.col("lens") == lens)["layer"], "layer", "lenses")
            members = members.filter(pl.col("layer") == layer)
        members = members.select(pl.col("member_id").alias("company_id"), "layer", "measure").unique()
        rows = rows.join(members, on="company_id").sort("layer", "company_id")
    _show(rows, as_json)


@app.command(epilog=EPILOG)
def lenses(as_json: JsonOption = False) -> None:
    """List the lenses, each with its layers from top to bottom."""
    import polars as pl

    stacks = _stacks(_settings(None))
    layers = stacks.layers.sort("lens", "position").group_by("lens", maintain_order=True)
    rows = (
        stacks.lenses.sort("position")
        .select("lens", "name", "description")
        .join(layers.agg(layers=pl.col("layer")), on="lens", maintain_order="left")
    )
    _show(rows, as_json)


def _settings(home: Path | None) -> "Settings":
    from pydantic import ValidationError

    from pipelines.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"LAYERLEDGER_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise Stop(f"the environment cannot be used: {wrong}", Exit.BAD_INPUT) from error
    return settings.model_copy(update={"home": home}) if home else settings


def _home(settings: "Settings") -> "Home":
    from pipelines.home import Home

    return Home.at(settings.home)


def _prepared(settings: "Settings") -> "Home":
    from pipelines.home import HomeError

    place = _home(settings)
    try:
        place.prepare()
    except HomeError as error:
        raise Stop(str(error), Exit.HOME) from error
    return place


def _stacks(settings: "Settings") -> "Stacks":
    from analytics.stacks import RegistryError, load

    try:
        return load(settings.stacks)
    except RegistryError as error:
        raise Stop(str(error), Exit.BAD_INPUT) from error


def _known_on(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Stop(f"--as-known-on {text!r} is not a date; write it as 2024-06-30", Exit.BAD_INPUT) from None
    if day > date.today():
        raise Stop(f"--as-known-on {day} is in the future; nothing is known on that day yet", Exit.BAD_INPUT)
    return day


def _known(identifier: str, among: Iterable[str], noun: str, command: str) -> None:
    """Stop, with near matches, unless the identifier is one of those there are."""
    there = sorted(set(among))
    if identifier in there:
        return
    near = difflib.get_close_matches(identifier.lower(), there, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"`layerledger {command}` lists them"
    raise Stop(f"there is no {noun} {identifier!r}; {hint}", Exit.BAD_INPUT)


def _lens(stacks: "Stacks", lens: str | None) -> str:
    """Return the lens asked for, or the default one."""
    if lens is None:
        return str(stacks.lenses.sort("position")["lens"][0])
    _known(lens, stacks.lenses["lens"], "lens", "lenses")
    return lens


def _run(settings: "Settings", **options: Any) -> "Outcome":
    """Run the refresh, with its options, under a progress bar on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from assets.warehouse import WarehouseLockedError
    from pipelines import refresh as work

    # A refresh makes many objects and ends: looking for cycles at every 700th costs it half a second.
    gc.set_threshold(100_000, 50, 100)

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def follow(asset: str, done: int, total: int) -> None:
            bar.update(task, description=asset, completed=done, total=total or None)

        try:
            return work.refresh(settings, follow, **options)
        except WarehouseLockedError as error:
            raise Stop(f"{error}; try again when it has ended", Exit.HOME) from error
        except KeyboardInterrupt:
            raise Stop("stopped by hand; what was published before stays", Exit.INTERRUPTED) from None


def _told(outcome: "Outcome", place: "Home") -> str:
    """Say what failed first, what else failed for another reason, what readers see now, where the details are."""
    first = outcome.failures[0]
    others = [f.asset for f in outcome.failures if f.message != first.message]
    also = f" Also failed: {', '.join(others)}." if others else ""
    kept = "What was published before stays" if place.current.exists() else "Nothing is published yet"
    where = f"; `layerledger dev` shows run {outcome.run_id[:8]}" if outcome.run_id else ""
    return f"{first.asset} failed: {first.message.rstrip('.')}.{also} {kept}{where}."


def _show(rows: "pl.DataFrame", as_json: bool) -> None:
    """Print a frame as a table, or as a JSON list of objects."""
    if as_json:
        print(json.dumps(rows.to_dicts(), default=str, ensure_ascii=False, indent=1))
        return
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows.columns:
        table.add_column(name, overflow="fold", no_wrap=name in ("lens", "company_id"))
    for row in rows.iter_rows():
        table.add_row(*("" if v is None else " · ".join(v) if isinstance(v, list) else str(v) for v in row))
    out.print(table)
