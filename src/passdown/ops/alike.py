"""Questions that are alike, answered together once a person has answered some of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, Forbidden, Invalid, NotFound, NotPending, PassdownError
from passdown.domain.proposal import Status
from passdown.ops.kinds import Id, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Operation
    from passdown.storage.port import Tx

SAMPLES = 3
"""So many of them a person answers one by one, all in the same way, before the rest."""
MOST = 500
LOOKED_AT = 10_000
PAGE = 1000
_NAMED = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^']*'|\d+")
OPEN_ONES = Shell(rows="alike", columns=("id", "confidence", "scope", "title"), facts=("like", "n"))
RESULT = Shell(rows="results", columns=("id", "fate", "title", "why"), facts=("done", "left"))


@operation("alike.list", Effect.READ, cli=OPEN_ONES, example="passdown alike list 0193ab")
def listed(ctx: Ctx, id: Id) -> dict[str, Any]:
    """The open questions that differ from this one only in what they name, and how many of their
    kind you have answered."""
    with ctx.store.read(ctx.sight) as tx:
        asked = _the(tx, id)
        open_ones = _alike(tx, asked) if _names(asked) else []
        yes, no = _sampled(tx, asked, ctx.actor.name)
    rows = [{f: getattr(p, f) for f in ("id", "confidence", "scope", "title")} for p in open_ones]
    told = {"like": asked.title, "n": len(rows), "approved": yes, "rejected": no}
    return {**told, "samples": SAMPLES, "alike": rows}


@operation("alike.approve", Effect.DECIDE, cli=RESULT, example="passdown alike approve 0193ab")
def approve(ctx: Ctx, id: Id, reason: Text = "") -> dict[str, Any]:
    """Approve all open questions like this one, each by itself, once you have approved three."""
    from passdown.ops.review import approve as one

    return _each(ctx, id, one, reason, yes=True)


@operation("alike.reject", Effect.DECIDE, cli=RESULT, example='passdown alike reject 0193ab "so"')
def reject(ctx: Ctx, id: Id, reason: Text) -> dict[str, Any]:
    """Reject all open questions like this one, each by itself, once you have rejected three."""
    from passdown.ops.review import reject as one

    return _each(ctx, id, one, reason, yes=False)


def _each(ctx: Ctx, id: str, one: Operation, reason: str, *, yes: bool) -> dict[str, Any]:
    """Every one in a transaction of its own; what could not be done is said, never counted."""
    with ctx.store.read(ctx.sight) as tx:
        asked = _the(tx, id)
        if not _names(asked):
            raise Invalid("nothing is like it", where=asked.title, next="Decide it by itself.")
        _may(ctx, tx, asked, yes=yes)
        found = _alike(tx, asked)
    results = [_decided(ctx, one, p, reason) for p in found]
    done = sum(row["fate"] == "done" for row in results)
    return {"done": done, "left": len(results) - done, "results": results}


def _decided(ctx: Ctx, one: Operation, p: Proposal, reason: str) -> dict[str, Any]:
    facts = {"id": p.id, "title": p.title, "why": ""}
    try:
        answer = one.run(ctx, {"id": p.id, "reason": reason or "like those approved one by one"})
    except (NotPending, NotFound, Conflict) as error:
        return {**facts, "fate": "stale", "why": error.what}
    except PassdownError as error:
        return {**facts, "fate": "failed", "why": error.what}
    changed = "replay_changed" in answer.get("flags", ())
    return {**facts, "fate": "done", "why": "its replay is worse than when asked" * changed}


def _may(ctx: Ctx, tx: Tx, asked: Proposal, *, yes: bool) -> None:
    """Forbidden until this person has answered enough of them, all in this way."""
    loop = ctx.loops.get(asked.loop)
    if loop is not None and asked.action in loop.policy:
        raise Forbidden(
            f"{asked.action} binds everybody: each is decided by itself", where=asked.id
        )
    counts = _sampled(tx, asked, ctx.actor.name)
    same, other = counts if yes else counts[::-1]
    word = "approved" if yes else "rejected"
    if other:
        raise Forbidden(
            f"you have answered {other} of these the other way",
            where=asked.title,
            next="They are not all alike: decide each by itself.",
        )
    if same < SAMPLES:
        raise Forbidden(
            f"you have {word} {same} of these; {SAMPLES} are decided one by one first",
            where=asked.title,
            next="`passdown review` shows them.",
        )


def _sampled(tx: Tx, asked: Proposal, name: str) -> tuple[int, int]:
    """How many like it this person approved as they were asked, and how many they rejected."""
    yes = no = 0
    for p in _pages(tx, asked, (Status.EXECUTED, Status.REJECTED)):
        if p.decided_by == name and shape(p) == shape(asked):
            yes += p.status is Status.EXECUTED and p.original is None
            no += p.status is Status.REJECTED or p.original is not None
    return yes, no


def _alike(tx: Tx, asked: Proposal) -> list[Proposal]:
    every = _pages(tx, asked, ())
    return [p for p in every if shape(p) == shape(asked)][:MOST]


def _pages(tx: Tx, asked: Proposal, statuses: tuple[Status, ...]) -> Iterator[Proposal]:
    last, seen = "", 0
    while seen < LOOKED_AT:
        page = tx.queue.all(statuses, loop=asked.loop, after=last, limit=PAGE)
        if not page:
            return
        yield from page
        last, seen = page[-1].id, seen + len(page)


def shape(p: Proposal) -> tuple[str, str, str]:
    """What is asked, whatever it names: where and how, and the sentence without its names."""
    return p.action, p.scope, _NAMED.sub("…", p.title)


def _the(tx: Tx, id: str) -> Proposal:
    found = tx.queue.get(id)
    if found is None:
        raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
    return found


def _names(p: Proposal) -> bool:
    """Whether it names something that another question could name otherwise."""
    return bool(_NAMED.search(p.title))
