"""Texts between tags, found in one pass: a tag that is never closed costs nothing twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Tagged(NamedTuple):
    """What stands between a tag and its end, and where the whole stands."""

    name: str
    text: str
    start: int
    end: int


def tagged(words: str, opening: re.Pattern[str], *, open_ended: bool = False) -> Iterator[Tagged]:
    """The texts whose opening tag this pattern finds, its first group being the name; none inside
    another. With `open_ended` the last may lack its end."""
    missing: set[str] = set()
    at = 0
    while found := opening.search(words, at):
        name, begin = found[1], found.end()
        end = -1 if name in missing else words.find(f"</{name}>", begin)
        if end >= 0:
            at = end + len(name) + 3
            yield Tagged(name, words[begin:end], found.start(), at)
        elif open_ended:
            yield Tagged(name, words[begin:], found.start(), len(words))
            return
        else:
            missing.add(name)
            at = begin


def outside(words: str, parts: list[Tagged]) -> str:
    """The text without those parts."""
    ends = [0, *(part.end for part in parts)]
    starts = [*(part.start for part in parts), len(words)]
    return "".join(words[a:b] for a, b in zip(ends, starts, strict=True))


def unruled(words: str) -> str:
    """The text without the rule that ends it, and without space around it."""
    words = words.strip()
    return words[:-3].rstrip() if words == "---" or words.endswith("\n---") else words
