"""Operations on the ledger and on what is derived from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.domain.scope import ALL
from passdown.ops.kinds import Id, Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.entry import Entry
    from passdown.storage.port import Tx


@operation(
    "ledger.history",
    Effect.READ,
    cli=Shell(rows="entries", columns=("seq", "at", "actor", "name", "subject")),
    example="passdown ledger history",
)
def history(
    ctx: Ctx,
    after: int = 0,
    subject: Id = "",
    name: Name = "",
    limit: int = 100,
    newest: bool = False,
) -> dict[str, Any]:
    """What was decided and changed, in order; with `--newest` from its end, where `after` is the
    entry to go on before."""
    most = max(1, min(limit, 10_000))
    with ctx.store.read(ctx.sight) as tx:
        if newest:
            return _backwards(tx, after, subject, name, most)
        found = tx.ledger.entries(after=after, subject=subject, name=name, limit=most)
    return {"entries": found, "next": found[-1].seq if len(found) == most else None}


def _backwards(tx: Tx, before: int, subject: str, name: str, most: int) -> dict[str, Any]:
    """Entries from the end, read in spans that grow while they hold too few of what is asked."""
    found: list[Entry] = []
    above, span = before or tx.ledger.head()[0] + 1, max(most, 100)
    while above > 1 and len(found) < most:
        below = max(0, above - 1 - span)
        part = tx.ledger.entries(after=below, subject=subject, name=name, limit=span)
        found += [entry for entry in reversed(part) if entry.seq < above]
        above, span = below + 1, min(span * 4, 100_000)
    shown = found[:most]
    more = len(found) > most or above > 1
    return {"entries": shown, "next": shown[-1].seq if more and shown else None}


@operation("ledger.show", Effect.READ, example="passdown ledger show 12")
def entry(ctx: Ctx, seq: int) -> Any:
    """One entry with its whole body."""
    with ctx.store.read(ctx.sight) as tx:
        found = tx.ledger.entries(after=seq - 1, limit=1)
    if not found or found[0].seq != seq:
        raise NotFound(f"no ledger entry {seq}", next="`passdown ledger history` lists them.")
    return found[0]


@operation("ledger.verify", Effect.READ, cli=Shell(check=True), example="passdown ledger verify")
def verify(ctx: Ctx) -> Any:
    """Whether the ledger is what was written; a fault is named by its sequence number."""
    from passdown.stages.measure.verify import verify as walk

    with ctx.store.read(ALL) as tx:
        return walk(tx)


@operation("index.rebuild", Effect.WRITE, example="passdown index rebuild")
def rebuild(ctx: Ctx) -> dict[str, Any]:
    """Forget the search index and derive it anew, from the ledger and from what was seen."""
    with ctx.store.write(ALL) as tx:
        tx.index.clear()
    return _followed(ctx)


@operation("index.follow", Effect.WRITE, example="passdown index follow")
def follow(ctx: Ctx) -> dict[str, Any]:
    """Bring the search index up to date with the ledger and with what was seen."""
    from passdown.ops.action import refresh

    refresh(ctx)
    return _followed(ctx)


def _followed(ctx: Ctx) -> dict[str, Any]:
    """How much each part of the index took; what it means only where there is an embedder."""
    taken = {"entries": follow_all(ctx), "heard": hear_all(ctx), "beside": beside(ctx)}
    if not ctx.settings.text("engine.embedder").strip():
        return taken
    from passdown.ops.meaning import follow_meaning

    return {**taken, **follow_meaning(ctx)}


def beside(ctx: Ctx) -> int:
    """The same for a second index beside the store; none where none is wanted."""
    return ctx.store.index_beside(ctx.settings.text("search.index") == "tantivy")


def follow_all(ctx: Ctx) -> int:
    """Page by page, each in a transaction of its own; how many entries were taken."""
    from passdown.stages.serve.follow import follow as step

    total = 0
    while True:
        with ctx.store.write(ALL) as tx:
            taken = step(tx)
        if not taken:
            return total
        total += taken


def hear_all(ctx: Ctx) -> int:
    """The same for what was seen; how many observations were taken."""
    from passdown.stages.serve.follow import hear

    total = 0
    while True:
        with ctx.store.write(ALL) as tx:
            taken = hear(tx)
        if not taken:
            return total
        total += taken
