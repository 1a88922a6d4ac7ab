"""What a loop sets in order by itself, before a cycle and when a store is made: told to the ledger
like any other change, and nobody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.actor import system
from passdown.domain.clock import new_id

if TYPE_CHECKING:
    from passdown.contract.loop import Loop
    from passdown.ops.operation import Ctx

UPKEEP = "upkeep:"
"""How what it changed is called, where a proposal would say its id."""


def keep_up(ctx: Ctx, loop: Loop[Any]) -> int:
    """Set in order what this loop finds out of order; how many changes that took."""
    from passdown.stages.apply.execute import execute
    from passdown.stages.mine.corpus import live

    if loop.upkeep is None:
        return 0
    with ctx.store.read(ctx.sight) as tx:
        due = bool(loop.upkeep(live(tx), ctx.settings))
    if not due:
        return 0
    with ctx.store.write(ctx.sight) as tx:
        changes = loop.upkeep(live(tx), ctx.settings)
        execute(tx, f"{UPKEEP}{new_id()}", changes, system(loop.name).name)
    return len(changes)
