"""Loads the registry of companies and lenses, checks it, and gives it as frames that keep the contracts.

Belongs here: reading TOML, telling where a fault stands, building frames. Rules are in entries.py and checks.py.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from pydantic import ValidationError

from analytics.contracts import conform, table
from analytics.stacks.checks import check_companies, check_lens, check_lenses
from analytics.stacks.entries import Claim, Companies, Company, Edge, Entry, Layer, Lens, Member
from analytics.stacks.faults import Fault, RegistryError
from analytics.stacks.memberships import entries, resolve

COMPANIES = "companies.toml"
LENSES = "lenses"

_Entry = TypeVar("_Entry", bound=Entry)
_FIELDS = sorted({f for model in (Company, Lens, Layer, Member, Edge, Claim) for f in model.model_fields})


@dataclass(frozen=True)
class Stacks:
    """The whole registry: the entries as written, and the frames of the core tables made from them."""

    company_entries: tuple[Company, ...]
    lens_entries: tuple[Lens, ...]

    @cached_property
    def companies(self) -> pl.DataFrame:
        """core.companies: one row per company, product or project."""
        rows = [
            c.model_dump(exclude={"id", "parent", "former_tickers", "other_tickers"})
            | {"company_id": c.id, "parent_id": c.parent}
            for c in self.company_entries
        ]
        return _frame("core.companies", rows)

    @cached_property
    def lenses(self) -> pl.DataFrame:
        """core.lenses: one row per lens."""
        return _frame(
            "core.lenses",
            [
                {
                    "lens": lens.id,
                    "name": lens.title,
                    "position": lens.position,
                    "description": lens.description,
                    "source": lens.source,
                }
                for lens in self.lens_entries
            ],
        )

    @cached_property
    def layers(self) -> pl.DataFrame:
        """core.layers: one row per lens and layer; position 1 is the top."""
        return _frame(
            "core.layers",
            [
                layer.model_dump(exclude={"id", "members", "peers"})
                | {"lens": lens.id, "layer": layer.id, "position": position}
                for lens in self.lens_entries
                for position, layer in enumerate(lens.layers, start=1)
            ],
        )

    @cached_property
    def edges(self) -> pl.DataFrame:
        """core.edges: one row per flow of demand between two layers of a lens."""
        return _frame(
            "core.edges",
            [edge.model_dump() | {"lens": lens.id} for lens in self.lens_entries for edge in lens.edges],
        )

    @cached_property
    def memberships(self) -> pl.DataFrame:
        """core.memberships: one row per lens, layer, member and span, defaults filled in."""
        known = {c.id: c for c in self.company_entries}
        return _frame(
            "core.memberships",
            [
                {
                    "lens": lens.id,
                    "layer": m.layer,
                    "company_id": m.company.id,
                    "member_id": m.member.id,
                    "member_name": m.name,
                    "measure": m.measure,
                    "segment": m.segment,
                    "primary_layer": m.primary,
                    "named_by_source": m.named_by_source,
                    "valid_from": m.span.start,
                    "valid_to": m.span.end,
                    "note": m.note,
                }
                for lens in self.lens_entries
                for m in (resolve(*entry, known) for entry in entries(lens))
                if m is not None
            ],
        )

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Claims of the sources, in the order of lenses and of their files; `lens` says whose each is."""
        return tuple(claim.model_copy(update={"lens": lens.id}) for lens in self.lens_entries for claim in lens.claims)

    @cached_property
    def tickers(self) -> dict[str, str]:
        """Company id by ticker, former tickers and second listings included."""
        return {t: c.id for c in self.company_entries for t in c.tickers}


def load(root: Path | None = None) -> Stacks:
    """Load and check the registry under `root` (companies.toml, lenses/*.toml), by default the package's own.

    Lenses come in the order of their position.

    Raises:
        RegistryError: with every fault found. Files that cannot be read as entries are told first; the rules between
            entries are checked once every entry can be read.
    """
    place: Traversable = root if root is not None else files("analytics.stacks")
    faults: list[Fault] = []
    companies = _read(place / COMPANIES, COMPANIES, Companies, faults)
    lenses = {
        name: lens
        for name in _lens_files(place, faults)
        if (lens := _read(place / LENSES / name, f"{LENSES}/{name}", Lens, faults)) is not None
    }
    if faults or companies is None:
        raise RegistryError(faults)
    known = {c.id: c for c in companies.company}
    faults += check_companies(COMPANIES, companies.company)
    named = {f"{LENSES}/{name}": lens for name, lens in lenses.items()}
    faults += check_lenses(named)
    for file, lens in named.items():
        faults += check_lens(file, lens, known)
    if faults:
        raise RegistryError(faults)
    return Stacks(tuple(companies.company), tuple(sorted(lenses.values(), key=lambda lens: lens.position)))


def _lens_files(place: Traversable, faults: list[Fault]) -> list[str]:
    folder = place / LENSES
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(".toml")) if folder.is_dir() else []
    if not names:
        faults.append(Fault(LENSES, "folder", "there is no lens", "add a file such as lenses/ecosystem.toml"))
    return names


def _read(path: Traversable, file: str, model: type[_Entry], faults: list[Fault]) -> _Entry | None:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(Fault(file, "file", "it is missing", "add it"))
    except UnicodeDecodeError as error:
        faults.append(Fault(file, f"byte {error.start}", "it is not UTF-8", "save it as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        # The message ends with the place: "… (at line 3, column 7)".
        problem, _, where = str(error).rpartition(" (at ")
        faults.append(Fault(file, where.rstrip(")") or "file", f"not TOML: {problem}", "correct the line"))
    else:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            faults += _told(file, raw, error)
    return None


def _told(file: str, raw: Mapping[str, Any], error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_url=False):
        location: Sequence[int | str] = found["loc"]
        field = str(location[-1]) if location and isinstance(location[-1], str) else None
        entry = _where(raw, location if field is None else location[:-1])
        match found["type"]:
            case "extra_forbidden":
                close = get_close_matches(field or "", _FIELDS, n=1)
                mend = f"write {close[0]!r}, or remove it" if close else "remove it"
                yield Fault(file, entry, f"unknown field {field!r}", mend)
            case "missing":
                yield Fault(file, entry, f"field {field!r} is missing", f"add {field}")
            case _:
                what = f"{field}: " if field else ""
                value = found["input"]
                shown = str(value) if isinstance(value, date) else repr(value)
                given = "" if isinstance(value, dict | list) else f", it is {shown}"
                yield Fault(file, entry, f"{what}{found['msg']}{given}", f"correct {field or 'the entry'}")


def _where(raw: Any, location: Sequence[int | str]) -> str:
    """Name the entry at a place by the ids on the way: "layer 'hyperscalers', member 'aws'"."""
    words: list[str] = []
    kind = "entry"
    for step in location:
        if isinstance(step, str):
            kind = {"peers": "member"}.get(step, step.removesuffix("s"))
            raw = raw.get(step) if isinstance(raw, dict) else None
        else:
            raw = raw[step] if isinstance(raw, list) and step < len(raw) else None
            name = raw.get("id") if isinstance(raw, dict) else None
            words.append(f"{kind} {name!r}" if name else f"{kind} number {step + 1}")
    return ", ".join(words) or "file"


def _frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    contract = table(name)
    return conform(pl.DataFrame(rows, schema=contract.polars_schema), contract)
