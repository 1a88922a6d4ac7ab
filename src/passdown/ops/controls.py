"""Operations on knobs: what each is, who may turn it, who did; and turning one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain import names
from passdown.domain.clock import new_id
from passdown.domain.errors import Conflict, Forbidden, Invalid
from passdown.domain.record import record_id
from passdown.domain.scope import ALL
from passdown.ops.kinds import Name, Text
from passdown.ops.knobs import CONTROL, every
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.entry import Entry
    from passdown.domain.record import Record
    from passdown.domain.settings import Knob, Setting, Value
    from passdown.storage.port import Tx

ADJUSTED = "control.adjusted"
UPDATED = f"{CONTROL}.updated"
BY_HAND = "set:"
TAKES_EFFECT = "in the next cycle, and in calls from now on"
SHOWN = ("name", "value", "class", "origin", "range", "summary")


@operation(
    "controls.list",
    Effect.READ,
    cli=Shell(rows="controls", columns=SHOWN),
    example="passdown controls list",
)
def listed(ctx: Ctx, prefix: Name = "") -> dict[str, Any]:
    """Every knob: its value and where that came from, its class, its range, who may turn it."""
    knobs = every(ctx.loops)
    rows = [_told(knob, ctx) for name, knob in knobs.items() if name.startswith(prefix)]
    return {"controls": rows, "takes_effect": TAKES_EFFECT}


@operation("controls.get", Effect.READ, example="passdown controls get claims.level")
def got(ctx: Ctx, name: Name) -> dict[str, Any]:
    """One knob, and the decision that set it, if one did."""
    knob = _the(ctx, names.knob(name))
    name = knob.name
    with ctx.store.read(ALL) as tx:
        record = tx.knowledge.get(CONTROL, name)
        turned = _turns(tx, name)
        note = _note(tx, ctx, knob)
    set_by = turned[-1] if turned and record is not None else None
    return {**_told(knob, ctx), "note": note, "set_by": set_by, "takes_effect": TAKES_EFFECT}


@operation(
    "controls.set",
    Effect.ADMIN,
    cli=Shell(facts=("name", "was", "value", "class", "takes_effect")),
    example="passdown controls set gate.max_open 500",
)
def put(ctx: Ctx, name: Name, value: Name, reason: Text = "", expect: Name = "") -> dict[str, Any]:
    """Turn one knob, for every process of this store. With `expect`, only where that is its value
    now."""
    knob = _the(ctx, names.knob(name))
    name = knob.name
    _free(knob, ctx.settings.values[name])
    try:
        wanted = knob.accept(value)
    except ValueError as error:
        raise Invalid(f"{name} cannot be {value!r}: {error}", next=_range(knob)) from None
    _outward(name, wanted)
    with ctx.store.write(ALL) as tx:
        before = tx.knowledge.get(CONTROL, name)
        was = _value(before, knob)
        if expect and str(was) != expect:
            raise Conflict(f"{name} is {was}, not {expect}", next="Look at it again.")
        turn(tx, ctx, knob, before, wanted, was, reason)
    return _answer(knob, was, wanted)


def _outward(name: str, value: Value) -> None:
    """Forbidden where it is an address within this network: whoever holds a token or a browser
    could make the server call what only it can reach."""
    from passdown.text.address import is_within

    if isinstance(value, str) and "://" in value and is_within(value):
        raise Forbidden(
            f"{value[:120]} is within this network",
            where=name,
            next="Write it in config.toml, where only whoever runs this machine can.",
        )


@operation("controls.reset", Effect.ADMIN, example="passdown controls reset gate.max_open")
def reset(ctx: Ctx, name: Name, reason: Text = "") -> dict[str, Any]:
    """Give one knob its default again."""
    knob = _the(ctx, names.knob(name))
    name = knob.name
    with ctx.store.write(ALL) as tx:
        before = tx.knowledge.get(CONTROL, name)
        if before is None:
            raise Invalid(f"no decision set {name}", next=f"`passdown controls get {name}`.")
        was = _value(before, knob)
        turn(tx, ctx, knob, before, knob.default, was, reason)
    return _answer(knob, was, knob.default)


@operation(
    "controls.history",
    Effect.READ,
    cli=Shell(rows="turns", columns=("at", "actor", "name", "was", "value", "reason")),
    example="passdown controls history",
)
def history(ctx: Ctx, name: Name = "") -> dict[str, Any]:
    """Who turned which knob, from what to what and why, oldest first."""
    if name:
        name = _the(ctx, names.knob(name)).name
    with ctx.store.read(ALL) as tx:
        return {"turns": _turns(tx, name)}


def turn(
    tx: Tx, ctx: Ctx, knob: Knob, before: Record | None, value: Value, was: Value, reason: str
) -> None:
    """Store the value as a record like any other, and say so in the ledger."""
    from passdown.domain.change import Put
    from passdown.domain.record import Record
    from passdown.stages.apply.execute import execute

    text = f"{knob.name} is {value}"
    version = before.version if before else 0
    record = Record(CONTROL, knob.name, text, {"value": value}, version=version)
    made_by = f"{BY_HAND}{new_id()}"
    tx.registry.see(ctx.actor)
    execute(tx, made_by, [Put(record)], ctx.actor.name)
    detail = {"was": was, "value": value, "class": _class(knob), "reason": reason}
    tx.ledger.append(ADJUSTED, ctx.actor.name, knob.name, detail | {"by": made_by})


def _turns(tx: Tx, name: str) -> list[dict[str, Any]]:
    """By hand, by an approved proposal and by the undo of one, in the order of the ledger."""
    by_hand = ((entry.seq, _by_hand(entry)) for entry in _entries(tx, ADJUSTED, name))
    id = record_id(CONTROL, name) if name else ""
    proposed = ((e.seq, told) for e in _entries(tx, UPDATED, id) if (told := _proposed(e)))
    return [told for _, told in sorted((*by_hand, *proposed), key=lambda turn: turn[0])]


def _by_hand(entry: Entry) -> dict[str, Any]:
    facts = {"at": entry.at, "actor": entry.actor, "name": entry.subject}
    return {**facts, **(entry.detail or {})}


def _proposed(entry: Entry) -> dict[str, Any] | None:
    """What a proposal made of a knob; None for what was set by hand, which is told already."""
    detail = entry.detail or {}
    by, record = str(detail.get("proposal", "")), detail.get("record") or {}
    if not by or by.startswith(BY_HAND) or "key" not in record:
        return None
    body = record.get("body", {})
    facts = {"at": entry.at, "actor": entry.actor, "name": record["key"], "was": body.get("was")}
    reason = f"{detail.get('how', '')} by proposal"
    return {**facts, "value": body.get("value"), "class": "operational", "reason": reason, "by": by}


def _entries(tx: Tx, name: str, subject: str) -> Iterator[Entry]:
    last = 0
    while page := tx.ledger.entries(name=name, subject=subject, after=last):
        yield from page
        last = page[-1].seq


def _the(ctx: Ctx, name: str) -> Knob:
    knobs = every(ctx.loops)
    if name not in knobs:
        from difflib import get_close_matches

        near = get_close_matches(name, knobs, n=3, cutoff=0.5)
        told = f"Did you mean {', '.join(near)}?" if near else "`passdown controls list` has them."
        raise Invalid(f"no knob {name!r}", next=told)
    return knobs[name]


def _note(tx: Tx, ctx: Ctx, knob: Knob) -> str:
    """What a level does not do though it says so: a file, a variable or a flag grants nothing."""
    from passdown.stages.gate.auto import ALONE, in_force

    loop, _, last = knob.name.rpartition(".")
    setting = ctx.settings.values[knob.name]
    if last != "level" or setting.value not in ALONE:
        return ""
    grant = in_force(tx, loop, ctx.settings)
    level = grant.level if grant else "suggest"
    if level == setting.value:
        return ""
    step = f"take it away there, then `passdown controls set {knob.name} {setting.value}`"
    return f"{level} is in force, for {setting.origin} grants nothing: {step}"


def _free(knob: Knob, setting: Setting) -> None:
    if setting.pinned:
        raise Conflict(
            f"{knob.name} is pinned to {setting.value} by {setting.origin}",
            where=knob.name,
            next="Take it away there; a decision cannot override it.",
        )


def _told(knob: Knob, ctx: Ctx) -> dict[str, Any]:
    setting = ctx.settings.values[knob.name]
    return {
        "name": knob.name,
        "value": setting.value,
        "default": knob.default,
        "class": _class(knob),
        "origin": setting.origin,
        "pinned": setting.pinned,
        "range": _range(knob),
        "step": knob.step,
        "who": "an admin" if knob.safety else "an admin, or an approved proposal",
        "summary": knob.summary,
    }


def _answer(knob: Knob, was: Value, value: Value) -> dict[str, Any]:
    facts = {"name": knob.name, "was": was, "value": value, "class": _class(knob)}
    return {**facts, "takes_effect": TAKES_EFFECT}


def _class(knob: Knob) -> str:
    return "safety" if knob.safety else "operational"


def _range(knob: Knob) -> str:
    if knob.choices:
        return " | ".join(choice or '""' for choice in knob.choices)
    if isinstance(knob.default, bool):
        return "yes | no"
    if knob.low is None and knob.high is None:
        return "any text" if isinstance(knob.default, str) else "any number"
    return (
        f"{knob.low:g} to {knob.high:g}" if knob.low is not None and knob.high is not None else ""
    )


def _value(record: Record | None, knob: Knob) -> Value:
    """The value that decisions gave it, or its default."""
    found: Value = record.body.get("value", knob.default) if record else knob.default
    return found
