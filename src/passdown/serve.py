"""`passdown serve`: the cockpit, HTTP, MCP and the worker on one port, until told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
import threading
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import uvicorn
from anyio.to_thread import run_sync

from passdown.config import secret_of
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.actor import Kind, agent
from passdown.domain.errors import Conflict, Forbidden, Invalid
from passdown.domain.scope import ALL
from passdown.surfaces import http, mcp, web
from passdown.surfaces.worker import Worker, working

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request

    from passdown.app import App
    from passdown.domain.actor import Actor
    from passdown.domain.errors import PassdownError

MCP = "/mcp"
GRACE = 5
"""Seconds that requests have to end when the server stops."""

WARM = 30.0
"""Seconds after which what a server needs has been loaded and drawn once."""

CONNECTIONS = 1000
"""Open at once, idle ones too; of those, `http.Bounds` lets fewer in."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where to listen, by which other names it is called, and what to serve there."""

    host: str = "127.0.0.1"
    port: int = 3800
    names: tuple[str, ...] = ()
    worker: bool = True
    full: bool = False
    repo: str = ""
    agent: str = ""

    @property
    def door(self) -> http.Door:
        """Who may come in."""
        return http.Door(self.host, frozenset(name.lower() for name in self.names))


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    options, words = split(argv)
    said = _arguments().parse_args(words)
    from passdown.app import open_app

    app = open_app(store=options.store, flags=options.flags)
    host = app.settings.text("server.host") if said.host is None else said.host
    port = app.settings.whole("server.port") if said.port is None else said.port
    full = said.profile == "full"
    worker = not said.no_worker
    return run(app, Wish(host, port, tuple(said.name), worker, full, said.repo, said.agent))


def run(app: App, wish: Wish) -> int:
    """Serve this app as wished, and close it at the end."""
    _refuse_strangers(app, wish.door)
    with listen(wish.host, wish.port) as listener:
        worker = working(app) if wish.worker else None
        entry = _entry(app)
        server = uvicorn.Server(_config(_front(app, wish, worker, entry)))
        _outlive_signals()
        print("\n".join(_told(app, wish, listener.getsockname()[1], entry)), flush=True)
        server.run(sockets=[listener])
    if worker and worker.tally.left:
        # Its thread may be inside the store: the process ends as it would by a power cut.
        os._exit(0)
    app.close()
    return 0


class Aside(NamedTuple):
    """A server in a thread: where a browser goes, how it is signed in, and what is set once the
    server has ended."""

    base: str
    entry: web.Entry
    ended: threading.Event

    def way_in(self, person: Actor) -> str:
        """Where this person's browser goes; a person is signed in there, once."""
        if person.kind is not Kind.HUMAN:
            return f"{self.base}/"
        return f"{self.base}/in/{self.entry.key_for(person)}"


@contextmanager
def aside(app: App, wish: Wish) -> Iterator[Aside]:
    """Serve this app from a thread, on this port or on a free one, while its caller goes on."""
    _refuse_strangers(app, wish.door)
    with _listen_somewhere(wish) as listener:
        worker, entry = _quiet_worker(app) if wish.worker else None, _entry(app)
        server = uvicorn.Server(_config(_front(app, wish, worker, entry)))
        ended = threading.Event()
        thread = threading.Thread(
            target=_serve_until_told, args=(server, listener, ended), name="server", daemon=True
        )
        thread.start()
        try:
            yield Aside(_base(wish.host, listener.getsockname()[1]), entry, ended)
        finally:
            # Not `should_exit`: whoever streams hears of the end by this call only.
            server.handle_exit(signal.SIGTERM, None)
            thread.join(GRACE * 2)


def _serve_until_told(
    server: uvicorn.Server, listener: socket.socket, ended: threading.Event
) -> None:
    try:
        server.run(sockets=[listener])
    finally:
        ended.set()


def _listen_somewhere(wish: Wish) -> socket.socket:
    """On the port that is wished for; on a free one where that is taken."""
    try:
        return listen(wish.host, wish.port)
    except Conflict:
        return listen(wish.host, 0)


def _quiet_worker(app: App) -> Worker:
    """A worker that says nothing: the terminal is somebody else's."""
    from passdown.ops.jobs import schedules

    return Worker(app, lambda: schedules(app.loops, app.settings))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; Conflict says who sits there and what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        where = f"{host}:{port}"
        if getattr(error, "errno", 0) == errno.EADDRINUSE:
            who = "passdown serves" if _is_passdown(host, port) else "another program listens"
            step = f"Stop it, or choose another port: passdown serve --port {port + 1}"
            raise Conflict(f"{who} on this port already", where=where, next=step) from error
        step = "Choose an address of this machine (--host) and a port above 1023 (--port)."
        raise Invalid(f"cannot listen: {error}", where=where, next=step) from error
    # Made anew it knows its protocol. Where that is unsaid, asyncio lets the system hold small
    # packets back, and every answer on a kept connection comes 40 ms late.
    return socket.socket(fileno=made.detach())


def _is_passdown(host: str, port: int) -> bool:
    """Whether what listens there says it is one of us."""
    from http.client import HTTPConnection, HTTPException

    near = "127.0.0.1" if host in ("0.0.0.0", "") else host
    try:
        asked = HTTPConnection(near, port, timeout=0.5)
        asked.request("GET", "/healthz")
        return b'"passdown"' in asked.getresponse().read(1024)
    except (OSError, HTTPException):
        return False


def _entry(app: App) -> web.Entry:
    """How people come in: by a key, a token or, where one is configured, a proxy that knows
    them."""
    secret = secret_of(app.settings.text("server.proxy_secret_file"), "proxy secret")
    return web.Entry(proxy=web.configured(app.settings, secret))


def _refuse_strangers(app: App, door: http.Door) -> None:
    """Beyond this machine nobody comes in without a token, so there has to be one."""
    if door.local:
        return
    with app.store.read(ALL) as tx:
        if tx.registry.holders():
            return
    raise Forbidden(
        f"it would be reached from beyond this machine ({door.host}), and nobody has a token",
        where="serve",
        next="Make one first, at a terminal: passdown token new NAME",
    )


def _front(app: App, wish: Wish, worker: Worker | None, entry: web.Entry) -> http.Front:
    seat = mcp.Seat(agent("agent:mcp"), wish.repo, wish.agent)
    body = app.settings.whole("server.max_body")
    tools = mcp.Endpoint(mcp.build(app, seat, full=wish.full, who=_caller), body=body)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with tools.running(), _at_work(worker), _settling():
            yield

    pages = web.routes(app, entry, who=_caller, status=_status)
    return http.build(
        app, door=wish.door, mounts={MCP: tools}, pages=pages, guests=entry, lifespan=lifespan
    )


def _status(error: PassdownError) -> int:
    return http.STATUS[type(error)]


def _caller(request: Request) -> Actor:
    who: Actor = request.scope[http.ACTOR]
    return who


@asynccontextmanager
async def _at_work(worker: Worker | None) -> AsyncIterator[None]:
    """The worker in a thread of its own, which ends before the server does."""
    if worker is None:
        yield
        return
    thread = threading.Thread(target=worker.run, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        await run_sync(thread.join)


def settle() -> None:
    """Let what is loaded by now stay out of every search for garbage: it stays until the end, and
    looking through it made one page in ten wait a tenth of a second."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def _settling() -> AsyncIterator[None]:
    later = asyncio.get_running_loop().call_later(WARM, settle)
    try:
        yield
    finally:
        later.cancel()


def _config(front: http.Front) -> uvicorn.Config:
    return uvicorn.Config(
        front,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
    )


def _outlive_signals() -> None:
    """The server heeds them while it runs and sends them once more at its end; then all is done,
    and the exit code says so."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _told(app: App, wish: Wish, port: int, entry: web.Entry) -> list[str]:
    base = _base(wish.host, port)
    lines = [
        f"passdown listens on {base}",
        f"  Cockpit {_way_in(app, entry, base)}",
        f"  MCP     {base}{MCP}?repo=NAME",
        f"  API     {base}/openapi.json",
        f"  store   {app.store.describe()['where']}",
        f"  worker  {'on' if wish.worker else 'off'}",
    ]
    if not wish.door.local:
        lines.append(
            "  Every caller needs a token. Nothing is encrypted: put a TLS proxy before it."
        )
    return [*lines, "Ctrl-C stops it."]


def _base(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _way_in(app: App, entry: web.Entry, base: str) -> str:
    """Where a browser goes: for the person at this terminal an address that signs them in once."""
    person = app.identify()
    if person.kind is Kind.HUMAN:
        return f"{base}/in/{entry.key_for(person)}  (signs you in, once)"
    return f"{base}/  (to decide, sign in with a token: passdown token new NAME --role review)"


def _arguments() -> Arguments:
    known = Arguments("serve", "The cockpit, HTTP, MCP and the worker on one port.", "--port 8080")
    known.add_argument("--host", help="the address to listen on; as server.host says")
    known.add_argument("--port", type=int, help="the port; as server.port says, 0 for a free one")
    name = "another name it is called by, such as a proxy's; then every caller needs a token"
    known.add_argument("--name", action="append", default=[], metavar="HOST", help=name)
    known.add_argument("--no-worker", action="store_true", help="leave the jobs to others")
    profile = "MCP: at most ten tools, or everything that reads or asks, too"
    known.add_argument("--profile", choices=("default", "full"), default="default", help=profile)
    repo = "MCP: only what concerns this repository, whatever the client's address says"
    known.add_argument("--repo", default="", metavar="NAME", help=repo)
    known.add_argument("--agent", default="", metavar="NAME", help="MCP: the same for an agent")
    return known
