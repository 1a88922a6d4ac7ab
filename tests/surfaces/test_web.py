"""The cockpit over HTTP: who may decide, what a page holds, and what is never let through."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from evals.cockpit import PAGES as ASKED
from passdown.domain.actor import Proof, agent, human
from passdown.domain.entry import Activity
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.surfaces import web as pages
from passdown.surfaces.web import decisions
from tests.desk import Desk
from tests.notes import Add, Reword
from tests.ops.test_graph import know
from tests.surfaces.cockpit import MIRA, OF_LOOPS, PAGES, PARTS, Cockpit

HOSTILE = '<img src=x onerror="alert(1)"></article><script>alert(2)</script> `<b>`'
HTML = {"accept": "text/html"}


def decide(client: httpx2.Client, id: str, **said: object) -> httpx2.Response:
    return client.post(f"/cards/{id}/decide", json=said)


def test_who_came_in_by_the_terminals_key_decides_under_their_name(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    answer = decide(web.browser(), id, yes=True, reason="seen twice")
    assert answer.json()["state"] == "executed"
    done = at.proposal(id)
    assert (done.decided_by, done.reason) == ("mira", "seen twice")


def test_a_key_opens_once(web: Cockpit) -> None:
    way = web.way_in()
    first, second = web.client(), web.client()
    assert first.get(way).status_code == 303
    refused = second.get(way)
    assert refused.status_code == 403
    assert "this address was used" in refused.text
    assert "set-cookie" not in refused.headers


def test_nobody_decides_without_signing_in(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    stranger = web.browser(None)
    assert stranger.get(f"/cards/{id}").status_code == 200
    assert decide(stranger, id, yes=True).status_code == 403
    assert at.proposal(id).status is not Status.EXECUTED


def test_a_cookie_without_the_seal_of_its_page_decides_nothing(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    client = web.browser()
    client.headers["x-seal"] = "guessed"
    assert decide(client, id, yes=True).status_code == 403
    assert at.proposal(id).status is not Status.EXECUTED


@pytest.mark.parametrize(
    "foreign",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"host": "rebound.example"},
        {"content-type": "text/plain"},
    ],
    ids=lambda h: next(iter(h)),
)
def test_another_pages_post_decides_nothing(
    foreign: dict[str, str], at: Desk, web: Cockpit
) -> None:
    id = at.ask(Add("tea is at four")).id
    answer = web.browser().post(f"/cards/{id}/decide", content='{"yes": true}', headers=foreign)
    assert answer.status_code in (403, 415, 421)
    assert at.proposal(id).status is not Status.EXECUTED


def test_a_persons_token_signs_in_and_a_revoked_one_is_out_at_once(at: Desk, web: Cockpit) -> None:
    token = at.call("token.new", name="ann", role="review")["token"]
    client = web.browser(None)
    assert client.post("/sign-in", json={"token": token}).status_code == 200
    assert "Sign out" in client.get("/").text
    at.call("token.revoke", name="ann")
    assert "Sign out" not in client.get("/").text


@pytest.mark.parametrize("role", ["agent", "observe"])
def test_a_programs_token_is_no_way_in(role: str, at: Desk, web: Cockpit) -> None:
    token = at.call("token.new", name="bot", role=role)["token"]
    refused = web.browser(None).post("/sign-in", json={"token": token})
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(web: Cockpit) -> None:
    cookie = web.client().get(web.way_in()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_who_leaves_is_out_with_the_same_cookie(web: Cockpit) -> None:
    client = web.browser()
    kept = dict(client.cookies)
    assert client.post("/sign-out").status_code == 200
    again = web.client(cookies=kept)
    assert "Sign out" not in again.get("/").text


def test_an_agent_that_holds_a_sitting_still_decides_nothing(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    assert decide(web.browser(agent("agent:x")), id, yes=True).status_code == 403


def test_the_same_answer_twice_is_one_decision(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    client = web.browser()
    assert decide(client, id, yes=True).status_code == 200
    assert decide(client, id, yes=True).status_code == 409
    bob = web.browser(human("bob", Proof.TERMINAL))
    refused = decide(bob, id, yes=False, reason="wrong")
    assert refused.status_code == 409
    assert at.proposal(id).decided_by == MIRA.name


def test_an_answer_that_is_neither_yes_nor_no_is_refused(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    assert decide(web.browser(), id, yes="true").status_code == 422
    assert decide(web.browser(), id).status_code == 422
    assert web.browser().post(f"/cards/{id}/decide", json=[1]).status_code == 422


def test_an_edit_is_looked_at_and_then_approved_like_that(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four")).id
    client = web.browser()
    seen = client.post(f"/cards/{id}/preview", json={"fields": {"text": "tea is at five"}})
    assert "tea is at five" in seen.text
    payload = {**at.proposal(id).payload, "text": "tea is at five"}
    assert decide(client, id, yes=True, edit=payload).status_code == 200
    done = at.proposal(id)
    assert done.payload["text"] == "tea is at five"
    assert done.original is not None


def test_what_is_hostile_in_a_card_is_text(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add(HOSTILE), at.say(HOSTILE)).id
    for address in ("/", f"/cards/{id}", "/queue"):
        page = web.browser().get(address).text
        assert "&lt;script&gt;alert(2)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_page_lets_nothing_run_that_is_not_a_file_of_ours(at: Desk, web: Cockpit) -> None:
    at.ask(Add("tea is at four"))
    answer = web.browser().get("/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"\son\w+=|style=", answer.text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)


def test_a_file_is_named_by_what_it_holds(web: Cockpit) -> None:
    page = web.browser().get("/").text
    files = re.findall(r"/static/[0-9a-f]{12}/[\w.-]+", page)
    assert len(files) >= 3
    for name in files:
        answer = web.browser(None).get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert web.browser(None).get("/static/000000000000/cockpit.css").status_code == 404
    assert web.browser(None).get(files[0] + "/../entry.py").status_code == 404


def test_an_address_that_is_none_says_so_on_a_page_and_to_programs_in_json(web: Cockpit) -> None:
    answer = web.browser().get("/serach", headers=HTML)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    program = web.browser().get("/serach", headers={"accept": "*/*"})
    assert (program.status_code, program.json()["code"]) == (404, "not_found")


def test_an_unknown_card_says_so_on_a_page(web: Cockpit) -> None:
    answer = web.browser().get("/cards/ffff00", headers=HTML)
    assert answer.status_code == 404
    assert "no proposal ffff00" in answer.text


def test_every_page_that_there_is_is_known_to_these_tests_and_to_the_evaluation(at: Desk) -> None:
    every = pages.routes(at.app, pages.Entry(), who=lambda _: MIRA, status=lambda _: 500)
    reads = {one.path for one in every if isinstance(one, Route) and "GET" in (one.methods or ())}
    drawn = {path for path in reads if "{" not in path} - {"/live"}
    assert drawn == {*PAGES, *PARTS, *OF_LOOPS} - {"/controls/gate.max_open"}
    assert drawn <= {address.partition("?")[0] for address in ASKED.values()}


def test_every_page_is_drawn_for_an_empty_store_too(web: Cockpit) -> None:
    for address in (*PAGES, *PARTS):
        assert web.browser(None).get(address, headers=HTML).status_code == 200, address


def test_a_decision_is_told_with_what_was_said_and_taken_back_there(at: Desk, web: Cockpit) -> None:
    id = at.ask(Add("tea is at four"), at.say("tea is at four")).id
    client = web.browser()
    decide(client, id, yes=True, reason="seen twice")
    page = client.get(f"/decisions/{id}").text
    assert "Approved" in page
    assert "seen twice" in page
    assert "puts back 1 record" in page
    assert client.post(f"/decisions/{id}/undo", json={}).status_code == 200
    assert "Undone" in client.get(f"/decisions/{id}").text
    assert "undone" in client.get("/decisions").text


def test_a_long_chain_is_walked_when_somebody_asks(
    at: Desk, web: Cockpit, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.ask(Add("tea is at four"))
    client = web.browser()
    assert "The chain holds" in client.get("/ledger/verified").text
    monkeypatch.setattr(decisions, "SOON", 0)
    page = client.get("/ledger/verified").text
    assert "The chain holds" not in page
    assert 'data-walk="/ledger/verified?walk=1"' in page
    assert "The chain holds" in client.get("/ledger/verified?walk=1").text


def test_what_is_known_leads_to_who_said_so_and_to_the_session(at: Desk, web: Cockpit) -> None:
    seq = at.say("tea is at four", "s-7")
    id = at.ask(Add("tea is at four"), seq).id
    client = web.browser()
    decide(client, id, yes=True)
    record = at.call("records")["records"][0]["id"]
    assert f"/knowledge/{record}" in client.get("/knowledge").text
    page = client.get(f"/knowledge/{record}").text
    assert "mira said yes" in page
    assert f"/seen/{seq}" in page
    there = client.get(f"/seen/{seq}")
    assert there.url.path == "/sessions/s-7"
    assert f'id="o{seq}"' in there.text


def test_a_search_shows_why_or_that_nothing_answers(at: Desk, web: Cockpit) -> None:
    decide(web.browser(), at.ask(Add("tea is at four"), at.say("tea")).id, yes=True)
    at.call("index.follow")
    assert "Why it is here" in web.browser().get("/knowledge?q=tea+four").text
    assert "Nothing that was approved answers" in web.browser().get("/knowledge?q=zebra").text


def test_an_admin_turns_a_knob_unless_somebody_else_just_did(at: Desk, web: Cockpit) -> None:
    client, address = web.browser(), "/controls/gate.max_open/set"
    assert client.post(address, json={"value": "400", "expect": "2000"}).status_code == 200
    assert "→ <strong>400</strong>" in client.get("/controls/gate.max_open").text
    assert client.post(address, json={"value": "300", "expect": "2000"}).status_code == 409
    assert client.post(address, json={"value": "many"}).status_code == 422
    assert client.post(address, json={"reset": True}).status_code == 200


def test_a_reviewer_turns_no_knob(web: Cockpit) -> None:
    reviewer = human("rev", Proof.TOKEN, admin=False)
    client = web.browser(reviewer)
    assert client.post("/controls/gate.max_open/set", json={"value": "1"}).status_code == 403
    assert "Only an admin" in client.get("/controls").text


def test_what_was_decided_a_day_is_drawn_and_told_as_a_table(at: Desk, web: Cockpit) -> None:
    client = web.browser()
    for n in range(3):
        decide(client, at.ask(Add(f"rule {n}")).id, yes=n > 0, reason="no")
    page = client.get("/measure/figures").text
    assert page.count("<rect") == 2
    assert ": 2 approved</title>" in page
    assert "<table>" in page


def test_a_reading_shows_which_lines_it_skipped_and_why(
    at: Desk, web: Cockpit, tmp_path: Path
) -> None:
    said = {"type": "user", "uuid": "u", "sessionId": "s", "cwd": "/tmp/x"}
    line = json.dumps({**said, "message": {"role": "user", "content": "Run it."}})
    (tmp_path / "day.jsonl").write_text(f"{line}\n{{ not json\n")
    at.call("ingest", paths=[str(tmp_path / "day.jsonl")])
    page = web.browser().get("/readings").text
    assert "1 line skipped" in page
    assert "day.jsonl</td>" in page


def test_people_search_what_was_said_and_agents_do_not(at: Desk, web: Cockpit) -> None:
    at.say("the kettle is broken", "s-9")
    page = web.browser().get("/knowledge?q=kettle&in=sessions").text
    assert "the kettle is broken" in page
    assert "Why it is here" in page
    refused = web.browser(None).get("/knowledge?q=kettle&in=sessions", headers=HTML)
    assert refused.status_code == 403
    assert "the kettle is broken" not in refused.text


def test_a_record_tells_its_life(at: Desk, web: Cockpit) -> None:
    client = web.browser()
    decide(client, at.ask(Add("tea is at four"), at.say("tea")).id, yes=True)
    key = at.call("records")["records"][0]
    at.clock.advance(days=3)
    at.agree(Reword(key["key"], "tea is at five"))
    at.clock.advance(days=3)
    page = client.get(f"/knowledge/{key['id']}/life").text
    assert "version 2 of 2" in page
    assert "tea is at five" in page
    assert 'max="7" value="7"' in page
    first = client.get(f"/knowledge/{key['id']}/life?place=1").text
    assert "version 1 of 2" in first
    assert "tea is at four" in first
    assert "No session was told it yet" in first
    then = client.get(f"/knowledge/{key['id']}/life?place=4").text
    assert "version 2 of 2" in then
    assert 'value="4"' in then
    assert 'max="7" value="7"' in client.get(f"/knowledge/{key['id']}/life?place=99").text


def test_knowledge_is_narrowed_by_scope_category_name_and_ontology(at: Desk, web: Cockpit) -> None:
    know(at, "pytest needs uv", "pytest", scope="repo:web")
    know(at, "make needs a shell", "make")
    at.call("index.follow")
    client = web.browser()
    here = client.get("/knowledge?scope=repo:web").text
    assert "pytest needs uv" in here
    assert "make needs a shell" not in here
    assert "Nothing is known that fits" in client.get("/knowledge?category=pitfall").text
    named = client.get("/knowledge?entity=make").text
    assert "make needs a shell" in named
    assert "pytest needs uv" not in named
    away = client.get("/knowledge?ontology=a/b", follow_redirects=False)
    assert away.headers["location"] == "/ontologies/a%2Fb"


def test_a_session_shows_what_it_was_told_and_said_of_it(at: Desk, web: Cockpit) -> None:
    at.say("tea?", "s1")
    at.agree(Add("tea is at four"))
    at.agree(Add("milk comes last"))
    tea, milk = sorted(at.call("records")["records"], key=lambda one: -len(one["text"]))
    with at.store.write(ALL) as tx:
        tx.ledger.note(Activity(tx.now, "served", "s1", (tea["id"],), {"how": "brief"}))
        tx.ledger.note(Activity(tx.now, "shadow", "s1", (milk["id"],), {"how": "brief"}))
        tx.ledger.note(Activity(tx.now, "feedback", "s1", (tea["id"],), {"verdict": "helpful"}))
    page = web.browser().get("/sessions/s1").text
    assert "What it was told" in page
    assert re.search(rf'{tea["id"]}".*brief.*<span class="good">helpful</span>', page)
    assert re.search(rf'{milk["id"]}".*held back, to measure by', page)


def test_the_queue_is_measured_with_how_long_a_person_needs(at: Desk, web: Cockpit) -> None:
    decide(web.browser(), at.ask(Add("tea is at four")).id, yes=True)
    page = web.browser().get("/measure/figures").text
    assert "1 were asked and 1 answered" in page
    assert "How long you need for one: not enough data" in page
    assert "by answers from the phrasebook; n&nbsp;=&nbsp;0" in page


def test_a_loop_is_paused_and_goes_on_by_its_button(at: Desk, web: Cockpit) -> None:
    client = web.browser()
    page = client.get("/controls").text
    assert 'data-turn="notes.paused" data-was="False" data-to="True"' in page
    said = {"value": "True", "expect": "False", "reason": "from its button"}
    assert client.post("/controls/notes.paused/set", json=said).status_code == 200
    assert client.post("/controls/notes.paused/set", json=said).status_code == 409
    page = client.get("/controls").text
    assert "Go on with notes" in page
    assert at.call("status")["paused"] == ["notes"]


def test_an_admin_makes_a_token_that_is_shown_once_and_takes_it_back(
    at: Desk, web: Cockpit
) -> None:
    client = web.browser()
    made = client.post("/people", json={"name": "ann", "role": "review"}).json()
    ann = web.browser(None)
    assert ann.post("/sign-in", json={"token": made["token"]}).status_code == 200
    page = client.get("/people").text
    assert "ann" in page
    assert made["token"] not in page
    assert client.post("/people/ann/revoke", json={}).json()["revoked"] == 1
    assert "Sign out" not in ann.get("/").text


def test_only_an_admin_sees_and_makes_tokens(at: Desk, web: Cockpit) -> None:
    at.call("token.new", name="somebody", role="review")
    client = web.browser(human("rev", Proof.TOKEN, admin=False))
    assert "somebody" not in client.get("/people").text
    assert client.post("/people", json={"name": "eve", "role": "admin"}).status_code == 403
    assert client.post("/people/somebody/revoke", json={}).status_code == 403
