"""Every page in a browser: readable by all, safe with anything, and doing what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.domain.actor import Proof, human
from tests.browser.conftest import Room
from tests.browser.looks import looks, problems
from tests.desk import ALICE, Desk
from tests.notes import Add
from tests.ops.test_graph import know
from tests.stages.audit.repo import run
from tests.surfaces.audits import AFTER, audited, repository
from tests.surfaces.cockpit import PAGES

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "<img src=x onerror=\"document.title='ran'\">",
    "<script>document.title='ran'</script>",
    "</article></main><svg onload=\"document.title='ran'\">",
    "[look](javascript:document.title='ran')",
    "`<b onmouseover=alert(1)>` {{ 7 * 7 }} \u202eevil\u202c",
)


def furnish(at: Desk) -> str:
    """Something on every page; the id of an approved question."""
    id = at.ask(Add("tea is at four"), at.say("tea is at four")).id
    at.call("approve", ALICE, id=id)
    at.ask(Add("coffee is at `ten`"), at.say("coffee at ten", "s2"))
    at.call("index.follow")
    return id


def test_no_page_breaks_a_rule_of_accessibility_or_is_wider_than_its_screen(
    at: Desk, room: Room
) -> None:
    id = furnish(at)
    asked = ("/knowledge?q=tea", "/knowledge?q=tea&in=sessions", "/sessions/s1")
    assert looks(room.person(), *PAGES, *asked, f"/decisions/{id}", f"/cards/{id}") == []


def test_names_that_go_together_are_drawn_and_lead_to_what_is_around_them(
    at: Desk, room: Room
) -> None:
    know(at, "one", "pytest", "make")
    know(at, "two", "uv", "make")
    page = room.person()
    page.goto("/graph")
    page.wait_for_selector("#graph canvas", state="attached")
    page.click("td a >> text=pytest")
    assert page.locator("tbody tr").count() == 2
    assert problems(page) == []


def test_a_search_leads_to_the_place_in_the_transcript(at: Desk, room: Room) -> None:
    furnish(at)
    page = room.person()
    page.goto("/knowledge")
    page.fill("#q", "tea four")
    page.keyboard.press("Enter")
    page.click(".log a.what")
    page.click("text=in its session")
    assert page.url.endswith("/sessions/s1?from=1#o1")
    assert "tea is at four" in page.locator(".transcript .here").inner_text()


def test_a_decision_is_taken_back_after_it_says_what_that_reaches(at: Desk, room: Room) -> None:
    id = furnish(at)
    page = room.person()
    page.goto(f"/decisions/{id}")
    assert "puts back 1 record" in page.locator(".undo").inner_text()
    page.click("[data-undo]")
    assert at.call("records")["records"] != []
    page.click("[data-undo]")
    page.wait_for_function("() => !document.querySelector('[data-undo]')")
    assert at.call("records")["records"] == []


def test_a_token_signs_in_and_its_role_is_what_it_may(at: Desk, room: Room) -> None:
    room.expected = ["403"]
    waiting = at.ask(Add("tea is at five")).id
    token = at.call("token.new", ALICE, name="ann", role="review")["token"]
    page = room.visitor()
    page.goto("/sign-in")
    page.fill("#token", "pd_wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#refused:not(:empty)")
    page.fill("#token", token)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.keyboard.press("a")
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !document.querySelector('#unsent').textContent")
    assert at.proposal(waiting).decided_by == "ann"
    page.goto("/controls")
    assert page.locator("#knob-gate\\.max_open").is_disabled()
    page.click("#leave")
    page.wait_for_url("**/sign-in")


def hostile_requests(at: Desk, home: Path) -> list[str]:
    """A request that is hostile in all that it says, in its lines and in the names of its files,
    and an inventory of those; its audit's key."""
    shop, said = repository(home), "".join(f"- Removes `old_rate` {text}.\n" for text in HOSTILE)
    names = {text.replace("/", "\N{FRACTION SLASH}"): text for text in HOSTILE}
    lines = {f"shop/{name}.py": f"round_price = {text!r}\n" for name, text in names.items()}
    key = audited(at, shop, f"{said}- Adds `round_price`.\n", {**AFTER, **lines}, title=HOSTILE[0])
    run(shop, "checkout", "-q", "pr-101")
    at.call("inventory", path=str(shop), out="")
    return [key["audit_key"]]


def test_nothing_hostile_in_what_was_observed_runs_anywhere(
    at: Desk, room: Room, tmp_path: Path
) -> None:
    texts = [*HOSTILE, " ".join(HOSTILE)]
    seqs = [at.say(text, f"s-{n}") for n, text in enumerate(texts)]
    ids = [at.ask(Add(text), seq).id for text, seq in zip(texts, seqs, strict=True)]
    for id in ids[:3]:
        at.call("approve", ALICE, id=id, reason=HOSTILE[0])
    at.call("index.follow")
    page = room.person()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    records = [f"/knowledge/{r['id']}" for r in at.call("records")["records"]]
    cards = [f"/cards/{id}" for id in ids] + [f"/decisions/{id}" for id in ids]
    sessions = [f"/sessions/s-{n}" for n in range(len(texts))]
    audits = [f"/audits/{key}" for key in hostile_requests(at, tmp_path)]
    every = [*PAGES, *records, *cards, *sessions, *audits, "/inventory?only=dead"]
    for address in [*every, "/knowledge?q=<script>x", "/audits?repo=<script>x"]:
        page.goto(address)
        assert page.title() != "ran"
        assert page.locator("main img, main svg:not(.plot), main script").count() == 0
        assert page.locator("a[href^='javascript:']").count() == 0


def test_a_knob_is_turned_with_a_reason(at: Desk, room: Room) -> None:
    page = room.person(human("root", Proof.TERMINAL))
    page.on("dialog", lambda dialog: dialog.accept("too many"))
    page.goto("/controls/gate.max_open")
    page.fill("#knob-gate\\.max_open", "400")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#said').textContent.startsWith('Turned')")
    (turn,) = at.call("controls.history", name="gate.max_open")["turns"]
    assert (turn["value"], turn["reason"], turn["actor"]) == (400, "too many", "root")


def test_a_theme_that_was_chosen_stays(at: Desk, room: Room) -> None:
    page = room.visitor()
    page.goto("/")
    page.click("#theme")
    page.goto("/decisions")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
