"""What servers of the reviewer's choosing say of a change, by the Model Context Protocol over a
pipe: resources that were named, tools that were named and only read. It is evidence that nobody
vouches for: bounded, searched for orders, and shown in a fence."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Invalid, Limit, PassdownError, Unavailable, Unreadable
from passdown.text.hazard import hazards
from passdown.text.quote import cut
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]

PROTOCOL = "2025-06-18"
QUERY = "{query}"
"""What stands for the words about the change among the arguments of a tool."""
SECONDS = 20.0
"""That one server has for all that it is asked."""
MOST_SERVERS, MOST_ASKED = 4, 8
MOST_BYTES = 4_194_304
"""That one server may say."""
LONGEST, ROOM = 4000, 12_000
"""Characters of one answer, and of all of them, that are shown."""
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")
"""What of the environment a server is told beside what was named for it."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server: how it is started, what is read of it, which tools are asked what."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    read: tuple[str, ...] = ()
    call: tuple[tuple[str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: rows to show, and what was not heard or is not shown, with the reason."""

    rows: tuple[Json, ...] = ()
    missed: tuple[str, ...] = ()


def servers(text: str) -> list[Server]:
    """The servers that a file names, as agents' clients write them, with `read` and `call` beside.

    Raises:
        Invalid: it names none, or not as it should.
    """
    try:
        told = json.loads(text)["mcpServers"]
        found = [_server(str(name), one) for name, one in told.items()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = "audit.mcp names no servers as it should"
        raise Invalid(what, where="audit.mcp", next='Write {"mcpServers": {...}}.') from error
    if len(found) > MOST_SERVERS:
        raise Invalid(f"audit.mcp names over {MOST_SERVERS} servers", where="audit.mcp")
    return found


def heard(known: list[Server], query: str, env: Mapping[str, str]) -> Heard:
    """What they say of these words. One that fails is missed, and stops no other."""
    rows: list[Json] = []
    missed: list[str] = []
    for one in known:
        try:
            for row in _asked(one, query, env):
                _shown(row, rows, missed)
        except PassdownError as error:
            missed.append(f"{one.name}: {error.what}")
    return Heard(tuple(rows), tuple(missed))


def _server(name: str, one: Any) -> Server:
    calls = one.get("call", {})
    asked = (*one.get("read", ()), *calls)
    if not isinstance(one["command"], str) or len(asked) > MOST_ASKED:
        raise TypeError(name)
    return Server(
        one_line(name, 40),
        (one["command"], *map(str, one.get("args", ()))),
        {str(key): str(value) for key, value in one.get("env", {}).items()},
        tuple(map(str, one.get("read", ()))),
        tuple((str(tool), dict(given)) for tool, given in calls.items()),
    )


def _shown(row: Json, rows: list[Json], missed: list[str]) -> None:
    """Show it, unless it gives orders, hides something, or there is no room."""
    if found := hazards(row["text"]):
        missed.append(f"{row['server']}: what {row['of']} says is left out: {', '.join(found)}")
    elif sum(len(one["text"]) for one in rows) + len(row["text"]) > ROOM:
        missed.append(f"{row['server']}: there is no room for {row['of']}")
    elif row["text"].strip():
        rows.append(row)


def _asked(one: Server, query: str, env: Mapping[str, str]) -> Iterator[Json]:
    """All that one server is asked, in one conversation."""
    with _talking(one, env) as line:
        hello = {"protocolVersion": PROTOCOL, "capabilities": {},
                 "clientInfo": {"name": "passdown", "version": "1"}}  # fmt: skip
        line.ask("initialize", hello)
        line.tell("notifications/initialized")
        for uri in one.read:
            said = line.ask("resources/read", {"uri": uri})
            yield _row(one, uri, said.get("contents"))
        reading = _reading(line.ask("tools/list", {})) if one.call else frozenset()
        for tool, given in one.call:
            if tool not in reading:
                raise Invalid(f"the tool {tool[:60]!r} does not say that it only reads")
            said = line.ask("tools/call", {"name": tool, "arguments": _filled(given, query)})
            if said.get("isError"):
                raise Unavailable(f"the tool {tool[:60]!r} failed")
            yield _row(one, tool, said.get("content"))


def _reading(said: Json) -> frozenset[str]:
    """The tools that say of themselves that they change nothing."""
    tools = said.get("tools")
    return frozenset(
        str(one.get("name")) for one in (tools if isinstance(tools, list) else ())
        if isinstance(one, dict) and isinstance(hint := one.get("annotations"), dict)
        and hint.get("readOnlyHint") is True and hint.get("destructiveHint") is not True
    )  # fmt: skip


def _filled(given: Mapping[str, Any], query: str) -> Json:
    return {
        name: value.replace(QUERY, query) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _row(one: Server, of: str, parts: Any) -> Json:
    rows = parts if isinstance(parts, list) else []
    texts = [part["text"] for part in rows
             if isinstance(part, dict) and isinstance(part.get("text"), str)]  # fmt: skip
    text = "\n".join(texts).encode("utf-8", "replace").decode()
    return {"server": one.name, "of": one_line(of, 120), "text": cut(text, LONGEST)}


@contextmanager
def _talking(one: Server, env: Mapping[str, str]) -> Iterator[_Line]:
    """A server that is started for this, and ended with all that it started."""
    known = {name: env[name] for name in PASSED_ON if name in env} | dict(one.env)
    try:
        started = subprocess.Popen(
            one.command, env=known, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
        )  # fmt: skip
    except (OSError, ValueError) as error:  # a name that holds what no name may hold
        why = getattr(error, "strerror", None) or str(error)
        raise Unavailable(f"it cannot be started: {why}") from error
    try:
        yield _Line(started, time.monotonic() + SECONDS)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)
        # What it left behind may hold its end open: nothing is read till the end of it.
        for pipe in (started.stdin, started.stdout):
            with suppress(OSError):
                pipe.close() if pipe is not None else None
        started.wait()


class _Line:
    """A conversation in lines of JSON, within bounds of time and size."""

    def __init__(self, started: subprocess.Popen[bytes], until: float) -> None:
        assert started.stdin is not None
        assert started.stdout is not None
        self._in, self._out = started.stdin.fileno(), started.stdout.fileno()
        os.set_blocking(self._in, False)
        self._until, self._left, self._rest, self._id = until, MOST_BYTES, b"", 0

    def ask(self, method: str, params: Json) -> Json:
        """What it answers to this; all else that it says is passed over.

        Raises:
            Unavailable, Limit, Unreadable: it does not answer, in time or at all.
        """
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        while True:
            said = self._said()
            if said.get("id") == self._id and "method" not in said:
                return _result(method, said)
            if "method" in said and "id" in said:
                refused = {"code": -32601, "message": "nothing is done for servers here"}
                self._send({"id": said["id"], "error": refused})

    def tell(self, method: str) -> None:
        """Say something that has no answer."""
        self._send({"method": method})

    def _send(self, said: Json) -> None:
        data = json.dumps({"jsonrpc": "2.0", **said}).encode() + b"\n"
        with selectors.DefaultSelector() as ready:
            ready.register(self._in, selectors.EVENT_WRITE)
            while data:
                self._wait(ready)
                try:
                    data = data[os.write(self._in, data) :]
                except OSError as error:
                    raise Unavailable("it hung up") from error

    def _said(self) -> Json:
        """The next thing it says."""
        while b"\n" not in self._rest:
            with selectors.DefaultSelector() as ready:
                ready.register(self._out, selectors.EVENT_READ)
                self._wait(ready)
            part = os.read(self._out, 65_536)
            self._left -= len(part)
            if not part:
                raise Unavailable("it hung up")
            if self._left < 0:
                raise Limit(f"it says more than {MOST_BYTES} bytes")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unreadable("it says something else than JSON") from error
        return found if isinstance(found, dict) else {}

    def _wait(self, ready: selectors.BaseSelector) -> None:
        left = self._until - time.monotonic()
        if left <= 0 or not ready.select(left):
            raise Unavailable(f"it took over {SECONDS:.0f} s")


def _result(method: str, said: Json) -> Json:
    found = said.get("result")
    if not isinstance(found, dict):
        error = said.get("error")
        why = error.get("message") if isinstance(error, dict) else ""
        what = f"it does not answer {method}: {one_line(str(why or 'nothing is said'), 120)}"
        raise Unavailable(what)
    return found
