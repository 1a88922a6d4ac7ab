"""What stands before the routes: who is let in, and how much each may bring."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from passdown.domain.errors import StoreError
from passdown.surfaces.http import Bounds, Door, build
from tests.surfaces.live import live, said
from tests.surfaces.toys import OPERATIONS, toy

HERE = "http://127.0.0.1:3800"
ANN = {"authorization": "Bearer ann-token"}
BOT = {"authorization": "Bearer bot-token"}


@pytest.fixture
def http() -> Iterator[TestClient]:
    with TestClient(build(toy()), base_url=HERE) as client:
        yield client


def over(door: Door, base: str = HERE) -> TestClient:
    return TestClient(build(toy(), door=door), base_url=base)


# ---- who is let in


def test_nobody_in_particular_is_an_agent(http: TestClient) -> None:
    assert http.post("/api/op/echo").json()["by"] == "agent:http"
    answer = http.post("/api/things/aa11/settle")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_token_says_who_calls(http: TestClient) -> None:
    assert http.post("/api/op/echo", headers=BOT).json()["by"] == "bot"
    assert http.post("/api/things/aa11/settle", headers=ANN).json() == "aa11 settled by ann"


@pytest.mark.parametrize(
    "name", [n for n, op in OPERATIONS.items() if op.effect in ("decide", "admin")]
)
def test_agents_are_refused_what_is_for_people(name: str, http: TestClient) -> None:
    for headers in ({}, BOT):
        assert http.post(f"/api/op/{name}", json={}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "sent", ["Bearer nope", "Bearer", "Basic ann-token", "ann-token", "", "Bearer  ann-token x"]
)
def test_a_wrong_token_is_not_no_token(sent: str, http: TestClient) -> None:
    answer = http.post("/api/op/echo", headers={"authorization": sent})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "ann-token" not in answer.text


def test_a_store_that_cannot_tell_who_calls_is_an_error_like_any_other() -> None:
    app = toy()

    def away(_: str) -> None:
        raise StoreError("the store is away")

    app.authenticate = away
    answer = TestClient(build(app), base_url=HERE).post("/api/op/echo", headers=ANN)
    assert (answer.status_code, answer.json()["code"]) == (503, "store")
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_token_in_an_address_is_not_read(http: TestClient) -> None:
    answer = http.post("/api/op/echo?access_token=ann-token")
    assert answer.status_code == 422


def test_beyond_this_machine_a_token_is_asked_for() -> None:
    client = over(Door("0.0.0.0"), "http://10.1.2.3:3800")
    answer = client.post("/api/op/echo")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/openapi.json").status_code == 401
    assert client.post("/api/op/echo", headers=BOT).json()["by"] == "bot"


def test_a_further_name_means_a_proxy_so_a_token_is_asked_for() -> None:
    client = over(Door(names=frozenset({"pass.test"})), "https://pass.test")
    assert client.post("/api/op/echo").status_code == 401
    assert client.post("/api/op/echo", headers=BOT).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.test",
        "evil.test:3800",
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "10.1.2.3",
        "0.0.0.0:3800",
        "[::1",
        "[::1]x",
        "127.0.0.1:x",
        "[::ffff:10.1.2.3]",
        "a@localhost",
    ],
)
def test_another_name_is_refused(host: str, http: TestClient) -> None:
    answer = http.post("/api/op/echo", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "forbidden")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:9", "localhost.:3800", "[::1]:3800", "127.8.8.8"]
)
def test_every_name_of_this_machine_is_known(host: str, http: TestClient) -> None:
    assert http.post("/api/op/echo", headers={"host": host}).status_code == 200


def test_beyond_this_machine_addresses_are_known_and_foreign_names_are_not() -> None:
    door = Door("0.0.0.0", frozenset({"pass.test"}))
    for host, status in (("10.1.2.3:1", 200), ("pass.test", 200), ("evil.test", 421)):
        answer = over(door).post("/api/op/echo", headers={**BOT, "host": host})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:5173"},
        {"origin": "http://localhost:3800"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
    ],
)
def test_a_foreign_page_is_refused(headers: dict[str, str], http: TestClient) -> None:
    for answer in (
        http.post("/api/op/echo", headers=headers),
        http.get("/api/echo", headers={**headers, **ANN}),
        http.options("/api/op/echo", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_page_of_our_own_is_let_in(http: TestClient) -> None:
    headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
    assert http.post("/api/op/echo", headers=headers).status_code == 200


def test_files_of_the_server_are_named_by_somebody_known_on_it_only(http: TestClient) -> None:
    body = {"paths": ["/etc/passwd"]}
    assert http.post("/api/op/read.file", json=body).status_code == 403
    assert http.post("/api/op/read.file", json=body, headers=BOT).json() == 1
    far = over(Door("0.0.0.0"))
    assert far.post("/api/op/read.file", json=body, headers=ANN).status_code == 403
    assert http.post("/api/op/read.file", json={"paths": []}).json() == 0


def test_every_answer_is_hardened(http: TestClient) -> None:
    for answer in (
        http.post("/api/op/echo"),
        http.get("/nope"),
        http.post("/api/op/echo", headers={"host": "evil.test"}),
        http.post("/api/op/count", json={"to": 1}, headers={"accept": "text/event-stream"}),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_whether_it_is_alive_is_told_to_whoever_knows_its_name() -> None:
    client = over(Door("0.0.0.0"))
    assert client.get("/healthz").json()["ok"] is True
    assert client.get("/healthz", headers={"host": "evil.test"}).status_code == 421


# ---- what is bounded


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
def test_only_json_is_read(media: str, http: TestClient) -> None:
    headers = {"content-type": media} if media else {}
    answer = http.post("/api/op/echo", content=b'{"text": "tea"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "invalid")


def test_json_with_a_character_set_is_read(http: TestClient) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert http.post("/api/op/echo", content=b"{}", headers=headers).status_code == 200


def test_what_says_that_it_is_too_big_is_refused_unread(http: TestClient) -> None:
    answer = http.post("/api/op/echo", json={"text": "x" * 1_048_576})
    assert (answer.status_code, answer.json()["code"]) == (413, "limit")


def test_what_turns_out_too_big_is_refused_while_it_is_read() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    with live(build(toy(), bounds=Bounds(body=4096))) as port:
        answer = said(port, head + chunk * 5)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_hundred_megabytes_cost_no_memory() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 104857600\r\n\r\n"
    with live(build(toy())) as port:
        assert said(port, head).startswith(b"HTTP/1.1 413 ")


def test_a_slow_body_is_not_waited_for() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{"
    with live(build(toy(), bounds=Bounds(patience=0.3))) as port:
        began = time.monotonic()
        answer = said(port, head)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 5


def test_who_hangs_up_early_leaves_no_trace() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{"
    front = build(toy(), bounds=Bounds(inside=1))
    with live(front) as port:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(head)
        assert _eventually(lambda: b" 200 " in said(port, _get(b"/openapi.json")))


def test_when_it_is_full_it_says_so_at_once_and_stays_alive() -> None:
    body = b'{"seconds": 1}'
    slow = (
        b"POST /api/op/wait HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    ) + body
    with (
        live(build(toy(), bounds=Bounds(inside=2))) as port,
        ThreadPoolExecutor(2) as pool,
    ):
        waiting = [pool.submit(said, port, slow) for _ in range(2)]
        assert _eventually(lambda: b" 503 " in said(port, _get(b"/openapi.json")))
        answer = said(port, _get(b"/openapi.json")).lower()
        assert b"retry-after: 1" in answer
        assert b'"code":"limit"' in answer
        assert b" 200 " in said(port, _get(b"/healthz"))
        assert all(b" 200 " in w.result() for w in waiting)
        assert b" 200 " in said(port, _get(b"/openapi.json"))


def test_ten_times_the_usual_load_is_answered_or_refused_and_never_lost() -> None:
    with live(build(toy(), bounds=Bounds(inside=8))) as port, ThreadPoolExecutor(80) as pool:
        answers = list(pool.map(lambda _: said(port, _get(b"/api/echo"))[9:12], range(400)))
    assert set(answers) <= {b"200", b"503"}
    assert answers.count(b"200") > 8


def _get(path: bytes) -> bytes:
    return b"GET %s HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n" % path


def _eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
