"""Claude Code lines as the client writes them, made by hand, and what their reader draws."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from passdown.contract.reader import Draft, Line
from passdown.domain.clock import from_seconds
from passdown.stages.observe.readers.claude_code import READER

SESSION = "11111111-2222-3333-4444-555555555555"
START = 1_770_000_000


class Transcript:
    """Lines of one session, each with its own id and time; `lines` is what was written so far."""

    def __init__(self, session: str = SESSION, cwd: str = "/home/ada/shop") -> None:
        self.session = session
        self.cwd = cwd
        self.lines: list[dict[str, Any]] = []

    def add(self, type: str, **fields: Any) -> dict[str, Any]:
        """A line of this type, with what every line of the client has."""
        n = len(self.lines)
        line = {
            "type": type,
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.session}{n}")),
            "parentUuid": self.lines[-1].get("uuid") if self.lines else None,
            "sessionId": self.session,
            "timestamp": from_seconds(START + n),
            "cwd": self.cwd,
            "gitBranch": "main",
            "version": "2.1.0",
            "isSidechain": False,
            **fields,
        }
        self.lines.append({k: v for k, v in line.items() if v is not ...})
        return self.lines[-1]

    def user(self, content: Any, **fields: Any) -> dict[str, Any]:
        return self.add("user", message={"role": "user", "content": content}, **fields)

    def says(self, *blocks: Any, usage: Any = None, id: str = "", **fields: Any) -> dict[str, Any]:
        """A line of the assistant: texts and blocks."""
        content = [{"type": "text", "text": b} if isinstance(b, str) else b for b in blocks]
        message = {
            "id": id or f"msg_{len(self.lines)}",
            "role": "assistant",
            "model": "claude-opus-4-6",
            "content": content,
            "usage": usage,
        }
        return self.add("assistant", message=message, **fields)

    def calls(self, tool: str, given: Any, id: str = "", **fields: Any) -> str:
        """A tool call; its id."""
        id = id or f"toolu_{len(self.lines):020}"
        self.says({"type": "tool_use", "id": id, "name": tool, "input": given}, **fields)
        return id

    def answers(self, call: str, content: Any, *, error: bool = False, **fields: Any) -> None:
        block = {"type": "tool_result", "tool_use_id": call, "content": content}
        self.user([{**block, "is_error": True} if error else block], **fields)

    def runs(self, command: str, output: str, *, error: bool = False) -> None:
        """A shell command and its output."""
        self.answers(self.calls("Bash", {"command": command}), output, error=error)

    def bytes(self) -> bytes:
        return b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path


def sample(session: str = SESSION) -> Transcript:
    """A short session in which a test fails, is mended and passes."""
    said = Transcript(session)
    said.user("The checkout test fails, can you mend it?")
    said.says("I'll run it first.")
    said.runs(
        "pytest tests/test_checkout.py", "Exit code 1\nE   KeyError: 'tax'\n1 failed", error=True
    )
    call = said.calls("Edit", {"file_path": "shop/cart.py", "old_string": "a", "new_string": "b"})
    said.answers(call, "The file shop/cart.py has been updated.")
    said.runs("pytest tests/test_checkout.py", "3 passed in 0.10s")
    said.says("It passes now.")
    return said


def drawn(source: Transcript | bytes, memory: dict[str, Any] | None = None) -> list[Any]:
    content = source if isinstance(source, bytes) else source.bytes()
    lines, offset = [], 0
    for raw in content.split(b"\n"):
        if raw:
            lines.append(Line(offset, raw))
        offset += len(raw) + 1
    return list(READER.read(lines, {} if memory is None else memory))


def drafts(source: Transcript | bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(source, memory) if isinstance(d, Draft)]


def only(source: Transcript) -> Draft:
    (draft,) = drafts(source)
    return draft


def said(text: Any, **fields: Any) -> Transcript:
    transcript = Transcript()
    transcript.user(text, **fields)
    return transcript
