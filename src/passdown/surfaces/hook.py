"""`passdown hook EVENT`: note where a session stands, for the drain to read. Never its content.

A client runs this before and after everything its agent does: it prints nothing, waits for
nobody, and exits 0 whatever happens.
"""

from __future__ import annotations

import json
import os
import select
import time
from typing import TYPE_CHECKING, Any

from passdown.config.argv import split
from passdown.config.places import make_home, places
from passdown.domain.clock import SystemClock
from passdown.domain.errors import Invalid, Limit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HELP = """passdown hook EVENT [--client NAME] [--store PATH]

A client runs this with its message on standard input. It notes which session, which transcript
and which tool the message is about, prints nothing and exits 0; what fails is in the store's
hook.log.

example:
  passdown hook SessionEnd < message.json"""

LIMIT = 1_048_576
PATIENCE = 2.0
LOG_SIZE = 65_536
CLIENT = "claude-code"
LONGEST = {"event": 64, "client": 64, "session": 200, "path": 4096, "tool": 200}


def run(argv: list[str], append: Callable[[Path, dict[str, Any]], object], stdin: int = 0) -> int:
    """Spool a pointer to what the client's message is about; 0 always, failures in hook.log."""
    home: Path | None = None
    try:
        options, words = split(argv)
        home = places(options.store).home
        event, client = _words(words)
        noted = pointer(read(stdin), event=event, client=client)
        make_home(home)
        append(home, noted)
    except Exception as error:
        if home is not None:
            log(home, error)
    return 0


def pointer(raw: bytes, *, event: str, client: str) -> dict[str, Any]:
    """Who, where and what kind, from a client's message: ids and places only."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"the message is not JSON ({type(error).__name__})") from None
    if not isinstance(said, dict):
        raise Invalid("the message is not a JSON object")
    found = {
        "client": client,
        "event": event or said.get("hook_event_name", ""),
        "session": said.get("session_id", ""),
        "path": said.get("transcript_path", ""),
        "tool": said.get("tool_name", ""),
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
