"""How well a record's words match, the same in every backend: the database finds, this ranks."""

from __future__ import annotations

from functools import lru_cache
from heapq import heapify, heappop
from itertools import repeat
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
    each = [(id, words, f" {words} ") for id, words in rows]
    known = sorted(having.items())
    # Word by word and not record by record: which words one has is soon told of all of them, and
    # what some of them weigh together is summed once.
    columns = [[asked in framed for _, _, framed in each] for asked in (f" {w} " for w, _ in known)]
    has = list(zip(*columns, strict=True)) if columns else list(repeat((), len(each)))
    weights = [_weight(n, many) for _, n in known]
    worth = {some: -_sum(some, weights) * (K1 + 1) for some in set(has)}
    found = [
        (worth[some] / _long(words.count(" ")), id, words)
        for some, (id, words, _) in zip(has, each, strict=True)
    ]
    heapify(found)
    while found:
        yield heappop(found)


def _sum(some: Sequence[bool], weights: Sequence[float]) -> float:
    """What those words weigh, added in their order: another would change the last digit."""
    total = 0.0
    for there, weight in zip(some, weights, strict=True):
        if there:
            total += weight
    return total


@lru_cache(maxsize=256)
def _long(spaces: int) -> float:
    """How much its length takes from a record with so many words but one."""
    return 1 + K1 * (1 - B + B * (spaces + 1) / TYPICAL)


def _weight(having: int, many: int) -> float:
    return log(1 + max(0, many - having + 0.5) / (having + 0.5))
