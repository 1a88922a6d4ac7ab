"""A reviewer decides in a browser: by key alone, over reloads, beside another, and many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.actor import Proof, human
from passdown.domain.proposal import Status
from tests.browser.conftest import Room
from tests.desk import Desk
from tests.notes import Add

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOB = human("bob", Proof.TERMINAL)


def ask(at: Desk, n: int) -> list[str]:
    return [at.ask(Add(f"rule number {k} is kept")).id for k in range(n)]


def states(at: Desk, ids: list[str]) -> dict[Status, int]:
    found: dict[Status, int] = {}
    for id in ids:
        found[at.proposal(id).status] = found.get(at.proposal(id).status, 0) + 1
    return found


def top(page: Page) -> str:
    return page.locator("#card .card").get_attribute("data-id") or ""


def unsent(page: Page) -> str:
    return page.locator("#unsent").inner_text()


def press(page: Page, key: str) -> None:
    """A key that decides or takes back, and the card that this brings on top."""
    before = page.locator("#card .card")
    was = before.get_attribute("data-id") if before.count() else ""
    page.keyboard.press(key)
    page.wait_for_function(
        "was => (document.querySelector('#card .card')?.dataset.id || '') !== was", arg=was
    )


def send(page: Page) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !document.querySelector('#unsent').textContent")


def test_two_hundred_cards_are_decided_by_key_alone_with_ten_taken_back(
    at: Desk, room: Room
) -> None:
    ids = ask(at, 200)
    page = room.person()
    for n in range(200):
        press(page, "a")
        if n % 20 == 10:
            press(page, "u")
            press(page, "a")
    send(page)
    assert states(at, ids) == {Status.EXECUTED: 200}
    assert "That was the last" in page.locator("#card").inner_text()


def test_a_reload_loses_no_decision_and_sends_none(at: Desk, room: Room) -> None:
    ids = ask(at, 8)
    page = room.person()
    for _ in range(5):
        press(page, "a")
    page.reload()
    page.wait_for_function("() => document.querySelector('#unsent').textContent === '5 unsent'")
    assert states(at, ids) == {Status.PENDING: 8}
    for _ in range(5):
        press(page, "u")
    assert unsent(page) == ""
    assert states(at, ids) == {Status.PENDING: 8}


def test_an_eleventh_decision_sends_the_first(at: Desk, room: Room) -> None:
    ids = ask(at, 12)
    page = room.person()
    first = top(page)
    for _ in range(11):
        press(page, "a")
    page.wait_for_function("() => document.querySelector('#unsent').textContent === '10 unsent'")
    assert at.proposal(first).status is Status.EXECUTED
    assert states(at, ids)[Status.EXECUTED] == 1


def test_a_no_takes_a_reason_by_one_key(at: Desk, room: Room) -> None:
    ask(at, 2)
    page = room.person()
    id = top(page)
    page.keyboard.press("x")
    page.keyboard.press("2")
    send(page)
    done = at.proposal(id)
    assert (done.status, done.reason) == (Status.REJECTED, "stale")


def test_two_reviewers_on_one_card_make_one_decision(at: Desk, room: Room) -> None:
    room.expected = ["409"]
    (id,) = ask(at, 1)
    mira, bob = room.person(), room.person(BOB)
    press(mira, "a")
    bob.keyboard.press("x")
    bob.keyboard.press("1")
    send(mira)
    send(bob)
    bob.wait_for_function("() => document.querySelector('#said').classList.contains('bad')")
    done = at.proposal(id)
    assert (done.status, done.decided_by) == (Status.EXECUTED, "mira")


def test_an_edit_is_looked_at_then_accepted_in_one_go(at: Desk, room: Room) -> None:
    (id,) = ask(at, 1)
    page = room.person()
    page.keyboard.press("e")
    page.fill("#edit-text", "rule number zero is kept")
    page.wait_for_selector(".preview .good")
    page.keyboard.press("Control+Enter")
    send(page)
    done = at.proposal(id)
    assert done.payload["text"] == "rule number zero is kept"
    assert done.original is not None


def test_an_edit_that_cannot_be_is_refused_while_it_is_written(at: Desk, room: Room) -> None:
    room.expected = ["409"]
    at.agree(Add("tea is at four"))
    ask(at, 1)
    page = room.person()
    page.keyboard.press("e")
    page.fill("#edit-text", "tea is at four")
    page.wait_for_selector(".preview .bad")
    assert page.locator("form[data-edit] button.main").is_disabled()


def test_questions_alike_are_decided_at_once_after_three(at: Desk, room: Room) -> None:
    ids = [at.ask(Add(f"run `job{n}` with `make job{n}`")).id for n in range(8)]
    page = room.person()
    for _ in range(3):
        press(page, "a")
    send(page)
    page.reload()
    page.click("[data-alike=yes]")
    page.click("[data-alike=yes]")
    page.wait_for_function("() => document.querySelector('#card .empty')")
    assert states(at, ids) == {Status.EXECUTED: 8}


def test_a_server_that_is_away_loses_nothing(at: Desk, room: Room) -> None:
    room.expected = ["ERR_FAILED", "ERR_INTERNET_DISCONNECTED"]
    ids = ask(at, 3)
    page = room.person()
    press(page, "a")
    page.route("**/decide", lambda route: route.abort())
    page.keyboard.press("Control+s")
    page.wait_for_function("() => document.querySelector('#said').classList.contains('bad')")
    assert unsent(page) == "1 unsent"
    page.unroute("**/decide")
    send(page)
    assert states(at, ids)[Status.EXECUTED] == 1


def test_who_has_not_signed_in_reads_and_decides_nothing(at: Desk, room: Room) -> None:
    ids = ask(at, 2)
    page = room.visitor()
    page.goto("/")
    page.keyboard.press("a")
    assert page.locator("[data-do=accept]").is_disabled()
    assert unsent(page) == ""
    assert states(at, ids) == {Status.PENDING: 2}


def test_the_badge_follows_what_waits(at: Desk, room: Room) -> None:
    ask(at, 2)
    page = room.person()
    page.wait_for_function("() => document.querySelector('#waiting').textContent === '2'")
    at.ask(Add("one more rule"))
    page.wait_for_function("() => document.querySelector('#waiting').textContent === '3'")
