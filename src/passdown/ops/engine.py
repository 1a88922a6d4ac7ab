"""The operation that says which model may be asked, and what asking has cost."""

from __future__ import annotations

from typing import Any

from passdown.domain.errors import PassdownError
from passdown.ops.operation import Ctx, Effect, Shell, operation


@operation(
    "engine",
    Effect.READ,
    cli=Shell(
        facts=("engine", "ready", "why", "next", "mines"),
        rows="budgets",
        columns=("budget", "micro_usd", "spent", "questions", "unknown"),
    ),
    example="passdown engine",
)
def engine(ctx: Ctx) -> dict[str, Any]:
    """Which model may be asked, whether it can be, and what it has cost today. Nobody is asked."""
    from passdown.ops.purse import spent

    with ctx.store.read(ctx.sight) as tx:
        today = spent(tx, day=ctx.clock.now()[:10])
    counted = {"day": today._asdict()}
    return {
        "engine": ctx.settings.text("engine.model") or "none",
        **_ready(ctx),
        "mines": ctx.settings.flag("mine.engine"),
        "budgets": [
            {
                "budget": budget,
                "micro_usd": ctx.settings.whole(f"engine.{budget}_micro_usd"),
                "spent": counted.get(budget, {}).get("micro_usd"),
                "questions": counted.get(budget, {}).get("questions"),
                "unknown": counted.get(budget, {}).get("unknown"),
            }
            for budget in ("session", "backfill", "day")
        ],
    }


def _ready(ctx: Ctx) -> dict[str, Any]:
    """Whether it can be asked as it is configured, or what to do."""
    try:
        ctx.writer().check()
    except PassdownError as error:
        return {"ready": False, "why": error.what, "next": error.next}
    return {"ready": True, "why": "", "next": ""}
