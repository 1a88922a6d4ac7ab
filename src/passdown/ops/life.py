"""The life of one record: how it read at any time, what it replaced and was replaced by, whom it
was told and whether that helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.ops.kinds import Id, When
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.record import Record
    from passdown.storage.port import Tx

LONGEST = 50
"""Records of one chain that are followed each way."""
TOLD = 200
"""Sessions that are named."""


@operation(
    "life",
    Effect.READ,
    cli=Shell(
        facts=("id", "as_of", "life", "text"),
        rows="versions",
        columns=("version", "at", "life", "text"),
        also=(("chain", ("id", "life", "text")), ("told", ("at", "session", "outcome"))),
    ),
    example="passdown life 3f9a01bc --as-of 2026-06-01",
)
def life(ctx: Ctx, id: Id, as_of: When = "") -> dict[str, Any]:
    """How one record read at a time and how it came to that: versions, what replaced what, whom it
    was told and what they said of it."""
    from passdown.ops.recall import the_record
    from passdown.ops.when import moment
    from passdown.stages.serve.served import opinions

    then = moment(ctx, as_of) if as_of else ctx.clock.now()
    with ctx.store.read(ctx.sight) as tx:
        record = the_record(tx, id)
        versions = tx.knowledge.versions(record.kind, record.key)
        held = next((one for one in reversed(versions) if one.updated_at <= then), None)
        return {
            "id": record.id,
            "as_of": then,
            "life": held.life.value if held else "not yet known",
            "text": held.text if held else "",
            "versions": [_version(one) for one in versions],
            "chain": _chain(tx, record),
            "told": list(_told(tx, record.id)),
            "feedback": opinions(tx, record.id),
        }


def _version(one: Record) -> dict[str, Any]:
    return {
        "version": one.version,
        "at": one.updated_at,
        "life": one.life.value,
        "text": one.text,
        "confidence": one.confidence,
        "made_by": one.made_by,
    }


def _chain(tx: Tx, record: Record) -> list[dict[str, Any]]:
    """The oldest first, the record among them; nothing when it stands alone."""
    before, after = list(_before(tx, record)), list(_after(tx, record))
    if not before and not after:
        return []
    return [
        {"id": one.id, "life": one.life.value, "text": one.text, "since": one.created_at}
        for one in (*reversed(before), record, *after)
    ]


def _after(tx: Tx, record: Record) -> Iterator[Record]:
    """What replaced it, and what replaced that."""
    seen = {record.id}
    while len(seen) < LONGEST:
        found = tx.knowledge.by_ids([str(record.body.get("superseded_by", ""))])
        if not found or found[0].id in seen:
            return
        record = found[0]
        seen.add(record.id)
        yield record


def _before(tx: Tx, record: Record) -> Iterator[Record]:
    """What it replaced, and what that had replaced: as the decisions that made them say."""
    seen, waiting = {record.id}, [record]
    while waiting and len(seen) < LONGEST:
        for one in _replaced(tx, waiting.pop(0)):
            if one.id not in seen:
                seen.add(one.id)
                waiting.append(one)
                yield one


def _replaced(tx: Tx, record: Record) -> Iterator[Record]:
    decisions = {one.made_by for one in tx.knowledge.versions(record.kind, record.key)}
    for decision in sorted(decisions - {""}):
        for image in tx.ledger.images(decision):
            if image.change != "retire":
                continue
            gone = tx.knowledge.get(image.kind, image.key)
            if gone is not None and gone.body.get("superseded_by") == record.id:
                yield gone


def _told(tx: Tx, id: str) -> Iterator[dict[str, Any]]:
    """Each session once, by when it was told last, with how it ended."""
    from passdown.stages.serve.served import SERVED

    seen: set[str] = set()
    for one in tx.ledger.activities(name=SERVED, item=id, limit=1000):
        if not one.session or one.session in seen or len(seen) == TOLD:
            continue
        seen.add(one.session)
        session = tx.observations.session(one.session)
        outcome = session.outcome if session else ""
        yield {"at": one.at, "session": one.session, "outcome": outcome, "how": one.detail["how"]}
