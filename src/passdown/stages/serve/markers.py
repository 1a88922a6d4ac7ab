"""Marks on what is served, and the firewall that knows it again: served text is never evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.record import Record

BEGIN = "<!-- passdown:begin -->"
END = "<!-- passdown:end -->"
SHOWN = 8
MARK = re.compile(r"\[pd:[0-9a-f]{4,12}\]|<!-- passdown:(?:begin|end) -->")

SPAN = 6
"""Words in a row that, found again, are hardly a coincidence."""

ENOUGH = 0.7
"""The share of a served text's spans that makes what repeats them an echo."""


def mark(record: Record) -> str:
    """The id every served line carries."""
    return f"[pd:{record.id[:SHOWN]}]"


def unmarked(text: str) -> str:
    """The text with none of our marks: it can neither end its block nor name another record."""
    return MARK.sub("[mark]", text)


class Firewall:
    """Knows the texts that are or were served, to tell an echo from new evidence."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._spans: dict[tuple[str, ...], list[int]] = {}
        self._sizes: list[int] = []
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        """Know these, too."""
        for text in texts:
            spans = _spans(text)
            self._sizes.append(len(spans))
            for span in spans:
                self._spans.setdefault(span, []).append(len(self._sizes) - 1)

    def is_echo(self, text: str) -> bool:
        """Whether this carries our marks, or repeats most of a text we serve."""
        if ("pd:" in text or "passdown:" in text) and MARK.search(text):
            return True
        if not self._spans:
            return False
        hits: dict[int, int] = {}
        for span in _spans(text):
            for n in self._spans.get(span, ()):
                hits[n] = hits.get(n, 0) + 1
        return any(found >= ENOUGH * self._sizes[n] for n, found in hits.items())


def _spans(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    if len(words) < SPAN:
        return {tuple(words)} if len(words) >= 4 else set()
    return {tuple(words[i : i + SPAN]) for i in range(len(words) - SPAN + 1)}
