"""Records and edges as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.record import Edge, Life, Record, record_id
from passdown.storage.coding import finite, named, packed, plain, unpacked, whole

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecordRow(NamedTuple):
    """`records` and `versions`, in the order their queries select."""

    id: str
    kind: str
    key: str
    text: str
    body: str
    scope: str
    life: str
    trust: int
    confidence: float
    valid_from: str
    valid_to: str
    made_by: str
    created_at: str
    updated_at: str
    version: int


class EdgeRow(NamedTuple):
    """`edges`, in the order their queries select."""

    source: str
    type: str
    target: str
    body: str
    scope: str


def record_row(record: Record) -> RecordRow:
    """The row of a record, under the id its stored kind and key have."""
    kind, key = named(record.kind), named(record.key)
    return RecordRow(
        record_id(kind, key),
        kind,
        key,
        plain(record.text),
        packed(record.body),
        plain(record.scope),
        record.life.value,
        whole(record.trust),
        finite(record.confidence),
        plain(record.valid_from),
        plain(record.valid_to),
        plain(record.made_by),
        plain(record.created_at),
        plain(record.updated_at),
        record.version,
    )


def record_of(row: Sequence[Any]) -> Record:
    """The record of a row."""
    _, kind, key, text, body, scope, life, trust, confidence, *rest = row
    worth = Life(life), trust, float(confidence)
    return Record(kind, key, text, unpacked(body), scope, *worth, *rest)


def edge_row(edge: Edge) -> EdgeRow:
    """The row of an edge."""
    ends = named(edge.source), named(edge.type), named(edge.target)
    return EdgeRow(*ends, packed(edge.body), plain(edge.scope))


def edge_of(row: Sequence[Any]) -> Edge:
    """The edge of a row."""
    source, type, target, body, scope = row
    return Edge(source, type, target, unpacked(body), scope)
