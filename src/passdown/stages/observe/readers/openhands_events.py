"""OpenHands' events: a list of them as the application exports it, or a line each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Skip
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import load, pieces, record, table, text
from passdown.stages.observe.readers.glimpse import share
from passdown.stages.observe.readers.openhands_event import is_event
from passdown.stages.observe.readers.openhands_run import AGENT, Run
from passdown.stages.observe.readers.outline import is_document
from passdown.stages.observe.readers.rows import identity
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line

NAME = "openhands_events"
FOLDER = "events"
"""Where a conversation's own folder keeps its events."""
_ALONE = re.compile(r"(?:\d{1,9}|event-\d{5,9}-[0-9a-fA-F-]{8,40})\.json")
_MARKS = (b'"kind":"ConversationStateUpdateEvent"', b'"observation": "agent_state_changed"')
_BEGINS = re.compile(rb'\s*\{\s*"(?:id|timestamp|source)"\s*:')
_SOURCE = re.compile(rb'"source"\s*:\s*"(?:user|agent|environment)"')
_NAMED = re.compile(rb'"(?:action|observation)"\s*:\s*"[a-z_]+"')
_HELD = re.compile(rb'"(?:args|extras|tool_call_metadata)"\s*:\s*\{')
# The kind of a long event may stand beyond the head.
_KIND = re.compile(
    rb'"kind"\s*:\s*"[A-Za-z]+(?:Event|Observation)"'
    rb'|"(?:llm_message|tool_call|action|observation)"\s*:\s*\{'
)


@dataclass(frozen=True, slots=True)
class OpenHandsEvents:
    """The reader of both. Their own store keeps an event a file, in a folder of the session."""

    unit: Literal["line", "file"] = "file"
    session: str = ""

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def verified(self) -> bool:
        """It was checked against real files of both."""
        return True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        begun = head.lstrip()
        if begun[:1] == b"[":
            return _score(begun[1:]) or 0.0
        return share(begun, _score, _MARKS)

    def shaped(self, head: bytes) -> OpenHandsEvents:
        """A document is read at once, lines as they come."""
        return replace(self, unit="file" if is_document(head) else "line")

    def at(self, path: str) -> OpenHandsEvents:
        """An event that stands alone belongs to the session that its folder is named after."""
        place = Path(path)
        if place.parent.name != FOLDER or not _ALONE.fullmatch(place.name):
            return self
        return replace(self, session=identity(AGENT, {"id": place.parent.parent.name}, []))

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        if self.session:
            known.kept.update(session=self.session, alone=True)
        for line in lines:
            if line.raw.lstrip()[:1] == b"[":
                yield from _document(line, known)
            else:
                found = record(line.raw)
                value, damaged = table(found.value), found.damaged
                yield from _event(
                    value, line.raw, line.offset, known, found.reason, damaged=damaged
                )


READER = OpenHandsEvents()


def _score(line: bytes) -> float | None:
    if line.lstrip()[:1] != b"{":
        return None
    if not _BEGINS.match(line) or not _SOURCE.search(line):
        return 0.0
    return 1.0 if _KIND.search(line) or (_NAMED.search(line) and _HELD.search(line)) else 0.0


def _document(line: Line, known: Memory) -> Iterator[Drawn]:
    placed = pieces(line.raw)
    if placed is None:
        found = load(line.raw)
        if not isinstance(found.value, list):
            yield Skip(line.offset, found.reason or "not a list of events")
            return
        for value in found.value:
            yield from _event(table(value), line.raw, line.offset, known, damaged=True)
        return
    for piece in placed:
        value = table(load(piece.raw).value)
        yield from _event(value, piece.raw, line.offset + piece.offset, known)


def _event(
    value: Json, raw: bytes, offset: int, known: Memory, reason: str = "", *, damaged: bool = False
) -> Iterator[Drawn]:
    """One event; the first names the conversation, for nothing else does."""
    if reason or not is_event(value):
        yield Skip(offset, reason or "no event")
        return
    kept = known.kept
    session = str(kept.setdefault("session", f"openhands-{digest(_name(value, offset))}"))
    shared: Json = {"damaged": True} if damaged else {}
    spot = Spot(f"{session}:{_id(value, offset)}", offset, len(raw), meta=shared)
    yield from Run(known, session, alone=bool(kept.get("alone"))).tell(value, spot)


def _name(value: Json, offset: int) -> str:
    said = text(value.get("message")) or text(value.get("content")) or text(value.get("key"))
    return f"{_id(value, offset)} {text(value.get('timestamp'))} {said[:1000]}"


def _id(value: Json, offset: int) -> Any:
    id = value.get("id")
    return id if isinstance(id, str | int) and id != "" else f"@{offset}"
