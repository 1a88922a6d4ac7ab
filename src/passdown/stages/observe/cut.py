"""A long text cut to its two ends, so that no cut lays half a secret bare."""

from __future__ import annotations

import re

MARGIN = 1024
"""How far beyond what is kept secrets are looked for."""
FAR = 16_384
"""How far when something long begins or ends there: a key block, a line without a space."""

_SPACE = re.compile(r"\s")
_BLOCKS = ("-----BEGIN", "-----END")
_DASHES = "-----"


def halves(text: str, half: int) -> tuple[str, str] | None:
    """The beginning and the end to redact where `half` of each is kept; None when they meet: then
    the whole text is."""
    blocks = _DASHES in text and any(mark in text for mark in _BLOCKS)
    margin = FAR if blocks else MARGIN
    first = _onward(text, half + margin)
    last = _back(text, len(text) - half - margin)
    return (text[:first], text[last:]) if first < last else None


def joined(head: str, tail: str, half: int, long: int) -> str:
    """The kept parts of two redacted halves of a text that was so long. What stands at their inner
    edges may be half a secret, which no rule knows: it is never kept."""
    return _noted(head[: -MARGIN // 2], tail[MARGIN // 2 :], half, long)


def shortened(text: str, half: int) -> str:
    """A redacted text, or its two ends when it has more bytes than both."""
    if len(text) <= 2 * half and (text.isascii() or len(_bytes(text)) <= 2 * half):
        return text
    return _noted(text, text, half, len(text))


def _noted(head: str, tail: str, half: int, long: int) -> str:
    first, last = _first(head, half), _last(tail, half)
    return f"{first}\n[… {long - len(first) - len(last):,} characters left out …]\n{last}"


def _onward(text: str, place: int) -> int:
    """The first space from there on."""
    found = _SPACE.search(text, place, place + FAR)
    return found.start() if found else min(place + FAR, len(text))


def _back(text: str, place: int) -> int:
    """The place after the last space before there."""
    earliest = max(place - FAR, 0)
    return max(earliest, *(text.rfind(c, earliest, max(place, 0)) + 1 for c in " \n\t"))


def _first(text: str, most: int) -> str:
    piece = text[:most]
    return piece if piece.isascii() else _bytes(piece)[:most].decode("utf-8", "ignore")


def _last(text: str, most: int) -> str:
    piece = text[-most:]
    return piece if piece.isascii() else _bytes(piece)[-most:].decode("utf-8", "ignore")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
