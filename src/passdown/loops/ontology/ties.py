"""Which names stand together and how strongly, kept while claims and relations come and go."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.ontology.world import MOST_IN_ONE, MOST_SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.domain.clock import At


class Holding(NamedTuple):
    """A claim in force: its key, the names in its own words and as they are called, the sessions
    that tell it, and until when it holds ('' for good)."""

    key: str
    said: tuple[str, ...]
    names: tuple[str, ...]
    sessions: tuple[str, ...]
    until: At


class Ties:
    """Claims by id, who holds each name, and what all ties of each name weigh."""

    def __init__(self) -> None:
        self.holdings: dict[str, Holding] = {}
        self.holders: dict[str, set[str]] = {}
        self.degree: dict[str, int] = {}
        self._claimed: dict[str, dict[str, int]] = {}
        self._related = Counter[tuple[str, str]]()

    def hold(self, id: str, one: Holding) -> None:
        """A claim came; there is none of this id."""
        self.holdings[id] = one
        for name in one.names:
            self.holders.setdefault(name, set()).add(id)
        for lower, upper in _pairs(one.names):
            was = self._claimed.get(lower, {}).get(upper, 0)
            if not was:
                self._claim(lower, upper, min(MOST_SESSIONS, len(one.sessions)))
            elif was < MOST_SESSIONS:
                self._claim(lower, upper, self._told(lower, upper))

    def drop(self, id: str) -> Holding | None:
        """A claim went; None where there is none."""
        one = self.holdings.pop(id, None)
        for name in one.names if one else ():
            self.holders[name].discard(id)
            if not self.holders[name]:
                del self.holders[name]
        for lower, upper in _pairs(one.names) if one else ():
            self._claim(lower, upper, self._told(lower, upper))
        return one

    def relate(self, one: str, other: str, weight: int) -> None:
        """A relation came, or with less than nothing went; what is tied to itself is not tied."""
        if one != other:
            lower, upper = min(one, other), max(one, other)
            self._related[lower, upper] += weight
            if not self._related[lower, upper]:
                del self._related[lower, upper]
            self._more(lower, upper, weight)

    def among(self, names: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """The ties between these, each with its weight."""
        shown = frozenset(names)
        found: dict[tuple[str, str], int] = {}
        for lower in names:
            row = self._claimed.get(lower, {})
            for upper in shown.intersection(row):
                found[lower, upper] = row[upper]
        for pair, n in self._related.items():
            if shown.issuperset(pair):
                found[pair] = found.get(pair, 0) + n
        return found

    def _told(self, one: str, other: str) -> int:
        """How many sessions tell that the two belong together; no more than are counted."""
        ids, others = self.holders.get(one, set()), self.holders.get(other, set())
        few, many = (ids, others) if len(ids) <= len(others) else (others, ids)
        sessions = set[str]()
        for id in few:
            if id in many:
                claim = self.holdings[id]
                first = claim.names[:MOST_IN_ONE]
                if one in first and other in first:
                    sessions.update(claim.sessions)
                    if len(sessions) >= MOST_SESSIONS:
                        return MOST_SESSIONS
        return len(sessions)

    def _claim(self, lower: str, upper: str, weight: int) -> None:
        row = self._claimed.setdefault(lower, {})
        was = row.pop(upper, 0)
        if weight:
            row[upper] = weight
        elif not row:
            del self._claimed[lower]
        self._more(lower, upper, weight - was)

    def _more(self, one: str, other: str, weight: int) -> None:
        for name in (one, other) if weight else ():
            total = self.degree.get(name, 0) + weight
            if total:
                self.degree[name] = total
            else:
                del self.degree[name]


def _pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    return combinations(sorted(names[:MOST_IN_ONE]), 2)
