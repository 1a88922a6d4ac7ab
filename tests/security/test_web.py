"""Attacks that come over the network: each line of what the cockpit stands against."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from passdown import serve
from passdown.domain.actor import Actor, Proof, human
from passdown.domain.clock import new_id
from passdown.domain.errors import Forbidden
from passdown.domain.observation import Observation, Pointer, Seen, Session, Trust
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.surfaces import http, web
from passdown.surfaces.web.tries import MOST, WITHIN, Tries
from tests.desk import Desk, desk
from tests.notes import Add
from tests.surfaces.cockpit import MIRA, Cockpit, build, cockpit
from tests.surfaces.live import live, said

HOSTILE = (
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>.sarif',
    "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "[look](javascript:alert(1)) ![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "javascript:alert(1)//",
    "{{ 7 * 7 }}{% include 'base.html' %}",
    "</title></textarea></style><img src=x onerror=alert(1)>",
    "../../../etc/passwd",
    "\u202etxt.exe\u200b",
)


@pytest.fixture
def at() -> Iterator[Desk]:
    made = desk()
    yield made
    made.close()


@pytest.fixture
def served(at: Desk) -> Iterator[Cockpit]:
    with cockpit(at.app) as found:
        yield found


def pages(at: Desk) -> list[Route]:
    made = web.routes(at.app, web.Entry(), who=lambda _: MIRA, status=lambda _: 400)
    return [route for route in made if isinstance(route, Route)]


def posts(at: Desk, id: str) -> list[str]:
    """Every address of the cockpit that changes something, with something in its place."""
    found = [route.path for route in pages(at) if "POST" in (route.methods or ())]
    assert len(found) >= 5
    return [re.sub(r"\{[^}]*\}", id, path) for path in found]


# ---- foreign pages, rebound names, forms


@pytest.mark.parametrize(
    "foreign",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"host": "rebound.example"},
        {"host": "127.0.0.1.evil.example"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"x-seal": "guessed"},
        {"x-seal": ""},
    ],
    ids=lambda h: ":".join(*h.items()),
)
def test_no_address_that_changes_something_heeds_another_page(
    foreign: dict[str, str], at: Desk, served: Cockpit
) -> None:
    id = at.ask(Add("tea is at four")).id
    before, open_to_all = at.events(), ("/sign-in",)
    client = served.browser()
    signed = at.events()
    for address in posts(at, id):
        if "x-seal" in foreign and address in open_to_all:
            continue
        body = b'{"yes": true, "value": "1", "name": "eve", "role": "admin"}'
        answer = client.post(address, content=body, headers=foreign)
        assert answer.status_code in (403, 415, 421), (address, answer.status_code)
    assert at.events() == signed
    assert len(signed) == len(before) + 1, "only that mira signed in"
    assert at.proposal(id).status is not Status.EXECUTED


@pytest.mark.parametrize("host", ["rebound.example", "10.0.0.1", "localhost.evil.example", "[::2]"])
def test_a_rebound_name_reads_nothing(host: str, at: Desk, served: Cockpit) -> None:
    at.ask(Add("tea is at four"))
    for address in ("/", "/queue", "/live", "/sign-in", "/api/op/pending", "/knowledge"):
        answer = served.browser().get(address, headers={"host": host})
        assert answer.status_code == 421
        assert "tea" not in answer.text


def test_no_page_can_be_framed_sniffed_or_kept(at: Desk, served: Cockpit) -> None:
    client = served.browser()
    style = re.findall(r"/static/[\w./-]+\.css", client.get("/").text)[0]
    for address in ("/", "/sign-in", "/controls", "/nope", "/live", style):
        with client.stream("GET", address) as answer:
            headers = answer.headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "no-store" in headers["cache-control"] or address == style


def test_beyond_this_machine_nothing_is_served_until_somebody_holds_a_token(at: Desk) -> None:
    for wish in (serve.Wish(host="0.0.0.0"), serve.Wish(names=("pass.example",))):
        with pytest.raises(Forbidden, match="nobody has a token"):
            serve.run(at.app, wish)


# ---- signing in


def test_a_cookie_that_was_planted_is_not_taken_over(at: Desk, served: Cockpit) -> None:
    planted = {"cookie": "passdown=planted-by-somebody-else"}
    came = served.client().get(served.way_in(), headers=planted)
    assert "planted" not in came.headers["set-cookie"]
    assert "Sign out" not in served.client().get("/", headers=planted).text


def test_who_signs_in_again_leaves_no_earlier_sitting_behind(served: Cockpit) -> None:
    client = served.browser()
    before = dict(client.cookies)
    client.get(served.way_in(human("bob", Proof.TERMINAL)))
    assert "bob" in client.get("/").text
    assert "Sign out" not in served.client(cookies=before).get("/").text


def test_a_look_at_the_terminals_address_does_not_use_it_up(served: Cockpit) -> None:
    way = served.way_in()
    assert served.client().head(way).status_code == 403
    assert served.client().get(way).status_code == 303


def test_guessing_is_slowed_down_and_told_once(at: Desk, served: Cockpit) -> None:
    token = at.call("token.new", name="ann", role="review")["token"]
    client = served.client()
    for n in range(MOST):
        wrong = client.post("/sign-in", json={"token": f"pd_{n}"})
        assert wrong.status_code == 403
    for _ in range(3):
        refused = client.post("/sign-in", json={"token": token})
        assert refused.status_code == 429
        assert "Try again in" in refused.text
    assert client.get(served.way_in()).status_code == 429
    assert at.events().count("person.refused") == 1


def test_who_failed_too_often_may_try_again_after_a_minute() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    assert [tries.failed("a") for _ in range(MOST)] == [False] * (MOST - 1) + [True]
    tries.check("b")
    now[0] = WITHIN + 1
    tries.check("a")
    assert not tries.failed("a")


def test_who_signed_in_and_out_stands_in_the_ledger(at: Desk, served: Cockpit) -> None:
    token = at.call("token.new", name="ann", role="review")["token"]
    client = served.browser(None)
    client.post("/sign-in", json={"token": token})
    page = client.get("/").text
    client.headers["x-seal"] = page.split('name="seal" content="')[1].split('"')[0]
    client.post("/sign-out")
    out, came = at.call("sign.list")["signs"]
    assert (came["event"], came["name"], came["how"]) == ("signed_in", "ann", "token")
    assert (out["event"], out["name"], out["where"]) == ("signed_out", "ann", "127.0.0.1")


def test_a_token_stands_on_no_page_in_no_address_and_in_no_entry(at: Desk, served: Cockpit) -> None:
    token = at.call("token.new", name="ann", role="review")["token"]
    client = served.browser(None)
    answer = client.post("/sign-in", json={"token": token})
    assert token not in answer.text + str(answer.headers) + str(answer.url)
    assert token not in client.get("/").text
    with at.store.read(ALL) as tx:
        assert token not in str(tx.ledger.entries())
    assert served.client().get(f"/?token={token}").text.count("Sign out") == 0


# ---- too much, too slow


def test_a_page_takes_no_large_body_and_waits_for_no_slow_one(at: Desk) -> None:
    entry = web.Entry()
    made = web.routes(
        at.app, entry, who=lambda r: r.scope[http.ACTOR], status=lambda e: http.STATUS[type(e)]
    )
    bounds = http.Bounds(body=4096, patience=0.3)
    head = b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    with live(http.build(at.app, pages=made, guests=entry, bounds=bounds)) as port:
        large = said(port, head + b"content-length: 104857600\r\n\r\n")
        assert large.startswith(b"HTTP/1.1 413 ")
        began = time.monotonic()
        assert said(port, head + b"content-length: 9\r\n\r\n{").startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("depth", [10, 100_000])
def test_deep_json_is_an_error_like_any_other(depth: int, served: Cockpit) -> None:
    body = '{"token":' + "[" * depth + "]" * depth + "}"
    answer = served.client().post(
        "/sign-in", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422


# ---- what is hostile in what was read


def seen(at: Desk, text: str) -> int:
    """An observation that is hostile in all it has."""
    session = Session(text, "test", agent=text, repo=text, branch=text, started_at=at.clock.now())
    item = Observation(
        session=text,
        uid=new_id(),
        seen=Seen.PROMPT,
        text=text,
        at=at.clock.now(),
        trust=Trust.HUMAN,
        tool=text,
        pointer=Pointer(f"/tmp/{text}", 1, 2, "0" * 64),
    )
    with at.store.write(ALL) as tx:
        (seq,) = tx.observations.add(session, [item])
    return seq


def addresses(page: str) -> set[str]:
    return {a.replace("&amp;", "&") for a in re.findall(r'href="(/[^"#]*)', page)}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_read_becomes_markup_on_any_page(
    text: str, at: Desk, served: Cockpit
) -> None:
    id = at.ask(Add(text), seen(at, text)).id
    client = served.browser(None)
    every = {"/", f"/cards/{id}", "/sessions", "/queue", "/knowledge", "/graph", "/decisions"}
    at.call("approve", id=id, reason=text)
    every |= {f"/decisions/{id}", "/ledger"}
    every |= {a for page in list(every) for a in addresses(client.get(page).text)}
    client.follow_redirects = True
    for address in sorted(every)[:80]:
        check(address, client.get(address, headers={"accept": "text/html"}).text)


def check(address: str, page: str) -> None:
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", page), address
    assert not re.search(r"<[^>]*\son\w+\s*=(?![^<]*&)", page.replace("&#34;", "")), address
    assert not re.search(r"(?:href|src|action)=[\"']?\s*(?:javascript|data|https?):", page), address
    assert "<svg onload" not in page, address
    assert "<img src=x" not in page, address
    assert "\u202e" not in page, address
    assert "\u200b" not in page, address
    assert "{{ 7 * 7 }}" in page or "7 * 7" not in page, address


@pytest.mark.parametrize(
    "path",
    [
        "/static/{mark}/../entry.py",
        "/static/{mark}/..%2f..%2fentry.py",
        "/static/{mark}/%2e%2e/entry.py",
        "/static/{mark}//etc/passwd",
        "/static/{mark}/LICENCES.txt",
        "/sessions/../../../../etc/passwd",
        "/sessions/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/knowledge/..%2f..%2fetc",
        "/cards/%00",
    ],
)
def test_no_address_leads_to_a_file(path: str, at: Desk, served: Cockpit) -> None:
    mark = served.browser().get("/").text.split("/static/")[1].split("/")[0]
    with live(build(at.app, web.Entry())) as port:
        request = f"GET {path.format(mark=mark)} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        answer = said(port, request.encode() + b"connection: close\r\n\r\n")
    assert answer.split(b" ", 2)[1] in (b"404", b"422", b"400"), answer[:200]
    assert b"root:" not in answer
    assert b"secrets.token" not in answer


def test_a_name_that_is_hostile_is_no_name_of_a_file(at: Desk, tmp_path: Path) -> None:
    hostile = tmp_path / '"><svg onload=alert(1)>.jsonl'
    line = {"type": "user", "uuid": "u", "sessionId": HOSTILE[0], "cwd": f"/tmp/{HOSTILE[0]}"}
    said = {"role": "user", "content": HOSTILE[0]}
    hostile.write_text(json.dumps({**line, "message": said}) + "\n{ not json\n")
    actor: Actor = MIRA
    told: Any = at.app.call("ingest", {"paths": [str(hostile)]}, actor)
    assert (told["observations"], told["skips"]) == (1, 1)
    with cockpit(at.app) as found:
        for address in ("/sessions", "/readings"):
            page = found.browser().get(address).text
            check(address, page)
        assert "onload=alert(1)&gt;.jsonl" in page, "the file is named"
