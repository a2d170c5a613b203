"""What draws in a browser: a compiled specification keeps its tokens, and the script holds what is needed."""

import re
from pathlib import Path

import pytest
import vl_convert

from dashboard import runtime, theme
from dashboard.charts.picture import Picture, resolve
from tests.dashboard.test_charts import FOUND


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(("name", "picture"), FOUND, ids=[name for name, _ in FOUND])
def test_compiling_first_and_filling_in_after_gives_what_filling_in_first_gives(
    name: str, picture: Picture, cache: Path
) -> None:
    colours = {f"@{token}": colour for token, colour in theme.variables(dark=False).items()}
    tokens = {**colours, **picture.all_tokens, "@width": 600}
    late = resolve(runtime.compiled(picture.spec, cache), tokens, colours)
    early = vl_convert.vegalite_to_vega({**picture.standalone(width=600), "datasets": {}})
    early.pop("$schema")
    assert late == early


def test_the_script_holds_the_parts_of_vega_and_not_the_compiler(cache: Path) -> None:
    script = runtime.script(cache)
    assert "window.layerLedgerVega=" in script
    assert not re.search(r"https?://(?!www\.w3\.org)[^\"'\s]*\.js", script)
    assert len(script) < 600_000  # with Vega-Lite and vega-embed it was 898,000
    assert runtime.script(cache) == script


def test_another_version_of_vega_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "VEGA", "0.0.1")
    with pytest.raises(RuntimeError, match=r"names the parts of Vega 0\.0\.1: set PARTS and TRANSFORMS"):
        runtime.script(None)
