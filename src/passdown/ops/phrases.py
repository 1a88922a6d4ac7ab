"""Operations on phrases in use: answer a message, try one, and what each phrase has done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.ops.kinds import Name, Payload, Text
from passdown.ops.operation import Ctx, Effect, Route, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.record import Record
    from passdown.stages.serve.phrases import Answer, Book, Told
    from passdown.storage.port import Tx

SHELF = "phrases"
MOST_COUNTED = 100_000


@operation(
    "match",
    Effect.READ,
    agents=True,
    http=(Route("POST", "/api/match"),),
    cli=Shell(
        facts=("reply", "why", "phrase", "key", "category", "similarity", "confidence", "saved_usd")
    ),
    example='passdown match "what is my burn today?" --snapshot now.json',
)
def match(
    ctx: Ctx, message: Text, snapshot: Payload | None = None, session: Name = ""
) -> dict[str, Any]:
    """Answer a message from the approved phrases, without a model; or say why none answers.

    Placeholders are filled from the snapshot: the one given, else the one the settings name.
    """
    from dataclasses import asdict

    answer = book(ctx).answer(message, ctx.settings.snapshot if snapshot is None else snapshot)
    if answer.reply:
        _count(ctx, answer, session)
    return {"answered": bool(answer.reply), **asdict(answer)}


@operation(
    "phrases.test",
    Effect.READ,
    cli=Shell(
        rows="fired",
        columns=("key", "similarity", "at_least", "enough", "reply"),
        facts=("answered", "reply", "why"),
    ),
    example='passdown phrases test "what is my burn today?"',
)
def tried(ctx: Ctx, message: Text, snapshot: Payload | None = None) -> dict[str, Any]:
    """Every phrase that a message fires, how like it is, and which would answer; not counted."""
    known = book(ctx)
    now = ctx.settings.snapshot if snapshot is None else snapshot
    answer, fired = known.answer(message, now), known.fired(message)
    rows = [
        {
            "id": hit.id,
            "key": known.records[hit.id].key,
            "similarity": round(hit.similarity, 4),
            "at_least": known.records[hit.id].body.get("min_similarity", 0.0),
            "enough": hit.enough,
            "reply": known.records[hit.id].text,
        }
        for hit in sorted(fired, key=lambda hit: -hit.similarity)
    ]
    answered = {"answered": bool(answer.reply), "reply": answer.reply, "why": answer.why}
    return {**answered, "key": answer.key, "fired": rows}


@operation(
    "phrases.reads",
    Effect.READ,
    cli=Shell(facts=("text", "missing")),
    example="passdown phrases reads 'Burn is ${snapshot.cost.today} today.'",
)
def reads(ctx: Ctx, reply: Text, snapshot: Payload | None = None) -> dict[str, Any]:
    """What a reply would say as things stand, and the placeholders that nothing fills."""
    from passdown.text.template import render

    now = render(reply, ctx.settings.snapshot if snapshot is None else snapshot)
    return {"text": now.text, "missing": list(now.missing)}


@operation(
    "phrases.used",
    Effect.READ,
    cli=Shell(
        rows="phrases",
        columns=("key", "answered", "last", "saved_usd", "confidence", "harmful", "state"),
        facts=("answered", "saved_usd", "of_unknown_cost"),
    ),
    example="passdown phrases used",
)
def used(ctx: Ctx) -> dict[str, Any]:
    """How often each phrase answered, what that saved, and what was said of it."""
    from passdown.stages.serve.phrases import told

    known, lately = book(ctx), _undrained(ctx)
    with ctx.store.read(ctx.sight) as tx:
        said = told(tx, known.records.values())
        rows = [
            _row(tx, one, known, said[one.id], lately.get(one.id, []))
            for one in known.records.values()
        ]
    rows.sort(key=lambda row: (-row["answered"], row["key"]))
    return {
        "answered": sum(row["answered"] for row in rows),
        "saved_usd": round(sum(row["saved_usd"] or 0.0 for row in rows), 4),
        "of_unknown_cost": sum(row["answered"] for row in rows if row["saved_usd"] is None),
        "phrases": rows,
    }


def book(ctx: Ctx) -> Book:
    """The phrases that this caller sees, compiled once for as long as they stand."""
    from passdown.stages.serve.phrases import Shelf

    kept = ctx.facts.get("kept", {})
    shelf: Shelf = kept.setdefault((SHELF, ctx.sight), Shelf())
    return shelf.book(ctx.store, ctx.sight)


def _count(ctx: Ctx, answer: Answer, session: str) -> None:
    """Note that it answered, on the disk before it does: one appended line."""
    from passdown.stages.serve.phrases import HOW
    from passdown.stages.serve.served import Reader, note

    who = Reader(HOW, session or ctx.actor.name)
    note(ctx.home, who, [answer.phrase], ctx.clock.now())


def _undrained(ctx: Ctx) -> dict[str, list[str]]:
    """When each phrase answered since the activity log was last brought up to date."""
    from passdown.stages.serve.phrases import HOW
    from passdown.stages.serve.served import FOLDER, SERVED
    from passdown.storage.spool import peek

    found: dict[str, list[str]] = {}
    for row in peek(ctx.home / FOLDER):
        if row.get("name", SERVED) == SERVED and row.get("how") == HOW:
            for item in row.get("items") or ():
                found.setdefault(str(item), []).append(str(row.get("at", "")))
    return found


def _row(tx: Tx, record: Record, known: Book, said: Told, lately: list[str]) -> dict[str, Any]:
    from passdown.stages.serve.phrases import HOW, cost_of_one
    from passdown.stages.serve.served import SERVED

    times = tx.ledger.activities(name=SERVED, item=record.id, limit=MOST_COUNTED)
    cost = cost_of_one(record)
    answered = lately + [one.at for one in times if one.detail.get("how") == HOW]
    return {
        "id": record.id,
        "key": record.key,
        "answered": len(answered),
        "last": max(answered, default=""),
        "saved_usd": None if cost is None else round(cost * len(answered), 4),
        "confidence": said.confidence,
        **said.opinions,
        "state": _state(record, known),
    }


def _state(record: Record, known: Book) -> str:
    if record.id in known.disabled:
        return "switched off"
    return f"refused: {known.unusable[record.id]}" if record.id in known.unusable else "on"
