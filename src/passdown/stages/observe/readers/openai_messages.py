"""Conversations as the chat API takes them: `messages` with roles, one session a line or a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.stages.observe.readers.chat import Chat, fresh, labels, model
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import listed, parts, pieces, places, table, text
from passdown.stages.observe.readers.outline import is_document, mean
from passdown.stages.observe.readers.rows import canonical, identity, rows, when
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Draft, Drawn, Json, Line
    from passdown.stages.observe.readers.outline import Outline
    from passdown.stages.observe.readers.rows import Row

NAME = "openai_messages"
KEYS = ("messages", "traj", "trajectory", "conversation", "conversations")
"""Fields that hold the messages of a session."""
ROLES = frozenset({"assistant", "developer", "function", "system", "tool", "user"})

_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "reasoning"})
_FENCED = re.compile(r"```(?:bash|sh|shell|mswea_bash_command)?\n(.*?)\n?```", re.DOTALL)
_PRINTED = re.compile(r"\s*<returncode>")
_OTHERS = frozenset({"uuid", "sessionId", "session_id", "type", "parts"})


@dataclass(frozen=True, slots=True)
class OpenAiMessages:
    """The reader of such sessions: a line each, in one array, or a message a line."""

    unit: Literal["line", "file"] = "line"

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def verified(self) -> bool:
        """It was checked against a real file."""
        return True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return mean(head, _score)

    def shaped(self, head: bytes) -> OpenAiMessages:
        """A document is read at once, lines as they come."""
        return replace(self, unit="file" if is_document(head) else "line")

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            for row in rows(line, _is_chat):
                yield from _told(row, known)


READER = OpenAiMessages()


def _score(found: Outline) -> float:
    """Surest where the messages have a field of their own; others write such arrays too."""
    for key in KEYS:
        if found.get(f"{key}[].role", set()) & ROLES:
            return 0.9 if f"{key}[].content" in found or f"{key}[].tool_calls" in found else 0.0
    loose = found.get("role", set()) & ROLES and "content" in found
    return 0.4 if loose and not _OTHERS & found.keys() else 0.0


def _is_chat(value: list[Any]) -> bool:
    """Whether an array is one session: messages, not sessions."""
    return bool(value) and all(isinstance(one, dict) and "role" in one for one in value)


def _told(row: Row, known: Memory) -> Iterator[Drawn]:
    if row.reason:
        yield Skip(row.offset, row.reason)
        return
    if isinstance(row.value, list):
        spots = [(piece.offset, len(piece.raw)) for piece in pieces(row.raw) or []]
        yield from _session(row, {}, row.value, spots, known)
        return
    key = next((key for key in KEYS if isinstance(row.value.get(key), list)), "")
    if key:
        messages = row.value[key]
        spots = places(row.raw, key, len(messages)) if messages else []
        yield from _session(row, row.value, messages, spots, known)
    elif text(row.value.get("role")):
        yield from _loose(row, known)
    else:
        yield Skip(row.offset, "no messages")


def _session(
    row: Row, told: Json, messages: list[Any], spots: list[tuple[int, int]], known: Memory
) -> Iterator[Drawn]:
    """A session that is complete: nothing of it is remembered."""
    chat = Chat(fresh(known), identity(NAME, told, messages))
    if len(spots) != len(messages):
        spots = [(0, len(row.raw))] * len(messages)
    yield _facts(chat.session, told, messages)
    after = [*messages[1:], None]
    for n, (message, (start, size)) in enumerate(zip(messages, spots, strict=True)):
        spot = _spot(n, message, row.offset + start, size, damaged=row.damaged)
        yield from _message(chat, table(message), spot)
        if command := _typed(table(message), table(after[n])):
            yield chat.called(spot, "bash", {"command": command}, "", place=":typed", meta={})
    yield from chat.ended(Spot("row", row.offset, len(row.raw), when(told)), told)


def _typed(message: Json, following: Json) -> str:
    """The command that a harness took from a text, told by what it printed next."""
    printed = _PRINTED.match(parts(following.get("content"))) and following.get("role") == "user"
    if not printed or message.get("role") != "assistant" or message.get("tool_calls"):
        return ""
    found = _FENCED.findall(parts(message.get("content")))
    return found[-1].strip() if found else ""


def _facts(session: str, told: Json, messages: list[Any]) -> SessionFacts:
    info, more = table(told.get("info")), table(told.get("metadata"))
    meta = labels(more, info, told)
    cwd, title = text(told.get("cwd")), text(told.get("title"))
    meta |= {"cwd": cwd} if cwd else {}
    meta |= {"title": title[:200]} if title else {}
    repo = text(told.get("repo")) or text(more.get("repo"))
    agent = text(told.get("agent"))[:100]
    configured = table(table(info.get("config")).get("model"))
    made = model(told, messages) or text(configured.get("model_name"))[:200]
    return SessionFacts(session, agent, made, repo, at=when(told), meta=meta)


def _loose(row: Row, known: Memory) -> Iterator[Drawn]:
    """A message that stands alone belongs to the session that its file is."""
    kept = known.kept
    session = kept.setdefault("session", identity(NAME, row.value, [row.value]))
    n = kept["said"] = kept.get("said", 0) + 1
    chat = Chat(known, session)
    spot = _spot(n, row.value, row.offset, len(row.raw), damaged=row.damaged)
    drawn = list(_message(chat, row.value, spot))
    if drawn:
        yield from chat.facts(model=model(row.value, []), at=spot.at)
    yield from drawn


def _spot(n: int, message: Any, offset: int, size: int, *, damaged: bool) -> Spot:
    meta: Json = {"damaged": True} if damaged else {}
    uid = f"{n}-{digest(canonical(message))}"
    return Spot(uid, offset, size, when(table(message)), meta)


def _message(chat: Chat, message: Json, spot: Spot) -> Iterator[Draft]:
    role = text(message.get("role"))
    if role in ("user", "human"):
        yield from _user(chat, message, spot)
    elif role in ("assistant", "model"):
        yield from _assistant(chat, message, spot)
    elif role in ("tool", "function"):
        yield _tool(chat, message, spot)
    else:
        known = {"system": "context", "developer": "context"}
        chat.memory.count(known.get(role, role[:40] or "unknown"))


def _user(chat: Chat, message: Json, spot: Spot) -> Iterator[Draft]:
    words, blocks = _apart(message.get("content"))
    answers = [block for block in blocks if block.get("type") == "tool_result"]
    for n, block in enumerate(answers):
        id, failed = text(block.get("tool_use_id")), block.get("is_error") is True
        said = parts(block.get("content"))
        yield chat.answered(spot, said, id=id, failed=failed, place=f":result{n}")
    if words.strip() or not answers:
        beside: Json = {"meta": {"beside": "result"}} if answers else {}
        yield from chat.said(spot, words, **beside)


def _assistant(chat: Chat, message: Json, spot: Spot) -> Iterator[Draft]:
    words, blocks = _apart(message.get("content"))
    response = table(table(message.get("extra")).get("response"))
    chat.owe(spot.uid, table(message.get("usage")) or table(response.get("usage")))
    if any(text(message.get(name)) for name in ("reasoning_content", "reasoning", "thinking")):
        chat.memory.count("thinking")
    made = text(message.get("model"))
    meta: Json = {"model": made[:200]} if made else {}
    yield from chat.replied(spot, words or text(message.get("refusal")), meta)
    calls = [*listed(message.get("tool_calls")), message.get("function_call")]
    for n, call in enumerate((*calls, *blocks)):
        kind = text(table(call).get("type"))
        if kind in _BLOCKS and kind != "tool_use":
            chat.memory.count("thinking" if kind != "tool_result" else "unknown")
        elif table(call):
            yield _call(chat, table(call), spot, f":call{n}", meta)


def _call(chat: Chat, call: Json, spot: Spot, place: str, meta: Json) -> Draft:
    inner = table(call.get("function")) or call
    given = next((inner[key] for key in ("arguments", "input", "args") if key in inner), None)
    id = text(call.get("id")) or text(call.get("tool_call_id"))
    tool = text(inner.get("name"))
    return chat.called(spot, tool, {} if given is None else given, id, place=place, meta=meta)


def _tool(chat: Chat, message: Json, spot: Spot) -> Draft:
    id, tool = text(message.get("tool_call_id")), text(message.get("name"))
    failed = message.get("is_error") is True or message.get("status") == "error"
    return chat.answered(spot, parts(message.get("content")), id=id, tool=tool, failed=failed)


def _apart(content: Any) -> tuple[str, list[Json]]:
    """The words of a message, and the pieces of it that are calls, answers and thoughts."""
    if not isinstance(content, list):
        return parts(content), []
    blocks = [one for one in content if isinstance(one, dict) and one.get("type") in _BLOCKS]
    return parts([one for one in content if one not in blocks]), blocks
