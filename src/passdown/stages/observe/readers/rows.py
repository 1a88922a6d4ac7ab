"""What others exported as JSON: a value a line, all of them in one array, or one document."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import json as fast

from passdown.contract.reader import Line
from passdown.domain.clock import from_seconds, parse
from passdown.stages.observe.readers.document import Piece, load, pieces, text
from passdown.stages.observe.readers.telling import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.contract.reader import Json
    from passdown.domain.clock import At

NAMES = ("session_id", "conversation_id", "id", "instance_id", "task_id", "question_ID")
"""Fields that name a session, the surest first."""
TIMES = ("timestamp", "created_at", "created", "date", "ts")
"""Fields that say when something was said."""

# Names that are one of a kind by their make; all others may be used again by another dataset.
_UNIQUE = re.compile(r"(?:[A-Za-z]{1,20}[-_])?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_MILLIS = 1e11


class Row(NamedTuple):
    """One exported value and where it stands; without one, why there is none."""

    value: Any
    offset: int
    raw: bytes
    damaged: bool = False
    reason: str = ""


def rows(line: Line, is_one: Callable[[list[Any]], bool]) -> Iterator[Row]:
    """The objects of a line or document; an array is its elements, unless it is one value itself.
    A document that is none is read line by line."""
    found = load(line.raw)
    if not found.reason:
        yield from _elements(found.value, line, is_one, damaged=found.damaged)
    elif b"\n" not in line.raw.strip():
        yield Row(None, line.offset, line.raw, reason=found.reason)
    else:
        offset = line.offset
        for raw in line.raw.split(b"\n"):
            if raw.strip():
                yield from rows(Line(offset, raw), is_one)
            offset += len(raw) + 1


def _elements(
    value: Any, line: Line, is_one: Callable[[list[Any]], bool], *, damaged: bool
) -> Iterator[Row]:
    if not isinstance(value, list) or is_one(value):
        yield _row(value, line.offset, line.raw, damaged=damaged)
        return
    found = pieces(line.raw) or []
    if len(found) != len(value):
        found = [Piece(0, line.raw)] * len(value)
    for one, (start, raw) in zip(value, found, strict=True):
        yield _row(one, line.offset + start, raw, damaged=damaged)


def _row(value: Any, offset: int, raw: bytes, *, damaged: bool) -> Row:
    reason = "" if isinstance(value, dict | list) else "not an object"
    return Row(value, offset, raw, damaged, reason)


def identity(format: str, row: Json, messages: list[Any]) -> str:
    """The session's name, the same in every file: its own where no other can have it, else one
    made of what it begins with, up to the first answer."""
    own = next((str(row[n]) for n in NAMES if isinstance(row.get(n), str | int)), "")[:120]
    if _UNIQUE.fullmatch(own):
        return own
    begins = [one for one in takewhile(lambda one: not _answers(one), messages)]
    begins = messages[: len(begins) + 1]
    trial = row.get("trial")
    made = digest(canonical([when(row), trial if isinstance(trial, int) else None, begins]))
    return f"{own or format}-{made}"


def _answers(message: Any) -> bool:
    who = message.get("role") or message.get("from") if isinstance(message, dict) else ""
    return who in ("assistant", "gpt", "model", "ai")


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, however it was written."""
    return fast.encode(value, order="deterministic")


def when(value: Json) -> At:
    """When it was said; '' where that is not known."""
    for name in TIMES:
        told = value.get(name)
        if not told:
            continue
        if isinstance(told, int | float) and not isinstance(told, bool) and told > 0:
            return from_seconds(told / 1000 if told > _MILLIS else told) if told < 1e15 else ""
        if at := parse(text(told)):
            return at
    return ""
