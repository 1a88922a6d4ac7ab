"""One page as everybody may see it: wide and light, narrow and dark, loaded once. A theme changes
nothing but colours and a width none of them (a test of the styles says so), so that two looks see
whatever four would."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((360, "dark"), (1280, "light"))
"""The wide one last: so the page is left."""


def looks(page: Page, *addresses: str, ready: str = "") -> list[str]:
    """What is wrong with each of these pages; `ready` is an element that comes after the first
    page and is looked at, too."""
    found: list[str] = []
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("domcontentloaded")
        if ready and address == addresses[0]:
            page.wait_for_selector(ready, state="attached")
        found += [f"{address} {problem}" for problem in problems(page)]
    return found


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands: a rule of accessibility that it breaks, or that it
    is wider than its screen."""
    page.evaluate(_script())
    found: list[str] = []
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"at {width}: {wide} pixels wide")
        found += [f"at {width}, {theme}: {one}" for one in _broken(page)]
    return found


def _broken(page: Page) -> list[str]:
    """What the rules of axe find."""
    how = {"resultTypes": ["violations"]}
    found = page.evaluate("how => axe.run(document, how).then(found => found.violations)", how)
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:160]}"
        for one in found
        for node in one["nodes"]
    ]


@cache
def _script() -> str:
    """Axe itself."""
    from axe_playwright_python.sync_playwright import Axe

    return str(Axe().axe_script)
