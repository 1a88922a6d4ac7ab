"""What follows from a question being asked or closed: contested records, further evidence, and
decisions that an admin granted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import system
from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from passdown.contract.loop import Finding, Loop
    from passdown.domain.change import Change
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.ops.operation import Ctx
    from passdown.stages.gate.auto import Grant
    from passdown.storage.port import Tx

GATE = system("gate").name


def settle(ctx: Ctx, tx: Tx, *proposals: Proposal | None) -> None:
    """Contest what these open questions attack; let stand what none attacks any more."""
    from passdown.stages.apply.standing import settle as stand

    for one in proposals:
        if one is not None and one.loop in ctx.loops:
            stand(tx, ctx.loops[one.loop], one, GATE)


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


def grant_decides(ctx: Ctx, loop: Loop[Any], proposal: Proposal | None) -> bool:
    """Whether the open question was answered with a yes that an admin granted the loop; whatever
    there is a doubt about stays open."""
    from passdown.stages.gate.auto import in_force

    if proposal is None or not proposal.open or loop.hesitates is None:
        return False
    with ctx.store.read(ctx.sight) as tx:
        given = in_force(tx, loop.name, ctx.settings)
    if given is None:
        return False
    try:
        with ctx.store.write(ctx.sight) as tx:
            return _decide(ctx, tx, loop, proposal.id, given)
    except (Conflict, Invalid, NotFound):
        return False  # the world moved on; nothing was written, and a person can still decide


def hesitation(ctx: Ctx, tx: Tx, loop: Loop[Any], proposal: Proposal, given: Grant) -> str:
    """Why this waits for a person though the loop may decide; '' when it does not."""
    from passdown.ops.weigh import weigh
    from passdown.stages.gate.auto import doubt

    if loop.hesitates is None or proposal.action in loop.policy:
        return "only people decide this"
    w = weigh(ctx, tx, proposal)
    why = doubt(tx, loop, proposal, given)
    return why or loop.hesitates(w.payload, w.corpus, ctx.settings)


def _decide(ctx: Ctx, tx: Tx, loop: Loop[Any], id: str, given: Grant) -> bool:
    from passdown.ops.weigh import weigh
    from passdown.stages.apply.execute import execute
    from passdown.stages.gate.decide import granted, open_proposal, still_rests

    proposal = open_proposal(tx, id)
    if hesitation(ctx, tx, loop, proposal, given):
        return False
    trust = still_rests(tx, proposal)
    changes = [_marked(change, given) for change in weigh(ctx, tx, proposal).changes()]
    done = granted(tx, proposal, given)
    execute(tx, done.id, changes, GATE, trust=trust)
    return True


def _marked(change: Change, given: Grant) -> Change:
    """A record says that no person approved it, and who granted that."""
    if not isinstance(change, Put):
        return change
    return Put(replace(change.record, body={**change.record.body, "granted": given.by}))
