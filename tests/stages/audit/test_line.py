"""A forge is asked within bounds, again only where that harms nothing, and never twice for what may
have been done."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from passdown.domain.errors import (
    Forbidden,
    Invalid,
    Limit,
    NotFound,
    PassdownError,
    Unavailable,
    Unreadable,
)
from passdown.stages.audit.remote import hooks, line
from passdown.stages.audit.remote.line import Line
from passdown.stages.audit.remote.place import Forge
from passdown.stages.audit.remote.request import read

Told = tuple[int, bytes, dict[str, str]]
SHA = "0123456789abcdef0123456789abcdef01234567"
SOUND = {
    "number": 7, "title": "Tidy", "body": None, "state": "open", "user": {"login": "ada"},
    "base": {"ref": "main", "sha": SHA, "repo": {"full_name": "acme/shop"}},
    "head": {"ref": "topic", "sha": SHA, "repo": {"full_name": "acme/shop"}},
}  # fmt: skip


@contextmanager
def answering(*told: Told) -> Iterator[tuple[Line, list[Any], list[float]]]:
    """A forge that gives these answers in turn, the last one for ever; what it was asked, and how
    long one waited."""
    asked: list[Any] = []

    class Desk(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data, headers = told[min(len(asked), len(told) - 1)]
            asked.append((self.command, self.path, dict(self.headers)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    waited: list[float] = []
    forge = Forge("github", f"http://127.0.0.1:{server.server_address[1]}", "t0ken")
    try:
        yield Line(forge, waited.append, lambda: 1000.0), asked, waited
    finally:
        server.shutdown()
        server.server_close()


def said(status: int, told: Any = None, **headers: str) -> Told:
    return (
        status,
        json.dumps(told or {}).encode(),
        {k.replace("_", "-"): headers[k] for k in headers},
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Forbidden), (403, Forbidden), (404, NotFound), (410, NotFound), (422, Invalid),
     (400, Invalid), (301, Invalid), (500, Unavailable), (503, Unavailable)],
)  # fmt: skip
def test_each_refusal_is_an_error_that_says_what_to_do(status: int, error: Any) -> None:
    with answering(said(status, {"message": "no\x1b[31m way"})) as (forge, _, _):
        with pytest.raises(error) as caught:
            forge.ask("POST", "/x", {})
        assert "t0ken" not in str(caught.value)
        assert "\x1b" not in str(caught.value)


def test_what_may_have_been_done_is_not_asked_for_again() -> None:
    with answering(said(502)) as (forge, asked, _):
        with pytest.raises(Unavailable):
            forge.ask("POST", "/x", {})
        assert len(asked) == 1


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_what_does_the_same_twice_is_asked_for_again(method: str) -> None:
    with answering(said(502), said(503), said(200, {"ok": 1})) as (forge, asked, waited):
        assert forge.ask(method, "/x", None if method == "GET" else {}) == {"ok": 1}
        assert (len(asked), waited) == (3, [0.5, 1.0])


def test_it_is_given_up_after_a_while() -> None:
    with answering(said(503)) as (forge, asked, waited):
        with pytest.raises(Unavailable, match="status 503"):
            forge.ask("GET", "/x")
        assert (len(asked), len(waited)) == (line.TRIES, line.TRIES - 1)


def test_what_was_not_heard_is_asked_for_again_also_where_it_would_be_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    waited: list[float] = []
    with pytest.raises(Unavailable, match="cannot be reached"):
        Line(Forge("gitea", f"http://127.0.0.1:{port}"), waited.append).ask("POST", "/x", {})
    assert len(waited) == line.TRIES - 1


def test_a_long_wait_is_left_to_the_caller() -> None:
    with answering(said(429, Retry_After="3600")) as (forge, asked, waited):
        with pytest.raises(Limit, match="asked later"):
            forge.ask("GET", "/x")
        assert (len(asked), waited) == (1, [])


def test_a_hurried_post_was_not_done_and_is_asked_for_again() -> None:
    spent = said(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1005")
    with answering(spent, said(429), said(201, {"id": 1})) as (forge, _, waited):
        assert forge.ask("POST", "/x", {}) == {"id": 1}
        assert waited == [5.0, 2.0]


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_is_cut_off_is_one_that_did_not_come(status: int) -> None:
    cut = (status, b"5\r\nab", {"Transfer-Encoding": "chunked"})
    with answering(cut, said(200, {"ok": 1})) as (forge, asked, _):
        assert forge.ask("GET", "/x") == {"ok": 1}
        assert len(asked) == 2


def test_too_long_an_answer_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LARGEST", 100)
    with answering(said(200, {"x": "y" * 200})) as (forge, _, _), pytest.raises(Limit):
        forge.ask("GET", "/x")


def test_what_is_no_json_is_told() -> None:
    with answering((200, b"<html>", {})) as (forge, _, _), pytest.raises(Unreadable):
        forge.ask("GET", "/x")


def test_nothing_is_sent_where_a_forge_points() -> None:
    with answering(said(200)) as (other, elsewhere, _):
        pointing = said(302, Location=f"{other.forge.url}/x")
        with answering(pointing) as (forge, _, _), pytest.raises(Invalid, match="points elsewhere"):
            forge.ask("GET", "/x")
        assert elsewhere == []


def test_a_list_that_is_not_parted_ends() -> None:
    rows = [{"id": n} for n in range(line.PAGE)]
    with answering(said(200, rows)) as (forge, asked, _):
        assert list(forge.pages("/x")) == rows
        assert len(asked) == 2


# ---- whatever a forge says

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from([*SOUND, "labels", "auto_merge", "merged", "draft"]), value=JSON)
def test_whatever_a_request_is_said_to_be_it_is_read_or_refused(name: str, value: Any) -> None:
    try:
        found = read({**SOUND, name: value})
    except Unreadable:
        return
    assert 0 < found.number < 10**10
    assert len(found.head) in (40, 64)
    found.title.encode()
    found.undoes()


@settings(max_examples=150, deadline=None)
@given(told=JSON, pull=JSON, action=st.sampled_from(["opened", "closed", "edited", "x"]))
def test_whatever_is_posted_is_read_or_refused(told: Any, pull: Any, action: str) -> None:
    headers = {"x-github-event": "pull_request", "x-github-delivery": "d"}
    for body in (told, {"action": action, "pull_request": pull}):
        try:
            hooks.delivery("github", headers, json.dumps(body).encode())
        except PassdownError:
            continue


@settings(max_examples=100, deadline=None)
@given(
    seal=st.text(max_size=80),
    body=st.binary(max_size=40),
    kind=st.sampled_from(["github", "gitea"]),
)
def test_no_text_is_a_seal_by_chance(seal: str, body: bytes, kind: str) -> None:
    names = ("x-hub-signature-256", "x-gitea-signature", "x-forgejo-signature")
    for told in (seal, f"sha256={seal}"):
        assert not hooks.is_sealed(kind, "a secret", body, dict.fromkeys(names, told))
    assert not hooks.is_sealed(kind, "a secret", body, {})


@pytest.mark.parametrize(
    ("path", "field"),
    [(("number",), "number"), (("base", "repo", "full_name"), "base.repo.full_name"),
     (("base", "ref"), "base.ref"), (("head", "sha"), "head.sha"), (("title",), "title")],
)  # fmt: skip
def test_what_describes_no_request_is_told_by_its_field(path: tuple[str, ...], field: str) -> None:
    for how, value in (("missing", None), ("nothing that a forge says", [])):
        told: Any = json.loads(json.dumps(SOUND))
        inner = told
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value
        with pytest.raises(Unreadable, match=f"{field} is {how}"):
            read(told)


def test_another_request_is_taken_back_by_a_line_that_says_so() -> None:
    for body, number in (
        ("Reverts acme/shop#5", 5), ("Why.\r\n\r\n  revert #6", 6), ("Reverts acme/other#4", 0),
        ("It reverts #5", 0), ("Reverts\n\n#5", 0),
    ):  # fmt: skip
        assert read({**SOUND, "body": body}).undoes() == number


@pytest.mark.parametrize("body", ["\n" * 262_144, "reverts " + "a/" * 131_068, " " * 262_144])
def test_no_text_is_long_in_the_looking_through(body: str) -> None:
    # Were it to look from each place anew, this would take minutes.
    assert read({**SOUND, "body": body}).undoes() == 0


def test_half_a_character_is_none() -> None:
    assert read({**SOUND, "title": "a\ud800b"}).title == "a?b"


@pytest.mark.parametrize(
    "body", [b'{"action": "\\ud800"}', b'{"number": 1e999}', b"\xff", b"[" * 9999]
)
def test_a_body_that_cannot_be_answered_in_json_is_refused(body: bytes) -> None:
    headers = {"x-github-event": "pull_request", "x-github-delivery": "d"}
    with pytest.raises(Unreadable, match="is not JSON"):
        hooks.delivery("github", headers, body)


@pytest.mark.parametrize("how", ["head", "body", "unsaid", "handshake"])
def test_a_forge_that_trickles_its_answer_has_so_much_time_and_no_more(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "WHOLE", 0.5)
    monkeypatch.setattr(line, "TRIES", 1)
    over = threading.Event()

    def trickle(server: socket.socket) -> None:
        client = server.accept()[0]
        first = {
            "head": b"HTTP/1.1 200 OK",
            "unsaid": b"HTTP/1.1 200 OK\r\n\r\n",
            "body": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
            "handshake": b"\x16\x03\x03\x40\x00\x02\x00\x3f\x00",
        }
        with client, suppress(OSError):
            client.sendall(first[how])
            while not over.wait(0.05):
                client.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as server:
        started = threading.Thread(target=trickle, args=(server,), daemon=True)
        started.start()
        scheme = "https" if how == "handshake" else "http"
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(Unavailable, match="it took over"):
            Line(Forge("gitea", url)).ask("GET", "/x")
        took = time.monotonic() - began
        over.set()
        started.join(5)
    assert took < 5
