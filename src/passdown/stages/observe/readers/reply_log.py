"""Reply logs of chat agents: a row a reply, with the question it answers where that was kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.domain.clock import from_seconds, parse
from passdown.stages.observe.readers.chat import Chat
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import record, table, text, whole
from passdown.stages.observe.readers.glimpse import share
from passdown.stages.observe.readers.telling import BESIDE, Spot, digest, made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line

NAME = "reply_log"
FIELDS = (
    "text",
    "sent_at",
    "model_used",
    "send_status",
    "caller_session_id",
    "input_tokens",
    "output_tokens",
)
"""What every row should have; a row that lacks some is read, and what it lacks is counted."""
KEPT = ("route", "engine", "send_status", "short_circuit")
SENT = frozenset({"", "delivered", "ok", "sent", "success"})

_KEYS = re.compile(
    rb'"(text|sent_at|model_used|send_status|caller_session_id|input_tokens|output_tokens|route'
    rb'|short_circuit)"\s*:'
)
_OWN = frozenset({b"caller_session_id", b"send_status", b"model_used"})
_MARKS = (b'"caller_session_id"', b'"send_status"')


class ReplyLog:
    """The reader of such rows, also while they are added."""

    name = NAME
    unit: Literal["line", "file"] = "line"
    verified = False

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return share(head, _score, _MARKS)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            found = record(line.raw)
            row = table(found.value)
            if found.reason:
                yield Skip(line.offset, found.reason)
            elif not text(row.get("text")).strip():
                yield Skip(line.offset, "a reply without text")
            else:
                yield from _reply(row, line, known, damaged=found.damaged)


READER = ReplyLog()


def _score(line: bytes) -> float | None:
    if line.lstrip()[:1] != b"{":
        return None
    keys = set(_KEYS.findall(line))
    return 0.95 if len(keys) >= 3 and keys & _OWN else 0.0


def _reply(row: Json, line: Line, known: Memory, *, damaged: bool) -> Iterator[Drawn]:
    for name in FIELDS:
        if row.get(name) is None:
            known.count(f"without {name}")
    at, model = _when(row.get("sent_at")), text(row.get("model_used"))[:200]
    uid = made(line, at)
    session = text(row.get("caller_session_id"))[:300] or f"{NAME}-{digest(line.raw)}"
    chat = Chat(known, session)
    if known.news(session, [model, "", ""]):
        yield SessionFacts(session, agent="chat-agent", model=model, at=at)
    spot = Spot(uid, line.offset, len(line.raw), at, {"damaged": True} if damaged else {})
    if question := text(row.get("question")).strip():
        yield chat.prompt(spot, question, place=":asked", meta={BESIDE: "reply"})
    status = text(row.get("send_status")).lower()
    meta = {**_meta(row), **({"model": model} if model else {})}
    yield chat.reply(spot, text(row["text"]), ok=False if status not in SENT else None, meta=meta)


def _when(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_seconds(value / 1000 if value > 1e11 else value) if 0 < value < 1e15 else ""
    return parse(text(value))


def _meta(row: Json) -> Json:
    """What was decided about the reply, and what it took."""
    kept: Json = {
        name: value[:200] if isinstance(value, str) else value
        for name in KEPT
        if isinstance(value := row.get(name), str | bool | int) and value != ""
    }
    took = {"in": whole(row.get("input_tokens")), "out": whole(row.get("output_tokens"))}
    tokens = {kind: n for kind, n in took.items() if n}
    cost = row.get("cost_usd", row.get("cost"))
    paid = isinstance(cost, int | float) and not isinstance(cost, bool) and 0 < cost < 1e6
    return kept | ({"tokens": tokens} if tokens else {}) | ({"cost": cost} if paid else {})
