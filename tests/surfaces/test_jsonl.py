"""JSON lines: every line gets an answer, whatever it holds, and the next one is read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.actor import Actor, Kind, Proof, agent, human
from passdown.domain.errors import ERRORS
from passdown.domain.settings import Setting, Settings
from passdown.surfaces import jsonl
from passdown.text.wire import encode
from tests.surfaces.shells import SLY, ShellApp

PROGRAM = str(Path(sys.executable).with_name("passdown"))
BOT = agent("bot")


def ask(*lines: bytes, actor: Actor = BOT, app: ShellApp | None = None) -> list[dict[str, Any]]:
    said: list[str] = []
    stream = io.BytesIO(b"\n".join(lines))
    jsonl.serve(app or ShellApp(), stream, said.append, actor)  # type: ignore[arg-type]
    assert not [line for line in said if "\n" in line]
    return [json.loads(line) for line in said]


def line(**request: Any) -> bytes:
    return json.dumps(request).encode()


def test_a_request_is_answered_under_its_id() -> None:
    (answer,) = ask(line(id="a", op="things"))
    assert (answer["id"], answer["ok"], len(answer["result"]["things"])) == ("a", True, 3)


def test_requests_are_answered_in_order() -> None:
    answers = ask(*(line(id=n, op="count", params={"to": 0}) for n in range(5)))
    assert [a["id"] for a in answers] == [0, 1, 2, 3, 4]


def test_an_answer_is_what_every_surface_sends() -> None:
    said: list[str] = []
    app = ShellApp()
    request = io.BytesIO(line(id=1, op="echo", params={"text": "ü" + SLY}))
    jsonl.serve(app, request, said.append, BOT)  # type: ignore[arg-type]
    result = app.call("echo", {"text": "ü" + SLY}, BOT)
    assert said == [encode({"id": 1, "ok": True, "result": result})]


def test_progress_comes_before_the_answer() -> None:
    *progress, answer = ask(line(id=7, op="count", params={"to": 2}))
    assert progress == [
        {"id": 7, "progress": {"done": n, "total": 2, "unit": "steps", "note": f"step {n}"}}
        for n in (1, 2)
    ]
    assert answer == {"id": 7, "ok": True, "result": 2}


@pytest.mark.parametrize("code", [e.code for e in ERRORS])
def test_every_error_is_sent_whole(code: str) -> None:
    (answer,) = ask(line(id=1, op="fail", params={"code": code}))
    error = {"code": code, "what": f"this is {code}", "where": "here", "next": "do that"}
    assert answer == {"id": 1, "ok": False, "error": error}


@pytest.mark.parametrize(
    ("bad", "id", "code"),
    [
        (b"{", None, "unreadable"),
        (b"\xff\xfe\x00", None, "unreadable"),
        (b'{"id": 1, "op": "things", "params": NaN}', None, "unreadable"),
        (b"[" * 200_000, None, "unreadable"),
        (b'"things"', None, "invalid"),
        (b"[1]", None, "invalid"),
        (b'{"id": 4}', 4, "invalid"),
        (b'{"id": 4, "op": 5}', 4, "invalid"),
        (b'{"id": 4, "op": "things", "params": [1]}', 4, "invalid"),
        (b'{"id": 4, "op": "things", "actor": "ann"}', 4, "invalid"),
        (b'{"id": [4], "op": "things"}', None, "invalid"),
        (b'{"id": true, "op": "things"}', None, "invalid"),
        (b'{"id": 4, "op": "thinks"}', 4, "invalid"),
        (b'{"id": 4, "op": "count", "params": {"to": "many"}}', 4, "invalid"),
        (b'{"id": 4, "op": "thing.show", "params": {"id": "zz"}}', 4, "not_found"),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_is_answered(
    bad: bytes, id: int | None, code: str
) -> None:
    first, second = ask(bad, line(id="next", op="things"))
    assert (first["id"], first["ok"], first["error"]["code"]) == (id, False, code)
    assert first["error"]["what"]
    assert second["ok"]


def test_a_line_that_is_too_long_is_passed_over_without_being_kept() -> None:
    app = ShellApp()
    app.settings = Settings({"server.max_body": Setting(100)})
    long = line(id=1, op="echo", params={"text": "x" * 300_000})
    first, second = ask(long, line(id=2, op="things"), app=app)
    assert (first["id"], first["error"]["code"]) == (None, "limit")
    assert (second["id"], second["ok"]) == (2, True)


def test_empty_lines_are_no_requests() -> None:
    assert len(ask(b"", b"  ", line(id=1, op="things"), b"")) == 1


def test_an_agent_proposes_and_does_not_decide() -> None:
    proposed, decided = ask(
        line(id=1, op="note", params={"kind": "k", "text": "t"}),
        line(id=2, op="settle", params={"id": "aa11"}),
    )
    assert proposed["ok"]
    assert decided["error"]["code"] == "forbidden"


def test_a_person_who_proved_it_by_a_token_decides() -> None:
    (answer,) = ask(line(id=1, op="settle", params={"id": "aa11"}), actor=human("ann", Proof.TOKEN))
    assert answer["ok"]


def test_a_terminal_proves_nothing_about_who_writes_json() -> None:
    assert jsonl.caller(human("ann", Proof.TERMINAL)) == agent("agent:ann")
    assert jsonl.caller(agent("unattended:ann")) == agent("agent:ann")
    assert jsonl.caller(human("ann", Proof.TOKEN)).kind is Kind.HUMAN


def _served(input: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [PROGRAM, "jsonl", *words]
    return subprocess.run(command, input=input, capture_output=True, check=False, timeout=60)


def test_the_process_answers_until_its_input_ends() -> None:
    requests = [line(id=1, op="search", params={"query": "anything"}), b"{", line(id=2, op="brief")]
    done = _served(b"\n".join(requests) + b"\n")
    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert [(a["id"], a["ok"]) for a in answers] == [(1, True), (None, False), (2, True)]
    assert (done.returncode, done.stderr) == (0, b"")


def test_words_it_does_not_take_are_refused() -> None:
    done = _served(b"", "--fast")
    assert (done.returncode, done.stdout) == (2, b"")


def test_its_help_shows_a_request() -> None:
    assert b'{"id": 1, "op":' in _served(b"", "--help").stdout


def test_a_closed_input_is_told() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{PROGRAM} jsonl <&-"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 8
    assert "error[unreadable]: standard input is closed (jsonl)" in done.stderr


def test_a_reader_that_went_away_ends_it_quietly() -> None:
    source, target = os.pipe()
    os.close(source)
    done = subprocess.run(
        [PROGRAM, "jsonl"], input=b"{\n", stdout=target, stderr=subprocess.PIPE, check=False
    )
    os.close(target)
    assert (done.returncode, done.stderr) == (141, b"")
