"""The only place a proposal's status changes. Every change of it is told to the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import system
from passdown.domain.errors import Conflict, Invalid, NotFound, NotPending
from passdown.domain.proposal import PUBLIC, Message, Proposal, Status, Verdict
from passdown.stages.gate.advice import keep
from passdown.stages.gate.auto import FLAG
from passdown.stages.gate.policy import admit

if TYPE_CHECKING:
    from collections.abc import Collection

    from passdown.domain.actor import Actor
    from passdown.stages.gate.advice import Advice
    from passdown.stages.gate.auto import Grant
    from passdown.storage.port import Tx

LONGEST_REASON = 4000
GATE = system("gate")
"""Who decides where nobody is present."""


def open_proposal(tx: Tx, id: str) -> Proposal:
    """The proposal, when it can still be decided and its deadline has not passed."""
    found = tx.queue.get(id)
    if found is None:
        raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
    if not found.open:
        raise NotPending(
            f"proposal {found.id[:12]} is {found.status.value}",
            where=found.title,
            next=f"`passdown show {found.id[:12]}` tells who decided it and why.",
        )
    if found.deadline and found.deadline <= tx.now:
        raise NotPending(
            f"proposal {found.id[:12]} passed its deadline {found.deadline}",
            where=found.title,
            next="It returns when the question is mined again.",
        )
    return found


def still_rests(tx: Tx, proposal: Proposal) -> int:
    """The least trust of what the proposal rests on; Conflict when all of it was forgotten or went
    to quarantine since."""
    left = [o for o in tx.observations.get(proposal.evidence) if o.minable]
    if not left:
        raise Conflict(
            f"nothing is left of what proposal {proposal.id[:12]} rests on",
            where=proposal.title,
            next="Mine again: what still holds is asked anew.",
        )
    return min(int(o.trust) for o in left)


def edited(proposal: Proposal, payload: dict[str, Any]) -> Proposal:
    """The proposal with a person's payload and its verb, or, where it names no verb, with those
    fields of it; what was asked at first is kept beside it."""
    if payload and "action" not in payload:
        payload = {**proposal.payload, **payload}
    if payload == proposal.payload:
        return proposal
    original = proposal.original if proposal.original is not None else proposal.payload
    action = str(payload.get("action", proposal.action))
    return replace(proposal, payload=payload, original=original, action=action)


def executed(
    tx: Tx,
    proposal: Proposal,
    actor: Actor,
    reason: str,
    *,
    policy_actions: Collection[str] = (),
    flags: tuple[str, ...] = (),
) -> Proposal:
    """Approve: a yes whose changes were applied in this same transaction."""
    flags = (*admit(tx, proposal, actor, policy_actions), *flags)
    verdict = Verdict.MODIFY if proposal.original is not None else Verdict.APPROVE
    return _settle(tx, proposal, actor, Status.EXECUTED, reason, verdict, flags=flags)


def passed_on(
    tx: Tx, proposal: Proposal, to: Status, advice: Advice, *, flags: tuple[str, ...] = ()
) -> Proposal:
    """Keep what a tier says, and let the next one decide."""
    keep(tx, proposal, advice, to.value)
    moved = replace(proposal, status=to, flags=(*proposal.flags, *flags))
    return tx.queue.move(moved, expect=proposal.status)


def granted(tx: Tx, proposal: Proposal, given: Grant, advice: Advice) -> Proposal:
    """Approve with nobody present, as an admin granted the loop: a yes that says so, and that a
    person can undo."""
    keep(tx, proposal, advice, Status.EXECUTED.value)
    yes = Verdict.MODIFY if proposal.original is not None else Verdict.APPROVE
    reason = _as_granted(given, advice)
    return _settle(tx, proposal, GATE, Status.EXECUTED, reason, yes, flags=(FLAG,))


def turned_down(
    tx: Tx,
    proposal: Proposal,
    given: Grant,
    advice: Advice,
    *,
    code: str = "",
    flags: tuple[str, ...] = (),
) -> Proposal:
    """Reject with nobody present, as an admin granted the loop; `code` where it was no answer."""
    keep(tx, proposal, advice, Status.REJECTED.value)
    no, told = Verdict.REJECT, (FLAG, *flags)
    reason = _as_granted(given, advice)
    return _settle(tx, proposal, GATE, Status.REJECTED, reason, no, flags=told, code=code)


def _as_granted(given: Grant, advice: Advice) -> str:
    by = f"granted to {given.loop} ({given.level}) by {given.by} on {given.at[:10]}"
    return f"{by}; the {advice.tier} says {advice.verdict}"


def rejected(
    tx: Tx, proposal: Proposal, actor: Actor, reason: str, *, policy_actions: Collection[str] = ()
) -> Proposal:
    """Reject, with a reason: the same question is not asked again on the same evidence."""
    if not reason.strip():
        raise Invalid("a rejection needs a reason", where=proposal.id, next="Say why, in a word.")
    flags = admit(tx, proposal, actor, policy_actions)
    return _settle(tx, proposal, actor, Status.REJECTED, reason, Verdict.REJECT, flags=flags)


def failed(
    tx: Tx,
    proposal: Proposal,
    actor: Actor,
    code: str,
    reason: str,
    *,
    policy_actions: Collection[str] = (),
) -> Proposal:
    """A yes that could not be carried out: nothing was applied, and the code is kept."""
    flags = admit(tx, proposal, actor, policy_actions)
    reason = reason[:LONGEST_REASON]
    yes = Verdict.APPROVE
    return _settle(tx, proposal, actor, Status.FAILED, reason, yes, flags=flags, code=code)


def _settle(
    tx: Tx,
    proposal: Proposal,
    actor: Actor,
    status: Status,
    reason: str,
    verdict: Verdict,
    *,
    flags: tuple[str, ...] = (),
    code: str = "",
) -> Proposal:
    decided = replace(
        proposal,
        status=status,
        decided_by=actor.name,
        decided_at=tx.now,
        reason=_bounded(reason),
        failure_code=code,
        flags=(*proposal.flags, *flags),
    )
    return _tell(tx, tx.queue.move(decided, expect=proposal.status), actor, verdict)


def _tell(tx: Tx, kept: Proposal, actor: Actor, verdict: Verdict) -> Proposal:
    """Keep the turn, the person and the ledger entry of a decision that was just stored."""
    turn = Message(kept.id, 0, tx.now, actor.name, actor.kind.value, verdict, kept.reason)
    tx.queue.say(turn)
    tx.registry.see(actor)
    tx.ledger.append(_event(kept.status), actor.name, kept.id, _facts(kept, actor))
    return kept


def _bounded(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"a reason of {len(reason)} characters", next=f"At most {LONGEST_REASON}.")
    return reason


def _event(status: Status) -> str:
    name = "failed" if status is Status.FAILED else PUBLIC[status]
    return f"promotion.{name}"


def _facts(p: Proposal, actor: Actor) -> dict[str, Any]:
    return {
        "loop": p.loop,
        "action": p.action,
        "title": p.title,
        "payload": p.payload,
        "original": p.original,
        "review_notes": p.reason,
        "flags": list(p.flags),
        "failure_code": p.failure_code,
        "proof": actor.proof.value,
    }
