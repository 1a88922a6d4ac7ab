"""Who signed in at the cockpit, when and how: an account that is never rewritten."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Kind
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.scope import ALL
from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.entry import Entry
    from passdown.storage.port import Tx

PERSON = "person."
EVENTS = ("signed_in", "signed_out", "refused")
WAYS = ("key", "token", "proxy")


@operation("sign.note", Effect.WRITE, example="passdown sign note signed_in ann --how token")
def note(ctx: Ctx, event: Name, name: Name, how: Name = "key", where: Name = "") -> dict[str, Any]:
    """Note in the ledger that somebody signed in or out, or was refused; for the cockpit alone."""
    if ctx.actor.kind is not Kind.SYSTEM:
        raise Forbidden(
            "only the cockpit notes who signs in", where="sign.note", next="Sign in there."
        )
    if event not in EVENTS or how not in WAYS:
        known = f"{', '.join(EVENTS)}; by {', '.join(WAYS)}"
        raise Invalid(f"cannot note {event} by {how}", next=f"One of: {known}.")
    with ctx.store.write(ALL) as tx:
        entry = tx.ledger.append(PERSON + event, ctx.actor.name, name, {"how": how, "where": where})
    return {"seq": entry.seq}


@operation(
    "sign.list",
    Effect.ADMIN,
    cli=Shell(rows="signs", columns=("at", "event", "name", "how", "where")),
    example="passdown sign list --limit 20",
)
def listed(ctx: Ctx, limit: int = 20) -> dict[str, Any]:
    """Who signed in and out at the cockpit lately, and who was refused, newest first."""
    most = max(1, min(limit, 1000))
    with ctx.store.read(ALL) as tx:
        found = [entry for event in EVENTS for entry in _last(tx, PERSON + event, most)]
    found.sort(key=lambda entry: -entry.seq)
    return {"signs": [_told(entry) for entry in found[:most]]}


def _last(tx: Tx, name: str, most: int) -> Iterator[Entry]:
    kept: deque[Entry] = deque(maxlen=most)
    after = 0
    while page := tx.ledger.entries(name=name, after=after):
        kept.extend(page)
        after = page[-1].seq
    yield from kept


def _told(entry: Entry) -> dict[str, Any]:
    detail = entry.detail or {}
    return {
        "at": entry.at,
        "event": entry.name.removeprefix(PERSON),
        "name": entry.subject,
        "how": detail.get("how", ""),
        "where": detail.get("where", ""),
    }
