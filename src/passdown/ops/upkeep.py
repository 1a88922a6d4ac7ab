"""What a loop sets in order by itself, before a cycle and when a store is made: told to the ledger
like any other change, and nobody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.actor import system
from passdown.domain.clock import new_id
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from passdown.contract.loop import Loop
    from passdown.domain.scope import Sight
    from passdown.domain.settings import Settings
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Store

UPKEEP = "upkeep:"
"""How what it changed is called, where a proposal would say its id."""


def keep_up(ctx: Ctx, loop: Loop[Any]) -> int:
    """Set in order what this loop finds out of order; how many changes that took."""
    return settle(ctx.store, loop, ctx.settings, ctx.sight)


def settle(store: Store, loop: Loop[Any], settings: Settings, sight: Sight = ALL) -> int:
    """The same of a store, as when it is made."""
    from passdown.stages.apply.execute import execute
    from passdown.stages.mine.corpus import live

    if loop.upkeep is None:
        return 0
    with store.read(sight) as tx:
        due = bool(loop.upkeep(live(tx), settings))
    if not due:
        return 0
    with store.write(sight) as tx:
        changes = loop.upkeep(live(tx), settings)
        execute(tx, f"{UPKEEP}{new_id()}", changes, system(loop.name).name)
    return len(changes)
