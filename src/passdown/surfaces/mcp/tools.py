"""Tools, generated: what agents may call, under names every client accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mcp_types as types

from passdown.domain.errors import Forbidden, Invalid, PassdownError
from passdown.ops.operation import Effect
from passdown.ops.params import parameters, schema
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.ops.operation import Operation
    from passdown.surfaces.mcp.seat import Seat


def tool_name(name: str) -> str:
    """An operation's name as clients accept it: letters, digits, `_` and `-`."""
    return name.replace(".", "_")


@dataclass(frozen=True, slots=True)
class Tools:
    """The operations a server carries, by tool name; `shown` of them are listed."""

    every: Mapping[str, Operation]
    shown: Mapping[str, Operation]

    @staticmethod
    def of(operations: Mapping[str, Operation], *, full: bool) -> Tools:
        """Those for agents; with `full`, whatever reads or asks too. Never one that decides."""
        every: dict[str, Operation] = {}
        for op in operations.values():
            for name in (op.name, *op.aliases):
                if every.setdefault(tool_name(name), op) is not op:
                    raise ValueError(f"two operations are the tool {tool_name(name)}")
        own = {tool_name(op.name): op for op in operations.values() if op.for_agents(full=full)}
        return Tools(every, own)

    def find(self, name: str) -> Operation:
        """The operation a tool is; Forbidden when it is for people, or not among these."""
        op = self.every.get(tool_name(name))
        if op is None:
            raise Invalid(f"no tool {name[:80]!r}", next="tools/list says which there are.")
        if op in self.shown.values():
            return op
        if op.effect in (Effect.DECIDE, Effect.ADMIN):
            step = "Ask a person: passdown review."
            raise Forbidden(f"{op.name} is for people, not for agents", where=op.name, next=step)
        step = "Start the server with --profile full."
        raise Forbidden(f"{op.name} is not among this server's tools", where=op.name, next=step)


def tool(name: str, op: Operation) -> types.Tool:
    """What a client is told of one tool."""
    reads = op.effect is Effect.READ
    hints = types.ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=False,
        idempotent_hint=reads,
        open_world_hint=False,
    )
    return types.Tool(name=name, description=op.summary, input_schema=schema(op), annotations=hints)


def keep_from_files(op: Operation, given: Mapping[str, Any], seat: Seat) -> None:
    """Who calls from elsewhere names no files of this machine, nor means those where it stands."""
    paths = [p for p in parameters(op) if p.kind == "path"]
    if seat.far and any(given.get(p.name, p.default) for p in paths):
        step = "Call it where the files are: passdown mcp."
        raise Forbidden("it names a file of the server's machine", where=op.name, next=step)


def result(value: Any) -> types.CallToolResult:
    """An answer, as JSON text and as structure; what is no object stands under `result`."""
    structure = value if isinstance(value, dict) else {"result": value}
    text = types.TextContent(text=encode(value))
    return types.CallToolResult(content=[text], structured_content=structure)


def failure(error: PassdownError) -> types.CallToolResult:
    """An error as an answer, so that the model reads it and can do what it says."""
    text = types.TextContent(text=encode(error.plain()))
    return types.CallToolResult(content=[text], structured_content=error.plain(), is_error=True)
