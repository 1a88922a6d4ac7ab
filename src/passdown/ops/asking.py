"""What is known about a question, for operations that make something of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.domain.scope import Sight
    from passdown.ops.operation import Ctx
    from passdown.stages.serve.search import Found
    from passdown.storage.port import Tx

T = TypeVar("T")


def known(ctx: Ctx, sight: Sight, question: str, limit: int) -> list[Found]:
    """What was approved about this, best first; the index hears of new decisions before."""
    from passdown.stages.serve.search import search

    return caught_up(ctx, sight, lambda tx: search(tx, question, limit=limit, now=ctx.clock.now()))


def caught_up(ctx: Ctx, sight: Sight, look: Callable[[Tx], T]) -> T:
    """What is seen in one snapshot of which the index knows all, brought forward where it does
    not."""
    from passdown.stages.serve.follow import behind

    with ctx.store.read(sight) as tx:
        if behind(tx) <= 0:
            return look(tx)
    catch_up(ctx)
    with ctx.store.read(sight) as tx:
        return look(tx)


def catch_up(ctx: Ctx) -> None:
    """Bring the index forward when a decision was made since; nothing is written otherwise."""
    from passdown.stages.serve.follow import behind, follow

    with ctx.store.read(ALL) as tx:
        late = behind(tx)
    while late > 0:
        with ctx.store.write(ALL) as tx:
            taken = follow(tx)
        late = late - taken if taken else 0
