"""How far a long call is, as server-sent events: many `progress`, one `result` or `error`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import msgspec
from anyio.from_thread import run_sync
from sse_starlette import EventSourceResponse, ServerSentEvent

from passdown.domain.errors import PassdownError
from passdown.surfaces.http.problems import problem
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from starlette.datastructures import Headers

    from passdown.ops.operation import Progress

    Call = Callable[[Callable[[Progress], None]], Awaitable[Any]]

MEDIA = "text/event-stream"
AHEAD = 16
"""Events kept for a slow reader; further progress is dropped, never the end of it."""


def wants_events(headers: Headers) -> bool:
    """Whether the caller asks to be told how far a call is."""
    return MEDIA in headers.get("accept", "").lower()


def stream(call: Call) -> EventSourceResponse:
    """An answer that begins at once and ends with the call."""
    send, receive = anyio.create_memory_object_stream[ServerSentEvent](AHEAD)
    return EventSourceResponse(_each(receive), data_sender_callable=partial(_tell, call, send))


async def _each(
    receive: MemoryObjectReceiveStream[ServerSentEvent],
) -> AsyncIterator[ServerSentEvent]:
    async with receive:
        async for event in receive:
            yield event


async def _tell(call: Call, send: MemoryObjectSendStream[ServerSentEvent]) -> None:
    def report(progress: Progress) -> None:
        # From the call's thread: a reader that is slow or gone must not hold it up.
        with suppress(anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            run_sync(send.send_nowait, _event("progress", progress._asdict()))

    async with send:
        try:
            last = _event("result", await call(report))
        except PassdownError as error:
            last = _event("error", msgspec.to_builtins(problem(error)))
        with suppress(anyio.BrokenResourceError):
            await send.send(last)


def _event(name: str, value: Any) -> ServerSentEvent:
    return ServerSentEvent(encode(value), event=name)
