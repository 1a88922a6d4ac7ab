"""The tables of the reference backend: what row each has, by what it is found, in a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Unreadable
from passdown.storage.dump import TABLES, Batch
from passdown.storage.rows.jobs import JobRow
from passdown.storage.rows.knowledge import EdgeRow, RecordRow
from passdown.storage.rows.ledger import (
    ActivityRow,
    AnchorRow,
    BodyRow,
    EntryRow,
    ImageRow,
    ItemRow,
)
from passdown.storage.rows.observations import ObservationRow, SessionRow, SourceRow
from passdown.storage.rows.queue import MarkRow, MessageRow, ProposalRow
from passdown.storage.rows.registry import CounterRow, FactRow, MarkedRow, SeenRow, TokenRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.storage.dump import Backup
    from passdown.storage.memory.bound import Table, Tables


class Kept(NamedTuple):
    """What a table holds and by which columns a row is found."""

    row: Callable[..., Any]
    columns: tuple[str, ...]
    by: tuple[str, ...]


def _kept(row: Any, *by: str) -> Kept:
    return Kept(row, row._fields, by)


KEPT = {
    "sessions": _kept(SessionRow, "id"),
    "observations": _kept(ObservationRow, "seq"),
    "sources": _kept(SourceRow, "key"),
    "records": _kept(RecordRow, "id"),
    "versions": _kept(RecordRow, "id", "version"),
    "edges": _kept(EdgeRow, "source", "type", "target"),
    "proposals": _kept(ProposalRow, "id"),
    "messages": _kept(MessageRow, "proposal", "n"),
    "marks": _kept(MarkRow, "proposal", "n"),
    "ledger": _kept(EntryRow, "seq"),
    "bodies": _kept(BodyRow, "hash"),
    "anchor": _kept(AnchorRow, "one"),
    "images": _kept(ImageRow, "proposal", "n"),
    "activities": _kept(ActivityRow, "seq"),
    "activity_items": _kept(ItemRow, "item", "activity"),
    "jobs": _kept(JobRow, "id"),
    "facts": _kept(FactRow, "name"),
    "counters": _kept(CounterRow, "name"),
    "actors": _kept(SeenRow, "kind", "name"),
    "tokens": _kept(TokenRow, "hash"),
    "forgotten": _kept(MarkedRow, "mark"),
}


def unloaded(tables: Tables) -> Iterator[Batch]:
    """The tables as a backup has them."""
    for name in TABLES:
        yield Batch(name, KEPT[name].columns, tables.get(name, {}).values())


def loaded(backup: Backup) -> Tables:
    """The tables of a backup of this schema."""
    tables: Tables = {}
    try:
        for name, columns, rows in backup.batches():
            table = tables.setdefault(name, {})
            for row in rows:
                _put(table, KEPT[name], dict(zip(columns, row, strict=True)))
    except (TypeError, ValueError, KeyError) as error:
        raise Unreadable("the rows of this backup do not fit", next="Use another.") from error
    return tables


def _put(table: Table, kept: Kept, values: dict[str, Any]) -> None:
    key = tuple(values[name] for name in kept.by)
    table[key if len(key) > 1 else key[0]] = kept.row(**values)
