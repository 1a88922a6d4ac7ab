"""What each client is told, and in which of its files: its hooks, and our server of tools.

After their own documentation: Claude Code, Codex, Cursor, Gemini CLI, OpenCode.
"""

from __future__ import annotations

import os.path
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NAME = "passdown"
SECONDS = 5
"""After which a client stops waiting for a hook, which takes a fraction of one."""


SERVERS = (("mcpServers",), ("mcp", "servers"), ("mcp",), ("mcp_servers",))
"""Where clients keep the servers of tools; OpenCode changed its mind."""


class Program(NamedTuple):
    """How a client starts us, and the store it is bound to, if to one."""

    path: str
    store: str = ""

    def hook(self, event: str, client: str) -> str:
        """The command line of a hook."""
        return shlex.join([self.path, "hook", event, "--client", client, *self._bound()])

    def server(self, client: str) -> list[str]:
        """The words that start the server of tools."""
        return [self.path, "mcp", "--agent", client, *self._bound()]

    def _bound(self) -> list[str]:
        return ["--store", self.store] if self.store else []


class Place(NamedTuple):
    """Where a client's files are: in a project, or the user's own."""

    root: Path
    is_global: bool
    moved: Mapping[str, str]
    config: Path

    def folder(self, name: str, variable: str = "") -> Path:
        """A client's folder, also where a variable of its own moved the user's."""
        named = self.moved.get(variable, "") if self.is_global else ""
        return Path(named).expanduser().absolute() if named else self.root / name


class Entry(NamedTuple):
    """One thing of ours in a file: a member, or an item of the list that is there."""

    path: tuple[str, ...]
    value: Any
    is_item: bool = False


class File(NamedTuple):
    """A file of a client, what of ours belongs into it, and what a new one begins with."""

    path: Path
    entries: tuple[Entry, ...]
    begins: Mapping[str, Any] = {}


class Client(NamedTuple):
    """Its files, where it reads instructions, and what its user should know."""

    files: Callable[[Place, Program], list[File]]
    instructions: str
    notes: tuple[str, ...] = ()


def _claude(place: Place, program: Program) -> list[File]:
    settings = place.folder(".claude", "CLAUDE_CONFIG_DIR") / "settings.json"
    moved = place.is_global and place.moved.get("CLAUDE_CONFIG_DIR")
    tools = settings.parent / ".claude.json" if moved else place.root / ".claude.json"
    if not place.is_global:
        tools = place.root / ".mcp.json"
    events = ("SessionStart", "PreToolUse", "PostToolUse", "Stop", "SessionEnd")
    ours = ("session-start", "pre-tool", "post-tool", "stop", "session-end")
    hooks = _grouped(zip(events, ours, strict=True), "claude-code", program, SECONDS)
    return [File(settings, hooks), File(tools, _server("claude-code", program))]


def _codex(place: Place, program: Program) -> list[File]:
    folder = place.folder(".codex", "CODEX_HOME")
    events = ("SessionStart", "PreToolUse", "PostToolUse", "Stop")
    ours = ("session-start", "pre-tool", "post-tool", "stop")
    hooks = _grouped(zip(events, ours, strict=True), "codex", program, SECONDS)
    command, *args = program.server("codex")
    tools = Entry(("mcp_servers", NAME), {"command": command, "args": args})
    return [File(folder / "hooks.json", hooks), File(folder / "config.toml", (tools,))]


def _cursor(place: Place, program: Program) -> list[File]:
    events = ("sessionStart", "preToolUse", "postToolUse", "stop", "sessionEnd")
    ours = ("session-start", "pre-tool", "post-tool", "stop", "session-end")
    hooks = tuple(
        Entry(("hooks", event), {"command": program.hook(word, "cursor")}, is_item=True)
        for event, word in zip(events, ours, strict=True)
    )
    folder = place.folder(".cursor")
    return [
        File(folder / "hooks.json", hooks, {"version": 1}),
        File(folder / "mcp.json", _server("cursor", program)),
    ]


def _gemini(place: Place, program: Program) -> list[File]:
    home = place.moved.get("GEMINI_CLI_HOME", "") if place.is_global else ""
    folder = (Path(home).expanduser().absolute() if home else place.root) / ".gemini"
    events = ("SessionStart", "BeforeTool", "AfterTool", "AfterAgent", "SessionEnd")
    ours = ("session-start", "pre-tool", "post-tool", "stop", "session-end")
    hooks = _grouped(zip(events, ours, strict=True), "gemini", program, SECONDS * 1000)
    return [File(folder / "settings.json", (*hooks, *_server("gemini-cli", program)))]


def _opencode(place: Place, program: Program) -> list[File]:
    folder = place.config / "opencode" if place.is_global else place.root
    with_remarks = folder / "opencode.jsonc"
    path = with_remarks if with_remarks.exists() else folder / "opencode.json"
    tools = {"type": "local", "command": program.server("opencode")}
    begins = {"$schema": "https://opencode.ai/config.json"}
    return [File(path, (Entry(("mcp", NAME), tools),), begins)]


CLIENTS = {
    "claude-code": Client(
        _claude,
        "CLAUDE.md",
        ("Claude Code asks once whether a project's .mcp.json may start its servers.",),
    ),
    "codex": Client(
        _codex,
        "AGENTS.md",
        (
            "Codex runs new hooks once you trusted them: type /hooks there.",
            "In a project it reads its files only when that project is trusted.",
        ),
    ),
    "cursor": Client(
        _cursor,
        "AGENTS.md",
        ("Cursor takes advice with the answer to a call, not before it.",),
    ),
    "gemini": Client(
        _gemini,
        "GEMINI.md",
        ("Gemini CLI takes advice with the answer to a call, not before it.",),
    ),
    "opencode": Client(
        _opencode,
        "AGENTS.md",
        ("OpenCode runs no commands as hooks: --block tells its agent to ask for the brief.",),
    ),
}


def owned(data: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """What in a client's file is ours, by where it stands."""
    hooks = data.get("hooks") if isinstance(data, dict) else None
    for event, items in hooks.items() if isinstance(hooks, dict) else ():
        for n, item in enumerate(items) if isinstance(items, list) else ():
            yield from (((("hooks", event, n, *path)), value) for path, value in _own(item))
    for path in SERVERS:
        found = at(data, path)
        if isinstance(found, dict) and _is_server(found.get(NAME)):
            yield (*path, NAME), found[NAME]


def at(data: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of plain values; None when nothing does."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _own(item: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """A hook of ours, or a group of nothing else; or those of ours in a group of others."""
    inner = item.get("hooks") if isinstance(item, dict) else None
    if not isinstance(inner, list):
        if _is_hook(item):
            yield (), item
    elif inner and all(map(_is_hook, inner)):
        yield (), item
    else:
        yield from ((("hooks", n), one) for n, one in enumerate(inner) if _is_hook(one))


def _is_hook(item: Any) -> bool:
    command = item.get("command") if isinstance(item, dict) else None
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return False
    return len(words) > 1 and os.path.basename(words[0]) == NAME and words[1] == "hook"


def _is_server(item: Any) -> bool:
    command = item.get("command") if isinstance(item, dict) else None
    first = command[0] if isinstance(command, list) and command else command
    return isinstance(first, str) and os.path.basename(first) == NAME


def _grouped(
    events: Iterator[tuple[str, str]] | zip[tuple[str, str]],
    client: str,
    program: Program,
    timeout: int,
) -> tuple[Entry, ...]:
    """Hooks as most clients have them: groups for an event, each of commands."""
    found = []
    for event, ours in events:
        hook = {"type": "command", "command": program.hook(ours, client), "timeout": timeout}
        found.append(Entry(("hooks", event), {"hooks": [hook]}, is_item=True))
    return tuple(found)


def _server(client: str, program: Program) -> tuple[Entry, ...]:
    command, *args = program.server(client)
    return (Entry(("mcpServers", NAME), {"command": command, "args": args}),)
