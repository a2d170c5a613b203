"""The chart runtime: the script that draws in a browser, and specifications compiled for it.

Belongs here: what of Vega is shipped, and Vega-Lite made into Vega when the site is built, so that a page neither loads
nor runs the compiler: that halves the script and the time to the first picture.
Does not belong here: any particular chart; what a page's script does with the runtime (static/site.js).
"""

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import vl_convert

from dashboard import theme

# The version of Vega that vl-convert carries, and its parts that the charts use. Maps, force layouts, word clouds,
# Voronoi diagrams, regressions and hierarchies stay out; so do Vega-Lite and vega-embed.
VEGA = "6.2.0"
PARTS = {
    "View": "vega-view@6.1.0",
    "parse": "vega-parser@7.1.0",
    "transforms": "vega-dataflow@6.1.0",
    "expressionInterpreter": "vega-interpreter@2.0.0",
}
TRANSFORMS = {"basic": "vega-transforms@5.1.0", "view": "vega-view-transforms@5.1.0", "encode": "vega-encode@5.1.0"}

# Vega-Lite checks that these are numbers, so numbers stand in for the tokens while it compiles.
WIDTH, HEIGHT, LIST = 786_431.0, 524_287.0, 917_503.0


def _snippet() -> str:
    address = "https://cdn.jsdelivr.net/npm/{}/+esm"  # names inside vl-convert, not requests
    lines = [f'import {{{name}}} from "{address.format(part)}";' for name, part in PARTS.items()]
    lines += [f'import * as {name} from "{address.format(part)}";' for name, part in TRANSFORMS.items()]
    return "\n".join(
        [
            *lines,
            f"Object.assign(transforms, {', '.join(TRANSFORMS)});",
            "window.layerLedgerVega = {View, parse, expressionInterpreter};",
        ]
    )


def script(cache: Path | None) -> str:
    """Return the runtime as a classic script, in a function of its own so that its names stay in it.

    Raises:
        RuntimeError: the installed vl-convert carries another version of Vega than this module names.
    """

    def make() -> str:
        if vl_convert.get_vega_version() != VEGA:
            raise RuntimeError(
                f"vl-convert carries Vega {vl_convert.get_vega_version()}, and dashboard/runtime.py names the parts of "
                f"Vega {VEGA}: set PARTS and TRANSFORMS there to the versions that Vega's package.json names"
            )
        bundle = vl_convert.javascript_bundle(_snippet())
        return f"(function(){{{bundle}\n}})();\n"

    return _kept(cache, "js", _snippet(), make)


def compiled(spec: dict[str, Any], cache: Path | None) -> dict[str, Any]:
    """Return a shared Vega-Lite specification with tokens as a Vega specification with the same tokens.

    Two more tokens are in it, '@width' and '@height', in pixels; its data sets are named and empty.
    """
    source = json.dumps(spec, sort_keys=True)

    def make() -> str:
        whole = {**spec, "width": WIDTH, "config": theme.vega_config()}
        lists: list[str] = []
        vega = vl_convert.vegalite_to_vega(_numbered(whole, lists))
        vega.pop("$schema", None)
        return json.dumps(_tokens(vega, lists), ensure_ascii=False, separators=(",", ":"))

    found: dict[str, Any] = json.loads(_kept(cache, "json", source + json.dumps(theme.vega_config()), make))
    return found


def _numbered(node: Any, lists: list[str]) -> Any:
    """A copy in which numbers stand in for the height and for the values of axes."""
    if isinstance(node, dict):
        return {
            key: _number(value, lists) if key in ("values", "height") and isinstance(value, str) else
            _numbered(value, lists)
            for key, value in node.items()
        }  # fmt: skip
    return [_numbered(value, lists) for value in node] if isinstance(node, list) else node


def _number(token: str, lists: list[str]) -> float | list[float]:
    if token == "@height":
        return HEIGHT
    if token not in lists:
        lists.append(token)
    return [LIST + lists.index(token)]


def _tokens(node: Any, lists: list[str]) -> Any:
    """A copy in which the tokens are back in their places."""
    if isinstance(node, dict):
        return {key: _tokens(value, lists) for key, value in node.items()}
    if isinstance(node, list):
        if len(node) == 1 and isinstance(node[0], (int, float)) and 0 <= node[0] - LIST < len(lists):
            return lists[int(node[0] - LIST)]
        return [_tokens(value, lists) for value in node]
    if isinstance(node, (int, float)) and not isinstance(node, bool) and node in (WIDTH, HEIGHT):
        return "@width" if node == WIDTH else "@height"
    return node


def _kept(cache: Path | None, ending: str, source: str, make: Callable[[], str]) -> str:
    """What `make` makes from `source`; from the cache if it is there, and into it if not."""
    if cache is None:
        return make()
    digest = hashlib.sha256(f"{installed('vl-convert-python')} {source}".encode()).hexdigest()[:16]
    kept = cache / f"vega-{digest}.{ending}"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    text = make()
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(kept)
    return text
