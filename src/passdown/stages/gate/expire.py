"""Deadlines, and a world that moved on: a question nobody answered is closed, never left open and
never taken for a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.proposal import Message, Status, Verdict

STALE = "stale"
"""The flag of a question that was closed before its deadline."""

if TYPE_CHECKING:
    from passdown.domain.actor import Actor
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx


def expire(tx: Tx, by: Actor, *, limit: int = 1000) -> list[Proposal]:
    """Close the open proposals whose deadline has passed; those that were closed."""
    due = tx.queue.due(tx.now, limit=limit)
    return [_close(tx, p, by, f"no decision before {p.deadline}") for p in due]


def outlived(tx: Tx, p: Proposal, by: Actor, why: str) -> Proposal:
    """Close one that can come to nothing any more."""
    return _close(tx, p, by, f"it can no longer be carried out: {why}", (STALE,))


def _close(tx: Tx, p: Proposal, by: Actor, reason: str, closed: tuple[str, ...] = ()) -> Proposal:
    flags = (*p.flags, *closed)
    gone = replace(p, status=Status.EXPIRED, decided_by=by.name, decided_at=tx.now, flags=flags)
    gone = replace(gone, reason=reason)
    kept = tx.queue.move(gone, expect=p.status)
    tx.queue.say(Message(p.id, 0, tx.now, by.name, by.kind.value, Verdict.EXPIRE, reason))
    detail: dict[str, Any] = {"loop": p.loop, "title": p.title, "reason": reason}
    if closed:
        detail["flags"] = list(closed)
    tx.ledger.append("promotion.expired", by.name, p.id, detail)
    return kept
