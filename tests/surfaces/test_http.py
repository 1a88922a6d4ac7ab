"""HTTP: what is generated, who is let in, what is bounded, and how an error looks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest
from starlette.testclient import TestClient

from passdown.domain.errors import ERRORS
from passdown.ops.operation import Effect, Progress, Route, operation
from passdown.surfaces.http import Door, build
from passdown.surfaces.http.problems import STATUS
from tests.surfaces.live import live
from tests.surfaces.toys import OPERATIONS, toy

HERE = "http://127.0.0.1:3800"
ANN = {"authorization": "Bearer ann-token"}
BOT = {"authorization": "Bearer bot-token"}

STEP = Progress(0, 200, "steps")


@pytest.fixture
def http() -> Iterator[TestClient]:
    with TestClient(build(toy()), base_url=HERE) as client:
        yield client


def over(door: Door, base: str = HERE) -> TestClient:
    return TestClient(build(toy(), door=door), base_url=base)


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
    app = toy()

    @operation("plant", Effect.WRITE, http=(Route("GET", "/api/plant"),))
    def plant(ctx: Any) -> None:
        """Plant something."""

    app.operations = {**OPERATIONS, "plant": plant}
    with pytest.raises(ValueError, match="plant would write on GET"):
        build(app)


def test_two_operations_at_one_address_are_noticed() -> None:
    app = toy()

    @operation("plant", Effect.READ, http=(Route("GET", "/api/echo"),))
    def plant(ctx: Any) -> None:
        """Plant something."""

    app.operations = {**OPERATIONS, "plant": plant}
    with pytest.raises(ValueError, match="GET /api/echo is echo and plant"):
        build(app)


def test_the_core_runs_outside_the_event_loop() -> None:
    app = toy()
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
    front = build(toy())
    with TestClient(front, base_url=HERE, raise_server_exceptions=False) as client:
        answer = client.post("/api/op/echo")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["what"] == "the server failed: ZeroDivisionError"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b'{"a":' * 100_000, "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"NaN", "unreadable"),
        (b'{"text": "\\ud800"}', "unreadable"),
        (b"[1]", "invalid"),
        (b'"a"', "invalid"),
        (b"null", "invalid"),
    ],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, code: str, http: TestClient) -> None:
    headers = {"content-type": "application/json"}
    answer = http.post("/api/op/echo", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


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
    app = toy()
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
