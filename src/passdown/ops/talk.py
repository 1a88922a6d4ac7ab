"""The conversation about a proposal: anyone may ask, answer, or suggest another wording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Kind
from passdown.domain.clock import later
from passdown.domain.errors import Forbidden, Invalid, Limit
from passdown.domain.proposal import Message, Verdict
from passdown.ops.kinds import Id, Payload, Text
from passdown.ops.operation import Ctx, Effect, Route, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

LONGEST = 8000
MOST = 200
"""Turns a conversation has at most: who has not decided by then never will."""
SAID = "promotion.said"


@operation(
    "say",
    Effect.WRITE,
    http=(Route("POST", "/api/proposals/{id}/say"),),
    cli=Shell(facts=("proposal", "turn", "actor", "waits_until")),
    example='passdown say 0193ab "Is this so on Windows, too?"',
)
def say(ctx: Ctx, id: Id, text: Text, edit: Payload | None = None) -> dict[str, Any]:
    """Ask or answer something about an open proposal; `edit` suggests what to apply instead.

    Nothing is decided by it. A suggestion is kept beside the question: who approves can take it
    with `passdown approve ID --turn N`.
    """
    from passdown.stages.gate.decide import open_proposal

    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(f"{len(text)} characters", next=f"Say something, in at most {LONGEST}.")
    with ctx.store.write(ctx.sight) as tx:
        p = open_proposal(tx, id)
        detail = {"payload": _suggested(ctx, tx, p, edit)} if edit is not None else {}
        _room(tx, p)
        turn = Message(p.id, 0, tx.now, ctx.actor.name, ctx.actor.kind.value, Verdict.SAY, text)
        kept = tx.queue.say(_with(turn, detail))
        tx.registry.see(ctx.actor)
        told = {"loop": p.loop, "turn": kept.n, "text": text, **detail}
        tx.ledger.append(SAID, ctx.actor.name, p.id, told)
        until = waits_until(tx.queue.messages(p.id), ctx.settings.number("gate.dialogue_hours"))
    return {"proposal": p.id, "turn": kept.n, "actor": ctx.actor.name, "waits_until": until}


def waits_until(turns: Sequence[Message], hours: float) -> str:
    """Until when a person's last question is waited for; '' where none is open. After that the
    proposal is in the queue like any other."""
    said = [turn for turn in turns if turn.verdict is Verdict.SAY]
    if not said or said[-1].tier != Kind.HUMAN.value or "payload" in said[-1].detail:
        return ""
    return later(said[-1].at, seconds=3600 * hours)


def suggested(tx: Tx, p: Proposal, turn: int) -> dict[str, Any]:
    """What was suggested in this turn of the conversation; Invalid where nothing was."""
    found = {m.n: m.detail["payload"] for m in tx.queue.messages(p.id) if "payload" in m.detail}
    if turn not in found:
        turns = ", ".join(map(str, sorted(found))) or "none"
        raise Invalid(f"turn {turn} suggests nothing", where=p.id, next=f"Turns that do: {turns}.")
    payload: dict[str, Any] = found[turn]
    return payload


def _suggested(ctx: Ctx, tx: Tx, p: Proposal, edit: dict[str, Any]) -> dict[str, Any]:
    """The suggestion, once it is sure that it could be applied now."""
    from passdown.ops.weigh import weigh
    from passdown.stages.gate.decide import edited

    if edit == p.payload:
        raise Invalid("that is what is asked already", where=p.id, next="Suggest a change to it.")
    if not (ctx.actor.kind is Kind.HUMAN or ctx.actor.name == p.proposed_by):
        raise Forbidden(
            f"{ctx.actor.name} did not propose this",
            where=p.id,
            next="Who proposed it, or a person, may word it anew.",
        )
    weigh(ctx, tx, edited(p, edit)).changes()
    return edit


def _room(tx: Tx, p: Proposal) -> None:
    if len(tx.queue.messages(p.id)) >= MOST:
        raise Limit(f"{MOST} turns about {p.id[:12]}", where=p.title, next="Decide it.")


def _with(turn: Message, detail: dict[str, Any]) -> Message:
    from dataclasses import replace

    return replace(turn, detail=detail) if detail else turn
