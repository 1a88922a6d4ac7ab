"""One event as it was posted, made what it means: names, defaults and their precedence."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from passdown.domain.clock import from_seconds, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.domain.clock import At

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

SOURCES = ("mcp", "scenario", "auditor", "bot")
USUAL = "scenario"
"""What an event of no or an unknown source counts as."""

ENDPOINTS = {"auditor": "auditor:verdict", "bot": "bot:cycle"}
USUAL_ENDPOINT = "scenario:fill"
ABSENT = "?"
DEEPEST = 32
SHORT = 10**7
"""A whole number below this is no card, phone or key."""
MILLISECONDS = 1e11
"""A time above this is in milliseconds: in seconds it would be in the year 5138."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, under one set of names; `unknown` when its source is none of ours, `meta`
    holds all that has no name here."""

    source: str
    timestamp: At
    success: bool
    duration_ms: float
    endpoint: str
    input_summary: str
    output_summary: str
    event_kind: str = ""
    sig_hash: str = ""
    error: str = ""
    staffer_id: str = ""
    unknown: bool = False
    meta: Json = field(default_factory=dict)


def event_of(raw: Json, now: At) -> Event:
    """The event that this object tells of; a value of the wrong type counts as absent and is
    kept in `meta`."""
    fields = _Fields(raw)
    unknown = raw.get("source") not in (None, *SOURCES)
    source = USUAL if unknown else fields.text("source") or USUAL
    kind, error = fields.text("event_kind"), fields.text("error") or ""
    success = fields.flag("success", "ok") or False
    what, said = fields.text("input_summary"), fields.text("output_summary", "one_liner")
    return Event(
        source=source,
        timestamp=fields.time("timestamp") or now,
        success=success,
        duration_ms=fields.number("duration_ms", "audit_duration_ms") or 0,
        endpoint=fields.text("endpoint") or ENDPOINTS.get(source, USUAL_ENDPOINT),
        input_summary=_asked(kind, raw) if what is None else what,
        output_summary=("ok" if success else error or "failed") if said is None else said,
        event_kind=kind or "",
        sig_hash=fields.text("sig_hash") or "",
        error=error,
        staffer_id=fields.text("staffer_id") or "",
        unknown=unknown,
        meta=fields.rest,
    )


def redacted(value: Any, clean: Callable[[str], str], name: str = "", depth: int = 0) -> Any:
    """The value with every text in it redacted, each seen beside its name: `hunter2` alone is a
    word, under `password` it is a secret. What nests deeper than anybody writes is cut off."""
    if isinstance(value, dict | list) and depth >= DEEPEST:
        return "…"
    if isinstance(value, dict):
        each = ((str(key), inner) for key, inner in value.items())
        return {clean(key): redacted(inner, clean, key, depth + 1) for key, inner in each}
    if isinstance(value, list):
        return [redacted(inner, clean, name, depth + 1) for inner in value]
    if value is None or isinstance(value, bool) or (type(value) is int and abs(value) < SHORT):
        return value
    said = _beside(name, str(value), clean)
    is_kept = said == str(value) and not (isinstance(value, float) and not math.isfinite(value))
    return value if is_kept else said


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def _beside(name: str, text: str, clean: Callable[[str], str]) -> str:
    if not name:
        return clean(text)
    said = clean(f'{name}="{text}"')
    for head in (f'{name}="', f'{clean(name)}="'):
        if said.startswith(head) and said.endswith('"'):
            return said[len(head) : -1]
    return said


class _Fields:
    """An object's fields, by type; what is taken is no longer in `rest`."""

    def __init__(self, raw: Json) -> None:
        self.rest = dict(raw)

    def text(self, name: str, *others: str) -> str | None:
        """The first of these that is text, or a number as text."""
        return self._first((name, *others), _as_text)

    def flag(self, name: str, *others: str) -> bool | None:
        """The first of these that is true or false."""
        return self._first((name, *others), lambda v: v if isinstance(v, bool) else None)

    def number(self, name: str, *others: str) -> float | None:
        """The first of these that is a number."""
        return self._first((name, *others), _as_number)

    def time(self, name: str) -> At | None:
        """A time: ISO 8601, or seconds or milliseconds since 1970."""
        return self._first((name,), _as_time)

    def _first(self, names: tuple[str, ...], read: Callable[[Any], T | None]) -> T | None:
        for name in names:
            value = read(self.rest.get(name))
            if value is not None:
                del self.rest[name]
                return value
        return None


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    number = _as_number(value)
    return None if number is None else _plainly(number)


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 2**63 and math.isfinite(value) else None


def _as_time(value: Any) -> At | None:
    number = _as_number(value)
    if number is None and isinstance(value, str):
        if not value.isascii() or not value.isdecimal() or len(value) > 15:
            return parse(value) or None
        number = int(value)
    if number is None or number < 0:
        return None
    return from_seconds(number / 1000 if number > MILLISECONDS else number)


def _plainly(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _asked(kind: str | None, raw: Json) -> str:
    """What it was about, in one line made of its parts."""
    role, count, city, state = (
        ABSENT if (said := _as_text(raw.get(name))) is None else said
        for name in ("role", "count", "city", "state")
    )
    return f"{ABSENT if kind is None else kind} {role}x{count} in {city}, {state}"
