"""What was asked and decided, newest first: the ledger as a person reads it."""

from __future__ import annotations

from heapq import nlargest
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid
from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.entry import Entry
    from passdown.storage.port import Tx

EVENTS = ("proposed", "approved", "rejected", "failed", "expired", "undone")
DECIDED = EVENTS[1:]
LOOKED_AT = 20_000
"""Entries looked at for what one loop or one person decided; rarer ones take further pages."""


@operation(
    "decisions",
    Effect.READ,
    cli=Shell(rows="decisions", columns=("at", "actor", "event", "loop", "title", "reason")),
    example="passdown decisions --event rejected",
)
def decisions(
    ctx: Ctx, loop: Name = "", event: Name = "", by: Name = "", limit: int = 50, before: int = 0
) -> dict[str, Any]:
    """What was decided, newest first; `--event proposed` tells what was asked, `all` both."""
    wanted = _wanted(event)
    most = max(1, min(limit, 1000))
    with ctx.store.read(ctx.sight) as tx:
        last = before or tx.ledger.head()[0] + 1
        lowest = max(0, last - 1 - LOOKED_AT) if loop or by else 0
        between: dict[str, Any] = {"before": last, "after": lowest, "loop": loop, "by": by}
        found = [e for name in wanted for e in tx.ledger.latest(name, **between, limit=most)]
        newest = nlargest(most, found, key=attrgetter("seq"))
        rows = [_row(tx, entry) for entry in newest]
    following = newest[-1].seq if len(newest) == most else lowest + 1
    return {"decisions": [row for row in rows if row], "next": following if following > 1 else None}


def _wanted(event: str) -> frozenset[str]:
    if event and event not in (*EVENTS, "all"):
        raise Invalid(f"no event {event!r}", next=f"One of: all, {', '.join(EVENTS)}.")
    names = EVENTS if event == "all" else (event,) if event else DECIDED
    return frozenset(f"promotion.{name}" for name in names)


def _row(tx: Tx, entry: Entry) -> dict[str, Any] | None:
    asked = tx.queue.get(entry.subject)
    if asked is None:
        return None
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "event": entry.name.removeprefix("promotion."),
        "proposal": asked.id,
        "loop": asked.loop,
        "action": asked.action,
        "scope": asked.scope,
        "title": asked.title,
        "reason": asked.reason,
        "edited": asked.original is not None,
    }
