"""What is known as a graph: the names that approved claims hold, and which of them go together."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from passdown.ops.kinds import Name, Text, When
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.domain.record import Record
    from passdown.storage.port import Tx

READ = 3_000
"""Records looked at. Where more are known, those around a name are found by the index of words."""
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
    from passdown.ops.still import answered
    from passdown.ops.when import moment

    then = moment(ctx, as_of) if as_of else ""
    asked: dict[str, Any] = {"scope": scope, "then": then, "limit": max(1, min(limit, NODES))}
    if around:
        return _drawn(ctx, around=around, **asked)
    told: dict[str, Any] = answered(
        ctx, "graph", {**asked, "read": READ}, partial(_drawn, ctx, **asked)
    )
    return told


def _drawn(ctx: Ctx, scope: str, then: str, limit: int, around: str = "") -> dict[str, Any]:
    with ctx.store.read(ctx.sight) as tx:
        known = sum(tx.knowledge.counts().values())
        read = _around(tx, around) if around and known > READ else tx.knowledge.all("", limit=READ)
    held = [names for names in _held(read, scope, then) if not around or around in names]
    nodes = Counter(name for names in held for name in names)
    shown = [name for name, _ in _first(nodes, limit)]
    edges = _edges(held, frozenset(shown))
    links = Counter(name for pair, _ in edges for name in pair)
    return {
        "nodes": [{"name": n, "records": nodes[n], "links": links[n]} for n in shown],
        "edges": [{"from": a, "to": b, "records": n} for (a, b), n in edges],
        "records": len(held),
        "read": len(read),
        "known": known,
    }


def _around(tx: Tx, name: str) -> list[Record]:
    """Records in force whose words are those of this name."""
    from passdown.text.tokens import content_words

    hits = tx.index.search(tuple(content_words(name)) or (name,), limit=READ)
    return sorted((hit.record for hit in hits), key=lambda one: (one.kind, one.key))


def _held(read: Iterable[Record], scope: str, then: str) -> Iterator[tuple[str, ...]]:
    """The names of each record that held at that time."""
    for record in read:
        names = record.body.get("entities")
        if names and (not scope or record.scope == scope) and _held_then(record, then):
            yield tuple(dict.fromkeys(names))


def _held_then(record: Record, then: str) -> bool:
    return not then or (
        record.valid_from <= then and (not record.valid_to or then < record.valid_to)
    )


def _edges(held: list[tuple[str, ...]], shown: frozenset[str]) -> list[tuple[tuple[str, str], int]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for names in held:
        kept = sorted(name for name in names if name in shown)[:MOST_IN_ONE]
        pairs.update(combinations(kept, 2))
    return _first(pairs, EDGES)


def _first(counts: Counter[Any], most: int) -> list[tuple[Any, int]]:
    """The most frequent ones, equals by name: the same store, the same graph."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]
