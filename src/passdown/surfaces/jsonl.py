"""JSON lines over standard input and output, generated from the operations: none is named here.

A request a line: {"id": ..., "op": NAME, "params": {...}}. While a long one runs, any number of
{"id", "progress": {...}}; then one answer: {"id", "ok": true, "result"} or {"id", "ok": false,
"error": {"code", "what", "where", "next"}}. Requests are answered in order, one at a time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from passdown.config.argv import split
from passdown.domain.actor import Proof, agent
from passdown.domain.errors import Invalid, Limit, PassdownError, Unreadable
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.app import App
    from passdown.domain.actor import Actor

    Write = Callable[[str], None]

HELP = """passdown jsonl

One JSON request a line on standard input, one answer a line on standard output:
  {"id": 1, "op": "search", "params": {"query": "flaky login test"}}
`passdown capabilities --json` lists every operation with its parameters. The caller is an agent;
a person's decisions need a review token, in a 0600 file that PASSDOWN_TOKEN_FILE names.
--store PATH and --set NAME=VALUE work here as everywhere."""


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """One line, read."""

    op: str
    id: str | int | None = None
    params: dict[str, Any] = {}


def main(argv: list[str]) -> int:
    """Serve until the other end closes."""
    options, words = split(argv)
    if {"--help", "-h"} & {*words}:
        print(HELP)
        return 0
    if words:
        raise Invalid(f"jsonl takes no {words[0]!r}", next="`passdown jsonl --help` shows how.")
    if sys.stdin is None:
        raise Unreadable("standard input is closed", where="jsonl", next="Pipe requests into it.")
    from passdown.app import open_app

    with open_app(store=options.store, flags=options.flags) as app:
        serve(app, sys.stdin.buffer, _write, caller(app.identify()))
    return 0


def caller(actor: Actor) -> Actor:
    """Who asks: a terminal proves nothing about a program that speaks here, a token does."""
    return actor if actor.proof is Proof.TOKEN else agent(f"agent:{actor.name.rpartition(':')[2]}")


def serve(app: App, stream: BinaryIO, write: Write, actor: Actor) -> None:
    """Answer every line; a bad one is answered too, and the next is read."""
    for line in lines(stream, app.settings.whole("server.max_body")):
        if line is None or line.strip():
            answer(app, line, write, actor)


def answer(app: App, line: bytes | None, write: Write, actor: Actor) -> None:
    """Run one request; None stands for a line that was too long to read."""
    raw: Any = None
    try:
        if line is None:
            raise Limit("the line is too long", where="request", next="Send less in one line.")
        raw = _decoded(line)
        request = _request(raw)
        result = app.call(
            request.op,
            request.params,
            actor,
            report=lambda p: write(encode({"id": request.id, "progress": p._asdict()})),
        )
    except PassdownError as error:
        write(encode({"id": _id(raw), "ok": False, "error": error.plain()}))
    else:
        write(encode({"id": request.id, "ok": True, "result": result}))


def lines(stream: BinaryIO, longest: int) -> Iterator[bytes | None]:
    """Lines of at most `longest` bytes; None for a longer one, of which the rest is passed over."""
    while line := stream.readline(longest + 1):
        if len(line) <= longest or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(65_536)
        yield None


def _decoded(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "it nests too deep" if isinstance(error, RecursionError) else error
        raise Unreadable(
            f"not a line of JSON: {what}", where="request", next="Send one JSON object a line."
        ) from None


def _request(raw: Any) -> Request:
    try:
        return msgspec.convert(raw, Request)
    except msgspec.ValidationError as error:
        example = 'For example: {"id": 1, "op": "status", "params": {}}'
        raise Invalid(f"not a request: {error}", where="request", next=example) from None


def _id(raw: Any) -> str | int | None:
    """The request's id, so far as it has a usable one."""
    found = raw.get("id") if isinstance(raw, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()
