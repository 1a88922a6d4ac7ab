"""What changes of a record though nobody is asked: whether it is contested, and the evidence that
joins it. Its text, scope, trust and validity stay as they were approved."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from passdown.domain.observation import Trust
from passdown.domain.record import Life
from passdown.domain.scope import GLOBAL

if TYPE_CHECKING:
    from typing import Any

    from passdown.contract.loop import Loop
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

EVERY = 1_000_000


def settle(tx: Tx, loop: Loop[Any], proposal: Proposal, actor: str) -> Record | None:
    """Contest the record that this question attacks, or let it stand again once none does; None
    when nothing changes."""
    target = proposal.payload.get("target")
    if not loop.attacks or not target:
        return None
    record = tx.knowledge.get(loop.kinds[0], str(target))
    if record is None or record.life not in (Life.ACTIVE, Life.CONTESTED):
        return None
    still = tx.queue.all(loop=loop.name, limit=EVERY)
    attacked = any(_attacks(tx, loop, one, record) for one in still)
    life = Life.CONTESTED if attacked else Life.ACTIVE
    if life is record.life:
        return None
    how = "contest" if attacked else "relieve"  # it is as old as it was
    return _keep(tx, replace(record, life=life), how, proposal.id, actor)


def corroborate(tx: Tx, loop: Loop[Any], key: str, joined: Record, actor: str) -> Record | None:
    """Let further evidence join the record of this key; None when it moved on since."""
    record = tx.knowledge.get(loop.kinds[0], key)
    if record is None or record.version != joined.version:
        return None
    sure = joined.confidence
    more = replace(record, body=joined.body, confidence=sure, updated_at=tx.now)
    return _keep(tx, more, "corroborate", record.made_by, actor)


def _attacks(tx: Tx, loop: Loop[Any], one: Proposal, record: Record) -> bool:
    """Whether this open question takes the record out of service: it is asked where the record
    holds, and rests on what is trusted as much, or as much as what a tool showed."""
    if one.action not in loop.attacks:
        return False
    if one.payload.get("target") != record.key or one.scope not in (record.scope, GLOBAL):
        return False
    left = [int(o.trust) for o in tx.observations.get(one.evidence) if o.minable]
    return bool(left) and min(left) >= min(record.trust, Trust.TOOL)


def _keep(tx: Tx, record: Record, how: str, proposal: str, actor: str) -> Record:
    kept = tx.knowledge.put(record)
    detail = {"how": how, "proposal": proposal, "record": asdict(kept)}
    tx.ledger.append(f"{kept.kind}.updated", actor, kept.id, detail)
    return kept
