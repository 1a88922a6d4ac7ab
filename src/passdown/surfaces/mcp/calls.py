"""A call of the synchronous core from the event loop: in a thread, its progress passed on."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from anyio import from_thread, to_thread

from passdown.domain.errors import PassdownError

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio import CapacityLimiter
    from anyio.streams.memory import MemoryObjectReceiveStream
    from mcp.server.session import ServerSession

    from passdown.ops.operation import Progress

AHEAD = 16
"""Progress kept for a slow client; more is dropped, never an answer."""

_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError)


async def run(call: Callable[..., Any], session: ServerSession, threads: CapacityLimiter) -> Any:
    """The call's answer; one that has begun is finished also when its client goes away."""
    send, receive = anyio.create_memory_object_stream[Any](AHEAD)

    def report(progress: Progress) -> None:
        with suppress(anyio.WouldBlock, *_GONE):
            from_thread.run_sync(send.send_nowait, progress)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_pass_on, receive, session)
        async with send:
            work = partial(_outcome, call, report)
            outcome = await to_thread.run_sync(work, limiter=threads)
    if isinstance(outcome, PassdownError):
        raise outcome
    return outcome


def _outcome(call: Callable[..., Any], report: Callable[[Progress], None]) -> Any:
    """The answer or the error as a value: a task group would wrap what is raised through it."""
    try:
        return call(report=report)
    except PassdownError as error:
        return error


async def _pass_on(receive: MemoryObjectReceiveStream[Progress], session: ServerSession) -> None:
    """Each step that is further than the one before, to a client that asked for them."""
    furthest = -1
    async with receive:
        async for step in receive:
            if step.done <= furthest:
                continue
            furthest = step.done
            with suppress(*_GONE):
                note = step.note or step.unit
                await session.report_progress(step.done, step.total or None, note)
