"""Operations by which other programs decide, under the names that they have always used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, NotFound
from passdown.ops.kinds import Id, Name, Payload
from passdown.ops.operation import Ctx, Effect, Route, operation
from passdown.ops.review import DECIDED

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal

NOTES, REASON = "review_notes", "reason"
OWN = ("edit", "answer", "turn")


@operation(
    "promotions.approve",
    Effect.DECIDE,
    http=(Route("POST", "/api/promotions/{loop}/{id}/approve", body="body"),),
    cli=DECIDED,
    example="passdown promotions approve LOOP 0193ab --body @body.json",
)
def approve(ctx: Ctx, loop: Name, id: Id, body: Payload | None = None) -> dict[str, Any]:
    """Approve one proposal as a poster does: `review_notes`, and what overrides the payload.

    What is overridden is validated and replayed again, and what was asked is kept beside it.
    `reason`, `edit`, `answer` and `turn` are what they are elsewhere.
    """
    from passdown.ops.review import approve as yes

    said = dict(body or {})
    asked = _asked(ctx, loop, id)
    overrides = dict(ctx.loops[asked.loop].overrides)
    _known(said, (REASON, NOTES, *OWN, *overrides))
    given = {overrides[name]: said[name] for name in overrides if said.get(name) is not None}
    params = {name: said[name] for name in OWN if said.get(name) is not None}
    if given and params:
        raise Invalid("an override beside an edit", next="Give the edit whole, or overrides alone.")
    if given:
        params["edit"] = {**asked.payload, **given}
    return _call(ctx, yes, {"id": asked.id, "loop": loop, "reason": _notes(said), **params})


@operation(
    "promotions.reject",
    Effect.DECIDE,
    http=(Route("POST", "/api/promotions/{loop}/{id}/reject", body="body"),),
    cli=DECIDED,
    example="passdown promotions reject LOOP 0193ab --body @body.json",
)
def reject(ctx: Ctx, loop: Name, id: Id, body: Payload | None = None) -> dict[str, Any]:
    """Reject one proposal as a poster does: `review_notes`, or `reason`, says why."""
    from passdown.ops.review import reject as no

    said = dict(body or {})
    _known(said, (REASON, NOTES))
    return _call(ctx, no, {"id": id, "loop": loop, "reason": _notes(said)})


def _call(ctx: Ctx, op: Any, params: dict[str, Any]) -> dict[str, Any]:
    """The operation with what stood in a body: validated as if it had been sent alone."""
    from passdown.ops.params import accept

    answer: dict[str, Any] = op.run(ctx, accept(op, params, ctx.redactor().clean))
    return answer


def _asked(ctx: Ctx, loop: str, id: str) -> Proposal:
    with ctx.store.read(ctx.sight) as tx:
        found = tx.queue.get(id)
    if found is None or found.loop != loop:
        raise NotFound(f"no proposal {id} of {loop}", next="`passdown pending` lists ids.")
    return found


def _known(said: dict[str, Any], names: tuple[str, ...]) -> None:
    unknown = sorted(said.keys() - set(names))
    if unknown:
        raise Invalid(f"unknown: {', '.join(unknown)[:200]}", next=f"Known: {', '.join(names)}.")


def _notes(said: dict[str, Any]) -> Any:
    """What the reviewer says, as it was said, under either name."""
    return said.get(NOTES) or said.get(REASON) or ""
