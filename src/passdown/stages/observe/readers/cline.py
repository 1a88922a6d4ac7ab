"""Cline's and Roo Code's tasks: the conversation with the model, the messages on the screen, and
the Markdown that both export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.chat import Chat
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.claude_record import Message, Usage
from passdown.stages.observe.readers.cline_sniff import sureness
from passdown.stages.observe.readers.cline_words import asked_of, exported, given
from passdown.stages.observe.readers.document import (
    listed,
    load,
    parts,
    pieces,
    table,
    text,
    whole,
)
from passdown.stages.observe.readers.rows import when
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Draft, Drawn, Json, Line

NAME = "cline"
CONVERSATION = "api_conversation_history.json"
SCREEN = "ui_messages.json"


@dataclass(frozen=True, slots=True)
class Cline:
    """The reader of a task's files. `task` is the folder that names it; `beside` says that the
    conversation is told by the file beside this one."""

    task: str = ""
    beside: bool = False

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def unit(self) -> Literal["line", "file"]:
        """A document, written anew as it grows."""
        return "file"

    @property
    def verified(self) -> bool:
        """No: it was written from the clients' source."""
        return False

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return sureness(head)

    def at(self, path: str) -> Cline:
        """A task's folder is named after it, and holds both files."""
        place = Path(path)
        folder = place.parent.name
        named = folder.isdigit() or len(folder) == 36
        beside = place.name == SCREEN and place.with_name(CONVERSATION).is_file()
        return replace(self, task=folder if named else "", beside=beside)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            if line.raw.lstrip()[:1] != b"[":
                yield from self._exported(line, known)
                continue
            found = load(line.raw)
            messages = listed(found.value)
            if found.reason or not messages:
                yield Skip(line.offset, found.reason or "no messages")
            else:
                yield from self._told(messages, line, known, damaged=found.damaged)

    def _told(
        self, messages: list[Any], line: Line, known: Memory, *, damaged: bool
    ) -> Iterator[Drawn]:
        on_screen = any(text(table(one).get("type")) in ("say", "ask") for one in messages)
        shared: Json = {"damaged": True} if damaged else {}
        placed = pieces(line.raw) or []
        spots = [(piece.offset, len(piece.raw)) for piece in placed]
        if len(spots) != len(messages):
            spots = [(0, len(line.raw))] * len(messages)
        chat = Chat(known, self._session(messages))
        yield SessionFacts(chat.session, agent="cline", at=when(table(messages[0])))
        for n, (one, (start, size)) in enumerate(zip(messages, spots, strict=True)):
            message = table(one)
            kind = "screen" if on_screen else "said"
            spot = Spot(f"{kind}-{n}", line.offset + start, size, when(message), shared)
            yield from (
                self._shown(chat, message, spot) if on_screen else _message(chat, message, spot)
            )

    def _session(self, messages: list[Any]) -> str:
        """The task's own name, else one made of how it begins."""
        if self.task:
            return f"{NAME}-{self.task}"
        first = table(messages[0])
        words = parts(first.get("content")) or text(first.get("text"))
        return f"{NAME}-{digest(words[:4000], str(first.get('ts', '')))}"

    def _shown(self, chat: Chat, message: Json, spot: Spot) -> Iterator[Draft]:
        """What the screen says: what answers took; and all else, where nothing else tells it."""
        kind = text(message.get("say")) or text(message.get("ask"))
        words = text(message.get("text"))
        if kind in ("api_req_started", "api_req_finished"):
            yield from _took(chat, words, spot)
        elif self.beside or message.get("partial") is True:
            chat.memory.count("screen")
        else:
            yield from _said(chat, kind, words, spot, first=spot.uid == "screen-0")

    def _exported(self, line: Line, known: Memory) -> Iterator[Drawn]:
        turns = list(exported(line.raw))
        if not turns:
            yield Skip(line.offset, "neither messages nor an exported task")
            return
        chat = Chat(known, f"{NAME}-{self.task or digest(turns[0].text[:4000])}")
        yield SessionFacts(chat.session, agent="cline")
        for n, turn in enumerate(turns):
            spot = Spot(f"said-{n}", line.offset + turn.offset, turn.length)
            message: Json = {"role": turn.role, "content": turn.text}
            yield from _message(chat, message, spot)


READER = Cline()


def _message(chat: Chat, message: Json, spot: Spot) -> Iterator[Draft]:
    role, content = text(message.get("role")), message.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else listed(content)
    if role == "user":
        yield from _user(chat, [table(one) for one in blocks], spot)
    elif role == "assistant":
        yield from _assistant(chat, [table(one) for one in blocks], spot)
    else:
        chat.memory.count("context" if role == "system" else role[:40] or "unknown")


def _user(chat: Chat, blocks: list[Json], spot: Spot) -> Iterator[Draft]:
    """What a person says, and what tools answer: both stand in the person's place."""
    words: list[str] = []
    for n, block in enumerate(blocks):
        if block.get("type") == "tool_result":
            said, id = parts(block.get("content")), text(block.get("tool_use_id"))
            failed = block.get("is_error") is True
            yield chat.answered(spot, said, id=id, failed=failed, place=f":result{n}")
        elif block.get("type") == "text":
            words.append(text(block.get("text")))
        else:
            chat.memory.count(text(block.get("type"))[:40] or "unknown")
    for n, one in enumerate(given("\n".join(words))):
        place = f":{n}" if n else ""
        if one.who == "tool":
            yield chat.answered(spot, one.text, tool=one.tool, failed=one.failed, place=place)
        elif one.who == "refused":
            yield chat.refused(spot, one.text, chat.open(), place=place)
        elif one.who == "person":
            yield chat.prompt(spot, one.text, place=place)
        else:
            chat.memory.count(one.who)


def _assistant(chat: Chat, blocks: list[Json], spot: Spot) -> Iterator[Draft]:
    for n, block in enumerate(blocks):
        kind = text(block.get("type"))
        if kind == "tool_use":
            tool, id = text(block.get("name")), text(block.get("id"))
            yield chat.called(spot, tool, block.get("input"), id, place=f":call{n}", meta={})
        elif kind == "text":
            for m, one in enumerate(asked_of(text(block.get("text")))):
                place = f":{n}.{m}"
                if one.tool:
                    yield chat.called(spot, one.tool, one.given, "", place=place, meta={})
                else:
                    yield from chat.replied(spot._replace(uid=spot.uid + place), one.text, {})
        else:
            chat.memory.count("thinking" if kind in ("thinking", "reasoning") else kind[:40])


def _took(chat: Chat, words: str, spot: Spot) -> Iterator[Draft]:
    """What one answer of the model took, as the screen shows it."""
    told = table(load(words.encode("utf-8", "replace")).value)
    names = ("tokensIn", "tokensOut", "cacheReads", "cacheWrites")
    usage = Usage(*(whole(told.get(name)) for name in names))
    chat.memory.owe(chat.context, Message(id=spot.uid, usage=usage))
    cost = told.get("cost")
    paid = {"cost": float(cost)} if isinstance(cost, int | float) and 0 < cost < 1e6 else {}
    meta: Json = {"kind": "turn", **chat.tokens(), **paid}
    if len(meta) > 1:
        yield chat.draft(spot, Seen.EVENT, "", trust=Trust.TOOL, meta=meta)


def _said(chat: Chat, kind: str, words: str, spot: Spot, *, first: bool) -> Iterator[Draft]:
    """One message of the screen, where the conversation itself was not kept."""
    if kind in ("user_feedback", "task") or (first and kind == "text"):
        yield chat.prompt(spot, words)
    elif kind in ("text", "completion_result", "followup", "plan_mode_respond"):
        yield from chat.replied(spot, text(table(_value(words)).get("question")) or words, {})
    elif kind == "command":
        yield chat.called(spot, "execute_command", {"command": words}, "", place="", meta={})
    elif kind == "command_output":
        yield chat.answered(spot, words, tool="execute_command")
    elif kind == "tool":
        told = table(_value(words))
        tool = text(told.pop("tool", "")) or "tool"
        yield chat.called(spot, tool, told, "", place="", meta={})
    elif kind == "error":
        yield chat.note(spot, words, "client", Trust.TOOL)
    else:
        chat.memory.count("thinking" if kind == "reasoning" else "screen")


def _value(words: str) -> Any:
    return load(words.encode("utf-8", "replace")).value if words[:1] == "{" else None
