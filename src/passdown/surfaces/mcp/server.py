"""The server: the SDK's low-level one, which takes our schemas and leaves validation to us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import mcp_types as types
from anyio import CapacityLimiter
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from passdown import __version__
from passdown.domain.errors import PassdownError
from passdown.surfaces.mcp import prompts
from passdown.surfaces.mcp.calls import run
from passdown.surfaces.mcp.resources import Resources, contents, listed
from passdown.surfaces.mcp.seat import lowered
from passdown.surfaces.mcp.tools import Tools, failure, keep_from_files, result, tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.context import ServerRequestContext
    from starlette.requests import Request

    from passdown.app import App
    from passdown.domain.actor import Actor
    from passdown.ops.operation import Operation
    from passdown.surfaces.mcp.seat import Seat

    Context = ServerRequestContext[Any, Any]

THREADS = 8


@dataclass(frozen=True)
class Desk:
    """What answers requests, each from the seat it was sent from."""

    app: App
    seat: Seat
    who: Callable[[Request], Actor]
    tools: Tools
    resources: Resources
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(THREADS))

    async def list_tools(self, _ctx: Context, _: Any) -> types.ListToolsResult:
        """What agents may call here."""
        return types.ListToolsResult(tools=[tool(*item) for item in self.tools.shown.items()])

    async def call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Whatever goes wrong is an answer too, which the model can read and act on."""
        try:
            op, seat = self.tools.find(params.name), self.seat.at(ctx.request, self.who)
            given = seat.filled(op, params.arguments or {})
            keep_from_files(op, given, seat)
            return result(await self._run(op, given, seat, ctx))
        except PassdownError as error:
            return failure(error)

    async def list_resources(self, ctx: Context, _: Any) -> types.ListResourcesResult:
        """Every row of every list that has an address."""
        found: list[types.Resource] = []
        with _as_protocol_error():
            seat = self.seat.at(ctx.request, self.who)
            for op in self.resources.lists:
                found += listed(op, await self._run(op, seat.filled(op, {}), seat, ctx))
        return types.ListResourcesResult(resources=found)

    async def list_templates(self, _ctx: Context, _: Any) -> types.ListResourceTemplatesResult:
        """What may be asked for by id."""
        return types.ListResourceTemplatesResult(resource_templates=self.resources.templates())

    async def read_resource(
        self, ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """What the operation of that address answers."""
        with _as_protocol_error():
            op, given = self.resources.find(params.uri)
            seat = self.seat.at(ctx.request, self.who)
            answer = await self._run(op, seat.filled(op, {**given}), seat, ctx)
        return contents(params.uri, answer)

    async def list_prompts(self, _ctx: Context, _: Any) -> types.ListPromptsResult:
        """What a client may offer its user."""
        return types.ListPromptsResult(prompts=prompts.listed())

    async def get_prompt(
        self, _ctx: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """One prompt, filled in."""
        with _as_protocol_error():
            return prompts.filled(params.name, params.arguments or {})

    async def _run(self, op: Operation, given: dict[str, Any], seat: Seat, ctx: Context) -> Any:
        work = partial(self.app.call, op.name, given, seat.actor, sight=seat.sight)
        return await run(work, ctx.session, self.threads)


@contextmanager
def _as_protocol_error() -> Iterator[None]:
    """Outside of tools an error of ours is one of the protocol, with all of ours as its data."""
    try:
        yield
    except PassdownError as error:
        raise MCPError(types.INVALID_PARAMS, str(error), error.plain()) from error


def build(
    app: App, seat: Seat, *, full: bool = False, who: Callable[[Request], Actor] | None = None
) -> Server[Any]:
    """A server for whoever sits there; over HTTP `who` tells who sent a request."""
    tools = Tools.of(app.operations, full=full)
    seat = replace(seat, actor=lowered(seat.actor))
    desk = Desk(app, seat, who or _nobody, tools, Resources.of(app.operations))
    return Server(
        "passdown",
        version=__version__,
        title="passdown",
        instructions=prompts.instructions(),
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
        on_list_resources=desk.list_resources,
        on_list_resource_templates=desk.list_templates,
        on_read_resource=desk.read_resource,
        on_list_prompts=desk.list_prompts,
        on_get_prompt=desk.get_prompt,
    )


def _nobody(_: Request) -> Actor:
    raise PermissionError("a request over HTTP to a server that knows no callers")
