"""After an erasure: nothing of it is left in the store's files, and which copies still have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from passdown.ops.operation import Ctx

DUE = "scrub"
"""The registry's name for whether something erased may still stand in the store's files."""


def scrub(ctx: Ctx) -> dict[str, Any]:
    """Scrub the store's files if an erasure asked for that; whether nothing is left there, and
    what to do where something is."""
    with ctx.store.read(ALL) as tx:
        due = tx.registry.value(DUE)
    if not due:
        return {"scrubbed": True}
    if not ctx.store.scrub():
        wait = "Somebody reads from the store: passdown rescan does the rest when they are done."
        return {"scrubbed": False, "next": wait}
    with ctx.store.write(ALL) as tx:
        tx.registry.keep(DUE, "")
    return {"scrubbed": True}


def copies(ctx: Ctx) -> list[str]:
    """Backups beside the store: made before, they hold what is erased from it; to be deleted by
    whoever made them."""
    return sorted(str(path) for path in ctx.home.glob("*.backup*") if path.is_file())
