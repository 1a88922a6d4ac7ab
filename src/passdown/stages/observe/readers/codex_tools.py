"""What Codex's assistant calls, and what is answered."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from passdown.domain.observation import Trust
from passdown.stages.observe.readers.claude_memory import Call
from passdown.stages.observe.readers.codex_output import answer
from passdown.stages.observe.readers.codex_record import given, has_failed
from passdown.stages.observe.readers.provenance import SHELLS, asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Draft, Drawn, Json
    from passdown.stages.observe.readers.codex_turn import Turn

_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.{1,1000})$", re.MULTILINE)
_MOST = 100
"""Failed calls and running commands remembered at most."""


def called(turn: Turn) -> Iterator[Drawn]:
    turn.kept.pop("early", None)
    said, arguments = turn.said, given(turn.said.arguments)
    tool = _tool(said.namespace or "", said.name or "")
    text = said.input if said.input is not None else _command(tool, arguments)
    yield _call(turn, tool, text, said.call_id or said.id or "")
    earlier = turn.kept.get("running", {}).get(str(arguments.get("session_id", "")))
    if earlier is not None and tool == "write_stdin":
        # What a running command prints later can be trusted no further than the command.
        turn.telling.memory.called(said.call_id or said.id or "", Call(tool, earlier))


def ran(turn: Turn) -> Iterator[Drawn]:
    turn.kept.pop("early", None)
    text = _command("local_shell", given(turn.said.action))
    yield _call(turn, "local_shell", text, turn.said.call_id or turn.said.id or "")


def searched(turn: Turn) -> Iterator[Drawn]:
    """A search on the web, which the model's own side ran: what it found stands nowhere."""
    turn.kept.pop("early", None)
    action = given(turn.said.action)
    text = asked("web_search", {k: v for k, v in action.items() if k != "queries"})
    yield _call(turn, "web_search", text, turn.said.call_id or turn.said.id or "")
    turn.telling.memory.lower(turn.telling.context, Trust.WEB)


def _call(turn: Turn, tool: str, text: str, id: str) -> Draft:
    meta = turn.assistant()
    if tool == "apply_patch" and (found := _PATCHED.search(text)):
        meta["path"] = found[1].strip()
    trust = Trust.AGENT if "agent" in turn.kept else Trust.ASSISTANT
    return turn.telling.call(turn.spot, tool, text, id, trust=trust, meta=meta)


def _tool(space: str, name: str) -> str:
    """A tool's name; one of a server is named as other clients name it."""
    if space:
        return f"{space}__{name.lstrip('_')}"
    foreign = "__" in name and not name.startswith("mcp__")
    return f"mcp__{name}" if foreign else name


def _command(tool: str, arguments: dict[str, Any]) -> str:
    """A command as it was typed; else the arguments, one a line."""
    command = arguments.get("cmd", arguments.get("command"))
    if tool not in SHELLS or not isinstance(command, str | list):
        return asked(tool, arguments)
    if isinstance(command, str):
        return command
    words = [str(word) for word in command]
    if len(words) == 3 and words[1] in ("-c", "-lc"):
        return words[2]
    return shlex.join(words)


def answered(turn: Turn) -> Iterator[Drawn]:
    telling, id = turn.telling, turn.said.call_id or ""
    tool = telling.memory.calls.get(id, ("",))[0]
    found = answer(turn.said.output, tool)
    if found.refused:
        yield telling.refused(turn.spot, found.text, id)
        return
    ok = False if turn.kept.get("failed", {}).pop(id, None) else found.ok
    meta = {"exit": found.code} if found.code else {}
    result = telling.result(turn.spot, found.text, id, ok=ok, meta=meta)
    if found.running:
        _remember(turn.kept, "running", found.running, int(result.trust))
    yield result


def _remember(kept: Json, table: str, name: str, value: int) -> None:
    known: dict[str, int] = kept.setdefault(table, {})
    known[name] = value
    if len(known) > _MOST:
        del known[next(iter(known))]


def ended(turn: Turn) -> Iterable[Drawn]:
    """The client saw how a tool ended; what it answered follows."""
    if has_failed(turn.said.result) or turn.said.success is False:
        _remember(turn.kept, "failed", turn.said.call_id or "", 1)
    return ()
