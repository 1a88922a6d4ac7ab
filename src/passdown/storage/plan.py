"""What a full-text index is asked: never more than can be ranked soon, however many words there
are and however frequent they are."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST = 300
"""Entries that are expected for one question; with fewer, every word is asked for, as in a plain
OR. Of the ten best of 100,000 records by all words, 97 % are found so (by `MOST` rarest words
without pairs 58 %)."""

STEPS = 10_000
"""Entries that are gone through to find those that have two words."""

BOTH = {" OR ": " AND ", " | ": " & "}
"""How all of some words are asked for, where any of them is asked for so."""


def choose(words: Sequence[str], having: Mapping[str, int], many: int) -> list[tuple[str, ...]]:
    """What to ask for, any of these: the rarest words each by itself, then two frequent ones
    together, as far as there is room. Where even two are found too often, as many as it takes.
    None when no word is anywhere."""
    known = sorted((w for w in words if having.get(w)), key=lambda w: (having[w], w))
    chosen: list[tuple[str, ...]] = []
    room = float(MOST)
    while len(chosen) < len(known) and having[known[len(chosen)]] <= room:
        room -= having[known[len(chosen)]]
        chosen.append((known[len(chosen)],))
    frequent = known[len(chosen) :]
    chosen += _pairs(frequent, having, many, room)
    return chosen or ([_together(frequent, having, many)] if frequent else [])


def _pairs(
    words: Sequence[str], having: Mapping[str, int], many: int, room: float
) -> list[tuple[str, ...]]:
    """Two words each, the seldom found together first, as if words were independent."""
    chosen: list[tuple[str, ...]] = []
    steps = STEPS
    for pair in sorted(combinations(words, 2), key=lambda p: (having[p[0]] * having[p[1]], p)):
        expected = _expected(pair, having, many)
        if expected > room:
            break
        if having[pair[0]] <= steps:
            chosen.append(pair)
            room, steps = room - expected, steps - having[pair[0]]
    return chosen


def _together(words: Sequence[str], having: Mapping[str, int], many: int) -> tuple[str, ...]:
    """As many of the words, from the rarest on, as it takes to find few entries."""
    number = 1
    while number < len(words) and _expected(words[:number], having, many) > MOST:
        number += 1
    return tuple(words[:number])


def _expected(words: Sequence[str], having: Mapping[str, int], many: int) -> float:
    expected = float(max(1, many))
    for word in words:
        expected *= having[word] / max(1, many)
    return expected


def planned(
    words: Sequence[str],
    having: Mapping[str, int],
    many: int,
    quoted: Callable[[str], str] = str,
    either: str = " OR ",
) -> str:
    """The same as a database is asked; '' when no word is anywhere."""
    return either.join(
        f"({BOTH[either].join(map(quoted, group))})" for group in choose(words, having, many)
    )
