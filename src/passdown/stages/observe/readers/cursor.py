"""Cursor's chats: the Markdown it exports, and the lines its agent writes as it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.chat import Chat
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import listed, parts, record, table, text
from passdown.stages.observe.readers.glimpse import share
from passdown.stages.observe.readers.rows import when
from passdown.stages.observe.readers.tags import tagged, unruled
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from passdown.contract.reader import Draft, Drawn, Json, Line

NAME = "cursor"
_EXPORTED = re.compile(rb"(?:\s*#[^\n]*\n)?\s*_Exported on [^\n]{4,80}from Cursor[^\n]*_")
_TITLE = re.compile(r"\s*#[ \t]+([^\n]+)")
_TURN = re.compile(rb"^\*\*(User|Cursor)\*\*[ \t]*\r?\n", re.MULTILINE)
_QUERY = re.compile("<(user_query)>")
_ROLE = re.compile(rb'\s*\{\s*"role"\s*:\s*"(?:user|assistant|tool)"\s*,\s*"message"\s*:\s*\{')
_MARKS = (b'"role":"user","message":{',)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The reader of both."""

    unit: Literal["line", "file"] = "line"
    session: str = ""

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def verified(self) -> bool:
        """No: it was written from what others tell of the client."""
        return False

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        if _EXPORTED.match(head):
            return 1.0
        return share(head, _score, _MARKS)

    def shaped(self, head: bytes) -> Cursor:
        """An export is one document."""
        return replace(self, unit="file" if _EXPORTED.match(head) else "line")

    def at(self, path: str) -> Cursor:
        """A transcript's file is named after its chat."""
        from pathlib import Path

        return replace(self, session=_named(Path(path)))

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            if _EXPORTED.match(line.raw):
                yield from _exported(line, known)
            else:
                yield from self._line(line, known)

    def _line(self, line: Line, known: Memory) -> Iterator[Drawn]:
        found = record(line.raw)
        value = table(found.value)
        message = table(value.get("message"))
        if found.reason or not message:
            yield Skip(line.offset, found.reason or "no message")
            return
        kept = known.kept
        made = f"{NAME}-{self.session or digest(parts(message.get('content'))[:4000])}"
        chat = Chat(known, str(kept.setdefault("session", made)))
        kept["n"] = kept.get("n", 0) + 1
        shared: Json = {"damaged": True} if found.damaged else {}
        spot = Spot(str(kept["n"]), line.offset, len(line.raw), when(value), shared)
        yield from chat.facts(agent="cursor", at=spot.at)
        yield from _message(chat, text(value.get("role")), message, spot)


READER = Cursor()


def _score(line: bytes) -> float | None:
    if line.lstrip()[:1] != b"{":
        return None
    return 0.9 if _ROLE.match(line) else 0.0


def _named(path: Path) -> str:
    """The chat's id, where its file or its folder has one."""
    return next((one for one in (path.stem, path.parent.name) if len(one) == 36), "")


def _message(chat: Chat, role: str, message: Json, spot: Spot) -> Iterator[Draft]:
    content = message.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else listed(content)
    for n, one in enumerate(blocks):
        block, place = table(one), f":{n}" if n else ""
        here = spot._replace(uid=spot.uid + place)
        kind = text(block.get("type"))
        if kind == "text":
            yield from _words(chat, role, text(block.get("text")), here)
        elif kind in ("tool_use", "tool-call"):
            yield _call(chat, block, here)
        elif kind in ("tool_result", "tool-result"):
            yield _answer(chat, block, here)
        else:
            chat.memory.count("thinking" if "think" in kind or "reason" in kind else kind[:40])


def _words(chat: Chat, role: str, words: str, spot: Spot) -> Iterator[Draft]:
    if role == "user":
        query = next(tagged(words, _QUERY), None)
        yield from chat.said(spot, query.text.strip() if query else words)
    elif role == "assistant":
        yield from chat.replied(spot, words, {})
    else:
        chat.memory.count("context")


def _call(chat: Chat, block: Json, spot: Spot) -> Draft:
    tool = text(block.get("name")) or text(block.get("toolName"))
    id = text(block.get("id")) or text(block.get("toolCallId"))
    given: Any = block.get("input", block.get("args"))
    return chat.called(spot, tool, given, id, place="", meta={})


def _answer(chat: Chat, block: Json, spot: Spot) -> Draft:
    id = text(block.get("tool_use_id")) or text(block.get("toolCallId"))
    said = block.get("content", block.get("result"))
    words = said if isinstance(said, str) else parts(said)
    return chat.answered(spot, words, id=id, failed=block.get("is_error") is True)


def _exported(line: Line, known: Memory) -> Iterator[Drawn]:
    """An exported chat: who spoke stands in bold, calls and answers were left out of it."""
    starts = list(_TURN.finditer(line.raw))
    head = line.raw[: starts[0].start() if starts else len(line.raw)]
    first = line.raw[starts[0].end() : starts[0].end() + 4000] if starts else b""
    title = _TITLE.match(head.decode("utf-8", "replace"))
    chat = Chat(known, f"{NAME}-{digest(title[1] if title else '', first)}")
    meta = {"title": title[1].strip()[:200]} if title else {}
    yield SessionFacts(chat.session, agent="cursor", meta=meta)
    for n, start in enumerate(starts):
        end = starts[n + 1].start() if n + 1 < len(starts) else len(line.raw)
        raw = line.raw[start.end() : end].decode("utf-8", "replace")
        words = unruled(raw)
        spot = Spot(str(n), line.offset + start.start(), end - start.start())
        if start[1] == b"User":
            yield chat.prompt(spot, words, Trust.HUMAN)
        else:
            yield from chat.replied(spot, words, {})
