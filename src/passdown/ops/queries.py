"""A loop's own queries and questions as operations, named `<loop>.<name>`."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

from passdown.ops.operation import Ctx, Effect, Operation, Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.contract.loop import Loop
    from passdown.contract.query import Ask, Query

OWN = "settings"
"""The parameter that is no parameter of the operation: whoever asks has none to give."""


def of_loops(loops: Mapping[str, Loop[Any]]) -> dict[str, Operation]:
    """Every loop's queries, by operation name."""
    found = [_reading(name, one) for name in sorted(loops) for one in loops[name].queries]
    found += [_asking(loops[name], one) for name in sorted(loops) for one in loops[name].asks]
    return {op.name: op for op in found}


def _reading(loop: str, query: Query) -> Operation:
    def run(ctx: Ctx, **params: Any) -> Any:
        return _over_corpus(ctx, query.run, params)

    fn = _signed(run, query.run)
    name = f"{loop}.{query.name}"
    instead = ((f"--{query.ask}", f"{loop}.{query.ask}"),) if query.ask else ()
    cli = Shell(rows=query.rows, columns=query.columns, instead=instead)
    return Operation(
        name, Effect.READ, _told(query), fn, query.agents, cli=cli, aliases=query.aliases
    )


def _asking(loop: Loop[Any], ask: Ask) -> Operation:
    def run(ctx: Ctx, **params: Any) -> Any:
        from passdown.ops.mine import put, put_mined

        asked = _over_corpus(ctx, ask.run, params)
        if isinstance(asked, list):
            return put_mined(ctx, loop, asked)
        return put(ctx, loop, asked, ask.name)

    fn = _signed(run, ask.run)
    name = f"{loop.name}.{ask.name}"
    cli = Shell(bare=ask.bare)
    return Operation(name, Effect.WRITE, _told(ask), fn, cli=cli, aliases=ask.aliases)


def _told(one: Query | Ask) -> str:
    return (one.run.__doc__ or "").strip().partition("\n")[0]


def _over_corpus(ctx: Ctx, run: Callable[..., Any], params: Mapping[str, Any]) -> Any:
    from passdown.stages.mine.corpus import snapshot

    own = {OWN: ctx.settings} if OWN in inspect.signature(run).parameters else {}
    return run(snapshot(ctx.store, ctx.sight, ctx.settings), **own, **params)


def _signed(run: Callable[..., Any], like: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the documentation and the parameters of another, but for what it is
    given anyway."""
    signature = inspect.signature(like)
    kept = [p for p in signature.parameters.values() if p.name != OWN]
    made = wraps(like)(run)
    made.__annotations__ = {p.name: p.annotation for p in kept[1:]}
    made.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return made
