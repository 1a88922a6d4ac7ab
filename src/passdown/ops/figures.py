"""How a store does, in figures: what it learns a day, what of it is used, how the queue stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, operation

if TYPE_CHECKING:
    from passdown.storage.port import Tx

SPAN = 5000
LOOKED_AT = 100_000
"""Entries of the ledger looked at; a store that decides more than this in the days asked for says
from which day on it tells."""
EVENTS = ("proposed", "approved", "rejected", "undone", "expired", "failed")


@operation("figures", Effect.READ, example="passdown figures --days 7")
def figures(ctx: Ctx, days: int = 30, loop: Name = "") -> dict[str, Any]:
    """What the store learned lately and what came of it, each figure with its n; and the queue."""
    from passdown.stages.measure.metrics import metrics

    with ctx.store.read(ctx.sight) as tx:
        told, first = _days(tx, max(1, min(days, 366)), loop)
        return {**metrics(tx), "days": told, "days_from": first, "queue": _queue(tx, loop)}


def _days(tx: Tx, days: int, loop: str) -> tuple[list[dict[str, Any]], str]:
    """Each day with how many questions were asked, answered and taken back; and from when."""
    from passdown.domain.clock import later

    first = later(tx.now, days=1 - days)[:10]
    counts: dict[str, dict[str, int]] = {}
    before, seen = tx.ledger.head()[0], 0
    while before > 0 and seen < LOOKED_AT:
        below = max(0, before - SPAN)
        part = tx.ledger.entries(after=below, limit=before - below)
        for entry in part:
            _count(counts, entry, first, loop)
        seen, before = seen + len(part), below
        if part and part[0].at[:10] < first:
            break
    cut = before > 0 and seen >= LOOKED_AT
    names = [later(f"{first}T00:00:00.000Z", days=n)[:10] for n in range(days)]
    since = min(counts, default=first) if cut else first
    none = dict.fromkeys(EVENTS, 0)
    return [{"day": d, **none, **counts.get(d, {})} for d in names if d >= since], since


def _count(counts: dict[str, dict[str, int]], entry: Any, first: str, loop: str) -> None:
    day, event = entry.at[:10], entry.name.removeprefix("promotion.")
    if day < first or event not in EVENTS or not entry.name.startswith("promotion."):
        return
    if loop and (entry.detail or {}).get("loop") != loop:
        return
    row = counts.setdefault(day, {})
    row[event] = row.get(event, 0) + 1


def _queue(tx: Tx, loop: str) -> dict[str, Any]:
    """How many are open, since when the oldest is, and what a person needs for one."""
    from passdown.domain.proposal import OPEN

    found = {
        name: n
        for (name, status), n in tx.queue.counts().items()
        if status in OPEN and n and loop in ("", name)
    }
    return {"open": sum(found.values()), "by_loop": found}
