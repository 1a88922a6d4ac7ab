"""How many questions wait, told to every open page as it changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio.to_thread import run_sync
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.routing import Route

from passdown.domain.errors import PassdownError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from passdown.domain.actor import Actor
    from passdown.surfaces.web.site import Site

EVERY = 2.0
"""Seconds between two looks."""


def routes(site: Site) -> Sequence[BaseRoute]:
    """The address of the stream."""

    async def live(request: Request) -> EventSourceResponse:
        return EventSourceResponse(_changes(site, site.who(request)), ping=15)

    return (Route("/live", live),)


async def _changes(site: Site, actor: Actor) -> AsyncIterator[ServerSentEvent]:
    last = -1
    while True:
        try:
            now = await run_sync(partial(_waiting, site, actor))
        except PassdownError:
            # The store is away; the page keeps what it knows until it is back.
            now = last
        if now != last:
            last = now
            yield ServerSentEvent(str(now), event="waiting")
        await anyio.sleep(EVERY)


def _waiting(site: Site, actor: Actor) -> int:
    found: int = site.app.call("waiting", {}, actor)["total"]
    return found
