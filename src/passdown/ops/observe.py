"""Operations that read what agents leave behind."""

from __future__ import annotations

from typing import Any

from passdown.domain.errors import NotFound
from passdown.ops.operation import Ctx, Effect, Shell, operation


@operation(
    "quarantined",
    Effect.READ,
    cli=Shell(rows="observations", columns=("seq", "flags", "session", "text")),
    example="passdown quarantined",
)
def quarantined(ctx: Ctx, limit: int = 100) -> dict[str, Any]:
    """What is never mined, and why: instructions to agents, hidden characters, echoes."""
    from passdown.stages.observe.quarantine import held

    with ctx.store.read(ctx.sight) as tx:
        found = held(tx, limit=max(1, min(limit, 10_000)))
    rows = [
        {"seq": o.seq, "flags": list(o.flags), "session": o.session, "text": o.text[:400]}
        for o in found
    ]
    return {"observations": rows}


@operation("release", Effect.DECIDE, example="passdown release 41")
def release(ctx: Ctx, seq: int) -> dict[str, Any]:
    """Let a quarantined observation be mined after all."""
    from passdown.stages.observe.quarantine import release as let_go

    with ctx.store.write(ctx.sight) as tx:
        held = let_go(tx, seq, ctx.actor.name)
    return {"released": seq, "was": list(held.flags)}


@operation("seen", Effect.READ, example="passdown seen 41")
def seen(ctx: Ctx, seq: int) -> Any:
    """One observation with the place in its file that it came from."""
    with ctx.store.read(ctx.sight) as tx:
        found = tx.observations.get([seq])
    if not found:
        raise NotFound(
            f"no observation {seq}", next="`passdown sessions list` lists what was read."
        )
    return found[0]
