"""A loop's own queries as operations, named `<loop>.<query>`."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from passdown.ops.operation import Ctx, Effect, Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.loop import Loop
    from passdown.contract.query import Query


def of_loops(loops: Mapping[str, Loop[Any]]) -> dict[str, Operation]:
    """Every loop's queries, by operation name."""
    found = [_operation(name, q) for name in sorted(loops) for q in loops[name].queries]
    return {op.name: op for op in found}


def _operation(loop: str, query: Query) -> Operation:
    summary = (query.run.__doc__ or "").strip().partition("\n")[0]
    name = f"{loop}.{query.name}"
    return Operation(name, Effect.READ, summary, _over_corpus(query), query.agents)


def _over_corpus(query: Query) -> Any:
    @wraps(query.run)
    def run(ctx: Ctx, **params: Any) -> Any:
        from passdown.stages.mine.corpus import snapshot

        return query.run(snapshot(ctx.store, ctx.sight, ctx.settings), **params)

    return run
