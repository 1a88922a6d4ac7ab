"""What binds everybody takes more than one yes: so many different people, on the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.proposal import Message, Verdict
from passdown.stages.gate.policy import admit, same_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from passdown.domain.actor import Actor
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

SECONDED = "promotion.seconded"


def seconds(tx: Tx, proposal: Proposal) -> list[str]:
    """Who said yes to it as it stands now; a yes to other words was none to these."""
    said = {
        same_name(turn.actor): turn.actor
        for turn in tx.queue.messages(proposal.id)
        if turn.verdict is Verdict.SECOND and turn.detail.get("version") == proposal.version
    }
    return sorted(said.values())


def waits(
    tx: Tx,
    proposal: Proposal,
    actor: Actor,
    reason: str,
    *,
    policy_actions: Collection[str],
    people: int,
) -> bool:
    """Whether more people have to say yes before this is decided. If so, this person's yes is kept
    and told; a second one of theirs is refused."""
    if proposal.action not in policy_actions or people < 2:
        return False
    admit(tx, proposal, actor, policy_actions)
    before = seconds(tx, proposal)
    _counts(proposal, actor, before, people)
    if len(before) + 1 >= people:
        return False
    _keep(tx, proposal, actor, reason, people)
    return True


def _counts(proposal: Proposal, actor: Actor, before: Sequence[str], people: int) -> None:
    """Refuse a yes to other words than the others', and a second one of the same person."""
    if proposal.original is not None:
        raise Invalid(
            f"{people} people have to approve the same words",
            where=proposal.id,
            next="Suggest yours with `passdown say`, and reject this one.",
        )
    if same_name(actor.name) in map(same_name, before):
        raise Forbidden(
            f"{actor.name} has approved this; {people - len(before)} more of others are needed",
            where=proposal.id,
            next="Ask another reviewer.",
        )


def _keep(tx: Tx, proposal: Proposal, actor: Actor, reason: str, people: int) -> None:
    facts = {"version": proposal.version, "people": people}
    kind = actor.kind.value
    turn = Message(proposal.id, 0, tx.now, actor.name, kind, Verdict.SECOND, reason.strip(), facts)
    tx.queue.say(turn)
    tx.registry.see(actor)
    told = {"loop": proposal.loop, "title": proposal.title, "review_notes": reason, **facts}
    tx.ledger.append(SECONDED, actor.name, proposal.id, told | {"proof": actor.proof.value})
