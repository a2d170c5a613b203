"""The tokens are those of the art direction, copied here by hand, and what derives from them is legible."""

import pytest

from dashboard import theme

LIGHT = (
    "bg #f6f7f8 surface #ffffff ink #14181f ink-2 #3b4452 muted #626d7c rule #e3e6ea rule-2 #c5cbd3 ghost #d5dae0 "
    "hatch #aab2bd positive #11706a negative #b3361f focus #1f5fd6"
)
DARK = (
    "bg #0f1216 surface #171b21 ink #f0f2f5 ink-2 #c6ccd5 muted #98a2b0 rule #272d36 rule-2 #434c58 ghost #39414c "
    "hatch #56606d positive #57c3b6 negative #ff8a70 focus #7fb0ff"
)
LAYERS = """
applications #cc529e #f06aa8
models #612665 #8e5598
hyperscalers #3958d1 #4b6ee7
neoclouds #2e98e7 #7bb1e1
ai-infrastructure #2a7679 #189793
datacentres #1e997f #66dfd3
networking #145e33 #257d56
storage #7b9c59 #a4b46a
compute-memory #c84e03 #e7570f
foundries #8f1a12 #b83e30
semiconductor-equipment #87655e #c5a198
energy #c48603 #f2ce56
"""


def test_tokens_are_those_of_the_art_direction() -> None:
    for written, held in ((LIGHT, theme.LIGHT), (DARK, theme.DARK)):
        words = written.split()
        assert dict(zip(words[::2], words[1::2], strict=True)) == dict(held)


def test_layer_palette_and_its_order_are_those_of_the_art_direction() -> None:
    wanted = [tuple(line.split()) for line in LAYERS.strip().splitlines()]
    assert [(name, *pair) for name, pair in theme.LAYERS.items()] == wanted


def test_contrast_of_black_and_white_is_21() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's well-known near miss


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_legible_in_both_themes(dark: bool) -> None:
    values = theme.variables(dark)
    for ground in ("bg", "surface"):
        for text in ("ink", "ink-2", "muted"):
            assert theme.contrast(values[text], values[ground]) >= 4.5, (text, ground)
    for name in theme.LAYERS:
        assert theme.contrast(values[name], values["surface"]) >= 3.0, name
        assert theme.contrast(values[f"on-{name}"], values[name]) >= 3.0, name


def test_text_on_a_fill_is_ink_or_white_whichever_contrasts_more() -> None:
    assert theme.text_on("#f2ce56") == "#14181f"
    assert theme.text_on("#612665") == "#ffffff"


def test_style_sheet_holds_both_themes_and_prints_in_light() -> None:
    css = theme.css()
    assert "--ink:#14181f" in css and "--ink:#f0f2f5" in css
    assert "@media screen and (prefers-color-scheme:dark)" in css
    assert ".c-energy{--c:var(--energy);--on:var(--on-energy);}" in css
