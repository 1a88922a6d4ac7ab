"""The operation that says how something served did: counted, and never a change by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Kind, Role
from passdown.domain.entry import Activity
from passdown.domain.errors import Forbidden, Invalid
from passdown.ops.kinds import Id, Name, Text
from passdown.ops.operation import Ctx, Effect, Route, operation

if TYPE_CHECKING:
    from passdown.domain.record import Record

RETIRE = "RETIRE"
"""The action that asks whether something should no longer be told."""
AGENTS_ENOUGH = 3
"""So many agents, or sessions of one, that say the same are asked about like one person."""


@operation(
    "feedback",
    Effect.WRITE,
    agents=True,
    http=(Route("POST", "/api/feedback"),),
    example='passdown feedback 3f9a01bc stale --reason "it was renamed"',
)
def feedback(
    ctx: Ctx, id: Id, verdict: Name, reason: Text = "", session: Name = ""
) -> dict[str, Any]:
    """Say that something served was helpful, harmful or stale. A person decides what follows.

    What a person, or several agents, find harmful or stale is put to the gate: should it no
    longer be told?
    """
    from passdown.stages.serve.served import opinions

    _knows(ctx, verdict)
    record = _note(ctx, id, verdict, " ".join(reason.split()), session)
    with ctx.store.read(ctx.sight) as tx:
        answer: dict[str, Any] = {"id": record.id, "feedback": opinions(tx, record.id)}
    asks = verdict != "helpful" and _is_enough(ctx, answer["feedback"][verdict])
    if not asks:
        return answer
    asked = _ask(ctx, record, verdict, reason)
    with ctx.store.read(ctx.sight) as tx:
        now = next(iter(tx.knowledge.by_ids([record.id])), record)
    return {**answer, **asked, "life": now.life.value}


def _is_enough(ctx: Ctx, said: int) -> bool:
    """Whether the gate is asked: what one person says is enough, and what several agents do."""
    return ctx.actor.kind is Kind.HUMAN or said >= AGENTS_ENOUGH


def _knows(ctx: Ctx, verdict: str) -> None:
    from passdown.stages.serve.served import VERDICTS

    if verdict not in VERDICTS:
        raise Invalid(f"no verdict {verdict[:80]!r}", next=f"One of: {', '.join(VERDICTS)}.")
    if not ctx.actor.may(Role.PROPOSE):
        raise Forbidden(
            f"{ctx.actor.name} does not hold the role propose",
            next="Ask an admin for a token with this role.",
        )


def _note(ctx: Ctx, id: str, verdict: str, reason: str, session: str) -> Record:
    """Keep what was said of the record beside the ledger, as it is seen by this caller."""
    from passdown.ops.recall import the_record
    from passdown.stages.serve.served import FEEDBACK

    by, kind = ctx.actor.name, ctx.actor.kind.value
    said = {"verdict": verdict, "by": by, "kind": kind, "reason": reason[:1000]}
    with ctx.store.write(ctx.sight) as tx:
        record = the_record(tx, id)
        tx.ledger.note(Activity(tx.now, FEEDBACK, session, (record.id,), said))
    return record


def _ask(ctx: Ctx, record: Record, verdict: str, reason: str) -> dict[str, Any]:
    """Put it to the gate whether the record should no longer be told, where its loop can ask."""
    from passdown.ops.mine import propose

    loops = (name for name in ctx.loops if record.kind in ctx.loops[name].kinds)
    name = next((n for n in loops if RETIRE in ctx.loops[n].actions), "")
    if not name:
        return {"fate": "counted"}
    payload = {"action": RETIRE, "target": record.key, "reason": f"{_who(ctx)} found it {verdict}."}
    text = f"{verdict} [{record.id}]: {reason or record.text}"
    asked = {"loop": name, "payload": payload, "text": text[:400], "scope": record.scope}
    filed: dict[str, Any] = propose.run(ctx, asked)
    return filed


def _who(ctx: Ctx) -> str:
    return "A person" if ctx.actor.kind is Kind.HUMAN else "Several agents"
