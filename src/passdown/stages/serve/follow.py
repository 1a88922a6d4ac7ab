"""Keeps the search index up to date from the ledger and from what was seen: derived, rebuildable,
never in the way of a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.text.rank import doc

if TYPE_CHECKING:
    from passdown.domain.observation import Observation
    from passdown.storage.port import Tx

PAGE = 2000

LIVES = ("active", "contested", "superseded", "archived")
"""What is indexed: what is served, and what was at some time."""

ASKS, DATED, COUNTED = "?", "@", "#"
"""Words that no text has: that one is a question, that it names a time, that it names a number."""

LONGEST, LONGEST_TOOL = 4000, 1000
"""Characters of a text that are indexed; of what a tool was told or answered."""


def behind(tx: Tx) -> int:
    """How many ledger entries the index does not know."""
    return tx.ledger.head()[0] - tx.index.position()


def follow(tx: Tx) -> int:
    """Bring the index one page forward; how many entries it took, 0 when it is up to date."""
    entries = tx.ledger.entries(after=tx.index.position(), limit=PAGE)
    if not entries:
        return 0
    touched = {e.subject for e in entries if e.name.endswith(".updated")}
    there = {r.id: r for r in tx.knowledge.by_ids(touched)}
    live = [r for r in there.values() if r.life.value in LIVES]
    gone = sorted(touched - {r.id for r in live})
    tx.index.follow(live, gone, entries[-1].seq)
    return len(entries)


def deaf(tx: Tx) -> bool:
    """Whether there is anything the index has not heard yet."""
    return bool(_unheard(tx, 1))


def hear(tx: Tx) -> int:
    """Index one page of what was seen since; how many, 0 when all of it is."""
    items = _unheard(tx, PAGE)
    tx.index.hear({one.seq: _words(one) for one in items})
    return len(items)


def _unheard(tx: Tx, limit: int) -> list[Observation]:
    """What was reworded comes first; it left the index for that."""
    again = tx.observations.get(tx.index.reworded(limit))
    return again or tx.observations.scan(after=tx.index.heard(), flagged=True, limit=limit)


def _words(one: Observation) -> list[str]:
    tool = one.seen.value in ("call", "result")
    said = doc(one.text[: LONGEST_TOOL if tool else LONGEST])
    marks = ((ASKS, said.asks), (DATED, said.dated), (COUNTED, said.counted))
    return [*said.words, *(mark for mark, has in marks if has)]
