"""Routes, generated: one for each operation and alias, and those an operation declares."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from passdown.domain.errors import Invalid
from passdown.ops.operation import Effect
from passdown.surfaces.http.calls import given, keep_from_files
from passdown.surfaces.http.events import stream, wants_events
from passdown.surfaces.http.front import ACTOR
from passdown.surfaces.http.problems import RefusedError
from passdown.surfaces.http.sealed import ACCEPTED, called
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from passdown.ops.operation import Operation
    from passdown.surfaces.http.calls import Core
    from passdown.surfaces.http.door import Door

    Endpoint = Callable[[Request], Awaitable[Response]]

CALL = "/api/op/"


class Way(NamedTuple):
    """One address of one operation; `alias` when it stands under another name, `body` the
    parameter that the whole body is, `headers` the one that the headers of a sealed post are."""

    method: str
    path: str
    op: Operation
    alias: bool = False
    body: str = ""
    headers: str = ""


def ways(operations: Mapping[str, Operation]) -> list[Way]:
    """Every address of every operation; ValueError when two are the same, or one would write
    on GET."""
    every = [way for op in operations.values() for way in _ways_of(op)]
    taken: dict[tuple[str, str], str] = {}
    for way in every:
        other = taken.setdefault((way.method, way.path), way.op.name)
        if other != way.op.name:
            raise ValueError(f"{way.method} {way.path} is {other} and {way.op.name}")
        if way.method == "GET" and way.op.effect is not Effect.READ:
            raise ValueError(f"{way.op.name} would write on GET {way.path}")
    return every


def _ways_of(op: Operation) -> Iterator[Way]:
    yield Way("POST", CALL + op.name, op)
    yield from (Way("POST", CALL + alias, op, True) for alias in op.aliases)
    for route in op.http:
        yield Way(route.method, route.path, op, body=route.body, headers=route.headers)


def endpoint(core: Core, way: Way, door: Door) -> Endpoint:
    """What answers at this address."""
    op = way.op

    async def handle(request: Request) -> Response:
        if way.headers:
            answer = await called(core, way, request, request.scope[ACTOR])
            return as_json(answer, ACCEPTED)
        actor, body = request.scope[ACTOR], await request.body()
        params = given(op, request.path_params, request.query_params, body, way.body)
        keep_from_files(op, params, actor, door)
        call = partial(core.call, op.name, params, actor)
        return stream(call) if wants_events(request.headers) else as_json(await call())

    return handle


def unknown(core: Core) -> Endpoint:
    """What answers where no operation is: the nearest names, as every surface says them."""

    async def handle(request: Request) -> Response:
        try:
            await core.call(request.path_params["name"], {}, request.scope[ACTOR])
        except Invalid as error:
            raise RefusedError(404, error) from error
        return Response(status_code=404)

    return handle


def as_json(value: Any, status: int = 200) -> Response:
    """A result as it is on every surface."""
    return Response(encode(value), status, media_type="application/json")
