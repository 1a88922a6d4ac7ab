"""HTTP: what is generated, who is let in, what is bounded, and how an error looks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import msgspec
import pytest
from starlette.testclient import TestClient

from passdown.domain.errors import ERRORS
from passdown.ops.operation import Effect, Progress, Route, operation
from passdown.surfaces.http import Bounds, Door, build
from passdown.surfaces.http.problems import STATUS
from tests.surfaces.live import live, said
from tests.surfaces.toys import OPERATIONS, ToyApp

HERE = "http://127.0.0.1:3800"
ANN = {"authorization": "Bearer ann-token"}
BOT = {"authorization": "Bearer bot-token"}

STEP = Progress(0, 200, "steps")


@pytest.fixture
def http() -> Iterator[TestClient]:
    with TestClient(build(ToyApp()), base_url=HERE) as client:
        yield client


def over(door: Door, base: str = HERE) -> TestClient:
    return TestClient(build(ToyApp(), door=door), base_url=base)


# ---- what is generated


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_an_address(name: str, http: TestClient) -> None:
    assert http.get("/openapi.json").json()["paths"][f"/api/op/{name}"]["post"]["summary"]


def test_a_call_answers_with_the_plain_result(http: TestClient) -> None:
    answer = http.post("/api/op/echo", json={"text": "tea", "tags": ["a", "b"]})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert (answer.json()["text"], answer.json()["tags"]) == ("tea", ["a", "b"])


def test_an_alias_is_answered_like_the_operation(http: TestClient) -> None:
    body = {"text": "tea"}
    one, other = (http.post(f"/api/op/{n}", json=body) for n in ("echo", "kb.echo"))
    assert one.json() == other.json()


def test_a_call_without_a_body_has_no_parameters(http: TestClient) -> None:
    assert http.post("/api/op/echo").json()["text"] == ""


def test_a_declared_route_takes_its_parameters_from_the_path_and_the_body(
    http: TestClient,
) -> None:
    answer = http.post("/api/notes/rule", json={"text": "tea", "sure": True})
    assert answer.json() == ["rule", "tea", "True", "agent:http"]


def test_a_query_says_each_parameter_in_its_type(http: TestClient) -> None:
    query = (
        "text=tea&count=3&share=0.5&really=true&tags=a&tags=b&shade=dark&payload=%7B%22a%22:1%7D"
    )
    answer = http.get(f"/api/echo?{query}").json()
    assert answer.pop("by") == "agent:http"
    assert answer == {
        "text": "tea",
        "count": 3,
        "share": 0.5,
        "really": True,
        "tags": ["a", "b"],
        "shade": "dark",
        "payload": {"a": 1},
    }


@pytest.mark.parametrize("query", ["count=many", "nope=1", "text=a&text=b", "payload=[", "shade=x"])
def test_a_query_that_says_nothing_valid_is_refused(query: str, http: TestClient) -> None:
    answer = http.get(f"/api/echo?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_parameter_given_twice_is_refused(http: TestClient) -> None:
    answer = http.post("/api/notes/rule", json={"kind": "other", "text": "tea"})
    assert answer.json()["what"] == "kind is given twice"


def test_an_unknown_operation_names_the_nearest(http: TestClient) -> None:
    answer = http.post("/api/op/ecko", json={})
    assert answer.status_code == 404
    assert "echo" in answer.json()["next"]


def test_an_unknown_address_says_where_to_look(http: TestClient) -> None:
    answer = http.get("/api/op")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "/openapi.json" in answer.json()["next"]


def test_the_wrong_method_names_the_right_one(http: TestClient) -> None:
    answer = http.get("/api/op/echo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_an_operation_that_writes_has_no_get() -> None:
    app = ToyApp()

    @operation("plant", Effect.WRITE, http=(Route("GET", "/api/plant"),))
    def plant(ctx: Any) -> None:
        """Plant something."""

    app.operations = {**OPERATIONS, "plant": plant}
    with pytest.raises(ValueError, match="plant would write on GET"):
        build(app)


def test_two_operations_at_one_address_are_noticed() -> None:
    app = ToyApp()

    @operation("plant", Effect.READ, http=(Route("GET", "/api/echo"),))
    def plant(ctx: Any) -> None:
        """Plant something."""

    app.operations = {**OPERATIONS, "plant": plant}
    with pytest.raises(ValueError, match="GET /api/echo is echo and plant"):
        build(app)


def test_the_core_runs_outside_the_event_loop() -> None:
    app = ToyApp()
    with TestClient(build(app), base_url=HERE) as client:
        client.post("/api/op/echo")
        client.get("/healthz")
    assert threading.get_ident() not in app.threads


# ---- the document


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_reference_of_the_document_leads_somewhere(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    found = set(_references(document))
    assert found
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_schemas_of_the_document_are_schemas(http: TestClient) -> None:
    for schema in http.get("/openapi.json").json()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_document_tells_every_error_of_every_call(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    told: dict[str, set[str]] = {
        status: set(_codes(response))
        for status, response in document["components"]["responses"].items()
    }
    for error in ERRORS:
        assert error.code in told[str(STATUS[error])]
    for path in document["paths"].values():
        for method in path.values():
            assert {*told, "200"} == {*method["responses"]}


def _codes(response: Any) -> list[str]:
    codes: list[str] = response["content"]["application/problem+json"]["schema"]["properties"][
        "code"
    ]["enum"]
    return codes


def test_the_document_says_who_may_call() -> None:
    def security(door: Door, name: str) -> Any:
        front = over(door, "http://10.1.2.3:3800") if not door.local else over(door)
        paths = front.get("/openapi.json", headers=ANN).json()["paths"]
        return paths[f"/api/op/{name}"]["post"]["security"]

    assert security(Door(), "echo") == [{}, {"bearer": []}]
    assert security(Door(), "settle") == [{"bearer": []}]
    assert security(Door("0.0.0.0"), "echo") == [{"bearer": []}]


def test_an_answer_is_what_the_document_says(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    schema = document["paths"]["/api/op/note"]["post"]["responses"]["200"]["content"]
    jsonschema.validate(
        http.post("/api/op/note", json={"kind": "a", "text": "b"}).json(),
        schema["application/json"]["schema"],
    )


# ---- errors


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.code)
def test_every_error_has_a_status_and_says_all_it_knows(error: Any, http: TestClient) -> None:
    answer = http.post("/api/op/fail", json={"code": error.code})
    body = answer.json()
    assert answer.status_code == STATUS[error] == body["status"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert {k: body[k] for k in ("code", "what", "where", "next")} == {
        "code": error.code,
        "what": f"this is {error.code}",
        "where": "here",
        "next": "do that",
    }
    assert body["type"].endswith(error.code)
    assert body["title"]


def test_a_fault_of_ours_says_nothing_of_what_it_happened_on(http: TestClient) -> None:
    answer = http.post("/api/op/fail", json={"code": "unheard of"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


def test_a_fault_of_the_server_itself_is_told_the_same_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("passdown.surfaces.http.routes.as_json", lambda _: 1 / 0)
    front = build(ToyApp())
    with TestClient(front, base_url=HERE, raise_server_exceptions=False) as client:
        answer = client.post("/api/op/echo")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["what"] == "the server failed: ZeroDivisionError"


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"[1]", b'"a"', b"NaN", b"null"]
)
def test_a_body_that_is_no_object_is_refused(body: bytes, http: TestClient) -> None:
    headers = {"content-type": "application/json"}
    answer = http.post("/api/op/echo", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


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
    ["evil.test", "evil.test:3800", "127.0.0.1.evil.test", "localhost.evil.test", "10.1.2.3", ""]
    + ["0.0.0.0:3800", "[::1", "[::1]x", "127.0.0.1:x", "[::ffff:10.1.2.3]", "a@localhost"],
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
    assert client.get("/healthz").json() == {"ok": True}
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
    with live(build(ToyApp(), bounds=Bounds(body=4096))) as port:
        answer = said(port, head + chunk * 5)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_hundred_megabytes_cost_no_memory() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 104857600\r\n\r\n"
    with live(build(ToyApp())) as port:
        assert said(port, head).startswith(b"HTTP/1.1 413 ")


def test_a_slow_body_is_not_waited_for() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{"
    with live(build(ToyApp(), bounds=Bounds(patience=0.3))) as port:
        began = time.monotonic()
        answer = said(port, head)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 5


def test_who_hangs_up_early_leaves_no_trace() -> None:
    head = b"POST /api/op/echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{"
    front = build(ToyApp(), bounds=Bounds(inside=1))
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
        live(build(ToyApp(), bounds=Bounds(inside=2))) as port,
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
    with live(build(ToyApp(), bounds=Bounds(inside=8))) as port, ThreadPoolExecutor(80) as pool:
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


# ---- progress


def _events(answer: Any) -> list[tuple[str, Any]]:
    blocks = [b for b in answer.text.split("\r\n\r\n") if b.startswith("event")]
    return [
        (event.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: ")))
        for event, data in (block.split("\r\n") for block in blocks)
    ]


def test_a_long_call_tells_how_far_it_is(http: TestClient) -> None:
    headers = {"accept": "text/event-stream"}
    *steps, last = _events(http.post("/api/op/count", json={"to": 3}, headers=headers))
    assert steps[0] == ("progress", {"done": 1, "total": 3, "unit": "steps", "note": "step 1"})
    assert [step[1]["done"] for step in steps] == [1, 2, 3]
    assert last == ("result", 3)


def test_an_error_after_progress_is_the_last_event(http: TestClient) -> None:
    headers = {"accept": "text/event-stream"}
    answer = http.post("/api/op/count", json={"to": 1, "fail": True}, headers=headers)
    name, problem = _events(answer)[-1]
    assert (name, problem["code"], problem["status"]) == ("error", "conflict", 409)


def test_a_reader_that_goes_away_does_not_stop_the_call() -> None:
    app = ToyApp()
    ended = threading.Event()

    @operation("climb", Effect.WRITE, long=True)
    def climb(ctx: Any) -> None:
        """Report often, then end."""
        for n in range(200):
            ctx.report(STEP._replace(done=n))
            time.sleep(0.002)
        ended.set()

    app.operations = {**OPERATIONS, "climb": climb}
    request = (
        b"POST /api/op/climb HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n"
        b"content-length: 0\r\n\r\n"
    )
    with live(build(app)) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request)
            assert connection.recv(1024).startswith(b"HTTP/1.1 200 ")
        assert ended.wait(10)
