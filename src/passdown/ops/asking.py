"""What is known about a question, for operations that make something of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from passdown.domain.scope import Sight
    from passdown.ops.operation import Ctx
    from passdown.stages.serve.search import Found


def known(ctx: Ctx, sight: Sight, question: str, limit: int) -> list[Found]:
    """What was approved about this, best first; the index hears of new decisions before."""
    from passdown.stages.serve.search import search

    _catch_up(ctx)
    with ctx.store.read(sight) as tx:
        return search(tx, question, limit=limit, now=ctx.clock.now())


def _catch_up(ctx: Ctx) -> None:
    from passdown.stages.serve.follow import behind, follow

    with ctx.store.read(ALL) as tx:
        late = behind(tx)
    while late > 0:
        with ctx.store.write(ALL) as tx:
            taken = follow(tx)
        late = late - taken if taken else 0
