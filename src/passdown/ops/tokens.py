"""Tokens: who calls from elsewhere. Only their hash is kept, and each is shown once."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Actor, Kind, Proof, Role
from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL
from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.storage.port import Tx

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
GRANTS = {
    "observe": frozenset({Role.OBSERVE}),
    "agent": frozenset({Role.OBSERVE, Role.PROPOSE}),
    "review": frozenset({Role.OBSERVE, Role.PROPOSE, Role.REVIEW}),
    "admin": frozenset(Role),
}


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@operation("token.new", Effect.ADMIN, example="passdown token new ci --role agent")
def new(ctx: Ctx, name: Name, role: Name = "agent") -> dict[str, Any]:
    """Make a token for somebody who calls over HTTP or from a script; it is shown once."""
    if role not in GRANTS:
        raise Invalid(f"no role {role!r}", next=f"One of: {', '.join(GRANTS)}.")
    name = _named(name)
    kind = Kind.HUMAN if Role.REVIEW in GRANTS[role] else Kind.AGENT
    holder = Actor(name, kind, GRANTS[role], Proof.TOKEN)
    token = f"pd_{secrets.token_urlsafe(32)}"
    with ctx.store.write(ctx.sight) as tx:
        tx.registry.add_token(digest(token), holder)
        tx.registry.see(holder)
        tx.ledger.append("token.made", ctx.actor.name, name, {"role": role})
    return {"name": name, "role": role, "token": token}


@operation(
    "token.list",
    Effect.ADMIN,
    cli=Shell(rows="tokens", columns=("name", "role", "made_at"), facts=("people",)),
    example="passdown token list",
)
def listed(ctx: Ctx) -> dict[str, Any]:
    """Who holds a token, with which role and since when; and everybody who ever decided."""
    with ctx.store.read(ALL) as tx:
        held = tx.registry.holders()
        return {"tokens": [_told(*one) for one in held], "people": tx.registry.people()}


def person(tx: Tx, name: str) -> Actor | None:
    """The human of this name with the roles of all their tokens; None when they hold none."""
    held = [a for a, _ in tx.registry.holders() if a.name == name and a.kind is Kind.HUMAN]
    if not held:
        return None
    roles = frozenset[Role]().union(*(actor.roles for actor in held))
    return Actor(name, Kind.HUMAN, roles, Proof.TOKEN)


def _told(holder: Actor, made_at: str) -> dict[str, Any]:
    role = next((name for name, roles in GRANTS.items() if roles == holder.roles), "")
    role = role or ", ".join(sorted(holder.roles))
    return {"name": holder.name, "kind": holder.kind.value, "role": role, "made_at": made_at}


@operation("token.revoke", Effect.ADMIN, example="passdown token revoke ci")
def revoke(ctx: Ctx, name: Name) -> dict[str, Any]:
    """Revoke every token of this name."""
    name = _named(name)
    with ctx.store.write(ctx.sight) as tx:
        revoked = tx.registry.revoke(name)
        tx.ledger.append("token.revoked", ctx.actor.name, name, {"revoked": revoked})
    return {"name": name, "revoked": revoked}


def _named(name: str) -> str:
    """The one form of a holder's name: no case, and no letters that only look like others."""
    found = name.strip().casefold()
    if not NAME.fullmatch(found):
        what = f"not a usable name: {name[:80]!r}"
        raise Invalid(what, next="Use letters a to z, digits, and . _ @ - between them.")
    return found
