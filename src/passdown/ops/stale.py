"""Questions that the world has left behind: what a yes would do is computed anew, and where nothing
can be done any more the question is closed, with the reason. Mined again, it is asked as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, PassdownError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Loop
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Tx

MOST = 1000
"""Questions looked at in one cycle, the surest first."""


def let_go(ctx: Ctx, loop: Loop[Any]) -> list[str]:
    """Close this loop's open questions that no yes could carry out now; the ids of those closed."""
    with ctx.store.read(ctx.sight) as tx:
        stale = [p for p, _ in _stale(ctx, tx, loop, tx.queue.all(loop=loop.name, limit=MOST))]
    return [p.id for p in stale if _closed(ctx, loop, p)]


def _stale(
    ctx: Ctx, tx: Tx, loop: Loop[Any], asked: list[Proposal]
) -> Iterator[tuple[Proposal, str]]:
    from passdown.stages.mine.corpus import live

    corpus = live(tx)
    for p in asked:
        if why := _why(ctx, tx, loop, p, corpus):
            yield p, why


def _why(ctx: Ctx, tx: Tx, loop: Loop[Any], p: Proposal, corpus: Corpus) -> str:
    """Why nothing can come of it; '' where something can, or where only an edit could tell."""
    from passdown.stages.gate.decide import still_rests
    from passdown.stages.propose.validate import payload_of

    try:
        still_rests(tx, p)
        loop.changes(payload_of(loop, p.payload), corpus, ctx.settings)
    except Conflict as error:
        return error.what
    except PassdownError:
        return ""
    return ""


def _closed(ctx: Ctx, loop: Loop[Any], p: Proposal) -> bool:
    """Close it, unless it was decided, added to, or can be carried out again."""
    from passdown.domain.actor import system
    from passdown.ops.standing import settle
    from passdown.stages.gate.expire import outlived

    with ctx.store.write(ctx.sight) as tx:
        now = tx.queue.get(p.id)
        if now is None or not now.open or now.version != p.version:
            return False
        for one, why in _stale(ctx, tx, loop, [now]):
            settle(ctx, tx, outlived(tx, one, system("gate"), why))
            return True
    return False
