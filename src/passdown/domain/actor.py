"""Who acts, and how we know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an actor is; only a human decides."""

    HUMAN = "human"
    AGENT = "agent"
    SYSTEM = "system"


class Role(StrEnum):
    """What an actor was granted."""

    OBSERVE = "observe"
    PROPOSE = "propose"
    REVIEW = "review"
    ADMIN = "admin"


class Proof(StrEnum):
    """How the identity was proved; never by a parameter of the call."""

    TERMINAL = "terminal"
    TOKEN = "token"
    LOCAL = "local"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who calls an operation."""

    name: str
    kind: Kind
    roles: frozenset[Role] = frozenset({Role.OBSERVE, Role.PROPOSE})
    proof: Proof = Proof.NONE

    def may(self, role: Role) -> bool:
        """Whether this actor holds the role."""
        return role in self.roles


def human(name: str, proof: Proof = Proof.TERMINAL, *, admin: bool = True) -> Actor:
    """A person whose identity was proved in this way."""
    roles = frozenset(Role) if admin else frozenset(Role) - {Role.ADMIN}
    return Actor(name, Kind.HUMAN, roles, proof)


def agent(name: str = "agent") -> Actor:
    """A program that proposes and never decides."""
    return Actor(name, Kind.AGENT)


def system(name: str) -> Actor:
    """passdown itself: a loop, a timer, a tier."""
    return Actor(f"system:{name}", Kind.SYSTEM)
