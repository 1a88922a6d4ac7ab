"""The outlines of many texts, to tell most of them from one at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unavailable
from passdown.text.vectors import Outline, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORDS = 4
"""Numbers of 64 bits that an outline's bits fill."""


class Outlines:
    """Texts with their outlines; with arrays where there are any, one by one where there are
    none: what is found is the same."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(texts)
        self._outlines = [outline(text) for text in self._texts]
        self._packed = _packed(self._outlines)

    def not_beyond(self, other: Outline, least: float) -> Iterator[str]:
        """Those texts whose cosine with the other may be `least` or more, in their order."""
        if self._packed is not None:
            return (self._texts[n] for n in _within(*self._packed, other, least))
        told = zip(self._texts, self._outlines, strict=True)
        return (text for text, one in told if not one.beyond(other, least))


def _packed(outlines: list[Outline]) -> tuple[Any, Any] | None:
    try:
        from passdown.text.arrays import np
    except (ImportError, Unavailable):
        return None
    packed = b"".join(one.bits.to_bytes(8 * _WORDS, "little") for one in outlines)
    bits = np.frombuffer(packed, "<u8").reshape(-1, _WORDS)
    return bits, np.array([one.many for one in outlines], float)


def _within(bits: Any, many: Any, other: Outline, least: float) -> list[int]:
    from passdown.text.arrays import np

    own = np.frombuffer(other.bits.to_bytes(8 * _WORDS, "little"), "<u8")
    share = 1 - least * least
    lacks = np.bitwise_count(bits & ~own).sum(axis=1), np.bitwise_count(own & ~bits).sum(axis=1)
    found = (lacks[0] <= share * many) & (lacks[1] <= share * other.many)
    places: list[int] = np.flatnonzero(found).tolist()
    return places
