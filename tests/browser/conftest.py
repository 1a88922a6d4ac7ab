"""A real browser at a cockpit; an error it logs, or a word to another host, is a failure."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk import Desk, desk
from tests.surfaces.cockpit import MIRA, Cockpit, cockpit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "no Chromium is installed, so no page was tried: apt-get install chromium"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window; skipped, loudly, where there is none. It is driven
    from an event loop of this thread, so it is closed before another module's tests begin."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        warnings.warn(HOW, stacklevel=1)
        pytest.skip(HOW)
    from playwright.sync_api import sync_playwright

    # Chromium keeps root out of its sandbox; a container's tests often run as root.
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=alone)
        yield made
        made.close()


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    made = desk("sqlite", tmp_path)
    yield made
    made.close()


@pytest.fixture
def served(at: Desk) -> Iterator[Cockpit]:
    with cockpit(at.app) as found:
        yield found


class Room:
    """Browsers of people, each with cookies of their own, and what went wrong in any."""

    def __init__(self, browser: Browser, served: Cockpit) -> None:
        self._browser = browser
        self._served = served
        self._contexts: list[BrowserContext] = []
        self.wrong: list[str] = []
        self.expected: list[str] = []

    def visitor(self, *, width: int = 1280, dark: bool = False) -> Page:
        """Somebody who has not signed in."""
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 800}
        context = self._browser.new_context(
            base_url=self._served.base,
            viewport=size,  # type: ignore[arg-type] # a TypedDict of the same shape
            color_scheme=scheme,  # type: ignore[arg-type] # one of two literals
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._asked)
        return page

    def person(self, actor: object = MIRA, **how: object) -> Page:
        """Somebody who has."""
        page = self.visitor(**how)  # type: ignore[arg-type] # passed on as it came
        page.goto(self._served.way_in(actor))  # type: ignore[arg-type] # an Actor
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in self.expected):
            self.wrong.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._served.base, "data:")):
            self.wrong.append(f"asked elsewhere: {request.url}")


@pytest.fixture
def room(browser: Browser, served: Cockpit) -> Iterator[Room]:
    made = Room(browser, served)
    yield made
    made.close()
    assert made.wrong == []
