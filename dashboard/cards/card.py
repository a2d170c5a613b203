"""What a card is: a question, controls, and a view for each setting of the controls.

Belongs here: the vocabulary that cards and templates share. Does not belong here: any particular card.

A card module has `card(ledger, lens) -> Card`. Its views are listed with the one that opens first; a view's key joins
one value of each control with dots, in the order of the controls, and no two controls share a value: the page's script
then shows the view that a reader's settings name, and writes the key into the address. `card.html` draws it: the first
view is markup, the others travel as JSON (payload.py) and become markup when a control leads to them, so a hundred
views cost a reader little until they are asked for. A view with neither pictures nor panels is a table alone.

A section that is no Card (a list, a map) is written in a page's template with the class `card`, an id, a `.view` with
an h2 and a `.subtitle`, and `cards.tools(id, kinds)`: 'csv' takes the tables of the view, 'png' and 'svg' take the
element of class `drawing`, `panels` or `chart` as the browser has laid it out, 'json' needs a chart, 'embed' shows the
section alone at ?embed=ID.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from dashboard import formats
from dashboard.charts.picture import Picture

Value = str | int | float | None

# Settings that several cards offer: value in the key and the address -> text of the button.
WINDOWS = {"ttm": "12 months", "quarter": "Quarter"}
STATISTICS = {"aggregate": "Aggregate", "median": "Median"}


class Column(NamedTuple):
    """A column of a table twin; unit None is text, 'count' a count, else as in formats.metric."""

    title: str
    unit: str | None = None


@dataclass(frozen=True)
class Table:
    """The figures of a picture as a table: what a screen reader reads and what the CSV holds."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]

    def written(self, value: Value, unit: str | None) -> str:
        """Return a cell as the table shows it; null is 'n/a', never 0."""
        if unit is None:
            return formats.UNKNOWN if value is None else str(value)
        if value is not None and not isinstance(value, (int, float)):
            raise TypeError(f"a cell of unit {unit!r} holds text: {value!r}")
        if unit == "count":
            return formats.number(None if value is None else int(value))
        return formats.metric(value, unit, 1)


class Panel(NamedTuple):
    """One panel of small multiples; without a picture its layer is unknown, and `unknown` says so."""

    name: str
    colour: str
    value: str
    picture: Picture | None
    unknown: str = "no public figures"


@dataclass(frozen=True)
class View:
    """What a card shows for one setting of its controls; `key` joins the settings with dots.

    pictures: 'wide' and 'narrow'; where there is one only, it serves every width. panels: small multiples instead.
    drawing: markup of a picture that is no chart (the stack map), or of a table that is the picture.
    """

    key: str
    title: str
    subtitle: str
    alt: str
    as_of: str
    coverage: str
    table: Table
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    panels: Sequence[Panel] = ()
    drawing: Markup | None = None
    legend: Sequence[tuple[str, str, str]] = ()
    note: str = ""


class Control(NamedTuple):
    """A row of segmented buttons, or a menu of many: its name, its label, and (value, text) of each option."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    menu: bool = False


@dataclass(frozen=True)
class Card:
    """One card; the first view is the one that opens. `half` cards stand two in a row on a wide screen."""

    id: str
    question: str
    views: Sequence[View]
    controls: Sequence[Control] = ()
    size: str = "whole"
    break_at: int = 0


def series_table(
    first: str, columns: Sequence[tuple[str, str]], values: Mapping[str, Mapping[str, float | None]]
) -> Table:
    """Return a table of calendar quarters, the newest first; `values` is quarter -> column title -> value."""
    quarters = sorted(values, reverse=True)
    rows = [[formats.quarter(q), *(values[q].get(title) for title, _ in columns)] for q in quarters]
    return Table([Column(first), *(Column(title, unit) for title, unit in columns)], rows)


def control(name: str, label: str, texts: Mapping[str, str], views: Sequence[View], menu: bool = False) -> Control:
    """Return the control whose options are those of `texts` (value -> text) that some view's key holds."""
    held = {part for view in views for part in view.key.split(".")}
    return Control(name, label, [(value, text) for value, text in texts.items() if value in held], menu)
