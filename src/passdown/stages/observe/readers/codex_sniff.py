"""Whether bytes are a Codex rollout, from the content alone."""

from __future__ import annotations

from msgspec import DecodeError, Raw, Struct, json as fast

from passdown.stages.observe.readers.glimpse import share

_KINDS = frozenset({"session_meta", "turn_context", "response_item", "event_msg", "compacted"})
_ITEMS = frozenset({"message", "reasoning", "function_call", "function_call_output"})
_MARKS = (b'"type":"session_meta"', b'"type":"response_item"', b'"base_instructions":')


class _Glimpse(Struct):
    """Just enough of a line to tell whose it is."""

    type: str | None = None
    payload: Raw = Raw(b"")
    timestamp: str | None = None
    record_type: str | None = None
    id: str | None = None
    git: Raw = Raw(b"")
    instructions: Raw = Raw(b"")
    content: Raw = Raw(b"")


_decoder = fast.Decoder(_Glimpse)


def sureness(head: bytes) -> float:
    """The share of the first lines that only Codex writes like that."""
    return share(head, _score, _MARKS)


def _score(line: bytes) -> float | None:
    """None when it is no JSON at all: a torn or damaged line says nothing of its format."""
    try:
        found = _decoder.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if bytes(found.payload)[:1] == b"{":
        return 1.0 if found.type in _KINDS else 0.3 * bool(found.type and found.timestamp)
    return _bare(found)


def _bare(found: _Glimpse) -> float:
    """A line of the first versions: the payload alone."""
    if found.record_type == "state":
        return 0.9
    if found.type is None:
        begun = found.id and found.timestamp and (found.git or found.instructions)
        return 0.9 if begun else 0.0
    texts = b'"input_text"' in bytes(found.content) or b'"output_text"' in bytes(found.content)
    return 0.7 if found.type in _ITEMS and (found.type != "message" or texts) else 0.0
