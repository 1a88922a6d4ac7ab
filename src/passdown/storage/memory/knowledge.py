"""Records, their versions and relations in dictionaries."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from passdown.domain.errors import Conflict
from passdown.domain.record import Life, record_id
from passdown.storage.coding import plain
from passdown.storage.memory.meanings import forget_meaning
from passdown.storage.rows.knowledge import edge_of, edge_row, record_of, record_row
from passdown.storage.wanted import ASKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.domain.record import Edge, Record
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.knowledge import RecordRow
    from passdown.storage.wanted import Wanted


class MemoryKnowledge:
    """The port's Knowledge: `records` by id, `versions` by id and version."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def put(self, record: Record) -> Record:
        """Store it as the next version; Conflict unless it replaces the stored one."""
        row = record_row(record)
        self._expect(row.id, row.kind, row.key, record.version)
        row = row._replace(version=self._last(row.id) + 1)
        self._reword(row.id, row.text)
        self._bound.change("records")[row.id] = row
        self._bound.change("versions")[row.id, row.version] = row
        return record_of(row)

    def remove(self, kind: str, key: str, version: int) -> None:
        """Take the record away; its versions stay."""
        id = record_id(plain(kind), plain(key))
        table = self._bound.change("records")
        if not version or id not in table:
            raise _moved(kind, key)
        self._expect(id, kind, key, version)
        forget_meaning(self._bound, id)
        last = table.pop(id)._replace(life=Life.ARCHIVED.value, updated_at=self._bound.now)
        self._bound.change("versions")[id, version + 1] = last._replace(version=version + 1)

    def _reword(self, id: str, text: str) -> None:
        stored = self._bound.table("records").get(id)
        if stored and stored.text != text:
            forget_meaning(self._bound, id)

    def _expect(self, id: str, kind: str, key: str, version: int) -> None:
        stored = self._bound.table("records").get(id)
        if version != (stored.version if stored else 0):
            raise _moved(kind, key)

    def _last(self, id: str) -> int:
        versions, last = self._bound.table("versions"), 0
        while (id, last + 1) in versions:
            last += 1
        return last

    def get(self, kind: str, key: str) -> Record | None:
        """The record; None when there is none to be seen."""
        found = self.by_ids([record_id(plain(kind), plain(key))])
        return found[0] if found else None

    def _seen(self) -> list[RecordRow]:
        rows = (row for row in self._bound.table("records").values())
        seen = (row for row in rows if self._bound.sees(row.scope))
        return sorted(seen, key=lambda row: (row.kind, row.key))

    def find(self, prefix: str) -> list[Record]:
        """Records whose id starts so; at most ten."""
        start = plain(prefix)
        found = sorted(row for row in self._seen() if start and row.id.startswith(start))
        return list(map(record_of, found[:10]))

    def all(
        self, kind: str = "", *, lives: Sequence[Life] = (), limit: int = 1_000_000
    ) -> list[Record]:
        """By kind and key; active ones unless `lives` says otherwise."""
        wanted = [life.value for life in lives or (Life.ACTIVE,)]
        found = [row for row in self._seen() if row.life in wanted]
        return [record_of(row) for row in found if row.kind == (plain(kind) or row.kind)][:limit]

    def by_ids(self, ids: Iterable[str]) -> list[Record]:
        """Those that exist, whatever their life, by kind and key."""
        table = self._bound.table("records")
        rows = [table[id] for id in set(map(plain, ids)) if id in table]
        seen = (row for row in rows if self._bound.sees(row.scope))
        return [record_of(row) for row in sorted(seen, key=lambda row: (row.kind, row.key))]

    def best(self, wanted: Wanted, *, limit: int) -> list[Record]:
        """The surest and most trusted first, then the newest, then by id."""
        return [record_of(row) for row in islice(self._wanted(wanted), limit)]

    def many(self, wanted: Wanted, *, limit: int) -> int:
        """How many there are; counted up to the limit."""
        return sum(1 for _ in islice(self._wanted(wanted), limit))

    def _wanted(self, wanted: Wanted) -> Iterator[RecordRow]:
        if not self._bound.sees(wanted.scope):
            return iter(())
        ordered = self._bound.derived("records", _ordered).get((wanted.scope, wanted.asks), ())
        return (row for row in ordered if _is_wanted(row, wanted))

    def versions(self, kind: str, key: str) -> list[Record]:
        """Every version ever stored, oldest first; a removal shows as an archived one."""
        id, table = record_id(plain(kind), plain(key)), self._bound.table("versions")
        rows = (table[known] for known in sorted(table) if known[0] == id)
        return [record_of(row) for row in rows if self._bound.sees(row.scope)]

    def link(self, edge: Edge) -> bool:
        """False when it was there already."""
        row = edge_row(edge)
        return self._bound.change("edges").setdefault(row[:3], row) is row

    def unlink(self, edge: Edge) -> bool:
        """False when there was none."""
        return self._bound.change("edges").pop(edge_row(edge)[:3], None) is not None

    def edges(self, id: str = "", type: str = "") -> list[Edge]:
        """Relations from or to this record, by source, type and target."""
        end, kind = plain(id), plain(type)
        return [
            edge_of(row)
            for row in sorted(self._bound.table("edges").values())
            if self._bound.sees(row.scope)
            and (not end or end in (row.source, row.target))
            and (not kind or row.type == kind)
        ]

    def counts(self) -> dict[str, int]:
        """Active records by kind."""
        active = Life.ACTIVE.value
        return dict(Counter(row.kind for row in self._seen() if row.life == active))


def _worth(row: RecordRow) -> float:
    return row.confidence * 10 + row.trust


def _ordered(table: Mapping[str, RecordRow]) -> dict[tuple[str, bool], list[RecordRow]]:
    """Active ones by scope and by whether they ask, the best first."""
    rows = sorted((row for row in table.values() if row.life == Life.ACTIVE.value), key=_id)
    rows.sort(key=lambda row: row.updated_at, reverse=True)
    rows.sort(key=lambda row: -_worth(row))
    ordered: dict[tuple[str, bool], list[RecordRow]] = {}
    for row in rows:
        ordered.setdefault((row.scope, ASKS in row.body), []).append(row)
    return ordered


def _id(row: RecordRow) -> str:
    return row.id


def _is_wanted(row: RecordRow, wanted: Wanted) -> bool:
    return (
        row.confidence > wanted.above
        and _worth(row) > 10 * wanted.above
        and row.valid_from <= wanted.now
        and (not row.valid_to or row.valid_to > wanted.now)
        and row.kind not in wanted.without
    )


def _moved(kind: str, key: str) -> Conflict:
    return Conflict(
        f"the {kind} changed meanwhile", where=f"{kind} {key[:80]}", next="Look again, then retry."
    )
