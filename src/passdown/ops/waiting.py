"""How many questions wait: what a badge shows, and a queue says of itself."""

from __future__ import annotations

from typing import Any

from passdown.ops.operation import Ctx, Effect, operation


@operation("waiting", Effect.READ, example="passdown waiting")
def waiting(ctx: Ctx) -> dict[str, Any]:
    """How many questions wait for a decision, by loop."""
    with ctx.store.read(ctx.sight) as tx:
        found = {best.loop: tx.queue.waiting(best.loop) for best in tx.queue.best("")}
    return {"open": found, "total": sum(found.values())}
