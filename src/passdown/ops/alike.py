"""Questions that are alike, answered together once a person has answered some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, Forbidden, Invalid, NotFound, NotPending, PassdownError
from passdown.ops.kinds import Id, Name, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation
from passdown.text.shape import shape

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Operation
    from passdown.storage.alike import Group
    from passdown.storage.port import Tx

SAMPLES = 3
"""So many of them a person answers one by one, all in the same way, before the rest."""
MOST = 500
OPEN_ONES = Shell(rows="alike", columns=("id", "confidence", "scope", "title"), facts=("like", "n"))
RESULT = Shell(rows="results", columns=("id", "fate", "title", "why"), facts=("done", "left"))


@operation("alike.list", Effect.READ, cli=OPEN_ONES, example="passdown alike list 0193ab")
def listed(ctx: Ctx, id: Id, limit: int = MOST) -> dict[str, Any]:
    """The open questions that differ from this one only in what they name, and how many of their
    kind you have answered."""
    with ctx.store.read(ctx.sight) as tx:
        asked = _the(tx, id)
        sign = _shape(asked)
        open_ones = _alike(tx, asked, limit) if sign else []
        n = tx.alike.many(asked.loop, sign) if sign else 0
        yes, no = _sampled(tx, asked, ctx.actor.name)
    rows = [{f: getattr(p, f) for f in ("id", "confidence", "scope", "title")} for p in open_ones]
    told = {"like": asked.title, "n": n, "approved": yes, "rejected": no}
    return {**told, "samples": SAMPLES, "at_once": min(n, MOST), "alike": rows}


@operation(
    "alike.groups",
    Effect.READ,
    cli=Shell(rows="groups", columns=("n", "loop", "scope", "ready", "title", "id")),
    example="passdown alike groups",
)
def groups(ctx: Ctx, loop: Name = "", limit: int = 50) -> dict[str, Any]:
    """Open questions that differ only in what they name, the largest groups first: one of each, how
    many there are, and whether you have answered enough of them in one way."""
    most = max(1, min(limit, 200))
    with ctx.store.read(ctx.sight) as tx:
        loops = [loop] if loop else [best.loop for best in tx.queue.best("")]
        found = [group for name in loops for group in tx.alike.groups(name, limit=most)]
        found.sort(key=lambda group: (-group.n, group.loop, group.shape))
        rows = [_row(ctx, tx, group) for group in found[:most]]
    return {"samples": SAMPLES, "groups": rows}


def _row(ctx: Ctx, tx: Tx, group: Group) -> dict[str, Any]:
    one = tx.alike.waiting(group.loop, group.shape, limit=1)[0]
    yes, no = tx.alike.answers(group.loop, group.shape, ctx.actor.name, most=SAMPLES)
    told = {"id": one.id, "loop": one.loop, "scope": one.scope, "title": one.title, "n": group.n}
    return {**told, "ready": max(yes, no) >= SAMPLES}


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
        if not _shape(asked):
            raise Invalid("nothing is like it", where=asked.title, next="Decide it by itself.")
        _may(ctx, tx, asked, yes=yes)
        found = _alike(tx, asked, MOST)
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
    return tx.alike.answers(asked.loop, _shape(asked), name)


def _alike(tx: Tx, asked: Proposal, limit: int) -> list[Proposal]:
    return tx.alike.waiting(asked.loop, _shape(asked), limit=max(1, min(limit, MOST)))


def _shape(p: Proposal) -> str:
    """What is asked, whatever it names: where and how, and the sentence without its names."""
    return shape(p.action, p.scope, p.title)


def _the(tx: Tx, id: str) -> Proposal:
    found = tx.queue.get(id)
    if found is None:
        raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
    return found
