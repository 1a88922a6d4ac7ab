"""`passdown hook EVENT`: what a client runs around everything its agent does.

At the start of a session it answers with the brief, before a call with what was approved of such
calls, and for the rest it notes where the session stands, for the drain to read: never its
content. It waits for nobody and exits 0 whatever happens.
"""

from __future__ import annotations

import json
import os
import select
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.config.argv import split
from passdown.config.places import config_files, make_home, places
from passdown.domain.clock import SystemClock
from passdown.domain.errors import Invalid, Limit
from passdown.surfaces.hook import clients

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.config.argv import Options
    from passdown.config.places import Places

HELP = """passdown hook EVENT [--client NAME] [--store PATH]

A client runs this with its message on standard input; `passdown install` tells it to. EVENT is
session-start (prints the brief), pre-tool (prints what was approved about such a call, if anything
was), post-tool, stop or session-end (print nothing and note which session, which transcript and
which tool the message is about). It always exits 0; what fails is in the store's hook.log.

example:
  passdown hook session-end --client claude-code < message.json"""

LIMIT = 1_048_576
PATIENCE = 2.0
BUDGET = 1.0
"""Seconds in which there is an answer, or none: an agent waits for it."""
LOG_SIZE = 65_536
CLIENT = "claude-code"
LONGEST = {"event": 64, "client": 64, "session": 200, "path": 4096, "tool": 200}


def run(argv: list[str], append: Callable[[Path, dict[str, Any]], object], stdin: int = 0) -> int:
    """Do what the client's message asks for; 0 always, failures in hook.log."""
    home: Path | None = None
    try:
        options, words = split(argv)
        home = places(options.store).home
        event, client = _words(words)
        message = _parsed(raw := read(stdin))
        _stand(message)
        home = places(options.store).home
        kind = clients.event(event or _text(message, "hook_event_name"))
        if kind == clients.START:
            _answer(home, lambda tell: _brief(options, client, message, tell))
            return 0
        if kind in (clients.BEFORE, clients.AFTER):
            _advise(home, options, kind, client, message)
        if kind != clients.BEFORE:
            noted = pointer(raw, event=event, client=client)
            make_home(home)
            append(home, noted)
    except Exception as error:
        if home is not None:
            log(home, error)
    return 0


def pointer(raw: bytes, *, event: str, client: str) -> dict[str, Any]:
    """Who, where and what kind, from a client's message: ids and places only."""
    said = _parsed(raw)
    found = {
        "client": client,
        "event": event or said.get("hook_event_name", ""),
        "session": said.get("session_id") or said.get("conversation_id") or "",
        "path": said.get("transcript_path") or "",
        "tool": said.get("tool_name") or "",
    }
    for name, value in found.items():
        if not isinstance(value, str) or len(value) > LONGEST[name] or "\0" in value:
            raise Invalid(f"{name} is no text of at most {LONGEST[name]} characters")
    if not found["session"] and not found["path"]:
        raise Invalid("the message names neither a session nor a transcript")
    return {**found, "offset": _size(found["path"]), "at": SystemClock().now()}


def read(stdin: int) -> bytes:
    """The whole message, within bounds of size and time."""
    parts: list[bytes] = []
    size, until = 0, time.monotonic() + PATIENCE
    while True:
        ready, _, _ = select.select([stdin], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise Limit(f"no end of the message within {PATIENCE:g} s")
        part = os.read(stdin, LIMIT)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > LIMIT:
            raise Limit(f"the message is longer than {LIMIT} bytes")


def log(home: Path, error: Exception) -> None:
    """One line in the store's hook.log, which is its owner's only and never grows for long."""
    path = home / "hook.log"
    line = f"{SystemClock().now()} {type(error).__name__}: {str(error)[:300]!r}\n"
    try:
        make_home(home)
        if path.exists() and path.stat().st_size > LOG_SIZE:
            path.replace(home / "hook.log.1")
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            os.write(handle, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(handle)
    except Exception:
        # There is nowhere left to say it, and the agent must not notice.
        return


# ---- what is answered


def _brief(
    options: Options, client: str, message: dict[str, Any], tell: Callable[[str], None]
) -> None:
    """Tell what a new session should know; then have the hooks' file follow the ledger."""
    from passdown.app import open_app
    from passdown.domain.actor import agent

    who = clients.client(client).agent
    actor = agent(f"agent:{who}")
    asked = {"repo": _repo(), "agent": who, "session": _session(message)}
    with open_app(store=options.store, flags=options.flags) as app:
        text = app.run_typed("brief", asked, actor)["text"]
        tell(clients.context(client, clients.START, text) if text else "")
        if _is_behind(app.places):
            app.run_typed("action.follow", {}, actor)


def _is_behind(here: Places) -> bool:
    """Whether anything was written or configured since the hooks' file was made."""
    from passdown.stages.serve.lookup import is_older

    others = (here.url, f"{here.url}-wal", *config_files(here.home, here.user))
    return "://" in here.url or is_older(here.home, others)


def _advise(home: Path, options: Options, kind: str, client: str, message: dict[str, Any]) -> None:
    """Tell what was approved of such a call, where the hooks' file knows of something. A client
    that takes no advice before a call gets it with the answer; a refusal is always before."""
    from passdown.stages.serve.action import call_of, find
    from passdown.stages.serve.lookup import forget, load

    tool, given = _text(message, "tool_name"), message.get("tool_input")
    table = load(home)
    if table is None:
        forget(home)  # what cannot be read is made anew by the next session
    if table is None or not tool or not isinstance(given, dict):
        return
    first = clients.BEFORE if table.blocks else clients.client(client).advised
    scopes = ("global", f"repo:{_repo()}", f"agent:{clients.client(client).agent}")
    if kind == first and find(table, call_of(tool, given), scopes):
        _answer(home, lambda tell: _tell(options, kind, client, message, tell))


def _tell(
    options: Options,
    kind: str,
    client: str,
    message: dict[str, Any],
    tell: Callable[[str], None],
) -> None:
    from passdown.app import open_app
    from passdown.domain.actor import agent

    who = clients.client(client).agent
    asked = {
        "tool": message["tool_name"],
        "arguments": message["tool_input"],
        "repo": _repo(),
        "agent": who,
        "session": _session(message),
    }
    with open_app(store=options.store, flags=options.flags) as app:
        said = app.run_typed("advise", asked, agent(f"agent:{who}"))
    line = _line(said)
    if line and said["block"]:
        tell(clients.refusal(client, f"{line} Make the call again if it is meant."))
    elif line:
        tell(clients.context(client, kind, line))


def _line(said: dict[str, Any]) -> str:
    """The advice and who said yes to it; nothing where there is none."""
    by = "granted, not approved by a person" if said["granted"] else "and a person approved"
    return f"Earlier sessions learned, {by}: {said['advice']}" if said["advice"] else ""


def _answer(home: Path, work: Callable[[Callable[[str], None]], None]) -> None:
    """Print what the work tells, if it does so in time; then end with it, or without it."""
    from queue import Empty, SimpleQueue
    from threading import Thread

    said: SimpleQueue[str | Exception] = SimpleQueue()
    until = time.monotonic() + BUDGET
    thread = Thread(target=_do, args=(work, said.put), daemon=True)
    thread.start()
    try:
        _print(said.get(timeout=BUDGET))
        thread.join(max(0.0, until - time.monotonic()))
    except Empty:
        log(home, Limit(f"no answer within {BUDGET:g} s"))
    if thread.is_alive():
        # It may wait for a lock or a disk: nothing of it is half written, and nobody is kept.
        os._exit(0)
    while not said.empty():
        _print(said.get())


def _do(
    work: Callable[[Callable[[str], None]], None], put: Callable[[str | Exception], None]
) -> None:
    """Do the work; its end, well or not, is told like what it tells."""
    try:
        work(put)
        put("")
    except Exception as error:
        put(error)


def _print(said: str | Exception) -> None:
    if isinstance(said, Exception):
        raise said
    rest = said.encode("utf-8", "replace")
    while rest:
        rest = rest[os.write(1, rest) :]


# ---- what the client said


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"the message is not JSON ({type(error).__name__})") from None
    if not isinstance(said, dict):
        raise Invalid("the message is not a JSON object")
    return said


def _stand(message: dict[str, Any]) -> None:
    """Stand where the session does: its store is the nearest one above, its repo that one."""
    roots = message.get("workspace_roots")
    place = message.get("cwd") or (roots[0] if isinstance(roots, list) and roots else "")
    if isinstance(place, str) and os.path.isabs(place) and os.path.isdir(place):
        os.chdir(place)


def _repo() -> str:
    from passdown.ops import here

    return here.repo()


def _session(message: dict[str, Any]) -> str:
    return _text(message, "session_id") or _text(message, "conversation_id")


def _text(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    return value if isinstance(value, str) and len(value) <= LONGEST["session"] else ""


def _words(words: list[str]) -> tuple[str, str]:
    """The event and the client that the command line names."""
    event, client, rest = "", CLIENT, iter(words)
    for word in rest:
        if word == "--client":
            client = next(rest, CLIENT)
        elif not word.startswith("-"):
            event = event or word
    return event, client


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size if path else 0
    except OSError:
        return 0
