"""Autonomy that is earned: a person accepts what the calibration offers; what does not hold is
taken back without anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL
from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.stages.gate.auto import Grant
    from passdown.stages.gate.trust import Trusted
    from passdown.storage.port import Tx

SAFE, SUGGEST = "auto_safe", "suggest"


@operation(
    "trust",
    Effect.ADMIN,
    cli=Shell(rows="accepted", columns=("action", "at", "n", "right", "low"), facts=("loop",)),
    example="passdown trust claims",
)
def trust(
    ctx: Ctx, loop: Name, action: Name = "", target: float = 0.9, withdraw: bool = False
) -> dict[str, Any]:
    """Accept the confidence from which on `ledger calibrate` says that a loop can be believed.

    It is what the level `auto_safe` decides by. With `withdraw` it is accepted no more.
    """
    from passdown.stages.propose.validate import loop_of

    known = loop_of(ctx.loops, loop)
    if action and action not in known.actions:
        told = ", ".join(known.actions)
        raise Invalid(f"{known.name} has no action {action!r}", next=f"It has: {told}.")
    if not 0.5 <= target < 1:
        raise Invalid(f"a target of {target:g}", next="A share from 0.5 to below 1, such as 0.9.")
    with ctx.store.write(ALL) as tx:
        tx.registry.see(ctx.actor)
        if withdraw:
            return {"loop": known.name, "withdrawn": _withdrawn(ctx, tx, known.name, action)}
        found = _accepted(ctx, tx, known.name, action, target)
    return {"loop": known.name, "accepted": found, "level": ctx.settings.text(f"{loop}.level")}


def fall_back(ctx: Ctx, loop: str) -> list[str]:
    """Trust no more what does not hold, earned or granted by name, and let the loop only suggest
    again; why, for each."""
    from passdown.stages.gate.auto import in_force
    from passdown.stages.gate.trust import end

    with ctx.store.read(ALL) as tx:
        given = in_force(tx, loop, ctx.settings)
        if given is None or not _lost(tx, given):
            return []
    with ctx.store.write(ALL) as tx:
        lost = _lost(tx, given)
        for one, why in lost:
            end(tx, one, _gate(), why)
        told = [f"{one.action}: {why}" for one, why in lost]
        if told:
            _suggest(ctx, tx, loop, "; ".join(told))
    return told


def _lost(tx: Tx, given: Grant) -> list[tuple[Trusted, str]]:
    """What the grant rests on and does not hold, with the figures that say so."""
    from passdown.stages.gate.trust import Trusted, failing, fallen
    from passdown.text.calibrate import TARGET

    if given.level == SAFE:
        return failing(tx, given.loop)
    why = fallen(tx, given.loop, given.at)
    whole = Trusted(given.loop, given.level, 0.0, TARGET, given.by, given.at)
    return [(whole, why)] if why else []


def earned(ctx: Ctx, tx: Tx) -> list[dict[str, Any]]:
    """From which confidence on each loop may decide its actions, and why it may no more."""
    from passdown.stages.gate.trust import ended, trusted

    rows = []
    for name in sorted(ctx.loops):
        accepted = {action: one.at for action, one in trusted(tx, name).items()}
        lost = ended(tx, name)
        level = ctx.settings.text(f"{name}.level")
        lost.pop(level, "")  # granted anew
        if accepted or lost:
            rows.append({"loop": name, "level": level, "accepted": accepted, "ended": lost})
    return rows


def _accepted(ctx: Ctx, tx: Tx, loop: str, action: str, target: float) -> list[dict[str, Any]]:
    from passdown.stages.gate.trust import accept
    from passdown.stages.measure.calibration import calibration

    groups = [g for g in calibration(tx, loop=loop, target=target) if action in ("", g.action)]
    policy = ctx.loops[loop].policy
    found = []
    for group in groups:
        if group.threshold is None or group.action in policy:
            continue
        offered = group.threshold
        accept(tx, loop, group.action, offered, target, ctx.actor.name)
        figures = {"n": offered.n, "right": offered.right, "low": offered.low}
        found.append({"action": group.action, "at": offered.at, **figures})
    if not found:
        notes = "; ".join(f"{g.action}: {g.note}" for g in groups) or "nothing was decided yet"
        raise Invalid(f"nothing is offered for {loop}: {notes}", next="passdown ledger calibrate")
    return found


def _withdrawn(ctx: Ctx, tx: Tx, loop: str, action: str) -> list[str]:
    from passdown.stages.gate.trust import end, trusted

    those: list[Trusted] = [t for t in trusted(tx, loop).values() if action in ("", t.action)]
    for one in those:
        end(tx, one, ctx.actor.name, "withdrawn")
    return [one.action for one in those]


def _suggest(ctx: Ctx, tx: Tx, loop: str, why: str) -> None:
    """Set the loop's level back, as a turn of the knob like any other."""
    from passdown.domain.actor import system
    from passdown.ops.controls import turn
    from passdown.ops.knobs import CONTROL, every

    knob = every(ctx.loops)[f"{loop}.level"]
    before = tx.knowledge.get(CONTROL, knob.name)
    was = str(before.body.get("value", knob.default)) if before else str(knob.default)
    turn(tx, replace(ctx, actor=system("gate")), knob, before, SUGGEST, was, why)


def _gate() -> str:
    from passdown.stages.gate.decide import GATE

    return GATE.name
