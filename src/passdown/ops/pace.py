"""How a person gets on with the queue: how long it still takes them, and when to take a rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, operation
from passdown.ops.order import ENOUGH, pace, spent

if TYPE_CHECKING:
    from passdown.storage.port import Tx

LOOKED_AT = 200
"""Entries of the ledger among which answers in a row are counted."""
ROW, HASTE = 25, 1.0
"""More than so many yes in a row, each within so many seconds, are hardly decisions."""
EVENTS = {"promotion.approved": True, "promotion.rejected": False}


@operation("pace", Effect.READ, example="passdown pace")
def told(ctx: Ctx, loop: Name = "") -> dict[str, Any]:
    """What waits for this person, how long that takes at their pace, and whether they hurry."""
    with ctx.store.read(ctx.sight) as tx:
        loops = {best.loop: tx.queue.waiting(best.loop) for best in tx.queue.best("")}
        wanted = {name: n for name, n in loops.items() if loop in ("", name)}
        seconds = {name: pace(tx, ctx.actor, name) for name in wanted}
        took = [one for name in wanted for one in spent(tx, ctx.actor, name)]
        row = _row(tx, ctx.actor.name)
    left = sum(seconds[name] * n for name, n in wanted.items())
    middle = sorted(took)[len(took) // 2] if len(took) >= ENOUGH else None
    return {
        "open": loops,
        "total": sum(wanted.values()),
        "seconds_left": round(left),
        "seconds_each": round(left / max(1, sum(wanted.values())), 1),
        "median_seconds": middle,
        "answers": len(took),
        "in_a_row": row,
        "hurries": row > ROW and middle is not None and middle < HASTE,
    }


def _row(tx: Tx, name: str) -> int:
    """How many yes in a row this person said last, as far as one looks."""
    last = tx.ledger.head()[0]
    entries = tx.ledger.entries(after=max(0, last - LOOKED_AT), limit=LOOKED_AT)
    answers = [EVENTS[e.name] for e in reversed(entries) if e.actor == name and e.name in EVENTS]
    return answers.index(False) if False in answers else len(answers)
