"""What a chart is: an Altair structure without data, the rows it draws, and the tokens that differ from page to page.

Belongs here: how structure, rows and tokens become one specification. The structure of a chart is the same for every
layer and lens, so it is built once and shared: building and checking it is what costs time.
Does not belong here: any particular chart.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from dashboard import theme

Row = Mapping[str, object]
Spec = dict[str, Any]
COLOURS = ("fill", "stroke", "dot")  # columns of rows that hold colours; site.js knows them too


def structure(make: Callable[..., alt.TopLevelMixin]) -> Callable[..., Spec]:
    """Turn a function that makes an Altair chart into one that gives its specification, made once per argument.

    Altair checks every object as it is made and again as it is written; both are switched off here and done once, on
    the resolved specification, by the tests.
    """

    @cache
    def specification(*arguments: Any) -> Spec:
        with debug_mode(False):
            spec = make(*arguments).to_dict(validate=False)
        spec.pop("config", None)
        # Every chart fills the width of its card; what stands outside the plot (names, end labels) narrows the plot.
        return {**spec, "height": "@height", "autosize": {"type": "fit-x", "contains": "padding"}}

    return specification


@dataclass(frozen=True)
class Picture:
    """One drawing: a shared specification, its rows by dataset name, its tokens ('@accent' -> '@energy').

    height: of the plot, in pixels. around: what axes and the like add to it, so that a page can keep the room free.
    """

    spec: Spec
    data: Mapping[str, Sequence[Row]]
    height: float
    around: float
    tokens: Mapping[str, object] = field(default_factory=dict)

    @property
    def reserved(self) -> int:
        """The pixels that the drawing takes in height."""
        return round(self.height + self.around)

    @property
    def all_tokens(self) -> dict[str, object]:
        """The tokens, the height among them."""
        return {**self.tokens, "@height": round(self.height, 1)}

    def standalone(self, dark: bool = False, width: int | None = None) -> Spec:
        """Return a complete Vega-Lite specification with data, colours and configuration of one theme."""
        colours = {f"@{name}": colour for name, colour in theme.variables(dark).items()}
        spec: Spec = resolve({**self.spec, "config": theme.vega_config()}, {**colours, **self.all_tokens}, colours)
        spec["datasets"] = {name: [painted(row, colours) for row in rows] for name, rows in self.data.items()}
        if width is not None:
            spec["width"] = width
        return spec

    def chart(self, dark: bool = False, width: int | None = None) -> alt.TopLevelMixin:
        """Return the drawing as an Altair chart, for a notebook or a file.

        Raises:
            altair.utils.schemapi.SchemaValidationError: the specification is not valid Vega-Lite.
        """
        spec = self.standalone(dark, width)
        kind = alt.LayerChart if "layer" in spec else alt.Chart
        return kind.from_json(json.dumps(spec))


def resolve(node: Any, tokens: Mapping[str, object], colours: Mapping[str, object]) -> Any:
    """Return a copy of a specification with every token replaced; a token may stand for another token."""
    if isinstance(node, str) and node.startswith("@"):
        return resolve(tokens[node], colours, colours) if node in tokens else node
    if isinstance(node, Mapping):
        return {key: resolve(value, tokens, colours) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [resolve(value, tokens, colours) for value in node]
    return node


def painted(row: Row, colours: Mapping[str, object]) -> Row:
    """Return a row with the tokens of its colour columns replaced; no other text is ever taken for a token."""
    return {name: resolve(value, colours, colours) if name in COLOURS else value for name, value in row.items()}


def quarter_at(x: str = "datum.x") -> str:
    """Return the Vega expression that writes the calendar quarter ending at x, a position on a scale of years.

    Series of many quarters write their tooltips in the browser: as text they would be most of a page.
    """
    return f"(ceil({x}) - 1) + ' Q' + round(({x} - ceil({x}) + 1) * 4)"


# Advances of the widest common face (DejaVu Sans), in parts of its size, measured; so that labels never touch.
_NARROW, _WIDE = frozenset(" \u00a0iljtfrI.,:;'’|!()-·"), frozenset("mwMW&%@—−")


def text_width(text: str, size: float = 12, bold: bool = False) -> float:
    """Return about how many pixels a text takes in the pages' typeface, on the wide side."""
    advance = sum(0.37 if c in _NARROW else 0.93 if c in _WIDE else 0.62 for c in text)
    return advance * size * (1.13 if bold else 1)
