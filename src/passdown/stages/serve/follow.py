"""Keeps the search index up to date from the ledger: derived, rebuildable, never in the way of
a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passdown.storage.port import Tx

PAGE = 2000


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
    live = [r for r in there.values() if r.life.value == "active"]
    gone = sorted(touched - {r.id for r in live})
    tx.index.follow(live, gone, entries[-1].seq)
    return len(entries)
