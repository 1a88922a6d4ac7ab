"""Where redaction finds something in a long text: rule, line and column, never the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.text.redact import Redactor

OVERLAP = 65_536
"""Characters looked at again with what follows them: a find that a part cuts is found whole."""


class Place(NamedTuple):
    """One find: which rule, where it begins (both from 1) and how many characters it has."""

    rule: str
    line: int
    column: int
    length: int


def places(redactor: Redactor, parts: Iterable[str]) -> Iterator[Place]:
    """Every find in the text that these parts make, in order; each part is held once, and the
    end of the one before it."""
    spot, held = _Spot(), ""
    for part in parts:
        held += part
        if len(held) <= 2 * OVERLAP:
            continue
        # What begins in the overlap waits for what follows; a line is the best place to cut.
        cut = held.rfind("\n", 0, len(held) - OVERLAP) + 1 or len(held) - OVERLAP
        for place, end in _found(redactor, held, spot, cut):
            cut = max(cut, end)
            yield place
        held = spot.after(held, cut)
    for place, _ in _found(redactor, held, spot, len(held)):
        yield place


def _found(redactor: Redactor, text: str, spot: _Spot, before: int) -> Iterator[tuple[Place, int]]:
    """What begins before there, and where it ends."""
    for found in redactor.redact(text).found:
        if found.start < before:
            line, column = spot.of(text, found.start)
            yield Place(found.rule, line, column, found.end - found.start), found.end


class _Spot:
    """Which line and column the text at hand begins with."""

    def __init__(self) -> None:
        self._line = 1
        self._column = 1

    def of(self, text: str, at: int) -> tuple[int, int]:
        """The line and column of a place in it."""
        breaks = text.count("\n", 0, at)
        if not breaks:
            return self._line, self._column + at
        return self._line + breaks, at - text.rfind("\n", 0, at)

    def after(self, text: str, at: int) -> str:
        """What is left of the text from there on, which it now begins with."""
        self._line, self._column = self.of(text, at)
        return text[at:]
