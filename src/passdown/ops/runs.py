"""What the last readings did: how much each took in, and which lines it could not read and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passdown.domain.scope import ALL
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.stages.observe.tally import Ingested
    from passdown.storage.port import Tx

KEPT = "ingest.runs"
"""The registry's name for them."""
RUNS, NAMED = 50, 20
"""Readings that are kept, and lines of each that are named; the rest are only counted."""
NUMBERS = ("files", "sessions", "observations", "quarantined", "skips", "refusals", "bytes")
COLUMNS = ("at", "by", "times", *NUMBERS[:-1], "why")


@operation(
    "readings",
    Effect.READ,
    cli=Shell(rows="readings", columns=COLUMNS),
    example="passdown readings --limit 5",
)
def readings(ctx: Ctx, limit: int = RUNS) -> dict[str, Any]:
    """What the last readings of transcripts did, newest first, with the lines they skipped."""
    with ctx.store.read(ALL) as tx:
        return {"readings": _kept(tx)[: max(1, min(limit, RUNS))]}


def keep(ctx: Ctx, done: Ingested) -> None:
    """Remember a reading that did or missed something. Good ones of one caller within an hour are
    one, so that a watch does not push out what went wrong before."""
    row = _row(ctx, done)
    if not any(row[name] for name in NUMBERS):
        return
    with ctx.store.write(ALL) as tx:
        known = _kept(tx)
        if known and _continues(row, known[0]):
            row |= {name: row[name] + known[0][name] for name in ("times", *NUMBERS)}
            known = known[1:]
        tx.registry.keep(KEPT, json.dumps([row, *known][:RUNS], ensure_ascii=False))


def _row(ctx: Ctx, done: Ingested) -> dict[str, Any]:
    skipped = [
        {"file": one.file, "line": one.line, "reason": one.reason} for one in done.skipped[:NAMED]
    ]
    return {
        "at": ctx.clock.now(),
        "by": ctx.actor.name,
        "times": 1,
        **{name: getattr(done, name) for name in NUMBERS},
        "seconds": round(done.seconds, 1),
        "why": "; ".join(row["why"] for row in done.summary if row["why"]),
        "skipped": skipped,
        "refused": list(done.refused[:NAMED]),
    }


def _continues(row: dict[str, Any], before: dict[str, Any]) -> bool:
    faults = (one[name] for one in (row, before) for name in ("skips", "refusals"))
    return row["by"] == before["by"] and row["at"][:13] == before["at"][:13] and not any(faults)


def _kept(tx: Tx) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(tx.registry.value(KEPT) or "[]")
    return found
