"""Actors and tokens as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.actor import Actor, Kind, Proof, Role
from passdown.storage.coding import named, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence


class ActorRow(NamedTuple):
    """The columns that `actors` and `tokens` share, in the order their queries select."""

    name: str
    kind: str
    roles: str
    proof: str


class SeenRow(NamedTuple):
    """`actors`."""

    name: str
    kind: str
    roles: str
    proof: str
    seen_at: str


class TokenRow(NamedTuple):
    """`tokens`; a revoked one stays, so that it is never given out again."""

    hash: str
    name: str
    kind: str
    roles: str
    proof: str
    made_at: str
    revoked_at: str


class FactRow(NamedTuple):
    """`facts`."""

    name: str
    value: str


class MarkedRow(NamedTuple):
    """`forgotten`: the mark of what was forgotten, which says nothing else of it."""

    mark: str
    at: str


class CounterRow(NamedTuple):
    """`counters`: the last number given out under a name."""

    name: str
    value: int


def actor_row(actor: Actor) -> ActorRow:
    """The row of an actor."""
    roles = packed(sorted(actor.roles))
    return ActorRow(named(actor.name), actor.kind.value, roles, actor.proof.value)


def actor_of(row: Sequence[Any]) -> Actor:
    """The actor of a row."""
    name, kind, roles, proof = row
    return Actor(name, Kind(kind), frozenset(map(Role, unpacked(roles))), Proof(proof))
