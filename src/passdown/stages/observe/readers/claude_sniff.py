"""Whether bytes are a Claude Code transcript, from the content alone."""

from __future__ import annotations

import re

from msgspec import DecodeError, Raw, Struct, json as fast

_SPOKEN = frozenset({"user", "assistant", "system", "progress", "attachment"})
_KEPT = frozenset(
    {
        "agent-name",
        "ai-title",
        "custom-title",
        "file-history-snapshot",
        "frame-link",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "queue-operation",
        "result",
        "summary",
        "tag",
    }
)
_LINES = 40
_CUT = re.compile(
    rb'"type"\s*:\s*"file-history-snapshot"|"(?:parentUuid|isSidechain)"\s*:\s*["ntf]'
)


class _Glimpse(Struct):
    """Just enough of a line to tell whose it is."""

    type: str | None = None
    sessionId: str | None = None  # noqa: N815 - the name in the file
    session_id: str | None = None
    leafUuid: str | None = None  # noqa: N815 - the name in the file
    messageId: str | None = None  # noqa: N815 - the name in the file
    snapshot: Raw = Raw(b"")


_decoder = fast.Decoder(_Glimpse)


def sureness(head: bytes) -> float:
    """The share of the first lines that only Claude Code writes like that; a head that is one
    piece of a long line is judged by the keys in it."""
    *lines, cut = head.split(b"\n")
    seen = [score for line in lines[:_LINES] if line.strip() and (score := _line(line)) is not None]
    if not seen:
        alone = _line(cut)
        return alone if alone is not None else _partial(cut)
    return sum(seen) / len(seen)


def _line(line: bytes) -> float | None:
    """None when it is no JSON at all: a torn or damaged line says nothing of its format."""
    try:
        found = _decoder.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    session = found.sessionId or found.session_id
    if found.type in _SPOKEN:
        return 1.0 if session else 0.0
    if found.type in _KEPT:
        return 0.9 if session or found.leafUuid or (found.messageId and found.snapshot) else 0.0
    return 0.3 if found.sessionId and found.type else 0.0


def _partial(cut: bytes) -> float:
    start = cut.lstrip()[:1]
    return 0.5 if start == b"{" and _CUT.search(cut) else 0.0
