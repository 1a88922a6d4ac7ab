"""Deadlines: a question nobody answered is closed, never left open and never taken for a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.domain.proposal import Message, Status, Verdict

if TYPE_CHECKING:
    from passdown.domain.actor import Actor
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx


def expire(tx: Tx, by: Actor, *, limit: int = 1000) -> list[Proposal]:
    """Close the open proposals whose deadline has passed; those that were closed."""
    return [_close(tx, p, by) for p in tx.queue.due(tx.now, limit=limit)]


def _close(tx: Tx, p: Proposal, by: Actor) -> Proposal:
    reason = f"no decision before {p.deadline}"
    gone = replace(p, status=Status.EXPIRED, decided_by=by.name, decided_at=tx.now, reason=reason)
    kept = tx.queue.move(gone, expect=p.status)
    tx.queue.say(Message(p.id, 0, tx.now, by.name, by.kind.value, Verdict.EXPIRE, reason))
    detail = {"loop": p.loop, "title": p.title, "reason": reason}
    tx.ledger.append("promotion.expired", by.name, p.id, detail)
    return kept
