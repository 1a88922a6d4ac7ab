"""Deciding without a person: the one way, whichever tier has the word. What an admin granted, and
of that what nothing speaks against; all else waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Invalid, Limit, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.loop import Loop
    from passdown.domain.change import Change
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx
    from passdown.stages.gate.advice import Advice
    from passdown.stages.gate.auto import Grant
    from passdown.storage.port import Tx


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a tier may decide this question: the grant, and why it does not suffice."""

    grant: Grant | None
    why: str

    @property
    def given(self) -> bool:
        """Whether nothing stands against it."""
        return self.grant is not None and not self.why

    @property
    def is_sampled(self) -> bool:
        """Whether chance alone sends it to a person."""
        from passdown.stages.gate.trust import SAMPLED

        return self.why == SAMPLED


def leave(
    ctx: Ctx, tx: Tx, loop: Loop[Any], p: Proposal, fresh: Mapping[str, Any] | None = None
) -> Leave:
    """Whether this may be decided without a person, in the world as it is now; `fresh` is its
    replay where that was computed again."""
    from passdown.stages.gate.auto import in_force

    grant = in_force(tx, loop.name, ctx.settings)
    if grant is None:
        return Leave(None, "")
    try:
        return Leave(grant, _against(ctx, tx, loop, _replayed(p, fresh), grant))
    except (Conflict, Invalid, Limit, NotFound) as error:
        return Leave(grant, error.what)


def execute(ctx: Ctx, tx: Tx, p: Proposal, grant: Grant, advice: Advice) -> Proposal:
    """Say yes as it was granted, in the caller's transaction."""
    from passdown.ops.standing import announce, settle
    from passdown.ops.weigh import weigh
    from passdown.stages.apply.execute import execute as apply
    from passdown.stages.gate.decide import GATE, granted, still_rests

    trust = still_rests(tx, p)
    w = weigh(ctx, tx, p)
    changes = [_marked(change, grant) for change in w.changes()]
    done = granted(tx, w.proposal, grant, advice)
    apply(tx, done.id, changes, GATE.name, trust=trust)
    settle(ctx, tx, done)
    announce(ctx, tx, done)
    return done


def _against(ctx: Ctx, tx: Tx, loop: Loop[Any], p: Proposal, grant: Grant) -> str:
    """Why this waits for a person though the loop may decide; '' when it does not."""
    from passdown.ops.weigh import weigh
    from passdown.stages.gate.auto import doubt, unsafe

    if loop.hesitates is None:
        return "only people decide this"
    if why := doubt(tx, loop, p, grant):
        return why
    w = weigh(ctx, tx, p)
    why = loop.hesitates(w.payload, w.corpus, ctx.settings)
    return why or unsafe(tx, p, grant, w.changes())


def _replayed(p: Proposal, fresh: Mapping[str, Any] | None) -> Proposal:
    return replace(p, replay={**p.replay, **fresh}) if fresh else p


def _marked(change: Change, grant: Grant) -> Change:
    """A record says that no person approved it, and who granted that."""
    if not isinstance(change, Put):
        return change
    granted = {**change.record.body, "granted": grant.by}
    return replace(change, record=replace(change.record, body=granted))
