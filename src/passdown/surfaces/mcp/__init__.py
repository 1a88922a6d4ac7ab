"""MCP, generated from the operations: what agents may call, over stdio and streamable HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import Response

from passdown.surfaces.mcp.seat import Seat, lowered
from passdown.surfaces.mcp.server import build
from passdown.surfaces.mcp.stdio import main

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from mcp.server.lowlevel import Server
    from starlette.types import Receive, Scope, Send

__all__ = ["Endpoint", "Seat", "build", "lowered", "main"]


class Endpoint:
    """ASGI: the server over streamable HTTP. Each request stands alone: there are no sessions to
    fill up, to fix or to steal, and each one says who sends it."""

    def __init__(self, server: Server[Any], *, body: int) -> None:
        self._manager = StreamableHTTPSessionManager(
            server, stateless=True, max_request_body_size=body
        )

    def running(self) -> AbstractAsyncContextManager[None]:
        """Enter it around the time that requests are served; once."""
        return self._manager.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self._manager.handle_request(scope, receive, send)
        else:
            # Without sessions there is nothing to listen for, nor to end.
            await Response(status_code=405, headers={"allow": "POST"})(scope, receive, send)
