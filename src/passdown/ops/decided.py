"""What was asked and decided, newest first: the ledger as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid
from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.entry import Entry
    from passdown.storage.port import Tx

EVENTS = ("proposed", "approved", "rejected", "failed", "expired", "undone")
DECIDED = EVENTS[1:]
SPAN = 500
LOOKED_AT = 50_000
"""Entries looked at for one answer; a rarer kind takes further pages."""


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
        lowest = max(1, last - LOOKED_AT)
        rows: list[dict[str, Any]] = []
        for entry in _backwards(tx, last, lowest):
            row = _row(tx, entry, wanted, loop, by)
            if row is not None:
                rows.append(row)
            if len(rows) == most:
                lowest = entry.seq
                break
    return {"decisions": rows, "next": lowest if lowest > 1 else None}


def _wanted(event: str) -> frozenset[str]:
    if event and event not in (*EVENTS, "all"):
        raise Invalid(f"no event {event!r}", next=f"One of: all, {', '.join(EVENTS)}.")
    names = EVENTS if event == "all" else (event,) if event else DECIDED
    return frozenset(f"promotion.{name}" for name in names)


def _backwards(tx: Tx, before: int, lowest: int) -> Iterator[Entry]:
    while before > lowest:
        below = max(lowest - 1, before - 1 - SPAN)
        part = tx.ledger.entries(after=below, limit=before - 1 - below)
        yield from reversed(part)
        before = below + 1


def _row(tx: Tx, entry: Entry, wanted: frozenset[str], loop: str, by: str) -> dict[str, Any] | None:
    if entry.name not in wanted or (by and entry.actor != by):
        return None
    asked = tx.queue.get(entry.subject)
    if asked is None or (loop and asked.loop != loop):
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
