"""Gemini CLI's own chats: one document, or since 2026 a log that grows by a record a line."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.clock import parse
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.claude_record import Message, Usage
from passdown.stages.observe.readers.document import (
    listed,
    load,
    places,
    record,
    table,
    text,
    whole,
)
from passdown.stages.observe.readers.gemini_sniff import sureness
from passdown.stages.observe.readers.gemini_tools import answer, printed, tool
from passdown.stages.observe.readers.gemini_voice import CONTEXT, client, typed, words
from passdown.stages.observe.readers.provenance import SHELLS, asked
from passdown.stages.observe.readers.telling import Spot, Telling, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line

NAME = "gemini_cli"
ROOT = ".project_root"
"""The file beside a project's chats that names its folder."""
_MOST = 200
"""Drafts remembered at most: a log repeats its last message as it grows."""


class _Found(NamedTuple):
    """A record and where it stands; without one, why there is none."""

    value: Json | None
    offset: int
    length: int
    damaged: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GeminiCli:
    """The reader of both; what a file's content leaves unsaid, its place says."""

    unit: Literal["line", "file"] = "file"
    folder: str = ""
    parent: str = ""

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def verified(self) -> bool:
        """It was checked against a real document."""
        return True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return sureness(head)

    def at(self, path: str) -> GeminiCli:
        """A log is read as it grows; a sub-agent's lies in a folder named after its parent."""
        place = Path(path)
        chats = next((up for up in place.parents[:2] if up.name == "chats"), None)
        parent = place.parent.name if chats not in (None, place.parent) else ""
        root = _first_line(chats.parent / ROOT).decode("utf-8", "replace") if chats else ""
        unit: Literal["line", "file"] = "line" if _is_log(_first_line(place)) else "file"
        return replace(self, unit=unit, folder=root.strip(), parent=parent)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        if self.unit == "file":
            known.kept["seen"] = {}
        for line in lines:
            for found in _records(line):
                yield from self._told(found, line, known)

    def _told(self, found: _Found, line: Line, known: Memory) -> Iterator[Drawn]:
        value = found.value
        if value is None:
            yield Skip(found.offset, found.reason)
        elif text(value.get("sessionId")):
            yield from self._begun(value, known)
        elif "$set" in value:
            yield from _updated(table(value["$set"]), found, line, known)
        elif isinstance(value.get("$rewindTo"), str):
            chat = _chat(value, found, line, known)
            yield from chat.facts()
            yield chat.telling.note(chat.spot, "[Taken back]", "rollback", Trust.TOOL)
        elif text(value.get("type")):
            yield from _message(_chat(value, found, line, known))
        else:
            yield Skip(found.offset, "no type")

    def _begun(self, value: Json, known: Memory) -> Iterator[Drawn]:
        kept, session = known.kept, text(value["sessionId"])
        kept["session"] = session
        if value.get("kind") == "subagent":
            kept["agent"] = "subagent"
            known.lower(session, Trust.AGENT)
        folders = [text(one) for one in listed(value.get("directories"))]
        folder = self.folder or next(iter(folders), "")
        meta = {"cwd": folder, "title": text(value.get("summary"))[:200]}
        known.news(session, ["", "", ""])
        yield SessionFacts(
            session,
            agent="gemini-cli",
            at=parse(text(value.get("startTime"))),
            parent=self.parent,
            meta={name: one for name, one in meta.items() if one},
        )


READER = GeminiCli()


def _first_line(path: Path) -> bytes:
    """The beginning of a file that may not be there."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        with open(fd, "rb") as file:
            return file.readline(1 << 20)
    except OSError:
        return b""


def _is_log(line: bytes) -> bool:
    found = load(line).value
    return isinstance(found, dict) and "messages" not in found


def _records(line: Line) -> Iterator[_Found]:
    """The records of a line, of a document, or of a log that is read as a document."""
    found, size = record(line.raw), len(line.raw)
    if not found.reason:
        yield from _pieces(found.value, line, damaged=found.damaged)
    elif b"\n" not in line.raw.strip():
        yield _Found(None, line.offset, size, reason=found.reason)
    else:
        offset = line.offset
        for raw in line.raw.split(b"\n"):
            if raw.strip():
                one = record(raw)
                value = None if one.reason else one.value
                yield _Found(value, offset, len(raw), one.damaged, one.reason)
            offset += len(raw) + 1


def _pieces(value: Json, line: Line, *, damaged: bool) -> Iterator[_Found]:
    """A document is its own first record, its messages are the others."""
    yield _Found(value, line.offset, len(line.raw), damaged)
    if text(value.get("sessionId")):
        messages = listed(value.get("messages"))
        spots = places(line.raw, "messages", len(messages)) if messages else []
        for message, (start, size) in zip(messages, spots, strict=True):
            inner = message if isinstance(message, dict) else {}
            yield _Found(inner, line.offset + start, size, damaged)


def _updated(changes: Json, found: _Found, line: Line, known: Memory) -> Iterator[Drawn]:
    """What a log says of its session anew: a title, or all messages as they stand by now."""
    chat = _chat(changes, found, line, known)
    title = text(changes.get("summary")).strip()
    if title:
        yield from chat.facts()
        yield SessionFacts(chat.telling.session, meta={"title": title[:200]})
    for message in listed(changes.get("messages")):
        if isinstance(message, dict) and text(message.get("type")):
            yield from _message(_chat(message, found, line, known))


@dataclass(frozen=True, slots=True)
class _Chat:
    """A message, and the session as it was told so far."""

    message: Json
    telling: Telling
    spot: Spot

    def count(self, name: str, n: int = 1) -> None:
        """So many more of what is seen but not kept."""
        for _ in range(n):
            self.telling.memory.count(name)

    def facts(self) -> Iterator[SessionFacts]:
        """What is known of the session, unless that was told."""
        model = str(self.telling.memory.kept.get("model", ""))
        yield from self.telling.facts(agent="gemini-cli", model=model, at=self.spot.at)

    def is_new(self, place: str) -> bool:
        """Whether this piece of the message was not told yet; from now on it was."""
        seen: dict[str, int] = self.telling.memory.kept.setdefault("seen", {})
        uid = f"{self.spot.uid}{place}"
        if uid in seen:
            return False
        seen[uid] = 1
        if len(seen) > _MOST:
            del seen[next(iter(seen))]
        return True


def _chat(message: Json, found: _Found, line: Line, known: Memory) -> _Chat:
    kept = known.kept
    if "session" not in kept:
        kept["session"] = f"{NAME}-{digest(line.raw)}"
    uid = text(message.get("id"))
    if not uid:
        start = found.offset - line.offset
        uid = f"{digest(line.raw[start : start + found.length])}@{found.offset}"
    meta: Json = {"agent": kept["agent"]} if kept.get("agent") else {}
    if found.damaged:
        meta["damaged"] = True
    at = parse(text(message.get("timestamp")))
    spot = Spot(uid, found.offset, found.length, at, meta)
    return _Chat(message, Telling(known, kept["session"]), spot)


def _message(chat: _Chat) -> Iterator[Drawn]:
    draw = _TYPES.get(text(chat.message.get("type")))
    drawn = list(draw(chat)) if draw else []
    if draw is None:
        chat.count(text(chat.message.get("type"))[:40])
    if any(isinstance(one, Draft) for one in drawn):
        yield from chat.facts()
    yield from drawn


def _user(chat: _Chat) -> Iterator[Draft]:
    said = typed(chat.message).strip()
    if not said:
        chat.count("blank")
        return
    if not chat.is_new(""):
        return
    voice = client(said)
    if voice is None and "agent" in chat.spot.meta:
        yield chat.telling.note(chat.spot, said, "task", Trust.AGENT)
    elif voice is None:
        yield chat.telling.prompt(chat.spot, said)
    elif voice.kind == CONTEXT:
        chat.count(CONTEXT)
    else:
        trust = min(voice.trust, chat.telling.floor) if voice.kind == "summary" else voice.trust
        yield chat.telling.note(chat.spot, said, voice.kind, trust)


def _gemini(chat: _Chat) -> Iterator[Draft]:
    message, memory = chat.message, chat.telling.memory
    if model := text(message.get("model")):
        memory.kept["model"] = model
    _owe(chat, table(message.get("tokens")))
    thoughts = len(listed(message.get("thoughts")))
    if chat.is_new(f":thought{thoughts}"):
        chat.count("thinking", thoughts)
    said = words(message.get("content"))
    if said.strip() and chat.is_new(""):
        yield chat.telling.reply(chat.spot, said, meta=_assistant(chat))
    for n, call in enumerate(listed(message.get("toolCalls"))):
        yield from _called(chat, table(call), n)
    if tokens := chat.telling.tokens():
        meta = {"kind": "turn", **tokens}
        place = f":tokens{tokens['tokens'].get('in', 0)}"
        more: Json = {"trust": Trust.TOOL, "meta": meta}
        yield chat.telling.draft(chat.spot, Seen.EVENT, "", place, **more)


def _owe(chat: _Chat, took: Json) -> None:
    """What an answer took; the thoughts and the tools' part are paid as the rest is."""
    cached = whole(took.get("cached"))
    given = whole(took.get("input")) + whole(took.get("tool"))
    said = whole(took.get("output")) + whole(took.get("thoughts"))
    if given or said:
        usage = Usage(max(given - cached, 0), said, cached)
        chat.telling.memory.owe(chat.telling.context, Message(id=chat.spot.uid, usage=usage))


def _assistant(chat: _Chat) -> Json:
    model = text(chat.message.get("model"))
    return {**({"model": model} if model else {}), **chat.telling.tokens()}


def _called(chat: _Chat, call: Json, n: int) -> Iterator[Draft]:
    """A call, and its answer as soon as there is one."""
    name, id, given = tool(call), text(call.get("id")), table(call.get("args"))
    at = parse(text(call.get("timestamp"))) or chat.spot.at
    spot, said = chat.spot._replace(at=at), answer(call)
    if chat.is_new(f":call{n}"):
        meta = _assistant(chat)
        path = given.get("file_path") or given.get("absolute_path") or given.get("path")
        if isinstance(path, str) and path:
            meta["path"] = path[:1000]
        trust = Trust.AGENT if "agent" in spot.meta else Trust.ASSISTANT
        more: Json = {"place": f":call{n}", "trust": trust, "meta": meta}
        yield chat.telling.call(spot, name, asked(name, given), id, **more)
    ended = call.get("status") in ("success", "error", "cancelled")
    if said is not None and ended and chat.is_new(f":result{n}"):
        yield _answered(chat, spot, call, said, f":result{n}")


def _answered(chat: _Chat, spot: Spot, call: Json, said: str, place: str) -> Draft:
    id, name = text(call.get("id")), tool(call)
    if call.get("status") == "cancelled":
        more: Json = {"place": place, "meta": {"kind": "refused"}}
        return chat.telling.result(spot, said, id, tool=name, **more)
    said, code = printed(said) if name in SHELLS else (said, 0)
    ok = call.get("status") == "success" and not code
    more = {"place": place, "meta": {"exit": code} if code else {}}
    return chat.telling.result(spot, said, id, tool=name, ok=ok, **more)


def _failed(chat: _Chat) -> Iterator[Draft]:
    """The model could not be reached, or the client failed."""
    said = words(chat.message.get("content"))
    if said.strip() and chat.is_new(""):
        yield chat.telling.note(chat.spot, said, "api-error", Trust.TOOL)


_TYPES: dict[str, Any] = {"user": _user, "gemini": _gemini, "error": _failed}
