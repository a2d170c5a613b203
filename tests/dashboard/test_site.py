"""The folder of pages: complete, closed to the outside, safe against hostile names, honest about the unknown."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from dashboard import site
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

Built = tuple[Path, site.SiteReport]


class Reader(HTMLParser):
    """Collects elements and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def pages(built: Built) -> list[Path]:
    return [built[0] / page for page in built[1].pages]


def test_pages_are_those_of_the_contract(built: Built) -> None:
    assert {page for page in built[1].pages if not page.startswith("companies/")} == {
        "index.html", "lenses/beta.html", "coverage.html", "methods.html", "data.html",
        "layers/alpha/applications.html", "layers/alpha/models.html", "layers/alpha/hyperscalers.html",
        "layers/alpha/neoclouds.html", "layers/alpha/compute-memory.html", "layers/beta/observability.html",
        "stack/alpha.html", "stack/beta.html", "question.html", "claims.html", "capex.html", "debt.html", "lenses.html",
    }  # fmt: skip
    assert built[1].charts > 0


def test_every_link_leads_to_a_page_or_a_published_file(built: Built) -> None:
    folder = built[0].resolve()
    for page in pages(built):
        for _, attributes in read(page).elements:
            for name in ("href", "src"):
                target = attributes.get(name)
                if target is None or target.startswith(("#", "?", "https://")):
                    continue
                path = (page.parent / target.split("#")[0]).resolve() if target.split("#")[0] else page
                published = path.relative_to(folder).parts[0] in ("data", "layerledger.duckdb", "manifest.json")
                assert published or path.is_file(), f"{page.name}: {target}"


def test_every_anchor_of_a_page_exists(built: Built) -> None:
    for page in pages(built):
        reader = read(page)
        ids = {attributes["id"] for _, attributes in reader.elements if "id" in attributes}
        wanted = {a["href"][1:] for _, a in reader.elements if (a.get("href") or "").startswith("#")}
        assert wanted <= ids, page.name


def test_policy_allows_nothing_from_elsewhere_and_no_inline_script_or_style(built: Built) -> None:
    for page in pages(built):
        reader = read(page)
        policy = next(a["content"] for t, a in reader.elements if t == "meta" and a.get("http-equiv"))
        assert policy is not None
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        for tag, attributes in reader.elements:
            assert "style" not in attributes, f"{page.name}: <{tag} style>"
            assert not [name for name in attributes if name.startswith("on")], f"{page.name}: <{tag}> with a handler"
            if tag == "script" and "src" not in attributes:
                assert attributes.get("type") == "application/json"
            assert tag != "style", page.name


def test_static_files_are_named_by_their_content(built: Built) -> None:
    names = {path.name for path in (built[0] / "static").iterdir()}
    assert {re.sub(r"-[0-9a-f]{10}\.", ".", name) for name in names} == {
        "site.css", "site.js", "tools.js", "search.js", "index.js", "company.js", "stack.js", "question.js",
        "claims.js", "theme.js", "vega.js", "mark.svg",
    }  # fmt: skip
    assert sum(name.startswith("vega-") for name in names) == 1  # one shared copy of the runtime


def test_hostile_name_survives_as_text(built: Built) -> None:
    for page in pages(built):
        reader = read(page)
        assert not any(tag == "script" and not attributes for tag, attributes in reader.elements), page.name
        assert "<script>alert" not in page.read_text(encoding="utf-8"), page.name
    assert synthetic.HOSTILE in "".join(read(built[0] / "layers/alpha/neoclouds.html").text)
    payload = re.findall(
        r'<script type="application/json" class="rows">(.*?)</script>',
        (built[0] / "index.html").read_text("utf-8"),
        re.S,
    )
    hostile = json.dumps(synthetic.HOSTILE, ensure_ascii=False)[1:-1]
    assert any(hostile in json.dumps(json.loads(rows), ensure_ascii=False) for rows in payload)


def test_null_is_written_as_not_available_never_as_zero(built: Built) -> None:
    text = (built[0] / "layers/alpha/models.html").read_text(encoding="utf-8")
    row = re.search(r"<tr class=\"dark\">.*?OpenAI.*?</tr>", text, re.S)
    assert row is not None
    assert row[0].count(">n/a<") == 3  # revenue, operating income, margin
    assert "$0" not in row[0] and "0%" not in row[0]


def test_provisional_quarter_is_never_the_headline() -> None:
    ledger = Ledger(synthetic.tables(), synthetic.AS_OF)
    assert ledger.headline("alpha") == "2025Q4"  # 2026Q1 is provisional
    assert ledger.newest("beta") is None
    with pytest.raises(ValueError, match="lens 'beta': no layer has an operating margin"):
        ledger.headline("beta")


def test_headline_states_the_finding_and_its_fragility(built: Built) -> None:
    # 2025Q4 is quarter 27, so all is 2.35 times its base. Nvidia earns 150 × 0.6 = 90 and AMD 2.5 of the chips' 92.5;
    # the hyperscalers earn 28 + 18 = 46, applications 7 − 0.9 = 6.1: chips have 92.5 / 144.6 = 64 cents; without Nvidia
    # 2.5 < 46.
    text = "".join(read(built[0] / "index.html").text).replace("\u00a0", " ")
    assert "Compute & memory earns the largest profit pool; hyperscalers carry the spending" in text
    assert "compute & memory earned 64 cents of every dollar of operating profit" in text
    assert "without Nvidia, hyperscalers would lead" in text
    # 92.5 × 2.35 = 217.4
    assert "$217 bn" in text
    assert "Nvidia alone earns more than all measured hyperscalers: $212 bn against $108 bn" in text
    assert "Models: none of the one" not in text
    assert "No member of the models layer reports that business apart: its share is unknown, not zero." in text


def test_every_chart_has_what_a_chart_must_have(built: Built) -> None:
    for page in pages(built):
        html = page.read_text(encoding="utf-8")
        # Views that a control leads to travel as JSON.
        later = [json.loads(text)["html"] for text in re.findall(r'json" data-view="[^"]+">(.*?)</script>', html, re.S)]
        for view in later + re.findall(r'<div class="view" data-view=.*?class="twin">.*?</details>', html, re.S):
            assert "<h2>" in view and 'class="subtitle"' in view
            assert re.search(r'role="(img|group)" aria-label="[^"]{20,}"', view), page.name
            drawn = 'class="drawing"' in view  # made with the page, so there is no specification to take away
            for part in ("<b>Source</b>", "<b>As of</b>", "<b>Coverage</b>", 'data-do="csv"', 'data-do="png"',
                         'data-do="svg"', 'data-do="json"', 'data-do="table"', 'data-do="embed"', 'data-do="link"',
                         '<details class="twin">'):  # fmt: skip
                assert part in view or (drawn and "json" in part), f"{page.name}: {part}"


def test_table_twin_holds_the_figures_unrounded(built: Built) -> None:
    html = (built[0] / "index.html").read_text(encoding="utf-8")
    # Adobe's revenue: 20 × 2.35 = 47 bn; Snowflake's margin −0.3.
    assert "<data value=4.7e+10>$47\u00a0bn</data>" in html
    assert "<data value=-0.3>−30.0%</data>" in html


def test_missing_table_is_named(tmp_path: Path) -> None:
    tables = {name: frame for name, frame in synthetic.tables().items() if name != "marts.coverage"}
    with pytest.raises(ValueError, match=r"the pages need the tables \['marts.coverage'\]"):
        site.build(tables, tmp_path, run_id="x", as_of=synthetic.AS_OF, version="1")


def test_no_lens_is_an_error(tmp_path: Path) -> None:
    tables = dict(synthetic.tables())
    tables["core.lenses"] = tables["core.lenses"].filter(pl.lit(False))
    with pytest.raises(ValueError, match=r"core\.lenses is empty"):
        site.build(tables, tmp_path, run_id="x", as_of=synthetic.AS_OF, version="1")


def test_runtime_is_kept_in_the_cache(tmp_path: Path) -> None:
    site.build(
        synthetic.tables(), tmp_path / "one", run_id="x", as_of=synthetic.AS_OF, version="1", cache=tmp_path / "cache"
    )
    kept = list((tmp_path / "cache").iterdir())
    scripts = [path for path in kept if path.suffix == ".js"]
    assert len(scripts) == 1 and {path.suffix for path in kept} == {".js", ".json"}
    scripts[0].write_text("kept", encoding="utf-8")
    report = site.build(
        synthetic.tables(), tmp_path / "two", run_id="x", as_of=synthetic.AS_OF, version="1", cache=tmp_path / "cache"
    )
    assert any(name.startswith("static/vega-") and size == 4 for name, size in report.bytes.items())
