"""How sure a reader of lines can be from the beginning of a file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 40
"""Lines looked at."""


def share(
    head: bytes, score: Callable[[bytes], float | None], marks: tuple[bytes, ...] = ()
) -> float:
    """The mean score of the first lines, None being one that says nothing. A head that is one
    piece of a long line is half sure where a mark stands in it."""
    *lines, cut = head.split(b"\n")
    scores = (score(line) for line in lines[:LINES] if line.strip())
    seen = [one for one in scores if one is not None]
    if seen:
        return sum(seen) / len(seen)
    alone = score(cut)
    if alone is not None:
        return alone
    begun = cut.lstrip()[:1] == b"{"
    return 0.5 if begun and any(mark in cut for mark in marks) else 0.0
