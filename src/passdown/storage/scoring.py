"""How well a record's words match, the same in every backend: the database finds, this ranks."""

from __future__ import annotations

from functools import lru_cache
from heapq import heapify, heappop
from math import log
from typing import TYPE_CHECKING, TypeAlias

from passdown.storage.index import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.domain.record import Record

LOOKED_AT = 1_500
"""Records whose words are looked at for one question."""

K1, B, TYPICAL = 1.2, 0.75, 12.0
"""BM25 over words that occur or do not: its usual constants, and about as many words as a record
has."""


Scored: TypeAlias = tuple[float, str, str]
"""A record that matches, by what it is sorted by: its score below zero, its id and its words. A
plain tuple: there are a thousand of them to a question, and few become a Hit."""


def hit(one: Scored, record: Record) -> Hit:
    """The same as a result."""
    return Hit(record, -one[0], tuple(one[2].split()))


def scored(rows: Iterable[Sequence[str]], having: Mapping[str, int], many: int) -> Iterator[Scored]:
    """Ids with their words, best first, then by id; only words that some record has count. As many
    are put in order as are asked for."""
    weights = [(f" {word} ", _weight(n, many)) for word, n in sorted(having.items())]
    found, scale, long = [], K1 + 1, _long
    for id, words in rows:
        framed, has = f" {words} ", 0.0
        for word, weight in weights:
            if word in framed:
                has += weight
        found.append((-has * scale / long(words.count(" ")), id, words))
    heapify(found)
    while found:
        yield heappop(found)


@lru_cache(maxsize=256)
def _long(spaces: int) -> float:
    """How much its length takes from a record with so many words but one."""
    return 1 + K1 * (1 - B + B * (spaces + 1) / TYPICAL)


def _weight(having: int, many: int) -> float:
    return log(1 + max(0, many - having + 0.5) / (having + 0.5))
