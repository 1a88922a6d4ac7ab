"""What stands before every route: who knocks, how many are inside, how much each may bring."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import anyio
from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders

from passdown.domain.actor import agent
from passdown.domain.errors import Invalid, Limit, PassdownError
from passdown.surfaces.http.door import STRANGER
from passdown.surfaces.http.pace import Pace
from passdown.surfaces.http.problems import RefusedError, answer, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from passdown.domain.actor import Actor
    from passdown.surfaces.http.door import Door

ACTOR = "passdown.actor"
"""Where a request's scope says who calls; set here and nowhere else."""

ALIVE = "/healthz"
"""Answered to whoever knows the server's name, also when it is full."""

READING = ("GET", "HEAD", "OPTIONS")
"""Requests that are not counted against a caller's rate."""

SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guests(Protocol):
    """Who comes with a browser: people who signed in, and whoever is about to."""

    def who(self, headers: Mapping[str, str], method: str) -> Actor | None:
        """Whose browser this is; None when it brings nothing we know."""

    def is_open(self, path: str) -> bool:
        """Whether anybody may see what is at this address."""

    def ask(self, headers: Mapping[str, str], method: str) -> Response | None:
        """Where a browser nobody signed in with is sent; None for a program."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes of one request, seconds it may take to arrive, requests inside at once, and how many
    posts a second one caller may make (0: any number)."""

    body: int = 1_048_576
    patience: float = 20.0
    inside: int = 64
    rate: int = 0


class Front:
    """ASGI: turns away what must not reach a route, and hands on the rest with its body read. Of
    who posts what proves itself by a seal, it asks nothing more."""

    def __init__(
        self,
        inner: ASGIApp,
        door: Door,
        authenticate: Callable[[str], Actor | None],
        bounds: Bounds,
        guests: Guests | None = None,
        is_sealed: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._inner = inner
        self._door = door
        self._authenticate = authenticate
        self._guests = guests
        self._is_sealed = is_sealed
        self._bounds = bounds
        self._inside = 0
        self._pace = Pace(bounds.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        send = _hardened(send)
        try:
            await self._admit(scope, receive, send)
        except RefusedError as refusal:
            await refused(refusal)(scope, receive, send)
        except PassdownError as error:
            # Who calls could not be looked up: the store is away.
            await answer(error)(scope, receive, send)
        except HungUpError:
            return

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        self._door.check(headers)
        if scope["path"] == ALIVE:
            await self._inner(scope, receive, send)
            return
        with self._room():
            try:
                scope[ACTOR] = await self._who(headers, scope["method"], scope["path"])
            except RefusedError:
                if (asked := self._asked(headers, scope["method"])) is None:
                    raise
                await asked(scope, receive, send)
                return
            if scope["method"] not in READING:
                self._slow_down(scope[ACTOR])
            body = await _body(headers, receive, self._bounds)
            await self._inner(scope, _replay(body, receive), send)

    async def _who(self, headers: Headers, method: str, path: str) -> Actor:
        """Who calls; only what has to be looked up takes a thread."""
        if "authorization" in headers:
            return await run_sync(self._door.who, headers, self._authenticate)
        if self._is_sealed(path) and method == "POST":
            return agent(STRANGER)
        if self._guests is not None:
            if "cookie" in headers:
                guest = await run_sync(self._guests.who, headers, method)
                if guest is not None:
                    return guest
            if self._guests.is_open(path):
                return agent(STRANGER)
        return self._door.who(headers, self._authenticate)

    def _asked(self, headers: Headers, method: str) -> Response | None:
        """Where a browser is sent that was turned away."""
        return self._guests.ask(headers, method) if self._guests is not None else None

    def _slow_down(self, who: Actor) -> None:
        wait = self._pace.wait(who.name)
        if wait:
            what = f"more than {self._bounds.rate} posts a second by {who.name}"
            error = Limit(what, next=f"Send it again in {wait} s.")
            raise RefusedError(429, error, retry_after=str(wait))

    @contextmanager
    def _room(self) -> Iterator[None]:
        if self._inside >= self._bounds.inside:
            what = f"{self._bounds.inside} requests are being answered"
            raise RefusedError(503, Limit(what, next="Try again in a second."), retry_after="1")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1


class HungUpError(Exception):
    """The caller hung up before the request was whole."""


async def _body(headers: Headers, receive: Receive, bounds: Bounds) -> bytes:
    """The whole body, read within its bounds; only JSON, so that no plain web form can post."""
    _declared(headers, bounds)
    try:
        with anyio.fail_after(bounds.patience):
            body = await _read(receive, bounds)
    except TimeoutError:
        what = f"the request did not arrive within {bounds.patience:g} seconds"
        raise RefusedError(408, Limit(what, next="Send it again."), connection="close") from None
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media != "application/json":
        raise _not_json(media)
    return body


def _declared(headers: Headers, bounds: Bounds) -> None:
    """Refuse before reading what says itself that it is too big."""
    size = headers.get("content-length", "0")
    if size.isdecimal() and int(size[:20]) > bounds.body:
        raise _too_big(bounds)


async def _read(receive: Receive, bounds: Bounds) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUpError
        body += message.get("body", b"")
        if len(body) > bounds.body:
            raise _too_big(bounds)
        if not message.get("more_body", False):
            return bytes(body)


def _too_big(bounds: Bounds) -> RefusedError:
    error = Limit(f"a request may have {bounds.body} bytes", next="Send less, or in parts.")
    return RefusedError(413, error, connection="close")


def _not_json(media: str) -> RefusedError:
    what = f"a body of type {media[:80]!r}" if media else "a body without a type"
    return RefusedError(415, Invalid(what, next="Send JSON as `Content-Type: application/json`."))


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body that was read, once; then whatever else the caller does, such as hanging up."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


def _hardened(send: Send) -> Send:
    """Every answer tells browsers to keep it out of pages, frames, caches and sniffing."""

    async def safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SAFE.items():
                headers.setdefault(name, value)
        await send(message)

    return safely
