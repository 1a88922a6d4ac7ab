"""What Gemini CLI's assistant called, and what was answered: both stand in one record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.stages.observe.readers.document import table, text
from passdown.stages.observe.readers.gemini_voice import parts, words
from passdown.stages.observe.readers.provenance import plain

if TYPE_CHECKING:
    from passdown.contract.reader import Json

_HEADING = re.compile(r"(?:Command: [^\n]*\nDirectory: [^\n]*\n)?(?:Output|Stdout): ")
_TRAILER = re.compile(
    r"(?:\n(?:Error: \(none\)|Exit Code: (?P<code>-?\d{1,10}|\(none\))|Signal: [^\n]{1,40}"
    r"|Background PIDs: [^\n]{1,200}|Process Group PGID: [^\n]{1,40})){1,5}\s*\Z"
)
_END = 500


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


def printed(said: str) -> tuple[str, int]:
    """What a command printed, without what the client wrote around it, and its exit code; the code
    of one that failed stays with its words."""
    heading, trailer = _HEADING.match(said), _TRAILER.search(said, max(len(said) - _END, 0))
    found = trailer["code"] if trailer else None
    code = int(found) if found and found != "(none)" else 0
    if heading:
        said = said[heading.end() : trailer.start() if trailer else len(said)]
    said = "" if said == "(empty)" else said
    return (f"Exit code {code}\n{said}" if code else said), code
