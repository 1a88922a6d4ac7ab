"""Claude Code's own transcripts: what people, assistants and tools said, and who really said it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.clock import parse
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Call, Memory
from passdown.stages.observe.readers.claude_record import (
    Block,
    arguments,
    is_answer,
    read,
    reported,
)
from passdown.stages.observe.readers.claude_sniff import sureness
from passdown.stages.observe.readers.claude_voice import (
    between,
    client,
    refusal,
    said,
    without_context,
)
from passdown.stages.observe.readers.provenance import (
    AGENTS,
    SHELLS,
    answer_trust,
    asked,
    is_foreign,
)
from passdown.text.signature import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.claude_record import Record

NAME = "claude_code"
BACKGROUND = frozenset({"BashOutput", "TaskOutput"})
_THOUGHT = frozenset({"thinking", "redacted_thinking"})


@dataclass(frozen=True, slots=True)
class _Turn:
    """A line that says something, and what all drafts of it share."""

    record: Record
    line: Line
    session: str
    context: str
    memory: Memory
    meta: Json

    def draft(self, place: str, seen: Seen, text: str, **facts: Any) -> Draft:
        """One thing said in it; `place` tells it from the others of the same line."""
        at = parse(self.record.timestamp or "")
        meta = self.meta | facts.pop("meta", {})
        uid = f"{_uid(self.record, self.line)}{place}"
        spot = self.line.offset, len(self.line.raw)
        return Draft(self.session, uid, seen, text, *spot, at=at, meta=meta, **facts)

    @property
    def floor(self) -> Trust:
        """The least trusted thing this speaker has read."""
        return self.memory.floor(self.context)

    @property
    def voice(self) -> Trust:
        """How far the assistant of this line can be trusted, whatever it read."""
        return Trust.AGENT if self.record.is_sidechain else Trust.ASSISTANT


class ClaudeCode:
    """The reader of Claude Code's JSONL, sub-agents' files and printed streams included."""

    name = NAME
    unit: Literal["line", "file"] = "line"
    verified = True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return sureness(head)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            record, damaged, reason = read(line.raw)
            if record is None or not record.type:
                yield Skip(line.offset, reason or "no type")
            elif spoken := _spoken(record, line):
                yield from _line(spoken, line, known, damaged=damaged)


READER = ClaudeCode()


def _spoken(record: Record, line: Line) -> Record | None:
    """The record that says something: this one, or a sub-agent's inside it."""
    if record.type == "progress":
        return reported(record) if b"agent_progress" in line.raw else None
    return record if record.type in _KINDS else None


def _line(record: Record, line: Line, known: Memory, *, damaged: bool) -> Iterator[Drawn]:
    draw = _KINDS.get(record.type or "")
    if draw is None:
        return
    session = _session(record, line, known)
    drawn = list(draw(_turn(record, line, session, known, damaged=damaged)))
    if any(isinstance(d, Draft) for d in drawn):
        yield from _facts(record, session, known)
    yield from drawn


def _turn(record: Record, line: Line, session: str, known: Memory, *, damaged: bool) -> _Turn:
    agent = record.agent_id or ("sidechain" if record.is_sidechain else "")
    meta: Json = {"parent": record.parent_uuid} if record.parent_uuid else {}
    if agent:
        meta["agent"] = agent
    if damaged:
        meta["damaged"] = True
    return _Turn(record, line, session, record.parent_call or agent or session, known, meta)


def _session(record: Record, line: Line, known: Memory) -> str:
    session = record.session_id or record.printed_session or str(known.kept.get("last", ""))
    session = session or f"{NAME}-{hashlib.sha256(line.raw).hexdigest()[:16]}"
    known.kept["last"] = session
    return session


def _facts(record: Record, session: str, known: Memory) -> Iterator[SessionFacts]:
    model = (record.message.model or "") if record.message and not record.is_sidechain else ""
    model = "" if model.startswith("<") else model
    told = known.facts.get(session, ["", "", ""])
    facts = [model or told[0], record.git_branch or told[1], record.cwd or told[2]]
    if not known.news(session, facts):
        return
    parent = record.forked_from.session_id if record.forked_from else None
    meta = {"cwd": record.cwd} if record.cwd else {}
    if record.version:
        meta["version"] = record.version
    yield SessionFacts(
        session,
        agent="claude-code",
        model=model,
        branch=record.git_branch or "",
        at=parse(record.timestamp or ""),
        parent=parent or "",
        meta=meta,
    )


def _user(turn: _Turn) -> Iterator[Drawn]:
    blocks = _blocks(turn.record)
    if blocks is None:
        yield Skip(turn.line.offset, "a user's line without readable content")
        return
    answers = any(is_answer(block) for block in blocks)
    for n, block in enumerate(blocks):
        if is_answer(block):
            yield from _result(turn, n, block)
        elif block.type == "text" and block.text is not None:
            yield from _prompt(turn, n, block.text, beside=answers)
        else:
            turn.memory.count(str(block.type or "unknown")[:40])


def _prompt(turn: _Turn, n: int, text: str, *, beside: bool) -> Iterator[Draft]:
    found = said(turn.record, text, turn.floor) if text.strip() else None
    if found is None:
        turn.memory.count("context" if text.strip() else "blank")
        return
    meta: Json = {"kind": found.kind} if found.kind else {}
    if beside:
        meta["beside"] = "result"
    yield turn.draft(_place(n), found.seen, found.text, trust=found.trust, meta=meta)


def _result(turn: _Turn, n: int, block: Block) -> Iterator[Draft]:
    call = block.tool_use_id or ""
    tool, level = turn.memory.answered(call)
    trust, text = Trust(level), _answer(block)
    reason = refusal(text) if block.is_error and not is_foreign(tool) else None
    if reason is not None:
        meta: Json = {"kind": "refused"}
        yield turn.draft(_place(n), Seen.RESULT, text, trust=trust, tool=tool, call=call, meta=meta)
        if reason:
            yield _correction(turn, n, reason, trust, tool)
        return
    if tool in AGENTS:
        trust = min(trust, turn.memory.floor(call))
    turn.memory.lower(turn.context, trust)
    text = without_context(text).rstrip() if trust >= Trust.TOOL else text
    code = _exit(tool, text, failed=bool(block.is_error))
    meta = {"exit": code} if code else {}
    ok = not block.is_error and not code
    yield turn.draft(
        _place(n), Seen.RESULT, text, trust=trust, tool=tool, call=call, ok=ok, meta=meta
    )


def _exit(tool: str, text: str, *, failed: bool) -> int | None:
    """The exit code the client wrote; an output that merely speaks of one says nothing."""
    if failed:
        return exit_code(text) if tool in SHELLS else None
    code = between(text[:2000], "exit_code") if tool in BACKGROUND else ""
    return int(code) if code.isascii() and code.isdigit() and len(code) < 10 else None


def _correction(turn: _Turn, n: int, reason: str, trust: Trust, tool: str) -> Draft:
    """What a person answered instead of letting a tool run; a command could print the same words,
    so after one they are trusted no more than it."""
    trust = trust if tool in SHELLS else Trust.HUMAN
    meta = {"kind": "refusal", "beside": "result"}
    return turn.draft(f"{_place(n)}:said", Seen.PROMPT, reason, trust=trust, tool=tool, meta=meta)


def _assistant(turn: _Turn) -> Iterator[Drawn]:
    blocks, message = _blocks(turn.record), turn.record.message
    if blocks is None or message is None:
        yield Skip(turn.line.offset, "an assistant's line without readable content")
        return
    turn.memory.owe(turn.context, message)
    meta: Json = {"model": message.model} if message.model else {}
    for n, block in enumerate(blocks):
        if block.type == "text" and (block.text or "").strip():
            yield _reply(turn, n, block.text or "", meta)
        elif block.type == "text":
            turn.memory.count("blank")
        elif block.type in ("tool_use", "server_tool_use", "mcp_tool_use"):
            yield _call(turn, n, block, meta)
        elif is_answer(block):
            yield from _result(turn, n, block)
        else:
            kind = "thinking" if block.type in _THOUGHT else str(block.type or "unknown")[:40]
            turn.memory.count(kind)


def _reply(turn: _Turn, n: int, text: str, meta: Json) -> Draft:
    failed = turn.record.is_api_error_message
    meta = meta | _tokens(turn) | ({"kind": "api-error"} if failed else {})
    trust = min(turn.voice, turn.floor)
    ok = False if failed else None
    return turn.draft(_place(n), Seen.REPLY, text, trust=trust, ok=ok, meta=meta)


def _tokens(turn: _Turn) -> Json:
    """What the answer took, if no earlier draft of it said so."""
    tokens = turn.memory.pay(turn.context)
    return {"tokens": tokens} if tokens else {}


def _call(turn: _Turn, n: int, block: Block, meta: Json) -> Draft:
    tool, given = block.name or "", arguments(block.input)
    text = asked(tool, given)
    turn.memory.called(block.id or "", Call(tool, answer_trust(tool, text)))
    meta = meta | _tokens(turn)
    path = given.get("file_path") or given.get("notebook_path") or given.get("path")
    if isinstance(path, str) and path:
        meta["path"] = path[:1000]
    call = block.id or ""
    return turn.draft(_place(n), Seen.CALL, text, trust=turn.voice, tool=tool, call=call, meta=meta)


def _system(turn: _Turn) -> Iterator[Draft]:
    text = (turn.record.content or "").strip()
    if not text:
        return
    kind = {"away_summary": "summary"}.get(
        str(turn.record.subtype), turn.record.subtype or "system"
    )
    found = client(text, turn.floor)
    trust = min(Trust.ASSISTANT, turn.floor) if kind == "summary" else Trust.AGENT
    if found:
        kind, text, trust = found.kind, found.text, found.trust
    yield turn.draft("", Seen.NOTE, text, trust=trust, meta={"kind": kind})


def _summary(turn: _Turn) -> Iterator[Draft]:
    """The title of a conversation; those before anything was said belong to other sessions."""
    text = (turn.record.summary or "").strip()
    if not text or turn.session not in turn.memory.facts:
        turn.memory.count("title")
        return
    place = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    trust = min(Trust.AGENT, turn.floor)
    yield turn.draft(f":{place}", Seen.NOTE, text, trust=trust, meta={"kind": "title"})


def _title(turn: _Turn) -> Iterator[SessionFacts]:
    title = (turn.record.custom_title or "").strip()
    if title and turn.session in turn.memory.facts:
        yield SessionFacts(turn.session, meta={"title": title[:200]})


def _attachment(turn: _Turn) -> Iterator[Draft]:
    """What a person typed while the assistant was busy; all other attachments are context."""
    attached = turn.record.attachment
    if (
        attached is None
        or attached.type != "queued_command"
        or attached.mode not in (None, "prompt")
    ):
        turn.memory.count("context")
        return
    for n, block in enumerate(_text_blocks(attached.prompt)):
        if block.type == "text" and block.text:
            yield from _prompt(turn, n, block.text, beside=True)


_KINDS = {
    "user": _user,
    "assistant": _assistant,
    "system": _system,
    "summary": _summary,
    "custom-title": _title,
    "attachment": _attachment,
}


def _blocks(record: Record) -> list[Block] | None:
    content = record.message.content if record.message else None
    return None if content is None else _text_blocks(content)


def _text_blocks(content: str | list[Block] | None) -> list[Block]:
    return [Block(type="text", text=content)] if isinstance(content, str) else content or []


def _answer(block: Block) -> str:
    """What a tool answered, without what the client wraps an error in."""
    text = (block.text or "") if block.content else ""
    opening, closing = "<tool_use_error>", "</tool_use_error>"
    return text.removeprefix(opening).removesuffix(closing) if text.startswith(opening) else text


def _uid(record: Record, line: Line) -> str:
    """The line's own id; else one made of its bytes, and of its place when it has no time."""
    if record.uuid:
        return record.uuid
    made = hashlib.sha256(line.raw).hexdigest()[:32]
    return made if record.timestamp else f"{made}@{line.offset}"


def _place(n: int) -> str:
    return f":{n}" if n else ""
