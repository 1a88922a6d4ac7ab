"""What is known as a graph: the names that approved claims hold, and which of them go together."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.record import Life
from passdown.ops.kinds import Name, Text, When
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.query import Changed
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

READ = 3_000
"""Records looked at. Where more are known, those around a name are found by the index of words."""
SPARE = 200
"""Records that are kept beside them."""
NODES, EDGES = 500, 2000
MOST_IN_ONE = 12
"""Names of one record that are paired; a list of a hundred says nothing about any two."""


@operation(
    "graph",
    Effect.READ,
    cli=Shell(
        rows="nodes", columns=("name", "records", "links"), facts=("records", "read", "known")
    ),
    example="passdown graph --limit 20",
)
def graph(
    ctx: Ctx, scope: Name = "", around: Text = "", as_of: When = "", limit: int = 120
) -> dict[str, Any]:
    """The names that most records hold, and how often two of them stand in one; `around` keeps
    those next to one name."""
    from passdown.ops.when import moment

    then = moment(ctx, as_of) if as_of else ""
    most = max(1, min(limit, NODES))
    if around:
        with ctx.store.read(ctx.sight) as tx:
            known = tx.sums.records()
            read = _around(tx, around) if known > READ else tx.knowledge.all("", limit=READ)
            held = [names for names in _held(map(_said, read), scope, then) if around in names]
        return {**_drawn(held, most), "read": len(read), "known": known}
    from passdown.ops.views import kept

    with kept(ctx, ("graph", READ), _First, _First.follow) as (first, tx):
        said, known = first.said(), tx.sums.records()
    held = list(_held(said, scope, then))
    return {**_drawn(held, most), "read": len(said), "known": known}


class _Said(NamedTuple):
    """What a record says here: where it is told, its names, from when until when."""

    scope: str
    names: tuple[str, ...]
    begins: str
    ends: str


class _First:
    """The first records in force by kind and key, as many as are looked at; and some that follow
    them, so that one that goes does not have all of them read anew."""

    def __init__(self, tx: Tx) -> None:
        self._most = READ
        self._read(tx)

    def _read(self, tx: Tx) -> None:
        read = tx.knowledge.all("", limit=self._most + SPARE)
        self._rows = {(one.kind, one.key): _said(one) for one in read}
        self._places = {one.id: (one.kind, one.key) for one in read}
        self._last = max(self._rows) if len(read) == self._most + SPARE else None

    def said(self) -> list[_Said]:
        """What each of them says."""
        return [self._rows[place] for place in sorted(self._rows)[: self._most]]

    def follow(self, changed: Changed, tx: Tx) -> None:
        """Be as if read anew, now that this has changed."""
        for id, record in changed.records.items():
            self._rows.pop(self._places.pop(id, ("", "")), None)
            if record is not None and record.life is Life.ACTIVE:
                place = (record.kind, record.key)
                if self._last is None or place <= self._last:
                    self._rows[place], self._places[id] = _said(record), place
        if self._last is not None and len(self._rows) < self._most:
            self._read(tx)
        elif len(self._rows) > self._most + 2 * SPARE:
            self._cut()

    def _cut(self) -> None:
        """Keep no more than were read at first."""
        kept = sorted(self._rows)[: self._most + SPARE]
        self._last, there = kept[-1], frozenset(kept)
        self._rows = {place: self._rows[place] for place in kept}
        self._places = {id: place for id, place in self._places.items() if place in there}


def _said(record: Record) -> _Said:
    names = tuple(dict.fromkeys(record.body.get("entities") or ()))
    return _Said(record.scope, names, record.valid_from, record.valid_to)


def _drawn(held: list[tuple[str, ...]], limit: int) -> dict[str, Any]:
    nodes = Counter(name for names in held for name in names)
    shown = [name for name, _ in _first(nodes, limit)]
    edges = _edges(held, frozenset(shown))
    links = Counter(name for pair, _ in edges for name in pair)
    return {
        "nodes": [{"name": n, "records": nodes[n], "links": links[n]} for n in shown],
        "edges": [{"from": a, "to": b, "records": n} for (a, b), n in edges],
        "records": len(held),
    }


def _around(tx: Tx, name: str) -> list[Record]:
    """Records in force whose words are those of this name."""
    from passdown.text.tokens import content_words

    hits = tx.index.search(tuple(content_words(name)) or (name,), limit=READ)
    return sorted((hit.record for hit in hits), key=lambda one: (one.kind, one.key))


def _held(read: Iterable[_Said], scope: str, then: str) -> Iterator[tuple[str, ...]]:
    """The names of each record that held at that time."""
    for one in read:
        held = not then or (one.begins <= then and (not one.ends or then < one.ends))
        if one.names and held and scope in ("", one.scope):
            yield one.names


def _edges(held: list[tuple[str, ...]], shown: frozenset[str]) -> list[tuple[tuple[str, str], int]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for names in held:
        kept = sorted(name for name in names if name in shown)[:MOST_IN_ONE]
        pairs.update(combinations(kept, 2))
    return _first(pairs, EDGES)


def _first(counts: Counter[Any], most: int) -> list[tuple[Any, int]]:
    """The most frequent ones, equals by name: the same store, the same graph."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]
