"""Whether bytes are a pi session, from the content alone."""

from __future__ import annotations

from msgspec import DecodeError, Raw, Struct, json as fast

from passdown.stages.observe.readers.glimpse import share

_CHANGES = frozenset({"model_change", "thinking_level_change"})
_OTHERS = frozenset({"branch_summary", "compaction", "custom", "custom_message", "label"})
_MARKS = (b'"role":"toolResult"', b'"type":"toolCall"')


class _Said(Struct):
    role: str | None = None


class _Glimpse(Struct, rename="camel"):
    """Just enough of a line to tell whose it is."""

    type: str | None = None
    id: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    message: _Said | None = None
    model_id: str | None = None
    thinking_level: str | None = None
    session_id: Raw = Raw(b"")
    uuid: Raw = Raw(b"")


_decoder = fast.Decoder(_Glimpse)


def sureness(head: bytes) -> float:
    """The share of the first lines that only pi writes like that."""
    return share(head, _score, _MARKS)


def _score(line: bytes) -> float | None:
    """None when it is no JSON at all: a torn or damaged line says nothing of its format."""
    try:
        found = _decoder.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not found.timestamp or bytes(found.session_id) or bytes(found.uuid):
        return 0.0
    return _entry(found)


def _entry(found: _Glimpse) -> float:
    if found.type == "session":
        return 1.0 if found.cwd is not None else 0.3
    if found.type == "message":
        return 1.0 if found.message and found.message.role else 0.0
    if found.type in _CHANGES:
        return 1.0 if found.model_id or found.thinking_level else 0.3
    return 0.8 if found.type in _OTHERS and found.id else 0.0
