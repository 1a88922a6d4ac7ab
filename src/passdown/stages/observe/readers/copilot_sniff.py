"""Whether bytes are a session of Copilot CLI, from the content alone."""

from __future__ import annotations

from msgspec import DecodeError, Raw, Struct, json as fast

from passdown.stages.observe.readers.glimpse import share

_FAMILIES = frozenset(
    {
        "abort",
        "assistant",
        "hook",
        "permission",
        "session",
        "skill",
        "subagent",
        "system",
        "tool",
        "user",
    }
)
_MARKS = (b'"producer":"copilot', b'"copilotVersion":', b'"transformedContent":')


class _Glimpse(Struct):
    """Just enough of a line to tell whose it is."""

    type: str | None = None
    data: Raw = Raw(b"")
    timestamp: str | None = None


_decoder = fast.Decoder(_Glimpse)


def sureness(head: bytes) -> float:
    """The share of the first lines that only Copilot writes like that."""
    return share(head, _score, _MARKS)


def _score(line: bytes) -> float | None:
    """None when it is no JSON at all: a torn or damaged line says nothing of its format."""
    try:
        found = _decoder.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    family, dot, _ = (found.type or "").partition(".")
    alike = bytes(found.data)[:1] == b"{" and (dot or family == "abort")
    return (1.0 if family in _FAMILIES else 0.3) if alike else 0.0
