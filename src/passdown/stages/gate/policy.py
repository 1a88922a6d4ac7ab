"""Who may decide what. Each rule stands alone, and is tested alone."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from passdown.domain.actor import Kind, Proof, Role
from passdown.domain.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Collection

    from passdown.domain.actor import Actor
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

SELF_CONFIRMED = "self_confirmed"


def admit(
    tx: Tx, proposal: Proposal, actor: Actor, policy_actions: Collection[str] = ()
) -> tuple[str, ...]:
    """The flags a decision by this actor carries; Forbidden when it may not decide at all."""
    _is_a_person(proposal, actor)
    _is_proved(proposal, actor)
    _reviews(proposal, actor)
    if same_name(actor.name) != same_name(proposal.proposed_by):
        return ()
    _may_confirm_own(tx, proposal, actor, policy_actions)
    return (SELF_CONFIRMED,)


def _is_a_person(proposal: Proposal, actor: Actor) -> None:
    if actor.kind is not Kind.HUMAN:
        raise Forbidden(
            f"{actor.name} is no person; a person decides",
            where=proposal.id,
            next="Decide in a terminal of your own, or with a review token.",
        )


def _is_proved(proposal: Proposal, actor: Actor) -> None:
    if actor.proof is Proof.NONE:
        raise Forbidden(
            f"nothing proves that {actor.name} is who it says",
            where=proposal.id,
            next="Decide in a terminal of your own, or with a review token.",
        )


def _reviews(proposal: Proposal, actor: Actor) -> None:
    if not actor.may(Role.REVIEW):
        raise Forbidden(
            f"{actor.name} does not hold the role review",
            where=proposal.id,
            next="Ask an admin for a token with this role.",
        )


def _may_confirm_own(
    tx: Tx, proposal: Proposal, actor: Actor, policy_actions: Collection[str]
) -> None:
    """Where the store knows exactly one person, that person may confirm their own proposal,
    recorded as such; never for a policy."""
    alone = set(map(same_name, tx.registry.people())) <= {same_name(actor.name)}
    if not alone or proposal.action in policy_actions:
        raise Forbidden(
            f"{actor.name} proposed this; somebody else decides",
            where=proposal.id,
            next="Ask another reviewer.",
        )


def same_name(name: str) -> str:
    """One form of a name, so that another case or form of it is nobody else."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
