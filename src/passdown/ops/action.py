"""Operations of the action site: what earlier sessions learned of a call, before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.scope import ALL
from passdown.ops.kinds import Name, Payload, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.record import Record
    from passdown.domain.scope import Sight
    from passdown.stages.serve.action import Call
    from passdown.stages.serve.lookup import Table

LONGEST = 400
NOTHING: dict[str, Any] = {"advice": "", "id": "", "block": False, "granted": False}


@operation(
    "advise",
    Effect.READ,
    cli=Shell(card="advice"),
    example='passdown advise Bash --command "python x.py" --repo web',
)
def advise(
    ctx: Ctx,
    tool: Name,
    command: Text = "",
    arguments: Payload | None = None,
    repo: Name = "",
    agent: Name = "",
    session: Name = "",
) -> dict[str, Any]:
    """What was approved about a call like this one, in one line; nothing when nothing fits.

    A shell's call is its `command`, any other tool's its `arguments`. A session is told the same
    once in `serve.again_after` calls that ask for it.
    """
    from passdown.stages.serve.action import call_of

    call = call_of(tool, {**(arguments or {}), **({"command": command} if command else {})})
    found = _known(ctx, call, ctx.narrow(repo, agent))
    return _said(ctx, found, session) if found else NOTHING


@operation("action.follow", Effect.WRITE, example="passdown action follow")
def follow(ctx: Ctx) -> dict[str, bool]:
    """Bring what is known of calls that fail up to date with the ledger, for hooks to look up."""
    return {"changed": refresh(ctx)}


def refresh(ctx: Ctx) -> bool:
    """Whether there was anything new for the hooks' file."""
    from passdown.stages.serve.action import follow as step, store_of

    with ctx.store.read(ALL) as tx:
        store, blocks = store_of(ctx.facts["places"].url), ctx.settings.flag("serve.block")
        return step(tx, ctx.home, store, blocks=blocks)


def _known(ctx: Ctx, call: Call, sight: Sight) -> list[Record]:
    """The records about this call that may be said now, the one to say first."""
    from passdown.stages.serve.action import find, stands

    ids = find(_table(ctx), call, sight.scopes or ()) if call.line else []
    if not ids:
        return []
    now = ctx.clock.now()
    with ctx.store.read(sight) as tx:
        there = {r.id: r for r in tx.knowledge.by_ids(ids) if stands(r, now)}
    return [there[id] for id in ids if id in there]


def _table(ctx: Ctx) -> Table:
    """The table as the ledger is now."""
    from passdown.stages.serve.action import store_of
    from passdown.stages.serve.lookup import Table, load

    refresh(ctx)
    store = store_of(ctx.facts["places"].url)
    return load(ctx.home, store) or Table(store, 0)


def _said(ctx: Ctx, found: list[Record], session: str) -> dict[str, Any]:
    """The first of these that this session was not told just now, noted before it is said."""
    from passdown.ops.serving import give, reader
    from passdown.stages.serve.brief import GRANTED
    from passdown.stages.serve.markers import mark, unmarked
    from passdown.stages.serve.told import is_due
    from passdown.text.safe import one_line

    every, who = ctx.settings.whole("serve.again_after"), reader(ctx, "action", session)
    one = next((r for r in found if is_due(ctx.home, session, r.id, every)), None)
    if one is None:
        return NOTHING
    hidden = who.trial.shadows(one.id)
    if not give(ctx, who, () if hidden else (one.id,), shadow=(one.id,) if hidden else ()):
        return NOTHING
    line = f"{unmarked(one_line(one.text, LONGEST))} {mark(one)}"
    block, alone = ctx.settings.flag("serve.block"), GRANTED in one.body
    return {"advice": line, "id": one.id, "block": block, "granted": alone}
