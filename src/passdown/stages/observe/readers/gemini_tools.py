"""What Gemini CLI's assistant called, and what was answered: both stand in one record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from passdown.stages.observe.readers.document import table, text
from passdown.stages.observe.readers.gemini_voice import parts, words
from passdown.stages.observe.readers.provenance import SHELLS, plain

if TYPE_CHECKING:
    from passdown.contract.reader import Json

_EXIT = re.compile(r"^Exit Code: (-?\d{1,10})$", re.MULTILINE)
_END = 400


def tool(call: Json) -> str:
    """A tool's name; one of a server is named as other clients name it."""
    name = text(call.get("name"))
    if text(call.get("displayName")).endswith(" MCP Server)"):
        name = f"mcp_{name.removeprefix('mcp_')}"
    foreign = name.startswith("mcp_") and not name.startswith("mcp__")
    return f"mcp__{name.removeprefix('mcp_')}" if foreign else name


def answer(call: Json) -> str | None:
    """What a tool answered; None while it did not."""
    result = call.get("result")
    if result is None:
        return None
    found = [table(part.get("functionResponse")) for part in parts(result)]
    mine = [one for one in found if one and one.get("id") in (call.get("id"), None)]
    if not mine:
        return words(result)
    return "\n".join(_said(table(one.get("response"))) for one in mine)


def _said(response: Json) -> str:
    told = next((response[name] for name in ("output", "error") if name in response), None)
    return plain(told if told is not None else response)


def failure(name: str, said: str, status: Any) -> tuple[bool, int]:
    """Whether the call was good, and the exit code if a command failed."""
    found = _EXIT.findall(said[-_END:]) if name in SHELLS else []
    code = int(found[-1]) if found else 0
    return status == "success" and not code, code
