"""A loop's own queries, questions and acts as operations, named `<loop>.<name>`."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

from passdown.ops.operation import Ctx, Effect, Operation, Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Loop
    from passdown.contract.query import Act, Also, Ask, Query, View

OWN = frozenset({"settings", "said", "clean", "corpus"})
"""Parameters that are none of the operation: whoever asks has none of them to give."""
BY_HAND = "set:"
LOOP = "loop"


def of_loops(loops: Mapping[str, Loop[Any]]) -> dict[str, Operation]:
    """Every loop's queries, by operation name."""
    found = [_reading(name, one) for name in sorted(loops) for one in loops[name].queries]
    found += [_asking(loops[name], one) for name in sorted(loops) for one in loops[name].asks]
    found += [_acting(loops[name], one) for name in sorted(loops) for one in loops[name].acts]
    found += [_under(name, one) for name in sorted(loops) for one in loops[name].also]
    return {op.name: op for op in found}


def _reading(loop: str, query: Query) -> Operation:
    name = f"{loop}.{query.name}"

    def run(ctx: Ctx, **params: Any) -> Any:
        if query.view is not None:
            return _over_view(ctx, loop, query, query.view, params)
        return _over_corpus(ctx, query.run, params)

    fn = _signed(run, query.run)
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
        return put(ctx, loop, asked, ask)

    fn = _signed(run, ask.run)
    name = f"{loop.name}.{ask.name}"
    cli = Shell(bare=ask.bare, empty="nothing was found that should be asked")
    return Operation(name, Effect.WRITE, _told(ask), fn, cli=cli, aliases=ask.aliases, asks=True)


def _acting(loop: Loop[Any], act: Act) -> Operation:
    def run(ctx: Ctx, **params: Any) -> Any:
        return _done(ctx, loop, act, params)

    fn, name = _signed(run, act.run), f"{loop.name}.{act.name}"
    return Operation(name, Effect.ADMIN, _told(act), fn, cli=MADE, aliases=act.aliases)


MADE = Shell(rows="records", columns=("id", "kind", "text"), facts=("changes",))


def _done(ctx: Ctx, loop: Loop[Any], act: Act, params: Mapping[str, Any]) -> dict[str, Any]:
    """What an admin does by hand, kept as what they said, in one transaction."""
    from passdown.domain.clock import new_id
    from passdown.ops.mine import said
    from passdown.stages.apply.execute import execute
    from passdown.stages.mine.corpus import live

    wanted = inspect.signature(act.run).parameters
    own: dict[str, Any] = {"settings": ctx.settings, "clean": ctx.redactor().clean}
    if "said" in wanted:
        told = " ".join((loop.name, act.name, *(str(v) for v in params.values() if v)))
        own["said"] = said(ctx, own["clean"](told)[:400])
    given = {name: value for name, value in own.items() if name in wanted}
    with ctx.store.write(ctx.sight) as tx:
        tx.registry.see(ctx.actor)
        changes = act.run(live(tx), **given, **params)
        records = execute(tx, f"{BY_HAND}{new_id()}", changes, ctx.actor.name)
    rows = [{"id": r.id, "kind": r.kind, "text": r.text} for r in records[:SHOWN]]
    return {"changes": len(changes), "records": rows}


SHOWN = 100


def _under(loop: str, also: Also) -> Operation:
    """Another operation, asked of this loop."""
    from dataclasses import replace

    from passdown.ops.catalogue import find

    whole = find(also.operation)
    params = inspect.signature(whole.fn, eval_str=False).parameters
    if LOOP not in params:
        return replace(whole, name=f"{loop}.{also.name}", http=(), aliases=(), resource="")

    def run(ctx: Ctx, **params: Any) -> Any:
        return whole.fn(ctx, **{LOOP: loop}, **params)

    fn = _signed(run, whole.fn, frozenset({LOOP}))
    name = f"{loop}.{also.name}"
    return replace(whole, name=name, fn=fn, http=(), aliases=(), resource="", example="")


def _told(one: Query | Ask | Act) -> str:
    return (one.run.__doc__ or "").strip().partition("\n")[0]


def _over_view(
    ctx: Ctx, loop: str, query: Query, draw: Callable[[Corpus], View], params: Mapping[str, Any]
) -> Any:
    from passdown.ops.views import viewed

    wanted = inspect.signature(query.run).parameters
    with viewed(ctx, loop, draw) as (view, corpus):
        given = {"settings": ctx.settings, "corpus": corpus}
        own = {name: value for name, value in given.items() if name in wanted}
        return query.run(view, **own, **params)


def _over_corpus(ctx: Ctx, run: Callable[..., Any], params: Mapping[str, Any]) -> Any:
    from passdown.contract.corpus import let_go
    from passdown.stages.mine.corpus import snapshot

    own = {"settings": ctx.settings} if "settings" in inspect.signature(run).parameters else {}
    corpus = snapshot(ctx.store, ctx.sight, ctx.settings)
    try:
        return run(corpus, **own, **params)
    finally:
        let_go(corpus)


def _signed(
    run: Callable[..., Any], like: Callable[..., Any], without: frozenset[str] = OWN
) -> Callable[..., Any]:
    """The function with the documentation and the parameters of another, but for what it is
    given anyway."""
    signature = inspect.signature(like)
    first, *rest = signature.parameters.values()
    kept = [first, *(p for p in rest if p.name not in without)]
    made = wraps(like)(run)
    made.__annotations__ = {p.name: p.annotation for p in kept[1:]}
    made.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return made
