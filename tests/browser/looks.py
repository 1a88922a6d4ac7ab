"""One page as everybody may see it: wide and narrow, light and dark, loaded once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

WIDTHS = (1280, 360)
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe that another theme can break: a theme changes colours and nothing else."""


def looks(page: Page, *addresses: str, ready: str = "") -> list[str]:
    """What is wrong with each of these pages, in whichever width and theme; `ready` is an element
    that comes after the page and is looked at, too, where there is one."""
    found: list[str] = []
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("domcontentloaded")
        if ready and address == addresses[0]:
            page.wait_for_selector(ready)
        found += [f"{address} {problem}" for problem in problems(page)]
    return found


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands: a rule of accessibility it breaks in one of the
    widths or themes, or that it is wider than its screen."""
    page.evaluate(_script())
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"at {width}: {wide} pixels wide")
        page.emulate_media(color_scheme="light")
        found += [f"at {width}: {one}" for one in _broken(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"at {width}, dark: {one}" for one in _broken(page, OF_COLOURS)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    return found


def _broken(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What the rules of axe, or these of them, find."""
    how: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        how["runOnly"] = {"type": "rule", "values": list(rules)}
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
