"""The only writer of records: executes Changes, keeping the before-image of each."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, assert_never

from passdown.domain.change import Emit, Image, Link, Put, Retire, Unlink
from passdown.domain.errors import Conflict
from passdown.domain.observation import Trust
from passdown.stages.apply import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.change import Change
    from passdown.domain.entry import Entry
    from passdown.domain.record import Edge, Record
    from passdown.storage.port import Tx

EDGE = "edge"
PUT, BRING, CONFIRM = "put", "bring", "confirm"
"""The changes of who put a record, who brought one that is shared, and who wanted what was there
already."""


def execute(
    tx: Tx, proposal: str, changes: Sequence[Change], actor: str, *, trust: int = Trust.HUMAN
) -> list[Record]:
    """Apply all changes of one proposal inside the caller's transaction; the records as they
    now are, none trusted more than what the proposal rests on."""
    bounded = [_trusted(change, trust) for change in changes]
    touched = [_one(tx, proposal, n, change, actor) for n, change in enumerate(bounded)]
    return [record for record in touched if record is not None]


def _trusted(change: Change, trust: int) -> Change:
    if isinstance(change, Put) and change.record.trust > trust:
        return replace(change, record=replace(change.record, trust=trust))
    return change


def _one(tx: Tx, proposal: str, n: int, change: Change, actor: str) -> Record | None:
    match change:
        case Put(record=record, shared=True) if tx.knowledge.get(record.kind, record.key):
            _want(tx, proposal, n, record, actor)
        case Put(record=record, shared=shared):
            return _put(tx, proposal, n, BRING if shared else PUT, record, actor)
        case Retire():
            return _retire(tx, proposal, n, change, actor)
        case Link(edge=edge):
            if tx.knowledge.link(edge):
                _edge(tx, proposal, n, "link", edge, actor)
            else:
                _confirm(tx, proposal, n, edge, actor)
        case Unlink(edge=edge):
            stored = _stored(tx, edge)
            if stored is not None and tx.knowledge.unlink(stored):
                _edge(tx, proposal, n, "unlink", stored, actor)
        case Emit():
            outbox.post(tx, proposal, n, change)
        case _:
            assert_never(change)
    return None


def _put(tx: Tx, proposal: str, n: int, how: str, record: Record, actor: str) -> Record:
    before = tx.knowledge.get(record.kind, record.key)
    made = before.created_at if before else tx.now
    kept = tx.knowledge.put(replace(record, made_by=proposal, created_at=made, updated_at=tx.now))
    image = asdict(before) if before else None
    tx.ledger.keep_image(Image(proposal, n, how, kept.kind, kept.key, kept.version, image))
    tx.ledger.append(f"{kept.kind}.updated", actor, kept.id, _facts(kept, proposal, how))
    return kept


def _want(tx: Tx, proposal: str, n: int, record: Record, actor: str) -> None:
    """Keep that this one wanted the record too, which stays as it is."""
    there = tx.knowledge.get(record.kind, record.key)
    if there is not None:
        image = Image(proposal, n, CONFIRM, there.kind, there.key, there.version, asdict(there))
        tx.ledger.keep_image(image)
        told = _facts(there, proposal, CONFIRM)
        tx.ledger.append(f"{there.kind}.updated", actor, there.id, told)


def _retire(tx: Tx, proposal: str, n: int, change: Retire, actor: str) -> Record:
    before = tx.knowledge.get(change.kind, change.key)
    if before is None:
        raise Conflict(
            f"{change.kind} {change.key} is gone", where=proposal, next="Mine again, then decide."
        )
    body = dict(before.body)
    if change.superseded_by:
        body["superseded_by"] = change.superseded_by
    until = change.until or tx.now
    gone = replace(before, life=change.life, version=change.version, valid_to=until, body=body)
    return _put(tx, proposal, n, "retire", gone, actor)


def _confirm(tx: Tx, proposal: str, n: int, edge: Edge, actor: str) -> None:
    """Keep that this one wanted the edge too: it rests on whoever linked them first, and an undo
    of that has to see it."""
    stored = _stored(tx, edge)
    known = any(image.key == edge_key(edge) for image in tx.ledger.images(proposal))
    if stored is not None and not known:
        _edge(tx, proposal, n, CONFIRM, stored, actor)


def _edge(tx: Tx, proposal: str, n: int, how: str, edge: Edge, actor: str) -> None:
    told = tell_edge(tx, proposal, how, edge, actor)
    image = Image(proposal, n, how, EDGE, edge_key(edge), told.seq, asdict(edge))
    tx.ledger.keep_image(image)


def tell_edge(tx: Tx, proposal: str, how: str, edge: Edge, actor: str) -> Entry:
    """Tell the ledger that an edge came or went: enough to rebuild it from the ledger alone."""
    detail = {"edge": asdict(edge), "proposal": proposal, "how": how}
    return tx.ledger.append(f"{EDGE}.updated", actor, edge.source, detail)


def edge_key(edge: Edge) -> str:
    """The key an edge has among before-images."""
    return json.dumps([edge.source, edge.type, edge.target])


def _stored(tx: Tx, edge: Edge) -> Edge | None:
    """The edge as it stands, with its body: what an undo must put back."""
    every = tx.knowledge.edges(edge.source, edge.type)
    return next((e for e in every if edge_key(e) == edge_key(edge)), None)


def _facts(record: Record, proposal: str, how: str) -> dict[str, Any]:
    """What the ledger keeps of a record: enough to rebuild it from the ledger alone."""
    return {"how": how, "proposal": proposal, "record": asdict(record)}
