"""What follows from a question being asked or closed: contested records, further evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.actor import system

if TYPE_CHECKING:
    from passdown.contract.loop import Finding, Loop
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Tx

GATE = system("gate").name


def settle(ctx: Ctx, tx: Tx, *proposals: Proposal | None) -> None:
    """Contest what these open questions attack; let stand what none attacks any more."""
    from passdown.stages.apply.standing import settle as stand

    for one in proposals:
        if one is not None and one.loop in ctx.loops:
            stand(tx, ctx.loops[one.loop], one, GATE)


def announce(ctx: Ctx, tx: Tx, done: Proposal) -> None:
    """Tell a yes under the further name that its loop gives it, beside who said it."""
    seam = ctx.loops[done.loop].seam if done.loop in ctx.loops else None
    if seam is not None:
        detail = {"loop": done.loop, "action": done.action, "actor": seam.actor}
        tx.ledger.append(seam.name, done.decided_by, done.id, detail)


def corroborate(ctx: Ctx, loop: Loop[Any], finding: Finding[Any]) -> Record | None:
    """Let a finding join the record it is evidence of; None when it adds nothing to it."""
    from passdown.stages.apply.standing import corroborate as joined
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.validate import evidence_of

    if loop.join is None:
        return None
    with ctx.store.write(ctx.sight) as tx:
        evidence_of(tx, finding)
        record = tx.knowledge.get(loop.kinds[0], finding.joins)
        more = loop.join(record, finding.payload, live(tx)) if record else None
        return joined(tx, loop, finding.joins, more, system(loop.name).name) if more else None
