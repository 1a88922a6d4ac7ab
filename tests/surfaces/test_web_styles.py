"""The styles of the cockpit: a theme is colours and nothing else, a width changes none of them."""

from __future__ import annotations

import re

import pytest

from passdown.surfaces.web.static import FOLDER

STYLES = sorted(path.name for path in FOLDER.glob("*.css"))
COLOURS = re.compile(r"(?:^|[;{\s])(?:color|background(?:-color)?|fill|opacity|filter)\s*:")
HEXES = re.compile(r"#[0-9a-f]{3,8}\b")


def blocks(css: str, of: str) -> list[str]:
    """What stands between the braces of each of these rules."""
    found = []
    for head in re.finditer(of, css):
        depth, at = 1, css.index("{", head.start()) + 1
        start = at
        while depth:
            depth += {"{": 1, "}": -1}.get(css[at], 0)
            at += 1
        found.append(css[start : at - 1])
    return found


@pytest.mark.parametrize("name", STYLES)
def test_a_width_changes_no_colour(name: str) -> None:
    for block in blocks((FOLDER / name).read_text(), r"@media \(max-width"):
        assert COLOURS.findall(block) == []


def test_a_theme_is_its_colours_and_nothing_else() -> None:
    css = (FOLDER / "cockpit.css").read_text()
    themes = blocks(css, r":root(?:\[data-theme=\"dark\"\]|:not\(\[data-theme=\"light\"\]\)) ")
    assert len(themes) == 2
    for theme in themes:
        names = {one.split(":")[0].strip() for one in theme.split(";") if one.strip()}
        assert {name for name in names if not name.startswith("--")} == {"color-scheme"}
        assert all(HEXES.search(one) for one in theme.split(";") if one.strip().startswith("--"))


@pytest.mark.parametrize("name", STYLES)
def test_every_colour_is_one_of_the_theme(name: str) -> None:
    css = (FOLDER / name).read_text()
    roots = [block for block in blocks(css, r":root") if "--" in block]
    for block in roots:
        css = css.replace(block, "")
    assert HEXES.findall(re.sub(r"#[a-z][\w-]*\b(?=[\s.:,{\[])", "", css)) == []
