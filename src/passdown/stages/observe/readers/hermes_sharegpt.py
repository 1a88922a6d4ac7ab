"""Conversations of ShareGPT and Hermes: `from` and `value`, calls and thoughts in tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.stages.observe.readers.chat import Chat, fresh, labels, model, spoken
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import load, places, table, text
from passdown.stages.observe.readers.outline import is_document, mean
from passdown.stages.observe.readers.provenance import plain
from passdown.stages.observe.readers.rows import canonical, identity, rows, when
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Draft, Drawn, Json, Line
    from passdown.stages.observe.readers.outline import Outline
    from passdown.stages.observe.readers.rows import Row

NAME = "hermes_sharegpt"
KEY = "conversations"
HERMES = frozenset({"api_calls", "completed", "partial", "prompt_index", "toolsets_used"})
"""Fields that Hermes' own runs have beside the conversation."""

_CALL = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)
_NAMED = re.compile(r"""["']name["']\s*:\s*["']([^"'\n]{1,200})["']""")
_OPENS, _CLOSES = "<tool_response>", "</tool_response>"
_BETWEEN = re.compile(r"</tool_response>\s*<tool_response>")


@dataclass(frozen=True, slots=True)
class HermesShareGpt:
    """The reader of such conversations: one a line, or all in one array."""

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

    def shaped(self, head: bytes) -> HermesShareGpt:
        """A document is read at once, lines as they come."""
        return replace(self, unit="file" if is_document(head) else "line")

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            for row in rows(line, lambda _: False):
                if row.reason or not isinstance(table(row.value).get(KEY), list):
                    yield Skip(row.offset, row.reason or "no conversations")
                else:
                    yield from _session(row, known)


READER = HermesShareGpt()


def _score(found: Outline) -> float:
    return 1.0 if {f"{KEY}[].from", f"{KEY}[].value"} <= found.keys() else 0.0


def _session(row: Row, known: Memory) -> Iterator[Drawn]:
    told: Json = row.value
    turns: list[Any] = told[KEY]
    chat = Chat(fresh(known), identity(NAME, told, turns))
    agent = "hermes" if HERMES & told.keys() or told.get("source") == "hermes-agent" else ""
    more, at = table(told.get("metadata")), when(told)
    meta = labels(more, told)
    yield SessionFacts(chat.session, agent, model(told, turns), at=at, meta=meta)
    shared: Json = {"damaged": True} if row.damaged else {}
    spots = places(row.raw, KEY, len(turns)) if turns else []
    for n, (turn, (start, size)) in enumerate(zip(turns, spots, strict=True)):
        uid = f"{n}-{digest(canonical(turn))}"
        spot = Spot(uid, row.offset + start, size, when(table(turn)), shared)
        yield from _turn(chat, text(table(turn).get("from")), text(table(turn).get("value")), spot)
    yield from chat.ended(Spot("row", row.offset, len(row.raw), at), told)


def _turn(chat: Chat, who: str, words: str, spot: Spot) -> Iterator[Draft]:
    draw = _VOICES.get(who)
    if draw is not None:
        yield from draw(chat, words, spot)
    else:
        chat.memory.count("context" if who == "system" else who[:40] or "unknown")


def _human(chat: Chat, words: str, spot: Spot) -> Iterator[Draft]:
    """A person's words; some put there what tools answer."""
    if words.lstrip().startswith(_OPENS):
        yield from _tool(chat, words, spot)
    else:
        yield from chat.said(spot, words)


def _assistant(chat: Chat, words: str, spot: Spot) -> Iterator[Draft]:
    # A call that is only thought of is none.
    calls = _CALL.findall(spoken(words)[0]) if "<tool_call>" in words else []
    yield from chat.replied(spot, _CALL.sub("", words) if calls else words, {})
    for n, call in enumerate(calls):
        yield _call(chat, call.strip(), spot, f":call{n}")


def _called(chat: Chat, words: str, spot: Spot) -> Iterator[Draft]:
    yield _call(chat, words.strip(), spot, ":call0")


def _call(chat: Chat, raw: str, spot: Spot, place: str) -> Draft:
    """A call as JSON, or as the text that should have been some."""
    found = table(load(raw.encode("utf-8", "replace")).value)
    named = _NAMED.search(raw)
    tool = text(found.get("name")) or (named[1] if named and not found else "")
    given = found.get("arguments", found.get("parameters", {})) if found else raw
    return chat.called(spot, tool, given, text(found.get("id")), place=place, meta={})


def _tool(chat: Chat, words: str, spot: Spot) -> Iterator[Draft]:
    """The answers of one message. Whatever stands in it was said by tools."""
    inner = words.strip().removeprefix(_OPENS).removesuffix(_CLOSES)
    for n, raw in enumerate(_BETWEEN.split(inner)):
        found = table(load(raw.strip().encode("utf-8", "replace")).value)
        wrapped = "content" in found and "name" in found
        said = plain(found["content"]) if wrapped else raw.strip()
        tool = text(found.get("name")) if wrapped else ""
        id = text(found.get("tool_call_id")) if wrapped else ""
        yield _answer(chat, said, spot, id, tool, f":result{n}" if n else "")


def _answer(chat: Chat, said: str, spot: Spot, id: str, tool: str, place: str) -> Draft:
    """Calls in tags have no ids: an answer's id is of use only where its call had one."""
    known = id and any(one[0] == id for one in chat.memory.kept.get("open", []))
    return chat.answered(spot, said, id=id if known else "", tool=tool, place=place)


_VOICES: dict[str, Any] = {
    "human": _human,
    "user": _human,
    "gpt": _assistant,
    "assistant": _assistant,
    "model": _assistant,
    "function_call": _called,
    "tool": _tool,
    "observation": _tool,
    "function_response": _tool,
}
