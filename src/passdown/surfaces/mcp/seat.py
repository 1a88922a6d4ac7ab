"""Who sits at the other end: always an agent, who sees what concerns one repo and one agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Actor, Kind, Role
from passdown.domain.scope import Sight
from passdown.ops.operation import Effect
from passdown.ops.params import parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from passdown.ops.operation import Operation

ROLES = frozenset({Role.OBSERVE, Role.PROPOSE})


@dataclass(frozen=True, slots=True)
class Seat:
    """As whom a client acts, and from where it looks; what lies outside does not exist for it."""

    actor: Actor
    repo: str = ""
    agent: str = ""
    far: bool = False

    @property
    def sight(self) -> Sight:
        """What may be shown: what is for all, for this repo and for this agent."""
        return Sight.at(self.repo, self.agent)

    def at(self, request: Request | None, who: Callable[[Request], Actor]) -> Seat:
        """The seat of one request: its own caller, and the repo and agent its address names
        unless the server is bound to others."""
        if request is None:
            return self
        named = request.query_params
        repo, name = self.repo or named.get("repo", ""), self.agent or named.get("agent", "")
        return Seat(lowered(who(request)), repo, name, far=True)

    def filled(self, op: Operation, given: dict[str, Any]) -> dict[str, Any]:
        """What was given, and repo and agent where a reading tool takes them and none is said."""
        if op.effect is not Effect.READ:
            return given
        takes = {p.name for p in parameters(op)}
        own = {"repo": self.repo, "agent": self.agent}
        return {k: v for k, v in own.items() if v and k in takes} | given


def lowered(actor: Actor) -> Actor:
    """The same caller as an agent: whoever holds the token, a model chooses the calls."""
    if actor.kind is Kind.AGENT:
        return actor
    return Actor(f"agent:{actor.name}", Kind.AGENT, actor.roles & ROLES, actor.proof)
