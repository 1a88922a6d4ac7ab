"""The inbox in a browser: what stands beside a card, clusters, filters, and time left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from passdown.app import App
from passdown.testing import VirtualClock
from tests.browser.conftest import Room
from tests.browser.looks import looks, problems
from tests.desk import Desk, places
from tests.notes import Add
from tests.ops.test_phrases import keep
from tests.surfaces.cockpit import cockpit

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def furnish(at: Desk) -> None:
    at.agree(Add("tea is served at four sharp"))
    at.call("index.follow")
    at.say("note: tea is served at five sharp", "s1")
    at.ask(Add("tea is served at five sharp"), at.say("so it is", "s2"))
    for n in range(3):
        at.ask(Add(f"run `job{n}` with `make job{n}`"))


def test_a_card_with_all_that_stands_beside_it_breaks_no_rule(at: Desk, room: Room) -> None:
    furnish(at)
    assert looks(room.person(), "/", "/clusters", "/?least=0.5", ready=".lately") == []


def test_what_stands_beside_follows_the_card(at: Desk, room: Room) -> None:
    furnish(at)
    page = room.person()
    page.wait_for_selector(".lately")
    page.keyboard.press("j")
    page.wait_for_selector(".beside .lately")
    id = page.locator("#card .card").get_attribute("data-id")
    assert page.locator(".beside").get_attribute("data-part") == f"/cards/{id}/beside"


def test_what_is_left_falls_with_each_decision(at: Desk, room: Room) -> None:
    furnish(at)
    page = room.person()
    page.keyboard.press("a")
    page.wait_for_function(
        "() => document.querySelector('#left').textContent.startsWith('1 decided, 3 open')"
    )


def test_a_filter_is_chosen_and_stays_in_the_address(at: Desk, room: Room) -> None:
    furnish(at)
    page = room.person()
    page.click(".narrow-queue summary")
    page.select_option("#least", "0.95")
    page.click(".filters button")
    assert "least=0.95" in page.url
    assert page.locator("#least").input_value() == "0.95"
    assert page.locator("#queue li").count() == 0


def test_a_reply_is_looked_at_while_it_is_written(browser: Browser, tmp_path: Path) -> None:
    clock = VirtualClock()
    made = Desk(App(places(str(tmp_path / "store.db"), tmp_path), clock=clock), clock)
    record = keep(made)
    with cockpit(made.app) as served:
        room = Room(browser, served)
        page = room.person()
        page.goto(f"/knowledge/{record.id}")
        page.fill("#message", "what is the burn today")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-try] .told:has-text('this phrase')")
        page.click(".phrase summary")
        page.fill("#reply", "It is ${snapshot.gone}.")
        page.wait_for_selector("[data-phrase] .told:has-text('Nothing fills')")
        assert problems(page) == []
        room.close()
    assert room.wrong == []
    made.close()
