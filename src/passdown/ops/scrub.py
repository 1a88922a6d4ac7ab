"""After an erasure: nothing of it is left in the store's files, and which copies still have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import StoreError
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from passdown.domain.clock import At
    from passdown.ops.operation import Ctx

DUE = "scrub"
"""The registry's name for whether something erased may still stand in the store's files."""


def scrub(ctx: Ctx) -> dict[str, Any]:
    """Scrub the store's files if an erasure asked for that; whether nothing is left there, and
    what to do where something is."""
    from passdown.ops.mirror import renew
    from passdown.stages.serve.lookup import forget

    with ctx.store.read(ALL) as tx:
        due = tx.registry.value(DUE)
    if not due:
        return {"scrubbed": True}
    forget(ctx.home)
    renew(ctx)
    if not ctx.store.scrub():
        wait = "Somebody reads from the store: passdown rescan does the rest when they are done."
        return {"scrubbed": False, "next": wait}
    with ctx.store.write(ALL) as tx:
        tx.registry.keep(DUE, "")
    return {"scrubbed": True}


def trim(ctx: Ctx, before: At = "") -> int:
    """Take out of the file that events are written to what the store no longer says; how many
    lines are not what they were."""
    from passdown.ops.intake import events_file
    from passdown.stages.observe.written import trim as take_out

    path = events_file(ctx)
    if path is None:
        return 0
    try:
        return take_out(ctx.store, path, ctx.redactor().clean, before)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoreError(
            f"the file of events cannot be rewritten: {why}",
            where=str(path),
            next="Mend it and run this once more; the store itself is done.",
        ) from error


def copies(ctx: Ctx) -> list[str]:
    """What holds what is erased from the store: backups beside it, to be deleted by whoever made
    them, and mirrors with edits that nobody pulled."""
    from passdown.ops.mirror import held_back

    backups = (str(path) for path in ctx.home.glob("*.backup*") if path.is_file())
    return sorted([*backups, *held_back(ctx)])
