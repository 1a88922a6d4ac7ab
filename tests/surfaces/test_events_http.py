"""An existing poster finds what it knows, over real HTTP; strangers and floods are kept out."""

from __future__ import annotations

import json
import os
import re
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from passdown.app import App, open_app
from passdown.domain.actor import human
from passdown.domain.scope import ALL
from passdown.surfaces.http import Bounds, Door, build
from passdown.surfaces.http.pace import CALLERS, Pace
from tests.surfaces.live import live

ALICE = human("alice")
HERE = "http://127.0.0.1:3800"
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "send-events.md"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "shop" / ".passdown"


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    with open_app(store=str(home)) as opened:
        yield opened


@pytest.fixture
def http(app: App) -> Iterator[TestClient]:
    with TestClient(build(app), base_url=HERE) as client:
        yield client


def posted(port: int, body: Any, **headers: str) -> Any:
    """What a poster that knows nothing of us gets."""
    sent = {"content-type": "application/json", **headers}
    data = json.dumps(body).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/event", data, sent, method="POST")
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer)


def got(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return json.load(answer)


VERDICT = {
    "source": "auditor",
    "event_kind": "audit",
    "ok": False,
    "sig_hash": "pr41-9fceb02d",
    "pr_number": 41,
    "head_sha": "9fceb02d0ae598e95dc970b74767f19372d61af8",
    "overall": "request_changes",
    "one_liner": "one block: a claim without a test",
    "findings_block": 1,
    "findings_warn": 0,
    "audit_duration_ms": 812,
    "audited_at": "2026-11-20T10:00:00Z",
    "run_ok": True,
}


def test_an_auditor_posts_as_it_always_did(app: App, home: Path) -> None:
    with live(build(app)) as port:
        answer = posted(port, VERDICT)
        stats, shown = got(port, "/stats"), got(port, "/recent")["events"][0]
    assert answer == {
        "accepted": True,
        "event_id": shown["event_id"],
        "source": "auditor",
        "known": False,
        "ring_size": 1,
        "logged": True,
    }
    assert stats["by_source"] == {"mcp": 0, "scenario": 0, "auditor": 1, "bot": 0}
    assert (stats["total"], stats["successes"], stats["failures"]) == (1, 0, 1)
    file = home.parent / "data" / "_observer" / "ops.jsonl"
    (line,) = map(json.loads, file.read_text().splitlines())
    assert line == {name: value for name, value in shown.items() if name != "seq"}
    assert (line["endpoint"], line["duration_ms"], line["success"]) == (
        "auditor:verdict",
        812,
        False,
    )
    assert (line["output_summary"], line["meta"]["run_ok"]) == (VERDICT["one_liner"], True)
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_what_was_counted_survives_a_restart(app: App, home: Path, http: TestClient) -> None:
    for n in range(5):
        http.post("/event", json={"source": "bot", "event_kind": "cycle", "ok": n > 1})
    before = http.get("/stats").json(), http.get("/recent").json()
    app.close()
    with open_app(store=str(home)) as again, TestClient(build(again), base_url=HERE) as client:
        assert (client.get("/stats").json(), client.get("/recent").json()) == before
        assert client.post("/event", json={}).json()["ring_size"] == 6


def test_many_posters_at_once_lose_nothing(app: App, home: Path) -> None:
    with live(build(app)) as port, ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: posted(port, {"source": "bot", "n": n}), range(200)))
        assert got(port, "/stats")["by_source"]["bot"] == 200
    ids = {one["event_id"] for one in told}
    file = home.parent / "data" / "_observer" / "ops.jsonl"
    assert {json.loads(line)["event_id"] for line in file.read_text().splitlines()} == ids
    assert len(ids) == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"{}", 200),
        (b"[]", 400),
        (b"no json", 400),
        (b"1", 400),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', 413),
        (b'{"deep": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_body_is_an_object_within_bounds(body: bytes, status: int, http: TestClient) -> None:
    answer = http.post("/event", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert http.get("/stats").json()["total"] == 0


def test_its_address_is_documented(http: TestClient) -> None:
    body = http.get("/openapi.json").json()["paths"]["/event"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"].endswith("event/properties/event")


# ---- who may post, and how often


def test_web_pages_and_rebound_names_post_nothing(http: TestClient) -> None:
    foreign = {"origin": "https://evil.example"}
    assert http.post("/event", json={}, headers=foreign).status_code == 403
    assert http.post("/event", json={}, headers={"host": "evil.example"}).status_code == 421
    plain = {"content-type": "text/plain"}
    assert http.post("/event", content=b"{}", headers=plain).status_code == 415
    assert http.get("/stats").json()["total"] == 0


def test_beyond_this_machine_a_poster_needs_a_token(app: App) -> None:
    token = app.call("token.new", {"name": "ci", "role": "agent"}, ALICE)["token"]
    door = Door("0.0.0.0", frozenset({"watch.example"}))
    with TestClient(build(app, door=door), base_url="http://watch.example") as client:
        assert client.post("/event", json={}).status_code == 401
        assert client.get("/stats").status_code == 401
        said = {"authorization": f"Bearer {token}"}
        assert client.post("/event", json={}, headers=said).status_code == 200


def test_a_flood_is_told_to_wait_and_readers_are_not(app: App) -> None:
    with TestClient(build(app, bounds=Bounds(rate=3)), base_url=HERE) as client:
        answers = [client.post("/event", json={}) for _ in range(8)]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused
        assert {answer.status_code for answer in refused} == {429}
        assert refused[0].headers["retry-after"] == "1"
        assert refused[0].json()["code"] == "limit"
        assert client.get("/stats").json()["total"] == 8 - len(refused)


def test_the_server_s_own_rate_is_a_setting(home: Path) -> None:
    with open_app(store=str(home), flags={"server.rate": "2"}) as app:
        client = TestClient(build(app), base_url=HERE)
        assert 429 in {client.post("/event", json={}).status_code for _ in range(6)}


def test_a_caller_has_a_second_s_worth_and_gets_it_back() -> None:
    now = [0.0]
    pace = Pace(4, lambda: now[0])
    assert [pace.wait("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert pace.wait("b") == 0
    now[0] = 0.5
    assert [pace.wait("a") for _ in range(3)] == [0, 0, 1]
    now[0] = 60.0
    assert [pace.wait("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert Pace(0).wait("a") == 0


def test_a_million_callers_take_no_room() -> None:
    pace = Pace(1, lambda: 0.0)
    for n in range(5 * CALLERS):
        pace.wait(str(n))
    assert len(pace._buckets) == CALLERS


# ---- secrets


SECRETS = (
    "AKIA" + "IOSFODNN7EXAMPLE",
    "hunter2" + "secret",
    "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "ada.lovelace" + "@example.org",
)


def leaky() -> dict[str, Any]:
    said = f"key {SECRETS[0]}, password={SECRETS[1]}, token {SECRETS[2]}, mail {SECRETS[3]}"
    named = ("endpoint", "input_summary", "output_summary", "error", "sig_hash", "staffer_id")
    fields = {name: said for name in ("source", "event_kind", "timestamp", "event_id", *named)}
    extra = {"password": SECRETS[1], "list": [said, {"password": SECRETS[1]}], said: said}
    return {**fields, "meta": extra, "password": SECRETS[1], SECRETS[0]: SECRETS[2]}


def test_no_posted_secret_reaches_any_file_or_log(
    app: App, home: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with live(build(app)) as port:
        answers = [posted(port, {**leaky(), "ok": ok}) for ok in (True, False, SECRETS[2])]
        answers += [got(port, "/stats"), got(port, "/recent")]
        with pytest.raises(urllib.error.HTTPError):
            posted(port, [SECRETS])
    files = [path for path in home.parent.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"store.db", "store.db-wal", "ops.jsonl"}
    said = capfd.readouterr()
    places = [path.read_bytes() for path in files]
    places += [repr(answers).encode(), caplog.text.encode(), (said.out + said.err).encode()]
    assert not [s for s in SECRETS for place in places if s.encode() in place]
    app.close()
    kept = b"".join(path.read_bytes() for path in home.parent.rglob("*") if path.is_file())
    assert not [secret for secret in SECRETS if secret.encode() in kept]


def test_what_repeats_an_approved_rule_is_an_echo_at_once(app: App, http: TestClient) -> None:
    rule = "Always rebase your branch onto main before you push it anywhere."
    http.post("/event", json={"output_summary": rule})
    app.call("add", {"text": rule, "scope": "global", "confirm": True}, ALICE)
    http.post("/event", json={"output_summary": rule})
    with app.store.read(ALL) as tx:
        flags = [one.flags for one in tx.observations.scan(session=_today(app), flagged=True)]
    assert flags == [(), ("echo",)]


def _today(app: App) -> str:
    return f"events:scenario:{app.clock.now()[:10]}"


# ---- the guide


def test_the_guide_s_events_are_answered_as_it_says(http: TestClient) -> None:
    said = GUIDE.read_text()
    bodies = re.findall(r"^ +-d '(.+?)'$", said, re.MULTILINE)
    answers = re.findall(r"```json\n(.*?)```", said, re.DOTALL)
    assert len(bodies) == 2
    got = [http.post("/event", content=b, headers={"content-type": "application/json"}).json()
           for b in bodies]  # fmt: skip
    assert [one["accepted"] for one in got] == [True, True]
    assert {**json.loads(answers[0]), "event_id": got[0]["event_id"]} == got[0]
    stats = http.get("/stats").json()
    wanted = json.loads(answers[1])
    assert {name: stats[name] for name in wanted} == wanted
    shown = http.get("/recent").json()["events"][0]
    wanted = json.loads(answers[2])
    assert {name: shown.get(name) for name in wanted} == wanted
