"""How many questions wait: what a badge shows, and a queue says of itself."""

from __future__ import annotations

from typing import Any

from passdown.domain.proposal import OPEN
from passdown.ops.operation import Ctx, Effect, operation


@operation("waiting", Effect.READ, example="passdown waiting")
def waiting(ctx: Ctx) -> dict[str, Any]:
    """How many questions wait for a decision, by loop."""
    found: dict[str, int] = {}
    with ctx.store.read(ctx.sight) as tx:
        for (loop, status), n in tx.queue.counts().items():
            if status in OPEN:
                found[loop] = found.get(loop, 0) + n
    return {"open": found, "total": sum(found.values())}
