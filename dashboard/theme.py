"""Colours, type and spacing of the pages, light and dark, as data; style sheets and chart configuration derive from it.

Belongs here: tokens, the layer palette, and what is generated from them. Does not belong here: how any one chart or
page looks.
"""

from collections.abc import Mapping

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif'

LIGHT: Mapping[str, str] = {
    "bg": "#f6f7f8",
    "surface": "#ffffff",
    "ink": "#14181f",
    "ink-2": "#3b4452",
    "muted": "#626d7c",
    "rule": "#e3e6ea",
    "rule-2": "#c5cbd3",
    "ghost": "#d5dae0",
    "hatch": "#aab2bd",
    "positive": "#11706a",
    "negative": "#b3361f",
    "focus": "#1f5fd6",
}

DARK: Mapping[str, str] = {
    "bg": "#0f1216",
    "surface": "#171b21",
    "ink": "#f0f2f5",
    "ink-2": "#c6ccd5",
    "muted": "#98a2b0",
    "rule": "#272d36",
    "rule-2": "#434c58",
    "ghost": "#39414c",
    "hatch": "#56606d",
    "positive": "#57c3b6",
    "negative": "#ff8a70",
    "focus": "#7fb0ff",
}

# Layer colour name -> (light, dark). The order is the stack's.
LAYERS: Mapping[str, tuple[str, str]] = {
    "applications": ("#cc529e", "#f06aa8"),
    "models": ("#612665", "#8e5598"),
    "hyperscalers": ("#3958d1", "#4b6ee7"),
    "neoclouds": ("#2e98e7", "#7bb1e1"),
    "ai-infrastructure": ("#2a7679", "#189793"),
    "datacentres": ("#1e997f", "#66dfd3"),
    "networking": ("#145e33", "#257d56"),
    "storage": ("#7b9c59", "#a4b46a"),
    "compute-memory": ("#c84e03", "#e7570f"),
    "foundries": ("#8f1a12", "#b83e30"),
    "semiconductor-equipment": ("#87655e", "#c5a198"),
    "energy": ("#c48603", "#f2ce56"),
}

WHITE = "#ffffff"
# One hue for strain, so that shading is read as an amount; the share of it in a cell is the chart's business.
STRAIN = ("#b3361f", "#d9604a")


def _linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Return the relative luminance of '#rrggbb', 0 to 1 (WCAG 2.2)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(fill: str) -> str:
    """Return ink or white, whichever contrasts more with the fill."""
    return max((LIGHT["ink"], WHITE), key=lambda text: contrast(text, fill))


def variables(dark: bool) -> dict[str, str]:
    """Return every CSS variable of one theme, by name: tokens, layer colours, and `on-<layer>` for text on them."""
    side = 1 if dark else 0
    layers = {name: pair[side] for name, pair in LAYERS.items()}
    on_layers = {f"on-{name}": text_on(colour) for name, colour in layers.items()}
    return {**(DARK if dark else LIGHT), **layers, **on_layers, "strain": STRAIN[side]}


def _block(selector: str, values: Mapping[str, str], scheme: str) -> str:
    body = "".join(f"--{name}:{value};" for name, value in values.items())
    return f"{selector}{{color-scheme:{scheme};{body}}}\n"


def css() -> str:
    """Return the generated style sheet: both themes, paper always light, and one class per layer colour."""
    light, dark = _block(":root", variables(False), "light"), variables(True)
    return (
        light
        + "@media screen and (prefers-color-scheme:dark){"
        + _block(":root:not([data-theme=light])", dark, "dark")
        + "}\n@media screen{"
        + _block(":root[data-theme=dark]", dark, "dark")
        + "}\n"
        + "".join(f".c-{name}{{--c:var(--{name});--on:var(--on-{name});}}\n" for name in LAYERS)
    )


def vega_config() -> dict[str, object]:
    """Return the configuration that all charts share; a colour is a token, '@ink', resolved when it is drawn."""
    return {
        "font": FONT,
        "aria": False,  # the element around a chart states its finding; the numbers of its marks would drown it
        "background": "transparent",
        "view": {"stroke": None},
        "padding": 0,
        "axis": {
            "labelColor": "@muted",
            "labelFontSize": 12,
            "labelPadding": 6,
            "titleColor": "@muted",
            "titleFontSize": 12,
            "titleFontWeight": 400,
            "gridColor": "@rule",
            "domain": False,
            "ticks": False,
        },
        "text": {"fontSize": 12, "fill": "@ink-2"},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "legend": {"disable": True},
    }
