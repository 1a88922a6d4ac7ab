"""The OpenAPI document: FastAPI's, with our schemas, every error and how to say who calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from passdown.domain.errors import Forbidden, Invalid, Limit, Unreadable
from passdown.ops.operation import Effect
from passdown.ops.params import parameters, struct
from passdown.surfaces.http.events import MEDIA as EVENTS
from passdown.surfaces.http.problems import MEDIA as PROBLEM, STATUS, Problem
from passdown.surfaces.http.sealed import ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI

    from passdown.domain.errors import PassdownError
    from passdown.ops.operation import Operation
    from passdown.surfaces.http.routes import Way

    Json = dict[str, Any]

REF = "#/components/schemas/{name}"
PLACE = re.compile(r"{(\w+)}")

TURNED_AWAY: tuple[tuple[int, type[PassdownError]], ...] = (
    (400, Invalid),
    (400, Unreadable),
    (401, Forbidden),
    (408, Limit),
    (413, Limit),
    (415, Invalid),
    (421, Forbidden),
    (503, Limit),
)
"""How a request can end before an operation sees it."""


def described(way: Way, *, local: bool) -> Json:
    """What the document says of one address, beyond what FastAPI knows."""
    op, placed = way.op, PLACE.findall(way.path)
    said: Json = {
        "tags": [op.effect.value],
        "parameters": [_parameter(op, name, "path") for name in placed],
        "responses": {_well(way): {"content": _results(op)}} | _errors(),
        "security": [{}] if way.headers else _security(op, local=local),
        "x-aliases": list(op.aliases),
    }
    if way.headers:
        return said | {"requestBody": {"required": True, "content": _POSTED}}
    placed += [way.body] if way.body else []
    rest = [p.name for p in parameters(op) if p.name not in placed]
    if way.method in ("GET", "DELETE"):
        said["parameters"] += [_parameter(op, name, "query") for name in rest]
    else:
        said["requestBody"] = _whole(op, way.body) if way.body else _body(op, placed, rest)
    return said


_POSTED: Json = {"application/json": {"schema": {"type": "object"}}}
"""What a forge posts is described by the forge."""


def _well(way: Way) -> str:
    return str(ACCEPTED) if way.headers else "200"


def _whole(op: Operation, name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": _property(op, name)}}}


def document(web: FastAPI, operations: Iterable[Operation]) -> Json:
    """The whole document, made once."""
    every = tuple(operations)
    document = web.openapi()
    document["components"] = {
        "schemas": _components(every)[1],
        "responses": {str(s): _error(s, codes) for s, codes in sorted(_codes().items())},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    }
    return document


def _components(operations: tuple[Operation, ...]) -> tuple[list[Json], Json]:
    """The schema of each operation's answer, and all named schemas."""
    types = [*(_answer(op) for op in operations), *(struct(op) for op in operations), Problem]
    schemas, named = msgspec.json.schema_components(types, ref_template=REF)
    return list(schemas[: len(operations)]), named


def _answer(op: Operation) -> Any:
    return get_type_hints(op.fn).get("return", Any)


def _results(op: Operation) -> Json:
    found: Json = {"application/json": {"schema": _components((op,))[0][0]}}
    events = "`progress` events, then one `result` or `error`"
    return found | {EVENTS: {"schema": {"type": "string", "description": events}}}


def _body(op: Operation, placed: list[str], rest: list[str]) -> Json:
    needed = [p.name for p in parameters(op) if p.required and p.name in rest]
    schema: Json = {"$ref": REF.format(name=struct(op).__name__)}
    if placed:
        own = {name: _property(op, name) for name in rest}
        schema = {"type": "object", "properties": own, "required": needed}
        schema["additionalProperties"] = False
    return {"required": bool(needed), "content": {"application/json": {"schema": schema}}}


def _parameter(op: Operation, name: str, place: str) -> Json:
    p = next(p for p in parameters(op) if p.name == name)
    needed = p.required or place == "path"
    return {"name": name, "in": place, "required": needed, "schema": _property(op, name)}


def _property(op: Operation, name: str) -> Json:
    return {"$ref": f"{REF.format(name=struct(op).__name__)}/properties/{name}"}


def _security(op: Operation, *, local: bool) -> list[Json]:
    named: Json = {"bearer": []}
    anybody = local and op.effect in (Effect.READ, Effect.WRITE)
    return [{}, named] if anybody else [named]


def _codes() -> dict[int, list[str]]:
    """The codes that come with each status."""
    found: dict[int, list[str]] = {}
    for status, error in (*((s, e) for e, s in STATUS.items()), *TURNED_AWAY):
        if error.code not in found.setdefault(status, []):
            found[status].append(error.code)
    return found


def _errors() -> Json:
    return {str(s): {"$ref": f"#/components/responses/{s}"} for s in sorted(_codes())}


def _error(status: int, codes: list[str]) -> Json:
    schema = {
        "allOf": [{"$ref": REF.format(name="Problem")}],
        "properties": {"code": {"enum": codes}},
    }
    content = {PROBLEM: {"schema": schema}}
    return {"description": f"{status}: {', '.join(codes)}", "content": content}
