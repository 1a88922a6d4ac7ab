"""Audits in a browser: readable by all and judged by key; files with what starts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Room
from tests.browser.looks import looks
from tests.desk import Desk
from tests.surfaces.audits import AFTER, audited, repository


@pytest.fixture
def key(at: Desk, tmp_path: Path) -> str:
    """The second of two audits of the same."""
    shop = repository(tmp_path)
    first = audited(at, shop)
    at.call("audit.feedback", id=first["audit_key"], finding=first["findings"][0]["fp"],
            verdict="dismissed", reason="it is called by name")  # fmt: skip
    at.call("inventory", path=str(shop), out="")
    return str(audited(at, shop, after={**AFTER, "notes.txt": "x\n"}, pr=102)["audit_key"])


def test_pages_about_audits_break_no_rule_of_accessibility_and_fit(key: str, room: Room) -> None:
    addresses = ("/audits", f"/audits/{key}", "/audits/rules", "/inventory", "/inventory?only=dead")
    assert looks(room.person(), *addresses) == []


def test_a_finding_is_confirmed_from_the_keyboard(key: str, at: Desk, room: Room) -> None:
    page = room.person()
    page.goto("/audits")
    page.click(".log a.what")
    page.wait_for_selector(".finding")
    page.locator(".finding input").first.focus()
    page.keyboard.type("seen it myself")
    page.keyboard.press("Enter")
    assert at.call("audit.show", id=key)["said"] == []
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "confirmed by mira" in page.locator(".finding .said").first.inner_text()
    (said,) = at.call("audit.show", id=key)["said"]
    assert (said["verdict"], said["reason"]) == ("confirmed", "seen it myself")


def test_a_folder_is_opened_from_the_keyboard_and_says_what_starts_a_file(
    key: str, room: Room
) -> None:
    page = room.person()
    page.goto("/inventory")
    page.locator("summary:has-text('main.py')").focus()
    page.keyboard.press("Enter")
    assert page.locator(".chain:visible").first.inner_text().startswith("pyproject.toml")
    page.select_option("#only", "dead")
    page.click(".filters button")
    assert page.locator("summary:has-text('.py')").count() == 1
