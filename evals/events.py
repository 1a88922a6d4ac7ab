"""How many events a second are on the disk before their answer, beside a server that does nothing
else: a bare Starlette handler that appends the body to a file and waits for the disk.

Both serve in a process of their own, on the same web server; in turns, the same client posts the
same bodies to each over 16 connections. Afterwards every answered event must be in the store and in
the file, and no token that was posted may stand in any file.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals import Measured

READS_DATA = False
CONNECTIONS = 16
TURNS = 11
SECONDS = 1.0
PROGRAM = str(Path(sys.executable).with_name("passdown"))
SECRET = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"

BARE = """
import os, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
async def event(request):
    await request.json()
    os.write(file, await request.body() + b"\\n")
    os.fsync(file)
    return JSONResponse({"accepted": True})
web = Starlette(routes=[Route("/event", event, methods=["POST"])])
listener = socket.socket(fileno=socket.create_server(("127.0.0.1", 0)).detach())
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
how = dict(http="h11", loop="asyncio", ws="none", log_level="warning", access_log=False)
uvicorn.Server(uvicorn.Config(web, **how)).run(sockets=[listener])
"""


def measure(_: Path | None) -> Measured:
    """Post to each in turn, then look for what was answered."""
    with TemporaryDirectory(prefix="passdown-events-") as folder:
        home, log = Path(folder, "store"), Path(folder, "bare.jsonl")
        bare = [sys.executable, "-c", BARE, str(log)]
        ours = [PROGRAM, "serve", "--port", "0", "--no-worker", "--store", str(home)]
        with _serving(bare) as there, _serving([*ours, "--set", "server.rate=0"]) as here:
            turns = [(_posts(there), _posts(here)) for _ in range(TURNS + 1)][1:]
        told = [id for _, load in turns for id in load.told]
        figures = _figures(turns) | _kept(home, told)
    rates = {
        "bare_posts_per_s": _rate([there for there, _ in turns]),
        "posts_per_s": _rate([here for _, here in turns]),
    }
    return Measured(figures, len(told), rates)


@dataclass(slots=True)
class Load:
    """What one client had answered, after how long each."""

    seconds: float = 0.0
    told: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def _figures(turns: list[tuple[Load, Load]]) -> dict[str, float]:
    shares = [_rate([here]) / _rate([there]) for there, here in turns]
    waits = sorted(wait for _, here in turns for wait in here.waits)
    return {
        "share_of_bare": round(statistics.median(shares), 3),
        "p50_ms": round(1000 * waits[len(waits) // 2], 2),
        "p99_ms": round(1000 * waits[len(waits) * 99 // 100], 2),
    }


def _rate(loads: list[Load]) -> float:
    return round(sum(len(one.waits) for one in loads) / sum(one.seconds for one in loads), 1)


def _kept(home: Path, told: list[str]) -> dict[str, float]:
    """How many answered events are not where they should be, and what should be nowhere."""
    from passdown.app import open_app
    from passdown.domain.observation import Seen
    from passdown.domain.scope import ALL

    with open_app(store=str(home)) as app, app.store.read(ALL) as tx:
        events = tx.observations.scan(kinds=[Seen.EVENT], flagged=True, limit=10_000_000)
    stored = {event.uid for event in events}
    lines = (home / "data" / "_observer" / "ops.jsonl").read_text().splitlines()
    written = {json.loads(line)["event_id"] for line in lines}
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    return {
        "lost": float(len({*told} - stored) + len({*told} - written)),
        "leaked": float(sum(SECRET.encode() in each for each in files)),
    }


# ---- servers and their client


@contextmanager
def _serving(command: list[str]) -> Iterator[tuple[str, int]]:
    """The address of a server that runs as long as this lasts."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
        if found is None:
            raise SystemExit("eval events: a server did not start")
        yield found[1], int(found[2])
    finally:
        process.terminate()
        process.wait(30)


def _posts(where: tuple[str, int]) -> Load:
    """Post over every connection at once, each as soon as the one before it was answered."""
    load, selector = Load(), selectors.DefaultSelector()
    for n in range(CONNECTIONS):
        selector.register(_connected(where), selectors.EVENT_READ, _Line(n))
    began = time.perf_counter()
    for key in list(selector.get_map().values()):
        key.data.send(key.fileobj, where)
    while (now := time.perf_counter()) - began < SECONDS:
        for key, _ in selector.select(1):
            _answered(load, key, where)
    load.seconds = now - began
    for key in list(selector.get_map().values()):
        # What is on its way is not counted; it is waited for, so that the next turn is quiet.
        key.data.read(key.fileobj)
        key.fileobj.close()  # type: ignore[union-attr]  # every one of them is a socket
    return load


def _answered(load: Load, key: selectors.SelectorKey, where: tuple[str, int]) -> None:
    line: _Line = key.data
    said = line.read(key.fileobj)
    load.waits.append(time.perf_counter() - line.sent)
    load.told += [said["event_id"]] if "event_id" in said else []
    line.send(key.fileobj, where)


@dataclass(slots=True)
class _Line:
    """One connection's next event, and when it was sent."""

    n: int
    sent: float = 0.0
    count: int = 0

    def send(self, connection: Any, where: tuple[str, int]) -> None:
        """Post the next event."""
        self.count += 1
        body = json.dumps(_event(self.n, self.count)).encode()
        head = (
            f"POST /event HTTP/1.1\r\nHost: {where[0]}:{where[1]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.sent = time.perf_counter()
        connection.sendall(head.encode() + body)

    def read(self, connection: Any) -> dict[str, Any]:
        """The answer, which must be one that says yes."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += _some(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        size = re.search(rb"(?i)content-length: (\d+)", head)
        while size and len(body) < int(size[1]):
            body += _some(connection)
        if b" 200 " not in head.splitlines()[0]:
            raise SystemExit(f"eval events: {head.splitlines()[0]!r} {body[:300]!r}")
        found: dict[str, Any] = json.loads(body)
        return found


def _some(connection: Any) -> bytes:
    data: bytes = connection.recv(65_536)
    if not data:
        raise SystemExit("eval events: the server hung up")
    return data


def _connected(where: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(where, timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _event(connection: int, n: int) -> dict[str, Any]:
    """What a scenario posts; a token among it, now and then."""
    said = {
        "source": ("scenario", "auditor", "bot", "mcp")[connection % 4],
        "event_kind": ("fill", "audit", "cycle", "call")[connection % 4],
        "ok": n % 7 != 0,
        "duration_ms": n % 900,
        "sig_hash": f"run{connection}-{n}",
        "role": "welder",
        "count": n % 9,
        "city": "Toledo",
        "state": "OH",
        "output_summary": f"placed {n % 9} of 9 after {n} tries on lane {connection}",
    }
    return said if n % 50 else {**said, "error": f"401 with token {SECRET}", "pid": os.getpid()}
