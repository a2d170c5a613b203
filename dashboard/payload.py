"""What travels with a page for its script: specifications once a page, and the rows of each view beside it.

Belongs here: JSON inside script elements that browsers do not run. Does not belong here: what it draws (charts), how it
is drawn (static/site.js).

    #specs                    {"specs": [Vega with tokens]}, of all charts of the page
    #sources                  {"sources": [Vega-Lite with tokens], "config": {...}}, read only to save a specification
    script.rows               in the view of a card that opens: {"charts": {key: chart}, "data": [rows]}
    script[data-view=KEY]     a view that a control leads to: {"html": its markup, "charts": ..., "data": ...}

A chart is {"wide": part, "narrow": part, "break": pixels}; a part is {"s": specification, "d": {name: rows},
"t": tokens, "h": pixels in height}. Rows travel as columns: {"c": names, "r": rows of values}.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import theme
from dashboard.cards.card import Card, View
from dashboard.charts.picture import Picture, Row, Spec


def script_json(value: object) -> Markup:
    """Return a value as JSON that can stand inside a script element, which only '<' can end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


class Payload:
    """The charts of one page. Ask for the rows of every view first; the specifications are then those they need."""

    def __init__(self, compiled: Callable[[Spec], dict[str, Any]]) -> None:
        """`compiled` turns a Vega-Lite specification with tokens into Vega with the same tokens."""
        self._compiled = compiled
        self._places: dict[int, int] = {}
        self._specs: list[Spec] = []
        self.charts = 0

    def rows(self, card: Card, view: View, html: str | None = None) -> Markup:
        """Return the charts of a view with their rows, and its markup where it is not on the page yet."""
        data: list[object] = []
        places: dict[int, int] = {}
        charts: dict[str, object] = {}
        if view.pictures:
            parts = {which: self._part(picture, data, places) for which, picture in view.pictures.items()}
            charts[f"{card.id}.{view.key}"] = {**parts, "break": card.break_at}
        for index, panel in enumerate(view.panels):
            if panel.picture:
                part = self._part(panel.picture, data, places)
                charts[f"{card.id}.{view.key}.{index}"] = {"wide": part, "break": 0}
        self.charts += len(charts)
        found: dict[str, object] = {"charts": charts, "data": data}
        return script_json(found if html is None else {"html": html, **found})

    def _part(self, picture: Picture, data: list[object], places: dict[int, int]) -> dict[str, object]:
        if id(picture.spec) not in self._places:
            self._places[id(picture.spec)] = len(self._specs)
            self._specs.append(picture.spec)
        names = {}
        for name, rows in picture.data.items():
            if id(rows) not in places:
                places[id(rows)] = len(data)
                data.append(_columnar(rows))
            names[name] = places[id(rows)]
        return {"s": self._places[id(picture.spec)], "d": names, "t": picture.all_tokens, "h": picture.reserved}

    @property
    def specs(self) -> Markup:
        """The specifications that the rows asked for so far need."""
        return script_json({"specs": [self._compiled(spec) for spec in self._specs]})

    @property
    def sources(self) -> Markup:
        """The same as Vega-Lite, which a reader saves, with the configuration that was compiled into the others."""
        return script_json({"sources": self._specs, "config": theme.vega_config()})


def _columnar(rows: Sequence[Row]) -> dict[str, object]:
    names = list(dict.fromkeys(key for row in rows for key in row))
    return {"c": names, "r": [[row.get(name) for name in names] for row in rows]}
