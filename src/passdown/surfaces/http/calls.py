"""From a request to a call: its parameters from path, query and body, and its thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from passdown.domain.actor import Proof
from passdown.domain.errors import Forbidden, Invalid, Unreadable
from passdown.ops.params import parameters
from passdown.surfaces.http.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import QueryParams

    from passdown.app import App
    from passdown.domain.actor import Actor
    from passdown.ops.operation import Operation, Progress
    from passdown.ops.params import Param
    from passdown.surfaces.http.door import Door

    Report = Callable[[Progress], None]

THREADS = 8
"""Calls that run at once; further ones wait their turn, as many as the front lets in."""


class Core:
    """The synchronous core as the event loop sees it: each call in a thread of its own."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._threads = CapacityLimiter(THREADS)

    async def call(
        self, name: str, params: Mapping[str, Any], actor: Actor, report: Report | None = None
    ) -> Any:
        """The answer; a call that has begun is finished also when its caller hangs up."""
        work = partial(self._app.call, name, params, actor, report=report)
        return await run_sync(work, limiter=self._threads)


def given(
    op: Operation, path: Mapping[str, str], query: QueryParams, body: bytes, whole: str = ""
) -> dict[str, Any]:
    """The parameters a request gives, wherever it puts them; Invalid when it puts one twice.
    `whole` is the one that the body is, where it does not name its own."""
    merged: dict[str, Any] = {}
    said = _from_body(body)
    said = {whole: said} if whole else said
    for part in (_from_path(op, path), _from_query(op, query), said):
        if twice := merged.keys() & part.keys():
            raise _given_twice(op, min(twice))
        merged |= part
    return merged


def keep_from_files(op: Operation, params: Mapping[str, Any], actor: Actor, door: Door) -> None:
    """Only somebody known, on this machine, names its files, or means those where it stands: they
    are read with our rights, which are not those of whoever may knock."""
    paths = [p for p in parameters(op) if p.kind == "path"]
    named = [p.name for p in paths if params.get(p.name, p.default)]
    if named and not (door.local and actor.proof is Proof.TOKEN):
        what = f"{named[0]} names a file of the server's machine"
        step = "Call it there from the command line, or with a token when it serves only itself."
        raise Forbidden(what, where=op.name, next=step)


def _from_path(op: Operation, path: Mapping[str, str]) -> dict[str, Any]:
    known = {p.name: p for p in parameters(op)}
    return {name: _typed(known.get(name), text) for name, text in path.items()}


def _from_query(op: Operation, query: QueryParams) -> dict[str, Any]:
    known = {p.name: p for p in parameters(op)}
    found: dict[str, Any] = {}
    for name in query:
        p, texts = known.get(name), query.getlist(name)
        if p is not None and p.many:
            found[name] = texts
        elif len(texts) > 1:
            raise _given_twice(op, name)
        else:
            found[name] = _typed(p, texts[0])
    return found


def _typed(p: Param | None, text: str) -> Any:
    """What a text of a URL says in its parameter's type; as it is when it says nothing in it,
    for the one validation there is to refuse."""
    if p is None:
        return text
    try:
        return msgspec.json.decode(text) if p.kind == "payload" else _converted(p, text)
    except (msgspec.MsgspecError, RecursionError):
        return text


def _converted(p: Param, text: str) -> Any:
    return msgspec.to_builtins(msgspec.convert(text, p.type, strict=False))


def _from_body(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body) if body else {}
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        what = "it nests too deep" if isinstance(error, RecursionError) else error
        step = "Send one JSON object."
        raise RefusedError(400, Unreadable(f"not JSON: {what}", where="body", next=step)) from error
    if not isinstance(found, dict):
        raise RefusedError(
            400, Invalid("the body is not an object", next='Send {"name": value, ...}.')
        )
    return found


def _given_twice(op: Operation, name: str) -> Invalid:
    return Invalid(f"{name} is given twice", where=op.name, next="Give it once.")
