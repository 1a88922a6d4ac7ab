"""Operations a person uses to decide: pending, show, approve, reject, undo, impact, add."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.proposal import FORGOTTEN, OPEN, PUBLIC, STATUS_VALUES, Status
from passdown.ops.facets import never, routed
from passdown.ops.kinds import Id, Name, Payload, Text, When
from passdown.ops.operation import Ctx, Effect, Route, Shell, operation
from passdown.ops.order import answered, narrowed
from passdown.ops.standing import announce, settle
from passdown.ops.tiers import with_advice
from passdown.ops.weigh import replay_now, weigh
from passdown.ops.wire import wire
from passdown.storage.narrow import ANY

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.contract.card import Card
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.storage.narrow import Narrow
    from passdown.storage.port import Tx

    Meant = Callable[[Proposal], bool] | None

DECIDED = Shell(
    rows="records",
    columns=("id", "kind", "scope", "life", "text"),
    facts=("state", "title", "id", "decided_by", "reason", "flags"),
)
LOOKED_AT = 200
"""Questions that are looked at for one page where only what they say tells which are meant."""
LIST = Shell(rows="proposals", columns=("id", "loop", "confidence", "scope", "title"))


@operation(
    "pending",
    Effect.READ,
    http=(Route("GET", "/api/promotions/{loop}/pending"), Route("GET", "/api/promotions/pending")),
    cli=LIST,
    aliases=("kb.list_pending",),
    example="passdown pending",
)
def pending(
    ctx: Ctx,
    loop: Name = "",
    status: Name = "pending",
    limit: int = 100,
    after: Id = "",
    order: Name = "confidence",
    scope: Name = "",
    flag: Name = "",
    least: float = 0.0,
    older: When = "",
    ontology: Name = "",
    mine: bool = False,
) -> dict[str, Any]:
    """The questions that wait for a decision, most certain first.

    With `--order value` the open ones by what an answer is worth a second of this person's time,
    every tenth place by lot; `after` is then the `next` of the page before. Such a list can be
    narrowed: to one scope, to those with a flag (`any`, or its name), to those at least so sure,
    to those that have waited since a time or for an age (`7d`), to those about one ontology, and
    with `mine` to those about what is assigned to whoever asks. For these two only so many are
    looked at for one page: a page may hold fewer, or none, and have a `next`.
    """
    most = max(1, min(limit, 1000))
    narrow = narrowed(ctx, scope, flag, least, older)
    also = routed(ctx, mine=mine, ontology=ontology)
    if order == "value":
        found = _by_value(ctx, loop, most, after, narrow, also)
    else:
        _is_by_confidence(order, is_whole=narrow == ANY and also is None)
        with ctx.store.read(ctx.sight) as tx:
            rows = tx.queue.all(_states(status), loop=loop, after=after, limit=most)
        found = {"proposals": [wire(ctx, p) for p in rows]}
    return {**found, "status_values": list(STATUS_VALUES)}


def _is_by_confidence(order: str, *, is_whole: bool) -> None:
    if order != "confidence" or not is_whole:
        raise Invalid(
            f"no order {order!r}" if is_whole else "only a list by value can be narrowed",
            next="One of: confidence, value.",
        )


def _by_value(
    ctx: Ctx, loop: str, most: int, after: str, narrow: Narrow, also: Meant
) -> dict[str, Any]:
    from itertools import islice

    from passdown.ops.order import Place, ordered

    if also is never:
        return {"proposals": [], "next": None}
    with ctx.store.read(ctx.sight) as tx:
        loops = [loop] if loop else [p.loop for p in tx.queue.best("")]
        every = ordered(tx, ctx.actor, loops, after=after, narrow=narrow, at_first=most)
        looked, found = list[tuple[Place, str]](), list[Place]()
        for one in islice(every, LOOKED_AT if also else most):
            looked.append(one)
            found += [one[0]] if not also or also(one[0].proposal) else []
            if len(found) == most:
                break
    goes_on = len(found) == most or len(looked) == LOOKED_AT
    rows = [{**wire(ctx, place.proposal), "lot": place.lot} for place in found]
    return {"proposals": rows, "next": looked[-1][1] if goes_on else None}


@operation(
    "show",
    Effect.READ,
    http=(Route("GET", "/api/proposals/{id}"),),
    cli=Shell(card="card", facts=("id", "state", "scope", "deadline")),
    example="passdown show 0193ab",
)
def show(ctx: Ctx, id: Id) -> dict[str, Any]:
    """One proposal: its card, its evidence, its replay and everything said about it."""
    with ctx.store.read(ctx.sight) as tx:
        p = _the(tx, id)
        turns, marks = tx.queue.messages(p.id), tx.queue.marks(p.id)
        gone = FORGOTTEN in p.flags
        card = _forgotten() if gone else with_advice(weigh(ctx, tx, p).shown, turns)
    return {**wire(ctx, p), "card": card, "messages": turns, "marks": marks}


@operation(
    "preview",
    Effect.READ,
    cli=Shell(card="card"),
    example="passdown preview 0193ab --edit @edited.json",
)
def preview(ctx: Ctx, id: Id, edit: Payload | None = None) -> dict[str, Any]:
    """What a yes would mean now, to a proposal or to an edit of it; nothing is written."""
    from dataclasses import asdict

    from passdown.stages.gate.decide import edited, open_proposal

    with ctx.store.read(ctx.sight) as tx:
        p = open_proposal(tx, id)
        w = weigh(ctx, tx, p if edit is None else edited(p, edit))
        changes = [{"change": type(c).__name__, **asdict(c)} for c in w.changes()]
        return {"card": w.shown, "replay": w.replay(), "changes": changes}


@operation(
    "approve",
    Effect.DECIDE,
    cli=DECIDED,
    aliases=("kb.approve",),
    example='passdown approve 0193ab --reason "seen it twice"',
)
def approve(
    ctx: Ctx,
    id: Id,
    reason: Text = "",
    edit: Payload | None = None,
    loop: Name = "",
    answer: Name = "",
    turn: int = 0,
) -> dict[str, Any]:
    """Approve one proposal and apply its changes, in one transaction; `edit` is applied instead.

    An edit is a payload with its action, or those fields of the payload that are to be other.
    Where a card offers several answers, `--answer` names the one that is approved. `--turn` takes
    what was suggested in that turn of the conversation.
    """
    edit = _suggested(ctx, id, turn, edit) if turn else edit
    edit = _answered(ctx, id, answer, edit) if answer else edit
    fresh = replay_now(ctx, id, edit)
    try:
        with ctx.store.write(ctx.sight) as tx:
            return _approve(ctx, tx, id, reason, edit, loop, fresh)
    except (Conflict, Invalid) as error:
        if edit is None and _is_of_the_world(error):
            _fail(ctx, id, error)
        raise


@operation(
    "reject",
    Effect.DECIDE,
    cli=DECIDED,
    aliases=("kb.reject",),
    example='passdown reject 0193ab "only true of one branch"',
)
def reject(ctx: Ctx, id: Id, reason: Text, loop: Name = "") -> dict[str, Any]:
    """Reject one proposal; the same question is not asked again on the same evidence."""
    from passdown.stages.gate.decide import open_proposal, rejected

    with ctx.store.write(ctx.sight) as tx:
        p = open_proposal(tx, id)
        _is_of(p, loop)
        policy = ctx.loops[p.loop].policy if p.loop in ctx.loops else frozenset()
        closed = rejected(tx, p, ctx.actor, reason, policy_actions=policy)
        answered(tx, ctx.actor, p.loop)
        settle(ctx, tx, closed)
        return wire(ctx, closed)


@operation(
    "undo",
    Effect.DECIDE,
    http=(Route("POST", "/api/proposals/{id}/undo"),),
    example="passdown undo 0193ab",
)
def undo(ctx: Ctx, id: Id, closure: bool = False) -> dict[str, Any]:
    """Put back everything one approval replaced; with `closure`, all that was built on it too."""
    from passdown.stages.apply.undo import undo as take_back

    with ctx.store.write(ctx.sight) as tx:
        undone = take_back(tx, id, ctx.actor, closure=closure)
        settle(ctx, tx, *map(tx.queue.get, undone))
        return {"undone": undone}


@operation("impact", Effect.READ, example="passdown impact 0193ab")
def impact(ctx: Ctx, id: Id) -> Any:
    """What an undo of this approval would reach: records, later decisions, sessions served."""
    from passdown.stages.apply.undo import blast

    with ctx.store.read(ctx.sight) as tx:
        return blast(tx, id)


@operation("expire", Effect.WRITE, example="passdown expire")
def expire(ctx: Ctx) -> dict[str, Any]:
    """Close the questions whose deadline has passed; none is ever taken for a yes."""
    return {"expired": [p.id for p in close_due(ctx)]}


def close_due(ctx: Ctx) -> list[Proposal]:
    """Close what is due, batch by batch; what was closed."""
    from passdown.domain.actor import system
    from passdown.stages.gate.expire import expire as close

    with ctx.store.read(ctx.sight) as tx:
        batch = tx.queue.due(tx.now, limit=1)
    closed: list[Proposal] = []
    while batch:
        with ctx.store.write(ctx.sight) as tx:
            batch = close(tx, system("gate"))
            settle(ctx, tx, *batch)
        closed += batch
    return closed


def _approve(
    ctx: Ctx,
    tx: Tx,
    id: str,
    reason: str,
    edit: dict[str, Any] | None,
    loop: str,
    fresh: dict[str, Any],
) -> dict[str, Any]:
    from passdown.stages.apply.execute import execute
    from passdown.stages.gate.decide import edited, executed, open_proposal, still_rests
    from passdown.stages.gate.quorum import seconds, waits

    p = open_proposal(tx, id)
    _is_of(p, loop)
    trust = still_rests(tx, p)
    w = weigh(ctx, tx, p if edit is None else edited(p, edit))
    flags = ("replay_changed",) if edit is None and _is_worse(fresh, p.replay) else ()
    p = w.proposal if edit is None else replace(w.proposal, replay=fresh)
    policy, people = w.loop.policy, ctx.settings.whole("gate.policy_people")
    if waits(tx, p, ctx.actor, reason, policy_actions=policy, people=people):
        return {**wire(ctx, p), "records": [], "approved_by": seconds(tx, p), "people": people}
    done = executed(tx, p, ctx.actor, reason, policy_actions=policy, flags=flags)
    records = execute(tx, done.id, w.changes(), ctx.actor.name, trust=trust)
    return _carried_out(ctx, tx, done, records)


def _carried_out(ctx: Ctx, tx: Tx, done: Proposal, records: list[Record]) -> dict[str, Any]:
    answered(tx, ctx.actor, done.loop)
    settle(ctx, tx, done)
    announce(ctx, tx, done)
    return {**wire(ctx, done), "records": [_short(r) for r in records]}


def _answered(ctx: Ctx, id: str, answer: str, edit: dict[str, Any] | None) -> dict[str, Any]:
    """The payload with the action that a person chose among the answers."""
    with ctx.store.read(ctx.sight) as tx:
        asked = _the(tx, id).payload if edit is None else edit
    return {**asked, "action": answer.upper().replace("-", "_")}


def _suggested(ctx: Ctx, id: str, turn: int, edit: dict[str, Any] | None) -> dict[str, Any]:
    from passdown.ops.talk import suggested

    if edit is not None:
        raise Invalid("an edit and a turn", next="Name the one that is to be applied.")
    with ctx.store.read(ctx.sight) as tx:
        return suggested(tx, _the(tx, id), turn)


def _fail(ctx: Ctx, id: str, error: Conflict | Invalid) -> None:
    """Keep that a yes could not be carried out, in a transaction of its own."""
    from passdown.stages.gate.decide import failed, open_proposal

    with ctx.store.write(ctx.sight) as tx:
        p = open_proposal(tx, id)
        policy = ctx.loops[p.loop].policy
        closed = failed(
            tx, p, ctx.actor, error.check or error.code, str(error), policy_actions=policy
        )
        settle(ctx, tx, closed)


def _is_of_the_world(error: Conflict | Invalid) -> bool:
    """Whether the changes could not be made, rather than the call being wrong."""
    return isinstance(error, Conflict)


def _is_worse(fresh: dict[str, Any], filed: dict[str, Any]) -> bool:
    """More against it, or less for it, than when the question was asked."""
    if not fresh or not filed:
        return False
    return bool(fresh["wrong"] > filed["wrong"] or fresh["right"] < filed["right"])


def _is_of(p: Proposal, loop: str) -> None:
    if loop and p.loop != loop:
        raise NotFound(f"no proposal {p.id} of {loop}", next=f"It is one of {p.loop}.")


def _states(status: str) -> tuple[Status, ...]:
    if status in STATUS_VALUES:
        return tuple(s for s in Status if PUBLIC[s] == status)
    if status == "open":
        return tuple(s for s in Status if s in OPEN)
    if status in set(Status):
        return (Status(status),)
    raise Invalid(f"no status {status!r}", next=f"One of: open, {', '.join(STATUS_VALUES)}.")


def _the(tx: Tx, id: str) -> Proposal:
    found = tx.queue.get(id)
    if found is None:
        raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
    return found


def _forgotten() -> Card:
    """The card of a proposal of which only the decision is left."""
    from passdown.contract.card import Card

    return Card("This was forgotten; who decided, when and how is left.", ())


def _short(r: Record) -> dict[str, Any]:
    return {"id": r.id, "kind": r.kind, "text": r.text, "scope": r.scope, "life": r.life.value}
