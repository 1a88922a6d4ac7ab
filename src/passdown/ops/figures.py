"""How a store does, in figures: what it learns a day, what of it is used, how the queue stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.domain.proposal import Status
    from passdown.storage.port import Tx

EVENTS = ("proposed", "approved", "rejected", "undone", "expired", "failed")


@operation("figures", Effect.READ, example="passdown figures --days 7")
def figures(ctx: Ctx, days: int = 30, loop: Name = "") -> dict[str, Any]:
    """What the store learned lately and what came of it, each figure with its n; and the queue."""
    from passdown.stages.measure.metrics import metrics

    asked: dict[str, Any] = {"days": max(1, min(days, 366)), "loop": loop}

    with ctx.store.read(ctx.sight) as tx:
        told, first = _days(tx, **asked)
        counts = tx.queue.counts()
        queue = _queue(counts, loop)
        return {**metrics(tx, counts), "days": told, "days_from": first, "queue": queue}


def _days(tx: Tx, days: int, loop: str) -> tuple[list[dict[str, Any]], str]:
    """Each day with how many questions were asked, answered and taken back; and from when."""
    from passdown.domain.clock import later

    first = later(tx.now, days=1 - days)[:10]
    counts = tx.sums.events([f"promotion.{name}" for name in EVENTS], since=first, loop=loop)
    names = (later(f"{first}T00:00:00.000Z", days=n)[:10] for n in range(days))
    told = [
        {"day": day, **{name: counts.get((day, f"promotion.{name}"), 0) for name in EVENTS}}
        for day in names
    ]
    return told, first


def _queue(counts: Mapping[tuple[str, Status], int], loop: str) -> dict[str, Any]:
    """How many are open, of which loops."""
    from passdown.domain.proposal import OPEN

    found = {
        name: n
        for (name, status), n in counts.items()
        if status in OPEN and n and loop in ("", name)
    }
    return {"open": sum(found.values()), "by_loop": found}
